package io.draem.deployment;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Where the API server has which objects. */
final class Kinds {

    /** Whatever a release of the service may consist of. */
    static final List<String> OF_A_RELEASE = List.of(
            "api/v1/configmaps",
            "api/v1/serviceaccounts",
            "api/v1/services",
            "apis/apps/v1/deployments",
            "apis/autoscaling/v2/horizontalpodautoscalers",
            "apis/gateway.networking.k8s.io/v1/httproutes",
            "apis/monitoring.coreos.com/v1/prometheusrules",
            "apis/monitoring.coreos.com/v1/servicemonitors",
            "apis/networking.k8s.io/v1/ingresses",
            "apis/networking.k8s.io/v1/networkpolicies",
            "apis/policy/v1/poddisruptionbudgets");

    private static final Map<String, String> PLURALS =
            Map.of("Ingress", "ingresses", "NetworkPolicy", "networkpolicies");

    private Kinds() {}

    /** Returns the path to make an object in a namespace. */
    static String path(Manifest manifest, String namespace) {
        var version = String.valueOf(manifest.at("apiVersion"));
        var plural = PLURALS.getOrDefault(manifest.kind(), manifest.kind().toLowerCase(Locale.ROOT) + "s");
        return (version.contains("/") ? "/apis/" : "/api/") + version + "/namespaces/" + namespace + "/" + plural;
    }
}
