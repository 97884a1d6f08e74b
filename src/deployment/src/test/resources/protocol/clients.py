"""Talks to a running service with the clients that plants have: tritonclient and KServe's. Prints what each found."""

import asyncio
import queue
import sys

import numpy

# One of them in a process: both register the protocol's messages under the same names.
which, port, grpc_port, model, image_path, expected = *sys.argv[1:6], float(sys.argv[6])
if which == "triton":
    import tritonclient.grpc as triton_grpc
    import tritonclient.http as triton
    from tritonclient.utils import InferenceServerException
else:
    from kserve import InferInput, InferRequest, InferenceGRPCClient, InferenceRESTClient, RESTConfig
image = open(image_path, "rb").read()


def close(score):
    assert abs(score - expected) < 1e-6, (score, expected)


def examine_images(client, protocol, unknown):
    """Sends encoded images with one of Triton's clients, and returns them as its input."""
    encoded = numpy.array([image, image], dtype=numpy.object_)
    given = protocol.InferInput("input", encoded.shape, "BYTES")
    given.set_data_from_numpy(encoded)
    for score in client.infer(model, [given]).as_numpy("pred_score"):
        close(score)
    try:
        client.infer("cake", [given])
        raise AssertionError("there is no such model")
    except InferenceServerException as e:
        assert e.status() == unknown and model in e.message(), e
    return given


def with_triton():
    client = triton.InferenceServerClient(f"localhost:{port}")
    assert client.is_server_live() and client.is_server_ready()
    assert client.is_model_ready(model) and client.is_model_ready(model, "1")
    assert not client.is_model_ready("cake")
    assert client.get_server_metadata()["name"] == "draem"
    metadata = client.get_model_metadata(model)
    height, width = metadata["inputs"][0]["shape"][2:]

    for binary in True, False:
        tensor = numpy.random.default_rng(7).random((3, 3, height, width), dtype=numpy.float32)
        given = triton.InferInput("input", tensor.shape, "FP32")
        given.set_data_from_numpy(tensor, binary_data=binary)
        answers = []
        for options in (
            {},
            {"model_version": "1", "request_id": "x"},
            {"request_compression_algorithm": "gzip", "response_compression_algorithm": "gzip"},
            {"request_compression_algorithm": "deflate", "response_compression_algorithm": "deflate"},
            {"outputs": [triton.InferRequestedOutput(name, binary_data=False) for name in ("pred_score", "anomaly_map")]},
        ):
            answer = client.infer(model, [given], **options)
            assert answer.as_numpy("pred_score").shape == (3,)
            assert answer.as_numpy("anomaly_map").shape == (3, height, width)
            assert answer.get_response().get("id", "") == options.get("request_id", "")
            answers.append(answer)
        for answer in answers:
            assert numpy.array_equal(answer.as_numpy("anomaly_map"), answers[0].as_numpy("anomaly_map"))

    examine_images(client, triton, "404")
    print("tritonclient works")


async def with_kserve():
    client = InferenceRESTClient(RESTConfig(protocol="v2"))
    base = f"http://localhost:{port}"
    assert await client.is_server_live(base) and await client.is_server_ready(base)
    assert await client.is_model_ready(base, model)
    assert not await client.is_model_ready(base, "cake")
    encoded = InferInput("input", [1], "BYTES")
    encoded.set_data_from_numpy(numpy.array([image], dtype=numpy.object_), binary_data=True)
    answer = await client.infer(base, InferRequest(model, [encoded]), model_name=model)
    close(answer.outputs[0].as_numpy()[0])
    tensor = numpy.full((1, 3, 128, 128), 0.5, dtype=numpy.float32)
    for binary in True, False:
        given = InferInput("input", list(tensor.shape), "FP32")
        given.set_data_from_numpy(tensor, binary_data=binary)
        answer = await client.infer(base, InferRequest(model, [given]), model_name=model)
        assert answer.outputs[1].as_numpy().shape == (1, 128, 128)
    await client.close()
    print("kserve works")


def with_triton_over_grpc():
    client = triton_grpc.InferenceServerClient(f"localhost:{grpc_port}")
    assert client.is_server_live() and client.is_server_ready()
    assert client.is_model_ready(model) and client.is_model_ready(model, "1")
    assert not client.is_model_ready("cake")
    assert client.get_server_metadata().name == "draem"
    height, width = client.get_model_metadata(model).inputs[0].shape[2:]
    assert [entry.name for entry in client.get_model_repository_index().models] == [model]

    tensor = numpy.random.default_rng(7).random((3, 3, height, width), dtype=numpy.float32)
    given = triton_grpc.InferInput("input", tensor.shape, "FP32")
    given.set_data_from_numpy(tensor)
    outputs = [triton_grpc.InferRequestedOutput(name) for name in ("pred_score", "anomaly_map")]
    answer = client.infer(model, [given], outputs=outputs, model_version="1", request_id="x", timeout=10_000_000)
    assert answer.as_numpy("pred_score").shape == (3,)
    assert answer.get_response().id == "x"
    over_http = triton.InferInput("input", tensor.shape, "FP32")
    over_http.set_data_from_numpy(tensor)
    same = triton.InferenceServerClient(f"localhost:{port}").infer(model, [over_http])
    assert numpy.array_equal(answer.as_numpy("anomaly_map"), same.as_numpy("anomaly_map"))

    given = examine_images(client, triton_grpc, "StatusCode.NOT_FOUND")
    answers = queue.Queue()
    client.start_stream(callback=lambda result, error: answers.put((result, error)))
    client.async_stream_infer(model, [given], request_id="1")
    client.async_stream_infer("cake", [given], request_id="2")
    client.async_stream_infer(model, [given], request_id="3")
    first, wrong, last = (answers.get(timeout=30) for _ in range(3))
    client.stop_stream()
    close(first[0].as_numpy("pred_score")[0])
    assert wrong[0] is None and model in wrong[1].message(), wrong
    assert last[0].get_response().id == "3"
    print("tritonclient over gRPC works")


async def with_kserve_over_grpc():
    client = InferenceGRPCClient(f"localhost:{grpc_port}")
    assert await client.is_server_live() and await client.is_server_ready()
    assert await client.is_model_ready(model) and not await client.is_model_ready("cake")
    encoded = InferInput("input", [1], "BYTES")
    encoded.set_data_from_numpy(numpy.array([image], dtype=numpy.object_), binary_data=True)
    answer = await client.infer(InferRequest(model, [encoded]))
    close(answer.outputs[0].as_numpy()[0])
    for binary in True, False:
        tensor = numpy.full((1, 3, 128, 128), 0.5, dtype=numpy.float32)
        given = InferInput("input", list(tensor.shape), "FP32")
        given.set_data_from_numpy(tensor, binary_data=binary)
        answer = await client.infer(InferRequest(model, [given]))
        assert answer.outputs[1].as_numpy().shape == (1, 128, 128)
    await client.close()
    print("kserve over gRPC works")


if which == "triton":
    with_triton()
    with_triton_over_grpc()
else:
    asyncio.run(with_kserve())
    asyncio.run(with_kserve_over_grpc())
