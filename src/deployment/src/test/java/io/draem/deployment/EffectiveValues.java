package io.draem.deployment;

import java.util.stream.Stream;

/** Values that together switch on and off every optional part of the chart. */
final class EffectiveValues {

    static final String DIGEST = "0123456789abcdef".repeat(4);

    static final String TRAINING = """
            training:
              enabled: true
              preset: quick
              options: {anomaly-source: /data/textures, seed: 7}
              products: [{name: casting}, {name: gear, options: {image-size: 128, seed: 8, beta: [0, 0.8]}}]
              data: {persistentVolumeClaim: photographs}
              output: {persistentVolumeClaim: models}
            """;

    private EffectiveValues() {}

    static Stream<String> all() {
        return Stream.concat(ofTheService(), Stream.of("kserve: {enabled: true}", """
                kserve: {enabled: true}
                gpu: {enabled: false}
                managementPort: 8081
                jvmOptions: -Xmx1g
                apiKeys: {secretName: keys}
                podAnnotations: {team: vision}
                podLabels: {team: vision}
                nodeSelector: {gpu: h100}
                imagePullSecrets: [{name: registry}]
                prometheusRule: {enabled: true}
                """));
    }

    static Stream<String> ofTheService() {
        return Stream.of(
                "",
                "gpu: {enabled: false}\ntolerations: []",
                "gpu: {resource: nvidia.com/mig-1g.10gb, count: 2}\nruntimeClassName: nvidia",
                "gpu: {resource: nvidia.com/gpu.shared, memoryLimit: 6GB}",
                "models: {default: casting, persistentVolumeClaim: {name: models, subPath: line/3}}",
                "models: {persistentVolumeClaim: {name: models, readOnly: false}}\nservice: {headless: true}\ngrpcPort: 8081",
                "capture: {persistentVolumeClaim: {name: captured, subPath: line/3}}",
                "models: {image: {reference: 'registry/models:3', subPath: line}}",
                """
                models:
                  download:
                    files:
                      - {model: casting, version: 3, url: 'https://models.example.com:8443/a.onnx', sha256: '%s'}
                      - {model: gear, version: 1, url: 'https://models.example.com:8443/b.onnx', sha256: '%s'}
                    headers: {secretName: token}
                    caCertificates: {configMapName: authority}
                networkPolicy: {enabled: true}
                """.formatted(DIGEST, DIGEST),
                "serviceMonitor: {enabled: true, labels: {release: prometheus}}\npodDisruptionBudget: {enabled: true}",
                "serviceAccount: {create: false}\npreStopSleepSeconds: 0",
                "serviceAccount: {name: inspector, annotations: {team: vision}}\nimagePullSecrets: [{name: registry}]",
                "podSecurityContext: {runAsUser: null, runAsGroup: null, fsGroup: null}",
                "resources: {requests: {cpu: null, memory: null}, limits: {memory: null}}",
                """
                apiKeys: {secretName: keys, openMetrics: true}
                tls: {secretName: certificate}
                managementPort: 8081
                grpcPort: 8082
                test: {model: casting, headers: {secretName: test}}
                serviceMonitor:
                  enabled: true
                  authorization: {credentials: {name: prometheus, key: key}}
                  tlsConfig: {insecureSkipVerify: true}
                prometheusRule: {enabled: true, labels: {release: prometheus}, alertLabels: {team: vision}}
                dashboard: {enabled: true, annotations: {folder: Plant}}
                """,
                """
                autoscaling: {enabled: true, metric: requestRate, requestRate: 20}
                ingress:
                  enabled: true
                  className: nginx
                  hosts: [line.example.com, '*.plant.example.com']
                  tls: [{secretName: certificate, hosts: [line.example.com]}]
                  annotations: {nginx.ingress.kubernetes.io/proxy-body-size: 64m}
                httpRoute: {enabled: true, parentRefs: [{name: plant, namespace: gateways}], hostnames: [line.example.com]}
                networkPolicy:
                  enabled: true
                  from: [{namespaceSelector: {matchLabels: {line: '3'}}}]
                  metricsFrom: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}]
                  egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 4318}]}]
                managementPort: 8081
                grpcPort: 8082
                """,
                "ingress: {enabled: true}\nautoscaling: {enabled: true, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]}",
                """
                replicaCount: 0
                jvmOptions: -Xmx1g -XX:+UseZGC
                env: [{name: DRAEM_KEY, valueFrom: {secretKeyRef: {name: keys, key: line}}}]
                nodeSelector: {gpu: h100}
                affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: []}}
                topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway}]
                priorityClassName: production
                podAnnotations: {team: vision}
                podLabels: {team: vision}
                extraVolumes: [{name: engines, persistentVolumeClaim: {claimName: engines}}]
                extraVolumeMounts: [{name: engines, mountPath: /engines}]
                service: {type: LoadBalancer, port: 80, annotations: {internal: "true"}}
                """,
                TRAINING,
                TRAINING + """
                          parallelism: 2
                          gpu: {enabled: true}
                          nodeSelector: {gpu: h100}
                          image: {digest: 'sha256:%s'}
                        networkPolicy: {enabled: true}
                        """.formatted(DIGEST));
    }
}
