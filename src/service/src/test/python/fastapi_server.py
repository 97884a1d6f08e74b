"""Peer of the benchmarks: FastAPI and ONNX Runtime, the server that is usually written by hand. Argument: the port."""

import sys

import uvicorn
from fastapi import FastAPI, File, UploadFile
from fastapi.concurrency import run_in_threadpool

from detection import Detector

detector = Detector()
app = FastAPI()


@app.get("/health")
async def health():
    return "ok"


@app.post("/v1/detect")
async def detect(image: UploadFile = File(...)):
    return await run_in_threadpool(detector.detect, await image.read())


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
