{{/* Rules between values, which a schema cannot state or cannot state readably. */}}
{{- define "draem.validate" -}}
{{- $timeout := default "30s" .Values.requestTimeout }}
{{- $seconds := trimSuffix "s" $timeout | int }}
{{- if hasSuffix "ms" $timeout }}
{{- $seconds = add 1 (div (trimSuffix "ms" $timeout | int) 1000) }}
{{- else if hasSuffix "m" $timeout }}
{{- $seconds = mul 60 (trimSuffix "m" $timeout | int) }}
{{- end }}
{{- $grace := add (int .Values.preStopSleepSeconds) $seconds 16 | int }}
{{- if lt (int .Values.terminationGracePeriodSeconds) $grace }}
{{- fail (printf "terminationGracePeriodSeconds: must be %d or more: preStopSleepSeconds (%d), the longest request (%s) and 16 s for closing" $grace (int .Values.preStopSleepSeconds) $timeout) }}
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
{{- include "draem.validateConfig" . }}
{{- include "draem.validateNames" . }}
{{- include "draem.validateVolumes" . }}
{{- if .Values.capture.persistentVolumeClaim.name }}
{{- $surge := not (has (toString .Values.updateStrategy.maxSurge) $zero) }}
{{- if or .Values.autoscaling.enabled (gt (int .Values.replicaCount) 1) $surge .Values.kserve.enabled }}
{{- fail "capture.persistentVolumeClaim: one process uses the captured images; set replicaCount 1 and updateStrategy.maxSurge 0, and disable autoscaling and kserve" }}
{{- end }}
{{- else if .Values.capture.persistentVolumeClaim.subPath }}
{{- fail "capture.persistentVolumeClaim.subPath: has no effect without a name" }}
{{- end }}
{{- if and .Values.capture.bucket (not .Values.capture.persistentVolumeClaim.name) }}
{{- fail "capture.bucket: the index of the images needs capture.persistentVolumeClaim.name" }}
{{- end }}
{{- if and .Values.capture.bucketSecretName (not .Values.capture.bucket) }}
{{- fail "capture.bucketSecretName: has no effect without a bucket" }}
{{- end }}
{{- if eq (int .Values.managementPort) 8080 }}
{{- fail "managementPort: 8080 is the port of the requests; take another, or 0 for that one" }}
{{- end }}
{{- if and .Values.managementPort (eq (int .Values.managementPort) (int .Values.service.port)) }}
{{- fail (printf "managementPort: %d is service.port too; the service needs a port for each" (int .Values.managementPort)) }}
{{- end }}
{{- if .Values.grpcPort }}
{{- if has (int .Values.grpcPort) (list 8080 (int .Values.managementPort) (int .Values.service.port)) }}
{{- fail (printf "grpcPort: %d is another port already: 8080 is that of the requests, beside managementPort and service.port" (int .Values.grpcPort)) }}
{{- end }}
{{- if .Values.kserve.enabled }}
{{- fail "grpcPort: a ServingRuntime of KServe has one port; leave it at 0" }}
{{- end }}
{{- end }}
{{- if and .Values.podDisruptionBudget.enabled (has (toString .Values.podDisruptionBudget.maxUnavailable) $zero) }}
{{- fail "podDisruptionBudget.maxUnavailable: 0 blocks every drain of a node; take 1 or more, or switch podDisruptionBudget off" }}
{{- end }}
{{- $interval := include "draem.milliseconds" .Values.serviceMonitor.interval | int64 }}
{{- if not $interval }}
{{- fail "serviceMonitor.interval: must be above 0" }}
{{- end }}
{{- if gt (include "draem.milliseconds" .Values.serviceMonitor.scrapeTimeout | int64) $interval }}
{{- fail (printf "serviceMonitor.scrapeTimeout: %s is above serviceMonitor.interval (%s), Prometheus refuses such a monitor" .Values.serviceMonitor.scrapeTimeout .Values.serviceMonitor.interval) }}
{{- end }}
{{- if and .Values.networkPolicy.metricsFrom (not .Values.managementPort) }}
{{- fail "networkPolicy.metricsFrom: needs managementPort, metrics share the port of the requests otherwise" }}
{{- end }}
{{- if gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas) }}
{{- fail "autoscaling: minReplicas is above maxReplicas" }}
{{- end }}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) }}
{{- fail "httpRoute.parentRefs: names no gateway, the route would have no effect" }}
{{- end }}
{{- if .Values.kserve.enabled }}
{{- if .Values.service.headless }}
{{- fail "service.headless: with a ServingRuntime KServe creates the Services; leave it at false" }}
{{- end }}
{{- range $part := list "autoscaling" "ingress" "httpRoute" "networkPolicy" "podDisruptionBudget" "serviceMonitor" }}
{{- if (index $.Values $part).enabled }}
{{- fail (printf "kserve: with a ServingRuntime KServe creates the pods and their objects; disable %s" $part) }}
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
{{- fail (printf "models.image: this cluster (%s) has no image volumes; they need Kubernetes 1.31 with the feature ImageVolume, enabled by default from 1.35" .Capabilities.KubeVersion.Version) }}
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
{{- fail (printf "models: use one source; leave out all but one of %s" (join ", " $sources)) }}
{{- end }}
{{- $seen := list }}
{{- range .Values.models.download.files }}
{{- $file := printf "version %d of %s" (int .version) .model }}
{{- if has $file $seen }}
{{- fail (printf "models.download.files: has %s twice" $file) }}
{{- end }}
{{- $seen = append $seen $file }}
{{- end }}
{{- if $seen }}
{{- $names := list }}
{{- range .Values.models.download.files }}
{{- $names = append $names .model }}
{{- end }}
{{- range $value, $name := dict "models.default" .Values.models.default "test.model" .Values.test.model }}
{{- if and $name (not (has $name $names)) }}
{{- fail (printf "%s: %s is not among models.download.files, which has %s" $value $name ($names | uniq | sortAlpha | join ", ")) }}
{{- end }}
{{- end }}
{{- range $name, $versions := dig "draem" "models" "versions" (dict) .Values.config }}
{{- if not (kindIs "slice" $versions) }}
{{- $versions = splitList "," (toString $versions) }}
{{- end }}
{{- range $version := $versions }}
{{- if not (has (printf "version %d of %s" (toString $version | trim | int) $name) $seen) }}
{{- fail (printf "config: draem.models.versions names version %v of %s, which is not among models.download.files" (toString $version | trim) $name) }}
{{- end }}
{{- end }}
{{- end }}
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

