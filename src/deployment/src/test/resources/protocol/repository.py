"""Loads and unloads a model of a running service with Triton's clients. Prints what each did."""

import sys

import tritonclient.grpc as triton_grpc
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

port, grpc_port, line_key, admin_key = sys.argv[1:]
line, admin = {"x-api-key": line_key}, {"x-api-key": admin_key}


def refused(status, call, *arguments, headers):
    try:
        call(*arguments, headers=headers)
    except InferenceServerException as e:
        assert e.status() == status, e
        return e.message()
    raise AssertionError(f"{call.__name__}{arguments} is not refused")


def control(client, states, unknown, forbidden):
    """Takes the model tile out of service and back.

    states: returns the states of the index by name
    unknown, forbidden: status of a model that there is not, and of a key without the right
    """
    assert states() == {"cookie": "READY", "tile": "READY"}, states()
    for call in client.load_model, client.unload_model:
        refused(forbidden, call, "tile", headers=line)
    client.unload_model("tile", headers=admin)
    assert not client.is_model_ready("tile", headers=line)
    assert states() == {"cookie": "READY", "tile": "UNAVAILABLE"}, states()
    client.unload_model("tile", headers=admin)  # again: nothing to do
    client.load_model("tile", headers=admin)
    assert client.is_model_ready("tile", headers=line)
    assert states() == {"cookie": "READY", "tile": "READY"}, states()
    for call in client.load_model, client.unload_model:
        refused(unknown, call, "cake", headers=admin)


over_http = triton.InferenceServerClient(f"localhost:{port}", network_timeout=300, connection_timeout=300)
control(
    over_http,
    lambda: {entry["name"]: entry["state"] for entry in over_http.get_model_repository_index(headers=line)},
    "404",
    "403",
)
print("tritonclient controls models")

over_grpc = triton_grpc.InferenceServerClient(f"localhost:{grpc_port}")
control(
    over_grpc,
    lambda: {entry.name: entry.state for entry in over_grpc.get_model_repository_index(headers=line).models},
    "StatusCode.NOT_FOUND",
    "StatusCode.PERMISSION_DENIED",
)
print("tritonclient over gRPC controls models")
