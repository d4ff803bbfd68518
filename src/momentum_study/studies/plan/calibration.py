"""How fast this machine is: trainings of finished studies against what the rates say of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from momentum_study.core.errors import StudyError
from momentum_study.engine.optimizers import RULES, known_rules, set_added_rules
from momentum_study.runs.design import shards
from momentum_study.studies.plan.rates import Rates
from momentum_study.studies.plan.sizes import known_sizes
from momentum_study.studies.plan.trainings import kind_of, trainings
from momentum_study.studies.plan.work import work
from momentum_study.studies.record import PROVENANCE, configuration, read_provenance
from momentum_study.tables.files import read_table
from momentum_study.tables.schemas.cost import COST

# Networks that diverge leave the stack: shards that lost more of their updates say nothing.
LEAST_SHARE = 0.9
# Shorter ones are all start-up.
LEAST_SECONDS = 0.01
FEWEST_SHARDS = 5


@dataclass(frozen=True)
class Calibration:
    """What the recorded rates are multiplied with.

    Attributes
    ----------
    factor
        The median of measured over reckoned seconds.
    shards
        How many it is the median of.
    studies
        Where they are from.
    """

    factor: float
    shards: int
    studies: tuple[str, ...]


def calibration(results: Path, rates: Rates) -> Calibration | None:
    """Compare the trainings of all studies finished below ``results`` with the rates.

    Returns
    -------
    Calibration
        None if there are too few.
    """
    ratios = []
    mine = [rule for name, rule in known_rules().items() if name not in RULES]
    for path in sorted(results.glob("*/tables/cost.csv")):
        ratios += [(path.parts[-3], ratio) for ratio in study_ratios(path, rates)]
    set_added_rules(mine)  # reading the configuration of another study has taken them away
    if len(ratios) < FEWEST_SHARDS:
        return None
    table = pd.DataFrame(ratios, columns=["study", "ratio"])
    names = tuple(map(str, table["study"].unique()))
    return Calibration(float(table["ratio"].median()), len(table), names)


def study_ratios(costs: Path, rates: Rates) -> Iterator[float]:
    """Yield measured over reckoned seconds of a study's shards in which hardly a network diverged.

    Of a study that is not finished, was made by another version of this program, or has rules of
    its own, there are none.
    """
    try:
        record = read_provenance(costs.parents[1] / PROVENANCE)
        if record["study"].get("rule_files"):  # to read them is to run them
            return
        study = configuration(record)
        table = read_table(costs, COST)
    except StudyError:
        return
    jobs = table[table["stage"] == "train"]
    measured = {
        str(job): (float(seconds), int(updates))
        for job, seconds, updates in zip(
            jobs["job"], jobs["training_seconds"], jobs["net_updates"], strict=True
        )
    }
    trained = [shard for shard in shards(study) if _name(shard.path) in measured]
    sizes, _ = known_sizes(study, dict.fromkeys(shard.dataset for shard in trained))
    known = trainings(study, trained, sizes)
    reckoned = {kind: rates.time(work(training)) for kind, training in known.items()}
    for shard in trained:
        kind = kind_of(shard)
        if kind in known:
            seconds, updates = measured[_name(shard.path)]
            if seconds >= LEAST_SECONDS and updates >= LEAST_SHARE * known[kind].net_updates:
                yield seconds / reckoned[kind]


def _name(path: str) -> str:
    return path.removesuffix(".parquet")
