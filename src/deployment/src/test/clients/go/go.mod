module example.com/draem/example

go 1.23

require example.com/draem/client v0.0.0

replace example.com/draem/client => ../go
