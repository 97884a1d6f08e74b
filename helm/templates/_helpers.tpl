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

{{/* Rules between values, which a schema cannot state or cannot state readably. */}}
{{- define "draem.validate" -}}
{{- $waiting := add (int .Values.preStopSleepSeconds) 20 }}
{{- if lt (int .Values.terminationGracePeriodSeconds) (int $waiting) }}
{{- fail (printf "terminationGracePeriodSeconds: must be preStopSleepSeconds + 20 or more (%d), for requests that are running" $waiting) }}
{{- end }}
{{- $zero := list "0" "0%" }}
{{- if and (has (toString .Values.updateStrategy.maxSurge) $zero) (has (toString .Values.updateStrategy.maxUnavailable) $zero) }}
{{- fail "updateStrategy: maxSurge and maxUnavailable cannot both be 0, no update could begin" }}
{{- end }}
{{- $resources := merge (dict) (default (dict) .Values.resources.requests) (default (dict) .Values.resources.limits) }}
{{- range $name, $_ := $resources }}
{{- if or (eq $name $.Values.gpu.resource) (hasPrefix "nvidia.com/" $name) }}
{{- fail (printf "resources: %s is set by gpu.resource and gpu.count" $name) }}
{{- end }}
{{- end }}
{{- end }}

{{/* What the chart knows better than anyone: it wins over .Values.config. */}}
{{- define "draem.config" -}}
{{- $models := dict "directory" "/models" }}
{{- with .Values.models.default }}
{{- $_ := set $models "default" . }}
{{- end }}
{{- $provider := default (ternary "cuda" "cpu" .Values.gpu.enabled) .Values.inference.provider }}
{{- $draem := dict "models" $models "inference" (dict "provider" $provider) }}
{{- if .Values.requestTimeout }}
{{- $_ := set $draem "request-timeout" .Values.requestTimeout }}
{{- end }}
{{- /* The service needs up to 10 s more than its drain to close; 5 s are to spare. */}}
{{- $drain := sub (sub (int .Values.terminationGracePeriodSeconds) (int .Values.preStopSleepSeconds)) 15 | int }}
{{- $_ := set $draem "shutdown" (dict "settle-delay" "0s" "drain-limit" (printf "%ds" $drain)) }}
{{- $managed := dict "draem" $draem "server" (dict "port" 8080) }}
{{- toYaml (mergeOverwrite (deepCopy .Values.config) $managed) }}
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
