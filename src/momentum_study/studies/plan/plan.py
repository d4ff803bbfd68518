"""The plan of a study: its size and cost, and what of it is done already."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from momentum_study.config.study import Study
from momentum_study.datasets.raw import ColumnUse
from momentum_study.runs.design import Shard, shards
from momentum_study.studies.plan.jobs import (
    LONGEST_CHAIN,
    TRAINING_MIB,
    Costs,
    Stage,
    analysis_mib,
    disk_bytes,
    stages,
)
from momentum_study.studies.plan.timing import (
    MOST_TIMED,
    DataPlan,
    kind_of,
    timings,
    training_bytes,
)
from momentum_study.studies.record import PROVENANCE

MIB = 2**20


@dataclass(frozen=True)
class GridPlan:
    """Size and cost of a grid.

    Attributes
    ----------
    cells, runs, shards, net_updates
        Counts. A run is a replicate of a cell.
    training_seconds
        Processor seconds of all its trainings if no network diverges, without those on data sets
        of unknown size.
    shard_seconds
        Shortest and longest training of a shard; None if no data set is of known size.
    finished_shards
        Shards that have a file.
    unknown_shards
        Shards on data sets of unknown size.
    """

    cells: int
    runs: int
    shards: int
    net_updates: int
    training_seconds: float
    shard_seconds: tuple[float, float] | None
    finished_shards: int
    unknown_shards: int


@dataclass(frozen=True)
class Times:
    """Expected seconds of a study on a number of cores, if no network diverges.

    Attributes
    ----------
    cores
        Jobs that run at a time.
    training, starting, analysis
        Seconds on one core: in trainings, in the rest of the training jobs, in all other jobs.
    total
        Wall-clock seconds of the whole study.
    left
        Wall-clock seconds of what is left to do.
    """

    cores: int
    training: float
    starting: float
    analysis: float
    total: float
    left: float


@dataclass(frozen=True)
class Peak:
    """The training job that needs most memory, and how much."""

    job: str
    mib: float


@dataclass(frozen=True)
class StudyPlan:
    """Size and cost of a study.

    Attributes
    ----------
    study
        Its name.
    grids
        Plans of its grids, by name.
    jobs
        Jobs of the workflow by stage.
    finished_shards
        Shards that have a file.
    times
        Expected seconds.
    training_peak
        Expected memory of a training job; None if no data set is of known size.
    analysis_mib
        Expected memory of the largest other job.
    bytes
        Disk space of ``shards`` and ``other`` results.
    unknown
        Data sets of unknown size, and the reasons.
    columns
        What becomes of the columns of data sets that are tables.
    timed, kinds
        Kinds of training that were timed, of how many.
    published_costs
        Whether the costs of the published study were used for the other jobs.
    """

    study: str
    grids: dict[str, GridPlan]
    jobs: dict[str, int]
    finished_shards: int
    times: Times
    training_peak: Peak | None
    analysis_mib: float
    bytes: dict[str, float]
    unknown: dict[str, str]
    columns: dict[str, ColumnUse]
    timed: int
    kinds: int
    published_costs: bool

    @property
    def runs(self) -> int:
        """Runs of all grids."""
        return sum(grid.runs for grid in self.grids.values())

    @property
    def shards(self) -> int:
        """Shards of all grids."""
        return sum(grid.shards for grid in self.grids.values())


def study_plan(
    study: Study,
    data: DataPlan,
    costs: Costs | None,
    cores: int,
    results: Path,
) -> StudyPlan:
    """Plan a study. This times trainings, which takes a few seconds.

    Parameters
    ----------
    study
        Its configuration.
    data
        Its data sets.
    costs
        Costs of a finished study, for the jobs that do not train.
    cores
        Jobs that run at a time.
    results
        The study's results folder, which may contain finished shards.
    """
    trained = shards(study)
    sizes = data.sizes
    kinds = {
        shard: kind_of(shard, sizes[shard.dataset]) for shard in trained if shard.dataset in sizes
    }
    timed = timings(kinds.values())
    seconds = {}
    peak = None
    for shard, kind in kinds.items():
        of_sweep = timed[kind].seconds(shard.steps, shard.evaluations)
        seconds[shard.path] = of_sweep * shard.sweep_count
        mib = TRAINING_MIB + training_bytes(kind, shard.steps, shard.evaluations) / MIB
        if peak is None or mib > peak.mib:
            names = (shard.dataset, shard.network, shard.rule, f"batch {shard.batch}")
            peak = Peak(f"{shard.grid}: {', '.join(names)}", mib)
    finished = {
        path.relative_to(results / "runs").as_posix()
        for path in (results / "runs").rglob("[!.]*.parquet")
    }
    by_stage = stages(study, trained, costs)
    left = [shard for shard in trained if shard.path not in finished]
    complete = not left and (results / PROVENANCE).is_file()
    by_grid: defaultdict[str, list[Shard]] = defaultdict(list)
    for shard in trained:
        by_grid[shard.grid].append(shard)
    grids = {name: _grid_plan(study, name, own, seconds, finished) for name, own in by_grid.items()}
    return StudyPlan(
        study=study.study,
        grids=grids,
        jobs={name: stage.jobs for name, stage in by_stage.items()},
        finished_shards=len(trained) - len(left),
        times=_times(trained, left, seconds, by_stage, cores, complete),
        training_peak=peak,
        analysis_mib=analysis_mib(sum(grid.runs for grid in grids.values())),
        bytes=disk_bytes(study, trained),
        unknown=dict(data.unknown),
        columns=dict(data.columns),
        timed=min(len(timed), MOST_TIMED),
        kinds=len(timed),
        published_costs=costs is not None,
    )


def _grid_plan(
    study: Study,
    name: str,
    own: Sequence[Shard],
    seconds: Mapping[str, float],
    finished: set[str],
) -> GridPlan:
    grid = study.grids[name]
    runs = sum(shard.run_count for shard in own)
    known = [seconds[shard.path] for shard in own if shard.path in seconds]
    return GridPlan(
        cells=runs // grid.replicates,
        runs=runs,
        shards=len(own),
        net_updates=runs * grid.steps,
        training_seconds=sum(known),
        shard_seconds=(min(known), max(known)) if known else None,
        finished_shards=sum(shard.path in finished for shard in own),
        unknown_shards=len(own) - len(known),
    )


def _times(
    trained: Sequence[Shard],
    left: Sequence[Shard],
    seconds: Mapping[str, float],
    by_stage: Mapping[str, Stage],
    cores: int,
    complete: bool,
) -> Times:
    start = by_stage["train"].seconds
    preparing = by_stage["prepare"].all_seconds
    analysis = preparing + sum(
        stage.all_seconds for name, stage in by_stage.items() if name not in ("train", "prepare")
    )
    chain = sum(by_stage[name].seconds for name in LONGEST_CHAIN if name in by_stage)
    after = max((analysis - preparing) / cores, chain)

    def phase(part: Sequence[Shard], before: float) -> float:
        """Wall-clock seconds of preparing and training: no less than the longest job."""
        each = [start + seconds.get(shard.path, 0.0) for shard in part]
        return max((before + sum(each)) / cores, max(each, default=0.0))

    return Times(
        cores=cores,
        training=sum(seconds.values()),
        starting=start * len(trained),
        analysis=analysis,
        total=phase(trained, preparing) + after,
        left=0.0 if complete else phase(left, 0.0) + after,
    )