{{/* A Prometheus duration in milliseconds. */}}
{{- define "draem.milliseconds" -}}
{{- $number := regexFind "^[0-9]+" . | int64 }}
{{- $units := dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 }}
{{- mul $number (index $units (regexFind "[a-z]+$" .)) }}
{{- end }}

{{/* Labels and annotations that an object would have twice: YAML with a duplicate key is rejected or loses one. */}}
{{- define "draem.validateNames" -}}
{{- $own := keys (include "draem.labels" . | fromYaml) }}
{{- $labels := dict "podLabels" .Values.podLabels "serviceMonitor.labels" .Values.serviceMonitor.labels "prometheusRule.labels" .Values.prometheusRule.labels "dashboard.labels" .Values.dashboard.labels }}
{{- range $value, $given := $labels }}
{{- range $label, $_ := $given }}
{{- if has $label $own }}
{{- fail (printf "%s: %s is set by the chart itself, leave it out" $value $label) }}
{{- end }}
{{- end }}
{{- end }}
{{- $annotations := list "checksum/config" }}
{{- if .Values.kserve.enabled }}
{{- $annotations = concat $annotations (list "prometheus.kserve.io/port" "prometheus.kserve.io/path") }}
{{- end }}
{{- range $annotation, $_ := .Values.podAnnotations }}
{{- if has $annotation $annotations }}
{{- fail (printf "podAnnotations: %s is set by the chart itself, leave it out" $annotation) }}
{{- end }}
{{- end }}
{{- $variables := list }}
{{- range .Values.env }}
{{- if has .name $variables }}
{{- fail (printf "env: has %s twice" .name) }}
{{- end }}
{{- if and (eq .name "JDK_JAVA_OPTIONS") $.Values.jvmOptions }}
{{- fail "env: JDK_JAVA_OPTIONS is set by jvmOptions" }}
{{- end }}
{{- $variables = append $variables .name }}
{{- end }}
{{- end }}

