"""The plan of a study: what its configuration comes to, and what of it is done already."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from momentum_study.config.study import Study
from momentum_study.runs.design import Shard, shards
from momentum_study.studies.plan.calibration import Calibration
from momentum_study.studies.plan.jobs import LONGEST_WAY, Stage, runs_of, stages
from momentum_study.studies.plan.memory import MIB, training_bytes
from momentum_study.studies.plan.rates import Rates
from momentum_study.studies.plan.sizes import Sizes
from momentum_study.studies.plan.trainings import Kind, followed_trainings, kind_of, trainings
from momentum_study.studies.plan.work import Training, work


@dataclass(frozen=True)
class GridPlan:
    """What a grid comes to.

    Attributes
    ----------
    cells, runs, shards, net_updates
        How many. A run is a cell's replicate.
    training_seconds
        Of a core, in all its trainings if no network diverges; those on data sets of unknown size
        are left out.
    shard_seconds
        The shortest and the longest training of a shard; None if nothing is known of any.
    finished_shards
        How many have a file.
    unknown_shards
        How many are on data sets of unknown size.
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
        How many jobs run at a time.
    training, starting, analysis
        Seconds of a core: in trainings, in what training jobs take besides, in all other jobs.
    total
        Wall-clock seconds from nothing to the end.
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
    """The job that needs most memory, and how much."""

    job: str
    mib: float


@dataclass(frozen=True)
class StudyPlan:
    """What a study comes to.

    Attributes
    ----------
    study
        Its name.
    grids
        By name.
    jobs
        Jobs of the workflow by stage.
    finished_shards
        How many have a file.
    times
        Expected seconds.
    training_peak, analysis_peak
        Expected memory; None if no data set is of known size.
    bytes
        Room on disk by what takes it: runs, tables, and so on.
    unknown
        Data sets of unknown size, and what is in the way.
    untimed
        Kinds of work that were never timed, and count as the dearest of their sort.
    calibration
        What the recorded rates were multiplied with, if there was anything to learn it from.
    """

    study: str
    grids: dict[str, GridPlan]
    jobs: dict[str, int]
    finished_shards: int
    times: Times
    training_peak: Peak | None
    analysis_peak: Peak
    bytes: dict[str, float]
    unknown: dict[str, str]
    untimed: tuple[str, ...]
    calibration: Calibration | None

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
    sizes: Mapping[str, Sizes],
    unknown: Mapping[str, str],
    rates: Rates,
    cores: int,
    results: Path,
    calibrated: Calibration | None = None,
) -> StudyPlan:
    """Plan a study.

    Parameters
    ----------
    study
        Its configuration.
    sizes, unknown
        Of its data sets, see :func:`momentum_study.studies.plan.sizes.known_sizes`.
    rates
        What each kind of work takes.
    cores
        How many jobs run at a time.
    results
        The study's folder of results, where finished shards are looked for.
    calibrated
        What all seconds are multiplied with.
    """
    trained = shards(study)
    known = trainings(study, trained, sizes)
    factor = calibrated.factor if calibrated else 1.0
    works = {kind: work(training) for kind, training in known.items()}
    seconds = {kind: factor * rates.time(amounts) for kind, amounts in works.items()}
    finished = _finished(results / "runs")
    by_stage = stages(study, trained)
    again = sum(factor * rates.time(work(t)) for t in followed_trainings(study, sizes))
    left = [shard for shard in trained if shard.path not in finished]
    whole = not left and (results / "provenance.json").is_file()
    return StudyPlan(
        study=study.study,
        grids={
            name: _grid_plan(study, name, own, seconds, finished)
            for name, own in _by_grid(trained).items()
        },
        jobs={name: stage.jobs for name, stage in by_stage.items()},
        finished_shards=len(trained) - len(left),
        times=_times(trained, left, seconds, by_stage, again, factor, cores, whole),
        training_peak=_training_peak(known, by_stage["train"].mib),
        analysis_peak=max(
            (Peak(name, stage.mib) for name, stage in by_stage.items() if name != "train"),
            key=lambda peak: peak.mib,
        ),
        bytes={name: stage.bytes for name, stage in by_stage.items() if stage.bytes},
        unknown=dict(unknown),
        untimed=tuple(
            sorted({kind for amounts in works.values() for kind in rates.unknown(amounts)})
        ),
        calibration=calibrated,
    )


def _finished(folder: Path) -> set[str]:
    """Paths of the shards that have a file, relative to the folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("[!.]*.parquet")}


def _by_grid(trained: Sequence[Shard]) -> dict[str, list[Shard]]:
    found: dict[str, list[Shard]] = defaultdict(list)
    for shard in trained:
        found[shard.grid].append(shard)
    return dict(found)


def _grid_plan(
    study: Study,
    name: str,
    own: Sequence[Shard],
    seconds: Mapping[Kind, float],
    finished: set[str],
) -> GridPlan:
    grid = study.grids[name]
    runs = sum(map(runs_of, own))
    known = [seconds[kind] for kind in map(kind_of, own) if kind in seconds]
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
    seconds: Mapping[Kind, float],
    by_stage: Mapping[str, Stage],
    again: float,
    factor: float,
    cores: int,
    whole: bool,
) -> Times:
    start = factor * by_stage["train"].seconds
    others = {name: stage for name, stage in by_stage.items() if name not in ("train", "prepare")}
    analysis = factor * sum(stage.all_seconds for stage in others.values()) + again
    way = factor * sum(by_stage[name].seconds for name in LONGEST_WAY)
    after = max(analysis / cores, way)

    def phase(part: Sequence[Shard], preparing: float) -> float:
        """Wall-clock seconds of preparing and training: no less than the longest job."""
        each = [start + seconds.get(kind_of(shard), 0.0) for shard in part]
        return max((preparing + sum(each)) / cores, max(each, default=0.0))

    return Times(
        cores=cores,
        training=sum(seconds.get(kind_of(shard), 0.0) for shard in trained),
        starting=start * len(trained),
        analysis=analysis,
        total=phase(trained, factor * by_stage["prepare"].all_seconds) + after,
        left=0.0 if whole else phase(left, 0.0) + after,
    )


def _training_peak(known: Mapping[Kind, Training], base: float) -> Peak | None:
    peaks = [
        Peak(f"{grid}: {dataset}, {network}, {rule}, batch {batch}", base + arrays / MIB)
        for (grid, dataset, network, rule, batch, *_), arrays in (
            (kind, training_bytes(training)) for kind, training in known.items()
        )
    ]
    return max(peaks, key=lambda peak: peak.mib, default=None)
