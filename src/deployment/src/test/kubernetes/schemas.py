#!/usr/bin/env python3
"""Writes src/test/resources/kubernetes: the schemas of Kubernetes and the operators (all Apache-2.0), reduced to
the kinds that chart and documents have, without descriptions. Needs Go, PyYAML and the network: python3 schemas.py"""

import json
import pathlib
import subprocess

import yaml

OUT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "kubernetes"
KUBERNETES = "k8s.io/kubernetes@v1.36.3"
KINDS = [
    "v1 ConfigMap", "v1 Pod", "v1 Service", "v1 ServiceAccount", "apps/v1 Deployment", "autoscaling/v2 HorizontalPodAutoscaler",
    "batch/v1 Job", "networking.k8s.io/v1 Ingress", "networking.k8s.io/v1 NetworkPolicy", "policy/v1 PodDisruptionBudget",
]
OPERATOR = "github.com/prometheus-operator/prometheus-operator@v0.85.0"
CUSTOM = {
    "servicemonitors": (OPERATOR, "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml"),
    "prometheusrules": (OPERATOR, "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml"),
    "httproutes": ("sigs.k8s.io/gateway-api@v1.6.1", "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml"),
    "sparkapplications": (
        "github.com/kubeflow/spark-operator/v2@v2.4.0",
        "charts/spark-operator-chart/crds/sparkoperator.k8s.io_sparkapplications.yaml",
    ),
    "servingruntimes": ("github.com/kserve/kserve@v0.15.0", "config/crd/full/serving.kserve.io_servingruntimes.yaml"),
}


def module(name):
    said = subprocess.run(["go", "mod", "download", "-json", name], capture_output=True, text=True).stdout
    return pathlib.Path(json.loads(said)["Dir"])


def without_descriptions(node, names=False):
    """names: whether the keys are those of fields, which may be called description too"""
    if isinstance(node, dict):
        return {
            key: without_descriptions(value, key in ("properties", "definitions") and not names)
            for key, value in node.items()
            if names or key not in ("description", "example")
        }
    return [without_descriptions(item) for item in node] if isinstance(node, list) else node


def core():
    swagger = json.loads((module(KUBERNETES) / "api/openapi-spec/swagger.json").read_text())["definitions"]
    kinds, wanted, kept = {}, [], {}
    for name, definition in swagger.items():
        for kind in definition.get("x-kubernetes-group-version-kind", []):
            title = (kind["group"] + "/" if kind["group"] else "") + kind["version"] + " " + kind["kind"]
            if title in KINDS:
                kinds[title] = {"$ref": "#/definitions/" + name}
                wanted.append(name)
    assert len(kinds) == len(KINDS)
    while wanted:
        name = wanted.pop()
        if name not in kept:
            kept[name] = without_descriptions(swagger[name])
            if "x-kubernetes-group-version-kind" in kept[name]:  # an object: manifests do not contain its status
                kept[name]["properties"].pop("status", None)
            text = json.dumps(kept[name])
            wanted += [part.split('"')[0] for part in text.split("#/definitions/")[1:]]
    document = {"source": f"{KUBERNETES}, api/openapi-spec/swagger.json", "kinds": kinds, "definitions": dict(sorted(kept.items()))}
    (OUT / "openapi.json").write_text(json.dumps(document, indent=1) + "\n")


def custom(name, source, path):
    definition = without_descriptions(next(filter(None, yaml.safe_load_all((module(source) / path).read_text()))))
    definition.pop("status", None)
    spec = definition["spec"]
    spec.pop("conversion", None)
    spec["versions"] = [version for version in spec["versions"] if version["storage"]]
    for version in spec["versions"]:
        fields = version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
        fields.pop("workerSpec", None)
        if name == "sparkapplications":  # whole pods, which fill a megabyte
            version["schema"]["openAPIV3Schema"]["properties"].pop("status")
            fields.pop("volumes")
            for pod in (fields["driver"], fields["executor"]):
                for field in ("affinity", "initContainers", "sidecars", "template"):
                    pod["properties"].pop(field)
    head = f"# {source}, {path}, by schemas.py\n"
    text = yaml.safe_dump(definition, sort_keys=False, width=4000, default_flow_style=None)
    (OUT / "crds" / f"{name}.yaml").write_text(head + text)


core()
for name, (source, path) in CUSTOM.items():
    custom(name, source, path)
