{{/* The properties that the chart sets and those of .Values.config, which may not repeat them (draem.validateConfig). */}}
{{- define "draem.config" -}}
{{- $models := dict "directory" (ternary "/mnt/models" "/models" .Values.kserve.enabled) }}
{{- with .Values.models.default }}
{{- $_ := set $models "default" . }}
{{- end }}
{{- range .Values.models.download.files }}
{{- /* In brackets: Spring would read the dot as one of the property's name. */}}
{{- $key := printf "[%s.%d]" .model (int .version) }}
{{- $_ := set $models "sha256" (merge (dict $key .sha256) (default (dict) $models.sha256)) }}
{{- end }}
{{- $inference := dict "provider" (default (ternary "cuda" "cpu" .Values.gpu.enabled) .Values.inference.provider) }}
{{- if .Values.gpu.enabled }}
{{- /* Of slices a process sees one, whatever their number. */}}
{{- if and (eq .Values.gpu.resource "nvidia.com/gpu") (gt (int .Values.gpu.count) 1) }}
{{- $_ := set $inference "devices" (untilStep 0 (int .Values.gpu.count) 1) }}
{{- end }}
{{- with .Values.gpu.memoryLimit }}
{{- $_ := set $inference "cuda" (dict "memory-limit" .) }}
{{- end }}
{{- end }}
{{- $draem := dict "models" $models "inference" $inference }}
{{- if .Values.requestTimeout }}
{{- $_ := set $draem "request-timeout" .Values.requestTimeout }}
{{- end }}
{{- /* The service needs up to 15 s more than its drain to close; 1 s is spare. KServe's pods have no preStop. */}}
{{- $wait := int .Values.preStopSleepSeconds }}
{{- $drain := sub (sub (int .Values.terminationGracePeriodSeconds) $wait) 16 | int }}
{{- $_ := set $draem "shutdown" (dict "settle-delay" (ternary (printf "%ds" $wait) "0s" .Values.kserve.enabled) "drain-limit" (printf "%ds" $drain)) }}
{{- if .Values.grpcPort }}
{{- $_ := set $draem "grpc" (dict "enabled" true "port" .Values.grpcPort) }}
{{- end }}
{{- if .Values.capture.persistentVolumeClaim.name }}
{{- $capture := dict "directory" "/captured" }}
{{- with .Values.capture.bucket }}
{{- $_ := set $capture "bucket" . }}
{{- end }}
{{- $_ := set $draem "capture" $capture }}
{{- end }}
{{- $managed := dict "draem" $draem "server" (dict "port" 8080) }}
{{- if .Values.apiKeys.secretName }}
{{- $keys := dict "file" (printf "/etc/draem/keys/%s" .Values.apiKeys.secretKey) }}
{{- if .Values.apiKeys.openMetrics }}
{{- $_ := set $keys "open-paths" (list (printf "%s/prometheus" (include "draem.managementPath" .))) }}
{{- end }}
{{- $_ := set $draem "security" (dict "api-keys" $keys) }}
{{- end }}
{{- if .Values.tls.secretName }}
{{- $_ := set $managed.server "ssl" (dict "bundle" "service") }}
{{- $keystore := dict "certificate" "file:/etc/draem/tls/tls.crt" "private-key" "file:/etc/draem/tls/tls.key" }}
{{- $bundle := dict "reload-on-update" true "keystore" $keystore }}
{{- $_ := set $managed "spring" (dict "ssl" (dict "bundle" (dict "pem" (dict "service" $bundle)))) }}
{{- end }}
{{- if .Values.managementPort }}
{{- $_ := set $managed "management" (dict "server" (dict "port" .Values.managementPort)) }}
{{- end }}
{{- toYaml (mergeOverwrite (deepCopy .Values.config) $managed) }}
{{- end }}