{{- define "draem.validateVolumes" -}}
{{- $own := list "config" "tmp" "api-keys" "tls" "models" "download-headers" "download-certificates" }}
{{- $names := list }}
{{- range .Values.extraVolumes }}
{{- if has .name $own }}
{{- fail (printf "extraVolumes: %s is the name of a volume of the chart's own; take another" .name) }}
{{- end }}
{{- if has .name $names }}
{{- fail (printf "extraVolumes: has %s twice" .name) }}
{{- end }}
{{- $names = append $names .name }}
{{- end }}
{{- $known := $names }}
{{- $paths := list }}
{{- $models := "" }}
{{- if not .Values.kserve.enabled }}
{{- $models = include "draem.modelVolume" . }}
{{- end }}
{{- range printf "%s\n%s" (include "draem.ownVolumes" .) $models | fromYamlArray }}
{{- $known = append $known .name }}
{{- end }}
{{- $mounts := "" }}
{{- if not .Values.kserve.enabled }}
{{- $mounts = include "draem.modelMount" . }}
{{- end }}
{{- range printf "%s\n%s" (include "draem.ownVolumeMounts" .) $mounts | fromYamlArray }}
{{- $paths = append $paths (clean .mountPath) }}
{{- end }}
{{- range .Values.extraVolumeMounts }}
{{- if not (has .name $known) }}
{{- fail (printf "extraVolumeMounts: there is no volume %s; extraVolumes has %s" .name (default "none" (join ", " $names))) }}
{{- end }}
{{- if has (clean .mountPath) $paths }}
{{- fail (printf "extraVolumeMounts: something is mounted at %s already" .mountPath) }}
{{- end }}
{{- $paths = append $paths (clean .mountPath) }}
{{- end }}
{{- end }}

{{/*
Names of all properties in a nested map, one per line, in one spelling: Spring treats maxBatchSize, max_batch_size and
max-batch-size as the same. Call with a list of the name so far and the value.
*/}}
{{- define "draem.propertyNames" -}}
{{- $name := index . 0 }}
{{- $value := index . 1 }}
{{- if and (kindIs "map" $value) $value }}
{{- range $key, $member := $value }}
{{- $below := $key | lower | replace "-" "" | replace "_" "" }}
{{- include "draem.propertyNames" (list (ternary $below (printf "%s.%s" $name $below) (eq $name "")) $member) }}
{{- end }}
{{- else if $name }}
{{- printf "%s\n" $name }}
{{- end }}
{{- end }}

