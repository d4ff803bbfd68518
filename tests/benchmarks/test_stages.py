import json
from pathlib import Path

import pandas as pd

from benchmarks.stages import by_stage, costs_of_jobs

TRAINED = {"training_seconds": 2.0, "runs": 9, "net_updates": 90}


def write(path: Path, processor: float, peak: float, **more: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    times = {"started": 100.0, "finished": 104.0, "processor_seconds": processor, "peak_mib": peak}
    path.write_text(json.dumps(times | more), encoding="utf-8")


def test_jobs_of_a_stage_are_added_up_and_the_largest_is_named(tmp_path: Path) -> None:
    write(tmp_path / "benchmarks/train/grid/iris/a.json", 3, 50, **TRAINED)
    write(tmp_path / "benchmarks/train/grid/iris/b.json", 3, 70, **TRAINED)
    write(tmp_path / "benchmarks/cells.json", 2, 300)
    stages = by_stage(costs_of_jobs(tmp_path))
    expected = pd.DataFrame(
        {
            "stage": ["train", "cells"],
            "jobs": [2, 1],
            "processor_seconds": [6.0, 2.0],
            "seconds": [8.0, 4.0],
            "training_seconds": [4.0, 0.0],
            "peak_mib": [70.0, 300.0],
            "share": [0.75, 0.25],
        }
    )
    pd.testing.assert_frame_equal(stages, expected, check_dtype=False)
