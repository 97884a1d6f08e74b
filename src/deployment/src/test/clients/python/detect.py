"""Examines images: detect.py URL KEY SECONDS IMAGE ANOTHER-IMAGE NO-IMAGE"""

import base64
import pathlib
import sys

from draem_client import ApiClient, ApiException, Configuration, DetectionApi, Include

url, key, seconds, image, another, no_image = sys.argv[1:]
client = ApiClient(Configuration(host=url, api_key={"apiKey": key}))
# For all requests. The parameter x_request_timeout takes whole seconds alone: the client does not turn fractions into text.
client.set_default_header("X-Request-Timeout", seconds)
detections = DetectionApi(client)
try:
    # The image is a path or bytes.
    detection = detections.detect(image, include=[Include.OVERLAY])
    verdict = "anomalous" if detection.anomalous else "normal"
    model = detection.model
    print(f"{verdict}: score {detection.score:.3f}, threshold {detection.threshold:.3f}, by {model.name} {model.version} on {model.provider.value}")
    print(f"arrived: {detection.image.width} x {detection.image.height}, {detection.image.digest}")
    for region in detection.regions:
        box = region.box
        print(f"region: {box.width} x {box.height} at {box.x}, {box.y}, peak {region.peak:.3f}")
    pathlib.Path("overlay.png").write_bytes(base64.b64decode(detection.overlay.data))

    for entry in detections.detect_batch([image, another, no_image]).results:
        if entry.problem:
            print(f"{entry.file_name}: {entry.problem.title}")
        else:
            print(f"{entry.file_name}: {'anomalous' if entry.detection.anomalous else 'normal'}")

    detections.detect(no_image, x_request_id="line-3:0142")
except ApiException as error:
    problem = error.data
    print(f"problem: {problem.status} {problem.type}, request {problem.request_id}\n{problem.detail}")
