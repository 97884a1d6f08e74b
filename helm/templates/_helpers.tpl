{{- define "draem.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Names longer than 63 characters are no DNS labels. */}}
{{- define "draem.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- $name := include "draem.name" . }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{/* The full name with something behind it: call with a list of the root and the suffix. */}}
{{- define "draem.nameWith" -}}
{{- $suffix := index . 1 }}
{{- include "draem.fullname" (index . 0) | trunc (sub 62 (len $suffix) | int) | trimSuffix "-" }}-{{ $suffix }}
{{- end }}

{{/* A deployment's selector cannot change: these never may. */}}
{{- define "draem.selectorLabels" -}}
app.kubernetes.io/name: {{ include "draem.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: inference
{{- end }}

{{- define "draem.labels" -}}
{{ include "draem.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "draem.testLabels" -}}
{{ include "draem.labels" . | replace "component: inference" "component: test" }}
{{- end }}

{{- define "draem.trainingLabels" -}}
{{ include "draem.labels" . | replace "component: inference" "component: training" }}
{{- end }}

{{- define "draem.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "draem.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "draem.image" -}}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- $tag := printf "%s%s" .Chart.AppVersion (ternary "" "-cpu" .Values.gpu.enabled) }}
{{- printf "%s:%s" .Values.image.repository (default $tag .Values.image.tag) }}
{{- end }}
{{- end }}

{{/* The fixed part of the container's rights, as the pod security standard "restricted" asks. */}}
{{- define "draem.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop:
    - ALL
{{- end }}

{{- define "draem.podSecurityContext" -}}
{{- $fixed := dict "runAsNonRoot" true "seccompProfile" (dict "type" "RuntimeDefault") }}
{{- toYaml (mergeOverwrite (deepCopy .Values.podSecurityContext) $fixed) }}
{{- end }}

{{/* Resources with the GPU among requests and limits: call with a list of the resources and the GPU's values. */}}
{{- define "draem.resources" -}}
{{- $resources := index . 0 }}
{{- $gpu := index . 1 }}
{{- $device := dict }}
{{- if $gpu.enabled }}
{{- $device = dict $gpu.resource $gpu.count }}
{{- end }}
requests:
  {{- toYaml (merge (dict) $resources.requests $device) | nindent 2 }}
limits:
  {{- toYaml (merge (dict) $resources.limits $device) | nindent 2 }}
{{- end }}

{{- define "draem.scheme" -}}
{{ ternary "HTTPS" "HTTP" (ne .Values.tls.secretName "") }}
{{- end }}

{{/* A property of a nested map, whichever way its name is split and spelled: call with a list of the map and the name. */}}
{{- define "draem.property" -}}
{{- $wanted := index . 1 | lower | replace "-" "" | replace "_" "" }}
{{- range $key, $value := index . 0 }}
{{- $name := $key | lower | replace "-" "" | replace "_" "" }}
{{- if eq $name $wanted }}
{{- $value }}
{{- else if and (kindIs "map" $value) (hasPrefix (printf "%s." $name) $wanted) }}
{{- include "draem.property" (list $value (trimPrefix (printf "%s." $name) $wanted)) }}
{{- end }}
{{- end }}
{{- end }}

{{/* What comes before the paths of requests: nothing by default. */}}
{{- define "draem.contextPath" -}}
{{- include "draem.property" (list .Values.config "server.servlet.context-path") | trimSuffix "/" }}
{{- end }}

{{/* What comes before health and prometheus. On a port of its own the context path does not count. */}}
{{- define "draem.managementPath" -}}
{{- $endpoints := default "/actuator" (include "draem.property" (list .Values.config "management.endpoints.web.base-path")) | trimSuffix "/" }}
{{- if .Values.managementPort }}
{{- include "draem.property" (list .Values.config "management.server.base-path") | trimSuffix "/" }}{{ $endpoints }}
{{- else }}
{{- include "draem.contextPath" . }}{{ $endpoints }}
{{- end }}
{{- end }}

{{/* One address for both kinds of health: call with a list of the root, the kind and the port. */}}
{{- define "draem.probe" -}}
{{- $root := index . 0 }}
httpGet:
  path: {{ include "draem.managementPath" $root }}/health/{{ index . 1 }}
  port: {{ index . 2 }}
  {{- if $root.Values.tls.secretName }}
  scheme: HTTPS
  {{- end }}
{{- end }}

{{- define "draem.env" -}}
{{- with .Values.jvmOptions }}
- name: JDK_JAVA_OPTIONS
  value: {{ . | quote }}
{{- end }}
{{- with .Values.env }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Volume mounts that Deployment and ServingRuntime share, and their volumes. */}}
{{- define "draem.volumeMounts" -}}
{{ include "draem.ownVolumeMounts" . }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "draem.ownVolumeMounts" -}}
- name: config
  mountPath: /opt/draem/config
  readOnly: true
- name: tmp
  mountPath: /tmp
{{- with .Values.capture.persistentVolumeClaim }}
{{- if .name }}
- name: captured
  mountPath: /captured
  {{- with .subPath }}
  subPath: {{ . }}
  {{- end }}
{{- end }}
{{- end }}
{{- if .Values.apiKeys.secretName }}
- name: api-keys
  mountPath: /etc/draem/keys
  readOnly: true
{{- end }}
{{- if .Values.tls.secretName }}
- name: tls
  mountPath: /etc/draem/tls
  readOnly: true
{{- end }}
{{- end }}

{{- define "draem.volumes" -}}
{{ include "draem.ownVolumes" . }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "draem.ownVolumes" -}}
- name: config
  configMap:
    name: {{ include "draem.fullname" . }}
- name: tmp
  emptyDir:
    sizeLimit: {{ .Values.temporaryStorage }}
{{- with .Values.capture.persistentVolumeClaim.name }}
- name: captured
  persistentVolumeClaim:
    claimName: {{ . }}
{{- end }}
{{- with .Values.apiKeys.secretName }}
- name: api-keys
  secret:
    secretName: {{ . }}
{{- end }}
{{- with .Values.tls.secretName }}
- name: tls
  secret:
    secretName: {{ . }}
{{- end }}
{{- end }}
