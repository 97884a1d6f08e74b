"""Prints what TensorBoard and MLflow themselves read of a training, for ExperimentTrackersTests.

Arguments: folder of the runs, address of the MLflow server, name of the experiment.
"""
import glob
import json
import sys

import mlflow
import numpy
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

runs, address, experiment = sys.argv[1:4]

(folder,) = glob.glob(runs + "/*")
events = EventAccumulator(folder)
events.Reload()
tags = events.Tags()

mlflow.set_tracking_uri(address)
client = mlflow.MlflowClient()
(run,) = client.search_runs([client.get_experiment_by_name(experiment).experiment_id])
run_id = run.info.run_id
graph = mlflow.onnx.load_model(f"runs:/{run_id}/model")
outputs = mlflow.pyfunc.load_model(f"runs:/{run_id}/model").predict(numpy.zeros((1, 3, 32, 32), numpy.float32))


def files(path=None):
    for one in client.list_artifacts(run_id, path):
        if one.is_dir:
            yield from files(one.path)
        else:
            yield one.path


print(json.dumps({
    "scalars": {tag: [[event.step, event.value] for event in events.Scalars(tag)] for tag in tags["scalars"]},
    "pictures": {tag: [[event.step, event.width, event.height] for event in events.Images(tag)] for tag in tags["images"]},
    "texts": [tag for tag in tags["tensors"]],
    "status": run.info.status,
    "parameters": run.data.params,
    "metrics": {
        key: [[metric.step, metric.value] for metric in client.get_metric_history(run_id, key)] for key in run.data.metrics
    },
    "files": sorted(files()),
    "outputs": [output.name for output in graph.graph.output],
    "shapes": {name: list(value.shape) for name, value in outputs.items()},
}))
