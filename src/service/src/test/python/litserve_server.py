"""Peer of the benchmarks: LitServe and ONNX Runtime. Argument: the port."""

import sys

import litserve

from detection import Detector


class Detection(litserve.LitAPI):
    def setup(self, device):
        self.detector = Detector()

    def decode_request(self, request):
        return request["image"].file.read()

    def predict(self, data):
        return self.detector.detect(data)

    def encode_response(self, output):
        return output


if __name__ == "__main__":
    server = litserve.LitServer(
        Detection(api_path="/v1/detect"), accelerator="cpu", workers_per_device=1, fast_queue=True
    )
    server.run(host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", generate_client_file=False)
