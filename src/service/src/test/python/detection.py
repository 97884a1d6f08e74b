"""What both peers do with an image: decode, resize with an antialiased filter, run, threshold, find regions.

The same work as the service's POST /v1/detect, with the libraries that such servers are written with: Pillow (libjpeg-turbo),
NumPy, ONNX Runtime, OpenCV. MODEL names the graph, THREADS the threads of a run.
"""

import hashlib
import io
import os

import cv2
import numpy as np
import onnxruntime as ort
from PIL import Image, ImageOps

cv2.setNumThreads(1)
MIN_AREA = 16
MAX_REGIONS = 100


class Detector:
    def __init__(self):
        options = ort.SessionOptions()
        options.intra_op_num_threads = int(os.environ.get("THREADS", "2"))
        if os.environ.get("SPINNING", "1") == "0":
            options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.session = ort.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])
        metadata = self.session.get_modelmeta().custom_metadata_map
        self.threshold = float(metadata["draem.threshold.image"])
        self.pixel_threshold = float(metadata["draem.threshold.pixel"])
        self.score_range = float(metadata["draem.score.max"]) - float(metadata["draem.score.min"])
        self.height, self.width = self.session.get_inputs()[0].shape[2:]
        with open(os.environ["MODEL"], "rb") as graph:
            self.digest = "sha256:" + hashlib.sha256(graph.read()).hexdigest()

    def detect(self, data):
        image = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
        small = image.resize((self.width, self.height), Image.BILINEAR)
        pixels = np.ascontiguousarray(np.asarray(small, np.float32).transpose(2, 0, 1)[None]) / np.float32(255)
        score, maps = self.session.run(["pred_score", "anomaly_map"], {"input": pixels})
        score = float(score[0])
        anomaly_map = cv2.resize(maps[0], image.size, interpolation=cv2.INTER_LINEAR)
        return {
            "model": {"digest": self.digest},
            "image": {
                "width": image.width,
                "height": image.height,
                "digest": "sha256:" + hashlib.sha256(data).hexdigest(),
            },
            "anomalous": score > self.threshold,
            "score": score,
            "normalizedScore": min(1, max(0, (score - self.threshold) / self.score_range + 0.5)),
            "threshold": self.threshold,
            "pixelThreshold": self.pixel_threshold,
            "regions": self.regions(anomaly_map),
        }

    def regions(self, anomaly_map):
        mask = (anomaly_map > self.pixel_threshold).astype(np.uint8)
        count, labels, stats, centroids = cv2.connectedComponentsWithStats(mask, connectivity=8)
        found = []
        for label in range(1, count):
            x, y, width, height, area = (int(value) for value in stats[label])
            if area < MIN_AREA:
                continue
            window = labels[y : y + height, x : x + width] == label
            values = anomaly_map[y : y + height, x : x + width][window]
            found.append(
                {
                    "box": {"x": x, "y": y, "width": width, "height": height},
                    "area": area,
                    "centroid": {"x": centroids[label][0] + 0.5, "y": centroids[label][1] + 0.5},
                    "peak": float(values.max()),
                    "mean": float(values.mean()),
                }
            )
        found.sort(key=lambda region: -region["peak"])
        return found[:MAX_REGIONS]
