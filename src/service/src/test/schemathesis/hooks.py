"""Gives schemathesis images where the contract says binary: photographs, and what has happened to photographs."""

import os
import pathlib

import schemathesis
from hypothesis import strategies as st

ROOT = pathlib.Path(os.environ.get("PROJECT_ROOT", "."))
PHOTOGRAPHS = [path.read_bytes() for path in sorted((ROOT / "src/data/cookie/test").glob("*/00[0-3].jpg"))]

images = st.sampled_from(PHOTOGRAPHS)

schemathesis.openapi.format("binary", images)
schemathesis.openapi.media_type("image/*", images)
schemathesis.openapi.media_type("application/octet-stream", images)
