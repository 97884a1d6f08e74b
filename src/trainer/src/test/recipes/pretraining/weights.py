"""Makes the pretrained weights of the trainer from the checkpoint of a training: the same tensors in float16.

Needs numpy alone:

    python3 weights.py start/1/checkpoint.safetensors pretrained.safetensors
"""

import json
import struct
import sys
from pathlib import Path

import numpy as np

NETWORKS = ("reconstructive_subnetwork.", "discriminative_subnetwork.")


def read(file):
    """Returns (name, type, shape, bytes) of each tensor of a safetensors file."""
    content = file.read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    for name, entry in json.loads(content[8 : 8 + length]).items():
        if name.startswith(NETWORKS):
            begin, end = entry["data_offsets"]
            yield name, entry["dtype"], entry["shape"], content[8 + length + begin : 8 + length + end]


def main(checkpoint, output):
    header = {
        "__metadata__": {
            "format": "pt",
            "description": "DRÆM network with base widths 16 and 16, pretrained on freely licensed textures and drawings",
            "license": "Apache-2.0",
        }
    }
    data = b""
    for name, kind, shape, values in sorted(read(checkpoint)):
        if kind == "F32":
            half = np.frombuffer(values, "<f4").astype("<f2")
            if not np.isfinite(half).all():
                sys.exit(f"{name} does not fit float16")
            kind, values = "F16", half.tobytes()
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    output.write_bytes(struct.pack("<Q", len(text)) + text + data)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
