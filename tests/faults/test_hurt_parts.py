"""A job on a part of a study is killed, and a finished part is damaged."""

import shutil
import time
from pathlib import Path

import pytest

from tests.faults.faulty_runs import PLAIN, Run, complete, differing, kill, made
from tests.projects import snakemake
from tests.tally import Tally

pytestmark = pytest.mark.slow


def test_only_parts_that_were_killed_or_damaged_are_computed_again(
    undisturbed: Path, tmp_path: Path, tally: Tally
) -> None:
    folder = shutil.copytree(undisturbed, tmp_path / "run")
    design = folder / "src/momentum_study/runs/parts.py"
    design.write_text(design.read_text().replace("MOST_RUNS = 50_000", "MOST_RUNS = 100"))
    whole = made(undisturbed)
    parts = folder / "results/smoke/parts/cells"
    logs = folder / "results/smoke/logs/cells_part"
    with tally.trying("faults", 2):
        run = Run(folder)
        while not (jobs := run.jobs("cells", "--first")):
            assert run.is_running()
            time.sleep(0.01)
        assert kill(jobs[0])
        assert run.wait() != 0
        assert differing(folder, whole) == []

        finished = sorted(parts.glob("*/cells.parquet"))
        before = {log: log.stat().st_mtime_ns for log in logs.iterdir()}
        assert 0 < len(finished) < len(before)
        content = finished[0].read_bytes()
        finished[0].write_bytes(content[:-10])
        done = snakemake(folder, *PLAIN)
        output = done.stdout + done.stderr
        assert done.returncode != 0
        assert f"{finished[0].relative_to(folder)}: expected a cells table" in output
        assert differing(folder, whole) == []

        finished[0].unlink()
        complete(folder)
        again = {log.stem for log, written in before.items() if log.stat().st_mtime_ns > written}
        damaged = finished[0].parent.name
        killed = before.keys() - {logs / f"{part.parent.name}.log" for part in finished}
        assert again == {damaged, *(log.stem for log in killed)}
        assert not parts.exists()
        tally.same_bytes(whole, made(folder))
