"""Gives schemathesis images where the contract says binary: photographs, and what has happened to photographs."""

import os
import pathlib
import re

import schemathesis
from hypothesis import strategies as st

ROOT = pathlib.Path(os.environ.get("PROJECT_ROOT", "."))
PHOTOGRAPHS = [path.read_bytes() for path in sorted((ROOT / "src/data/cookie/test").glob("*/00[0-3].jpg"))]

REGION = re.compile(r"[0-9.]+,[0-9.]+( [0-9.]+,[0-9.]+){2,}(;[0-9.]+,[0-9.]+( [0-9.]+,[0-9.]+){2,})*")

images = st.sampled_from(PHOTOGRAPHS)

schemathesis.openapi.format("binary", images)
schemathesis.openapi.media_type("image/*", images)
schemathesis.openapi.media_type("application/octet-stream", images)


@schemathesis.hook.apply_to(method="POST", path="/v1/detect/batch")
def map_body(context, body):
    """A form without an image is refused; the contract cannot say so (see BatchForm), and a fuzzer likes nothing better."""
    if isinstance(body, dict) and body.get("images") == []:
        body["images"] = PHOTOGRAPHS[:2]
    return body


@schemathesis.hook
def before_call(context, case, kwargs):
    """Polygons outside the image, without a pixel of it, or beside a mask are refused; the contract cannot say so."""
    roi = (case.query or {}).get("roi")
    if isinstance(roi, str) and REGION.fullmatch(roi):
        if isinstance(case.body, dict) and "roi" in case.body:
            del case.query["roi"]
        else:
            case.query["roi"] = "0.1,0.1 0.9,0.1 0.5,0.9"


@schemathesis.hook
def filter_case(context, case):
    """Whoever sends a header that the service does not know is answered, as HTTP has it."""
    return not any("unknown-property" in name.lower() for name in case.headers or {})
