{{/* The source of the models: at most one of claim, image volume and downloaded files (draem.validate). */}}
{{- define "draem.modelVolume" -}}
{{- if .Values.models.persistentVolumeClaim.name }}
- name: models
  persistentVolumeClaim:
    claimName: {{ .Values.models.persistentVolumeClaim.name }}
    readOnly: {{ .Values.models.persistentVolumeClaim.readOnly }}
{{- else if .Values.models.image.reference }}
- name: models
  image:
    reference: {{ .Values.models.image.reference }}
    pullPolicy: {{ .Values.models.image.pullPolicy }}
{{- else if .Values.models.download.files }}
- name: models
  emptyDir:
    sizeLimit: {{ .Values.models.download.sizeLimit }}
{{- with .Values.models.download.headers.secretName }}
- name: download-headers
  secret:
    secretName: {{ . }}
{{- end }}
{{- with .Values.models.download.caCertificates.configMapName }}
- name: download-certificates
  configMap:
    name: {{ . }}
{{- end }}
{{- end }}
{{- end }}

{{- define "draem.modelMount" -}}
{{- $claim := .Values.models.persistentVolumeClaim }}
{{- $image := .Values.models.image }}
{{- if or $claim.name $image.reference .Values.models.download.files }}
- name: models
  mountPath: /models
  readOnly: {{ or (not $claim.name) $claim.readOnly }}
  {{- with ternary $claim.subPath $image.subPath (ne $claim.name "") }}
  subPath: {{ . | quote }}
  {{- end }}
{{- end }}
{{- end }}

{{/*
Downloads each file next to its destination, checks its SHA-256 and moves it there. Names, addresses and digests are arguments and
never part of the script. A file that exists already, after a restart of the container, is checked and kept.
*/}}
{{- define "draem.download" -}}
{{- $download := .Values.models.download }}
- name: download
  image: {{ $download.image }}
  securityContext:
    {{- include "draem.containerSecurityContext" . | nindent 4 }}
  command:
    - sh
    - -ec
    - |
      while [ $# -gt 0 ]; do
        file="$1" url="$2" digest="$3"; shift 3
        if echo "$digest  $file" | sha256sum -c >/dev/null 2>&1; then continue; fi
        mkdir -p "$(dirname "$file")"
        curl --fail --silent --show-error --location --retry 5 --connect-timeout 20 --speed-limit 1 --speed-time 60 \
        {{- if $download.headers.secretName }}
          --header "@/etc/draem/download/headers" \
        {{- end }}
        {{- if $download.caCertificates.configMapName }}
          --cacert /etc/draem/download/ca.crt \
        {{- end }}
          --output "$file.part" -- "$url"
        got="$(sha256sum "$file.part" | cut -d ' ' -f 1)"
        if [ "$got" != "$digest" ]; then
          rm "$file.part"
          echo "SHA-256 of $url is $got, not $digest: the file there is another than models.download.files names" >&2
          exit 1
        fi
        mv "$file.part" "$file"
        echo "$file has the SHA-256 $digest"
      done
    - download
  args:
    {{- range $download.files }}
    - {{ printf "/models/%s/%d/model.onnx" .model (int .version) | quote }}
    - {{ .url | quote }}
    - {{ .sha256 | quote }}
    {{- end }}
  resources:
    requests:
      cpu: 100m
      memory: 32Mi
    limits:
      memory: 128Mi
  volumeMounts:
    - name: models
      mountPath: /models
    {{- if $download.headers.secretName }}
    - name: download-headers
      mountPath: /etc/draem/download/headers
      subPath: {{ $download.headers.secretKey }}
      readOnly: true
    {{- end }}
    {{- if $download.caCertificates.configMapName }}
    - name: download-certificates
      mountPath: /etc/draem/download/ca.crt
      subPath: {{ $download.caCertificates.configMapKey }}
      readOnly: true
    {{- end }}
{{- end }}