{{/*
Properties that the chart sets, and those that probes, service and monitor rely on: setting them in .Values.config would have no
effect, or would make the probes fail.
*/}}
{{- define "draem.validateConfig" -}}
{{- $keys := .Values.apiKeys }}
{{- $managed := dict
  "server.port" "the container listens on 8080; service.port is the port outside"
  "server.address" "probes and service reach the pod by its address; leave it out"
  "server.ssl.enabled" "TLS is switched on by tls.secretName"
  "server.ssl.bundle" "the certificate is named by tls.secretName"
  "server.ssl.keystore*" "the certificate is named by tls.secretName"
  "server.ssl.certificate*" "the certificate is named by tls.secretName"
  "server.ssl.clientauth" "probes have no certificate; let the ingress ask for one"
  "spring.ssl.bundle.pem.service*" "the certificate is named by tls.secretName"
  "spring.mvc.servlet.path" "set server.servlet.context-path, which probes and monitor follow"
  "spring.webflux.basepath" "set server.servlet.context-path, which probes and monitor follow"
  "draem.grpc.*" "it is set by grpcPort, which service and network policy follow"
  "management.server.port" "it is set by managementPort, which probes, service and monitor follow"
  "management.server.address" "probes and service reach the pod by its address; leave it out"
  "management.server.ssl*" "TLS is switched on by tls.secretName"
  "management.endpoints.web.pathmapping.health" "the probes ask for health; leave it out"
  "management.endpoints.web.pathmapping.prometheus" "the monitor asks for prometheus; leave it out"
  "draem.models.directory" "the models come from models.persistentVolumeClaim, models.image or models.download"
  "draem.models.default" "it is set by models.default"
  "draem.capture.directory" "it is set by capture.persistentVolumeClaim"
  "draem.capture.bucket" "it is set by capture.bucket"
  "draem.inference.provider" "it is set by inference.provider"
  "draem.inference.devices*" "the GPUs are those of gpu.count"
  "draem.inference.cuda.memorylimit" "it is set by gpu.memoryLimit"
  "draem.requesttimeout" "it is set by requestTimeout"
  "draem.shutdown*" "it is derived from preStopSleepSeconds and terminationGracePeriodSeconds"
  "draem.security.apikeys.file" "it is set by apiKeys.secretName"
}}
{{- if $keys.openMetrics }}
{{- $_ := set $managed "draem.security.apikeys.openpaths*" "it is set by apiKeys.openMetrics" }}
{{- end }}
{{- $known := list }}
{{- range .Files.Lines "files/properties.txt" }}
{{- if . }}
{{- $known = append $known . }}
{{- end }}
{{- end }}
{{- range include "draem.propertyNames" (list "" .Values.config) | splitList "\n" }}
{{- $name := . }}
{{- range $pattern, $reason := $managed }}
{{- $stem := trimSuffix "*" $pattern }}
{{- if or (eq $name $stem) (hasPrefix (printf "%s." $stem) $name) (and (hasSuffix "*" $pattern) (hasPrefix $stem $name)) }}
{{- fail (printf "config: %s cannot be set here: %s" $name $reason) }}
{{- end }}
{{- end }}
{{- if hasPrefix "draem." $name }}
{{- $found := false }}
{{- range $known }}
{{- $property := . | replace "-" "" }}
{{- $stem := trimSuffix ".*" $property }}
{{- if or (eq $name $stem) (hasPrefix (printf "%s." $name) $stem) (and (hasSuffix ".*" $property) (hasPrefix (printf "%s." $stem) $name)) (and (hasSuffix ".*" $property) (hasPrefix (printf "%s[" $stem) $name)) }}
{{- $found = true }}
{{- end }}
{{- end }}
{{- if not $found }}
{{- fail (printf "config: the service has no property %s; files/properties.txt of the chart lists them" $name) }}
{{- end }}
{{- end }}
{{- end }}
{{- range .Values.env }}
{{- $name := .name }}
{{- $variable := .name | lower | replace "_" "" | replace "." "" | replace "-" "" }}
{{- range $pattern, $reason := $managed }}
{{- $stem := $pattern | trimSuffix "*" | replace "." "" }}
{{- if or (eq $variable $stem) (and (hasSuffix "*" $pattern) (hasPrefix $stem $variable)) }}
{{- fail (printf "env: %s cannot be set here: %s" $name $reason) }}
{{- end }}
{{- end }}
{{- if has $variable (list "serverservletcontextpath" "managementendpointswebbasepath" "managementserverbasepath") }}
{{- fail (printf "env: %s cannot be set here: set it in config, where probes, monitor and test follow" .name) }}
{{- end }}
{{- end }}
{{- range $name := list "server.servlet.context-path" "management.endpoints.web.base-path" "management.server.base-path" }}
{{- $path := include "draem.property" (list $.Values.config $name) }}
{{- if and $path (not (regexMatch "^/([A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*)?$" $path)) }}
{{- fail (printf "config: %s must be a plain path that begins with a slash and does not end with one, got %s" $name $path) }}
{{- end }}
{{- end }}
{{- end }}
