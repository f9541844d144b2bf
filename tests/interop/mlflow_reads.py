"""What MLflow's own client sees in a folder of runs, as JSON: for tests that hold it to what octostore wrote.

Usage: mlflow_reads.py RUNS_FOLDER [FILTER [ORDER_BY...]]

Start it in the project, the folder that holds the runs: places of artifacts are relative to it. Works with MLflow 2.22 and 3.17.
"""

import json
import math
import os
import sys
from pathlib import Path

# From 3.13 on MLflow reads files only when told so.
os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"

from mlflow.tracking import MlflowClient  # noqa: E402


def number(value):
    """A value as JSON can hold it."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def artifacts(client, run_id, folder=None):
    """Every file among a run's artifacts, with its size."""
    found = {}
    for item in client.list_artifacts(run_id, folder):
        if item.is_dir:
            found.update(artifacts(client, run_id, item.path))
        else:
            found[item.path] = item.file_size
    return found


def history(client, run_id, key):
    points = client.get_metric_history(run_id, key)
    return [[p.timestamp, number(p.value), p.step] for p in points]


def inputs(run):
    datasets = run.inputs.dataset_inputs if run.inputs else []
    return [
        {
            "name": i.dataset.name,
            "digest": i.dataset.digest,
            "source": i.dataset.source,
            "source_type": i.dataset.source_type,
            "schema": i.dataset.schema,
            "profile": i.dataset.profile,
            "tags": {tag.key: tag.value for tag in i.tags},
        }
        for i in sorted(datasets, key=lambda i: (i.dataset.name, i.dataset.digest))
    ]


def show(client, run_id):
    # By its id, as a page of MLflow's UI asks for it: this checks more than a search does.
    run = client.get_run(run_id)
    info, data = run.info, run.data
    return {
        "id": info.run_id,
        "name": info.run_name,
        "user": info.user_id,
        "status": info.status,
        "stage": info.lifecycle_stage,
        "start_ms": info.start_time,
        "end_ms": info.end_time,
        "params": data.params,
        "tags": data.tags,
        "metrics": {key: number(value) for key, value in data.metrics.items()},
        "histories": {key: history(client, run_id, key) for key in data.metrics},
        "inputs": inputs(run),
        "artifacts": artifacts(client, run_id),
    }


def main():
    folder = Path(sys.argv[1]).resolve()
    words = sys.argv[2] if len(sys.argv) > 2 else ""
    client = MlflowClient(tracking_uri=folder.as_uri())
    experiments = []
    for experiment in sorted(client.search_experiments(), key=lambda e: e.name):
        runs, token = [], None
        while True:
            page = client.search_runs([experiment.experiment_id], words, order_by=sys.argv[3:], page_token=token)
            runs += [show(client, run.info.run_id) for run in page]
            token = page.token
            if not token:
                break
        experiments.append({"id": experiment.experiment_id, "name": experiment.name, "runs": runs})
    json.dump({"experiments": experiments}, sys.stdout, sort_keys=True, allow_nan=False)
    print()


if __name__ == "__main__":
    main()
