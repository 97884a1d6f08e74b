#!/bin/sh
# Examines images: detect.sh URL KEY SECONDS IMAGE ANOTHER-IMAGE NO-IMAGE
set -eu
url=$1 key=$2 seconds=$3

# A verdict with the overlay in it, as a form.
curl -sS -H "X-API-Key: $key" -H "X-Request-Timeout: $seconds" -F "image=@$4" "$url/v1/detect?include=overlay"
echo

# The bytes alone; with this Accept the answer is the overlay.
curl -sS -H "X-API-Key: $key" -H "X-Request-Timeout: $seconds" -H 'Content-Type: image/jpeg' -H 'Accept: image/png' \
  --data-binary "@$4" -o overlay.png "$url/v1/detect"

# Several images, one of them none: a verdict or a problem for each.
curl -sS -H "X-API-Key: $key" -H "X-Request-Timeout: $seconds" -F "images=@$4" -F "images=@$5" -F "images=@$6" \
  "$url/v1/detect/batch"
echo

# A problem.
curl -sS -H "X-API-Key: $key" -H "X-Request-Timeout: $seconds" -H 'X-Request-Id: line-3:0142' -F "image=@$6" "$url/v1/detect"
echo
