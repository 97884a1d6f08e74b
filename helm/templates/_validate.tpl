{{/* Rules between values, which a schema cannot state or cannot state readably. */}}
{{- define "draem.validate" -}}
{{- $timeout := default "30s" .Values.requestTimeout }}
{{- $seconds := trimSuffix "s" $timeout | int }}
{{- if hasSuffix "ms" $timeout }}
{{- $seconds = add 1 (div (trimSuffix "ms" $timeout | int) 1000) }}
{{- else if hasSuffix "m" $timeout }}
{{- $seconds = mul 60 (trimSuffix "m" $timeout | int) }}
{{- end }}
{{- $grace := add (int .Values.preStopSleepSeconds) $seconds 15 | int }}
{{- if lt (int .Values.terminationGracePeriodSeconds) $grace }}
{{- fail (printf "terminationGracePeriodSeconds: must be %d or more: preStopSleepSeconds (%d), what a request may take (%s) and 15 s for closing" $grace (int .Values.preStopSleepSeconds) $timeout) }}
{{- end }}
{{- $zero := list "0" "0%" }}
{{- if and (has (toString .Values.updateStrategy.maxSurge) $zero) (has (toString .Values.updateStrategy.maxUnavailable) $zero) }}
{{- fail "updateStrategy: maxSurge and maxUnavailable cannot both be 0, no update could begin" }}
{{- end }}
{{- include "draem.validateResources" (list "" .Values.resources .Values.gpu) }}
{{- include "draem.validateResources" (list "training." .Values.training.resources .Values.training.gpu) }}
{{- include "draem.validateModels" . }}
{{- if and (not .Values.gpu.enabled) (has .Values.inference.provider (list "cuda" "tensorrt")) }}
{{- fail (printf "inference.provider: %s needs gpu.enabled" .Values.inference.provider) }}
{{- end }}
{{- if dig "management" "server" "port" "" .Values.config }}
{{- fail "config: management.server.port is set by managementPort, which probes, service and monitor follow" }}
{{- end }}
{{- if eq (int .Values.managementPort) 8080 }}
{{- fail "managementPort: 8080 is the port of the requests; take another, or 0 for that one" }}
{{- end }}
{{- if and .Values.networkPolicy.metricsFrom (not .Values.managementPort) }}
{{- fail "networkPolicy.metricsFrom: needs managementPort, metrics share the port of the requests otherwise" }}
{{- end }}
{{- if gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas) }}
{{- fail "autoscaling: minReplicas is above maxReplicas" }}
{{- end }}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) }}
{{- fail "httpRoute.parentRefs: names no gateway, the route would lead nowhere" }}
{{- end }}
{{- if .Values.kserve.enabled }}
{{- range $part := list "autoscaling" "ingress" "httpRoute" "networkPolicy" "podDisruptionBudget" "serviceMonitor" }}
{{- if (index $.Values $part).enabled }}
{{- fail (printf "kserve: with a ServingRuntime KServe makes the pods and what belongs to them; switch %s off" $part) }}
{{- end }}
{{- end }}
{{- end }}
{{- include "draem.validateTraining" . }}
{{- end }}

{{- define "draem.validateResources" -}}
{{- $part := index . 0 }}
{{- $resources := index . 1 }}
{{- $gpu := index . 2 }}
{{- range $name, $_ := merge (dict) (default (dict) $resources.requests) (default (dict) $resources.limits) }}
{{- if or (eq $name $gpu.resource) (hasPrefix "nvidia.com/" $name) }}
{{- fail (printf "%sresources: %s is set by %sgpu.resource and %sgpu.count" $part $name $part $part) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "draem.validateModels" -}}
{{- $sources := list }}
{{- if .Values.models.persistentVolumeClaim.name }}
{{- $sources = append $sources "models.persistentVolumeClaim.name" }}
{{- end }}
{{- if .Values.models.image.reference }}
{{- $sources = append $sources "models.image.reference" }}
{{- if semverCompare "<1.31.0-0" .Capabilities.KubeVersion.Version }}
{{- fail (printf "models.image: this cluster (%s) knows no image volumes; they need Kubernetes 1.31 with the feature ImageVolume, on by itself from 1.35" .Capabilities.KubeVersion.Version) }}
{{- end }}
{{- end }}
{{- if .Values.models.download.files }}
{{- $sources = append $sources "models.download.files" }}
{{- end }}
{{- if .Values.kserve.enabled }}
{{- with $sources }}
{{- fail (printf "kserve: models come from the storageUri of an InferenceService; leave out %s" (join " and " .)) }}
{{- end }}
{{- end }}
{{- if gt (len $sources) 1 }}
{{- fail (printf "models: come from one place; leave out all but one of %s" (join ", " $sources)) }}
{{- end }}
{{- $seen := list }}
{{- range .Values.models.download.files }}
{{- $file := printf "version %d of %s" (int .version) .model }}
{{- if has $file $seen }}
{{- fail (printf "models.download.files: has %s twice" $file) }}
{{- end }}
{{- $seen = append $seen $file }}
{{- end }}
{{- end }}

{{- define "draem.validateTraining" -}}
{{- if .Values.training.enabled }}
{{- if not .Values.training.products }}
{{- fail "training.products: names no product to train" }}
{{- end }}
{{- if not .Values.training.data.persistentVolumeClaim }}
{{- fail "training.data.persistentVolumeClaim: name the claim with the images" }}
{{- end }}
{{- if not .Values.training.output.persistentVolumeClaim }}
{{- fail "training.output.persistentVolumeClaim: name the claim for models and checkpoints" }}
{{- end }}
{{- $seen := list }}
{{- range .Values.training.products }}
{{- if has .name $seen }}
{{- fail (printf "training.products: has %s twice, both would write the same model" .name) }}
{{- end }}
{{- $seen = append $seen .name }}
{{- range $option := keys (merge (dict) (default (dict) .options) $.Values.training.options) }}
{{- if has $option (list "name" "output" "resume" "restart" "config") }}
{{- fail (printf "training: the option %s is given by the chart" $option) }}
{{- end }}
{{- if eq $option "preset" }}
{{- fail "training: preset is no option of a file, set training.preset" }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
