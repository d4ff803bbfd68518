import pytest
import yaml

from benchmarks import designs
from momentum_study.config.loading import load_study
from momentum_study.runs.design import shards


@pytest.mark.parametrize("design", designs.DESIGNS)
def test_a_configuration_is_valid_and_has_the_reported_size(tmp_path, monkeypatch, design):
    """Without the dry run itself, which takes long."""
    path = tmp_path / "planned.yaml"
    path.write_text(yaml.safe_dump(designs.configuration(*design)), encoding="utf-8")
    study = load_study(path)
    planned = shards(study)
    monkeypatch.setattr(designs, "DESIGNS", [design])
    monkeypatch.setattr(designs, "dry_run", lambda settings, count: float(count))
    (row,) = designs.measure()
    assert row["shards"] == row["dry_run_s"] == len(planned)
    assert row["runs"] == sum(len(list(shard.runs())) for shard in planned)


def test_the_designs_reach_a_million_runs():
    datasets, betas, batches, replicates = designs.DESIGNS[-1]
    assert datasets * (betas + 1) * batches * replicates * designs.RATES > 1e6
