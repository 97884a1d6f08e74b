package io.draem.deployment;

import static io.draem.deployment.HelmChart.render;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HelmValuesTests {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    replicaCount: -1                                | replicaCount
                    replicaCount: many                              | replicaCount
                    replicas: 2                                     | replicas
                    gpu: {number: 1}                                | number
                    gpu: {count: 0}                                 | gpu/count
                    gpu: {resource: gpu}                            | gpu/resource
                    image: {tag: 'a:b'}                             | image/tag
                    image: {digest: 'md5:0'}                        | image/digest
                    inference: {provider: gpu}                      | inference/provider
                    models: {default: ../../etc}                    | models/default
                    requestTimeout: 5                               | requestTimeout
                    requestTimeout: soon                            | requestTimeout
                    resources: {limits: {memory: 4 gigabytes}}      | resources/limits/memory
                    podSecurityContext: {runAsUser: 0}              | podSecurityContext/runAsUser
                    podSecurityContext: {runAsNonRoot: false}       | runAsNonRoot
                    service: {port: 70000}                          | service/port
                    service: {type: Ingress}                        | service/type
                    service: {headless: pods}                       | service/headless
                    serviceMonitor: {interval: often}               | serviceMonitor/interval
                    probes: {startup: {path: /}}                    | path
                    env: [{value: nameless}]                        | env/0
                    gpu: {memoryLimit: 6}                           | gpu/memoryLimit
                    models: {volume: models}                        | volume
                    models: {download: {files: [{model: a, version: 1, url: 'http://a/b'}]}} | sha256
                    models: {download: {files: [{model: a, version: 1, url: 'file:///etc/passwd', sha256: 0}]}} | files/0/url
                    tls: {certificate: abc}                         | certificate
                    apiKeys: {keys: [abc]}                          | keys
                    managementPort: 70000                           | managementPort
                    grpcPort: 70000                                 | grpcPort
                    autoscaling: {metric: cpu}                      | autoscaling/metric
                    autoscaling: {maxReplicas: 0}                   | autoscaling/maxReplicas
                    ingress: {hosts: ['https://example.com']}       | ingress/hosts/0
                    ingress: {paths: []}                            | ingress/paths
                    httpRoute: {parentRefs: [{namespace: gateways}]} | httpRoute/parentRefs/0
                    networkPolicy: {from: [{}]}                     | networkPolicy/from/0
                    prometheusRule: {selector: '{job="a"}'}         | prometheusRule/selector
                    kserve: true                                    | kserve
                    capture: {bucket: 's3://captured/../line'}      | capture/bucket
                    training: {products: [{name: a/b}]}             | training/products/0/name
                    training: {options: {--preset: quick}}          | training/options
                    training: {preset: fast}                        | training/preset
                    """)
    void refusesNonsenseNamingTheValue(String values, String named) {
        assertThatThrownBy(() -> render(values))
                .hasMessageContaining("values don't meet the specifications of the schema")
                .hasMessageContaining(named);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    terminationGracePeriodSeconds: 50                | terminationGracePeriodSeconds: must be 51 or more
                    requestTimeout: 1m                               | terminationGracePeriodSeconds: must be 81 or more
                    updateStrategy: {maxSurge: 0%, maxUnavailable: 0} | updateStrategy: maxSurge and maxUnavailable cannot both be 0
                    resources: {limits: {nvidia.com/gpu: 2}}         | resources: nvidia.com/gpu is set by gpu.resource and gpu.count
                    training: {resources: {limits: {nvidia.com/gpu: 2}}} | training.resources: nvidia.com/gpu is set by training.gpu.resource
                    gpu: {enabled: false} ; inference: {provider: cuda} | inference.provider: cuda needs gpu.enabled
                    capture: {persistentVolumeClaim: {name: a}} ; replicaCount: 2 | capture.persistentVolumeClaim: one process uses
                    capture: {persistentVolumeClaim: {subPath: a}}   | capture.persistentVolumeClaim.subPath: has no effect
                    capture: {bucket: 's3://captured'}               | capture.bucket: the index of the images needs
                    capture: {bucketSecretName: a}                   | capture.bucketSecretName: has no effect
                    managementPort: 8080                             | managementPort: 8080 is the port of the requests
                    config: {management: {server: {port: 9090}}}     | config: management.server.port cannot be set here: it is set by managementPort
                    config: {management.server.port: 9090}           | config: management.server.port cannot be set here
                    config: {server: {port: 9090}}                   | config: server.port cannot be set here: the container listens on 8080
                    config: {server: {address: 127.0.0.1}}           | config: server.address cannot be set here
                    config: {server: {ssl: {enabled: false}}} ; tls: {secretName: a} | config: server.ssl.enabled cannot be set here: TLS is switched on by tls.secretName
                    config: {server: {ssl: {keyStore: a}}}           | config: server.ssl.keystore cannot be set here
                    config: {server.ssl.client-auth: need} ; tls: {secretName: a} | config: server.ssl.clientauth cannot be set here: probes have no certificate
                    config: {management: {server: {ssl: {enabled: false}}}} | config: management.server.ssl.enabled cannot be set here
                    config: {draem: {request_timeout: 3s}}           | config: draem.requesttimeout cannot be set here: it is set by requestTimeout
                    config: {draem: {models: {directory: /a}}}       | config: draem.models.directory cannot be set here
                    config: {draem: {shutdown: {drain-limit: 3s}}}   | config: draem.shutdown.drainlimit cannot be set here
                    config: {draem: {inference: {provider: cpu}}}    | config: draem.inference.provider cannot be set here
                    config: {draem: {inference: {treads: 2}}}        | config: the service has no property draem.inference.treads
                    config: {draem.log-verdict: true}                | config: the service has no property draem.logverdict
                    config: {draem: {image: {max-pixels-in-flight: 9}}} | config: the service has no property draem.image.maxpixelsinflight
                    config: {server: {servlet: {context-path: line}}} | config: server.servlet.context-path must be a plain path
                    config: {management: {endpoints: {web: {path-mapping: {health: up}}}}} | config: management.endpoints.web.pathmapping.health cannot be set here
                    env: [{name: SERVER_PORT, value: '9090'}]        | env: SERVER_PORT cannot be set here: the container listens on 8080
                    env: [{name: DRAEM_SHUTDOWN_DRAINLIMIT, value: 1s}] | env: DRAEM_SHUTDOWN_DRAINLIMIT cannot be set here
                    env: [{name: SERVER_SERVLET_CONTEXTPATH, value: /a}] | env: SERVER_SERVLET_CONTEXTPATH cannot be set here: set it in config
                    env: [{name: A, value: b}, {name: A, value: c}]  | env: has A twice
                    env: [{name: JDK_JAVA_OPTIONS, value: b}] ; jvmOptions: -Xmx1g | env: JDK_JAVA_OPTIONS is set by jvmOptions
                    podLabels: {app.kubernetes.io/name: a}           | podLabels: app.kubernetes.io/name is set by the chart itself
                    serviceMonitor: {labels: {helm.sh/chart: a}}     | serviceMonitor.labels: helm.sh/chart is set by the chart itself
                    prometheusRule: {labels: {app.kubernetes.io/instance: a}} | prometheusRule.labels: app.kubernetes.io/instance is set by the chart itself
                    dashboard: {labels: {app.kubernetes.io/version: a}} | dashboard.labels: app.kubernetes.io/version is set by the chart itself
                    podAnnotations: {checksum/config: a}             | podAnnotations: checksum/config is set by the chart itself
                    kserve: {enabled: true} ; podAnnotations: {prometheus.kserve.io/port: a} | podAnnotations: prometheus.kserve.io/port is set by the chart itself
                    extraVolumes: [{name: tmp, emptyDir: {}}]        | extraVolumes: tmp is the name of a volume of the chart's own
                    extraVolumes: [{name: models, emptyDir: {}}]     | extraVolumes: models is the name of a volume of the chart's own
                    extraVolumes: [{name: a, emptyDir: {}}, {name: a, emptyDir: {}}] | extraVolumes: has a twice
                    extraVolumeMounts: [{name: a, mountPath: /a}]    | extraVolumeMounts: there is no volume a; extraVolumes has none
                    extraVolumeMounts: [{name: models, mountPath: /a}] | extraVolumeMounts: there is no volume models
                    extraVolumeMounts: [{name: tmp, mountPath: /tmp/}] | extraVolumeMounts: something is mounted at /tmp/ already
                    managementPort: 8081 ; service: {port: 8081}     | managementPort: 8081 is service.port too
                    grpcPort: 8080                                   | grpcPort: 8080 is another port already
                    grpcPort: 8081 ; managementPort: 8081            | grpcPort: 8081 is another port already
                    grpcPort: 8081 ; kserve: {enabled: true}         | grpcPort: a ServingRuntime of KServe has one port
                    config: {draem: {grpc: {enabled: true}}}         | config: draem.grpc.enabled cannot be set here: it is set by grpcPort
                    podDisruptionBudget: {enabled: true, maxUnavailable: 0} | podDisruptionBudget.maxUnavailable: 0 blocks every drain
                    podDisruptionBudget: {enabled: true, maxUnavailable: 0%} | podDisruptionBudget.maxUnavailable: 0 blocks every drain
                    serviceMonitor: {interval: 5s}                   | serviceMonitor.scrapeTimeout: 10s is above serviceMonitor.interval (5s)
                    serviceMonitor: {interval: 1m, scrapeTimeout: 60001ms} | serviceMonitor.scrapeTimeout: 60001ms is above serviceMonitor.interval (1m)
                    serviceMonitor: {interval: 0s}                   | serviceMonitor.interval: must be above 0
                    networkPolicy: {metricsFrom: [{podSelector: {}}]} | networkPolicy.metricsFrom: needs managementPort
                    autoscaling: {minReplicas: 3}                    | autoscaling: minReplicas is above maxReplicas
                    httpRoute: {enabled: true}                       | httpRoute.parentRefs: names no gateway
                    models: {image: {reference: a:1}, persistentVolumeClaim: {name: b}} | models: use one source
                    kserve: {enabled: true} ; autoscaling: {enabled: true} | disable autoscaling
                    kserve: {enabled: true} ; service: {headless: true} | service.headless: with a ServingRuntime
                    kserve: {enabled: true} ; models: {persistentVolumeClaim: {name: b}} | leave out models.persistentVolumeClaim.name
                    training: {enabled: true}                        | training.products: names no product
                    training: {enabled: true, products: [{name: a}]} | training.data.persistentVolumeClaim: name the claim with the images
                    training: {enabled: true, products: [{name: a}, {name: a}], data: {persistentVolumeClaim: b}, output: {persistentVolumeClaim: c}} | has a twice
                    training: {enabled: true, products: [{name: a}], options: {preset: quick}, data: {persistentVolumeClaim: b}, output: {persistentVolumeClaim: c}} | set training.preset
                    training: {enabled: true, products: [{name: a}], options: {resume: true}, data: {persistentVolumeClaim: b}, output: {persistentVolumeClaim: c}} | the option resume is given by the chart
                    """)
    void refusesValuesThatContradictEachOther(String values, String message) {
        assertThatThrownBy(() -> render(values.replace(" ; ", "\n"))).hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    models: {default: gear%s}                        | models.default: gear is not among models.download.files, which has casting
                    test: {model: gear} ; models: {default: ''%s}    | test.model: gear is not among models.download.files
                    config: {draem: {models: {versions: {casting: '4'}}}} ; models: {default: casting%s} | config: draem.models.versions names version 4 of casting
                    config: {draem: {models: {versions: {casting: '3, 5'}}}} ; models: {default: casting%s} | draem.models.versions names version 5 of casting
                    config: {draem: {models: {versions: {casting: [3, 6]}}}} ; models: {default: casting%s} | draem.models.versions names version 6 of casting
                    """)
    void refusesAModelThatIsNotDownloaded(String values, String message) {
        var files = ", download: {files: [{model: casting, version: 3, url: 'https://a/b', sha256: '%s'}]}"
                .formatted(EffectiveValues.DIGEST);

        assertThatThrownBy(() -> render(values.formatted(files).replace(" ; ", "\n")))
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"3", "'3'", "'3,2'", "[2, 3]"})
    void takesDownloadedVersionsAsPropertiesNameThem(String versions) {
        var file = "{model: casting, version: %d, url: 'https://a/b', sha256: '" + EffectiveValues.DIGEST + "'}";
        assertThat(render("models: {download: {files: [" + file.formatted(2) + ", " + file.formatted(3)
                        + "]}}\nconfig: {draem: {models: {versions: {casting: " + versions + "}}}}"))
                .isNotEmpty();
    }

    @Test
    void takesThePresetsThatTheTrainerHas() throws Exception {
        var resources = HelmChart.DIRECTORY.resolveSibling("src/trainer/src/main/resources/io/draem/trainer/cli");
        try (var files = Files.list(resources)) {
            var presets = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("preset-"))
                    .map(name -> name.substring("preset-".length(), name.indexOf('.')))
                    .toList();

            assertThat(presets)
                    .isNotEmpty()
                    .allSatisfy(preset -> assertThat(render("training: {preset: %s}".formatted(preset)))
                            .isNotEmpty());
        }
    }

    @Test
    void refusesAVolumeThatTheClusterDoesNotKnow() {
        assertThatThrownBy(() -> HelmChart.renderFor("1.30.0", "models: {image: {reference: 'registry/models:3'}}"))
                .hasMessageContaining("models.image: this cluster (v1.30.0) has no image volumes");
    }

    @Test
    void theReadmeTellsOfEveryValueWithItsDefault() throws Exception {
        var readme = Files.readString(HelmChart.DIRECTORY.resolve("README.md"));

        for (var value : leaves("", HelmChart.defaultValues()).toList()) {
            assertThat(readme).contains("| " + value + " |");
        }
    }

    @Test
    void theReadmeTellsOfNoValueThatIsNone() throws Exception {
        var values = leaves("", HelmChart.defaultValues()).collect(Collectors.toSet());
        var rows = Files.readString(HelmChart.DIRECTORY.resolve("README.md"))
                .lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> String.join(
                        " | ", List.of(line.substring(2).split(" \\| ")).subList(0, 2)));

        assertThat(rows).isNotEmpty().allSatisfy(row -> assertThat(values).contains(row));
    }

    @Test
    void theReadmesExamplesAreValuesThatTheChartTakes() throws Exception {
        var readme = Files.readString(HelmChart.DIRECTORY.resolve("README.md"));
        var examples = Stream.of(readme.split("```"))
                .filter(block -> block.startsWith("yaml\n"))
                .map(block -> block.substring("yaml\n".length()))
                .filter(block -> !block.startsWith("rules:") && !block.startsWith("apiVersion:"))
                .toList();

        assertThat(examples)
                .hasSizeGreaterThan(4)
                .allSatisfy(example -> assertThat(render(example)).isNotEmpty());
    }

    /** Each value as the table writes it: the path and its default, both as code. */
    private static Stream<String> leaves(String path, Object value) {
        if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            return map.entrySet().stream()
                    .flatMap(entry -> leaves(
                            path.isEmpty() ? entry.getKey().toString() : path + "." + entry.getKey(),
                            entry.getValue()));
        }
        return Stream.of("`%s` | `%s`".formatted(path, plain(value)));
    }

    private static String plain(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map.isEmpty() ? "{}" : map.toString().replace('=', ':');
        }
        if (value instanceof List<?> list) {
            return list.isEmpty() ? "[]" : "[…]";
        }
        return "".equals(value) ? "\"\"" : value.toString();
    }
}
