"""Notes on a plan: what is unusual about it, and what to change."""

from collections.abc import Iterator, Sequence

from momentum_study.config.grids import Grid
from momentum_study.config.study import Study
from momentum_study.core.text import format_number
from momentum_study.engine.optimizers import get_rule
from momentum_study.runs.design import Sweep, sweeps
from momentum_study.studies.plan.plan import StudyPlan

# Networks with a hidden layer usually diverge at this effective rate, whatever the data.
FAR_RATE = 100.0
# The memory limit of every job of the published study.
MOST_MIB = 1024.0
# Starting a job takes most of a second.
SHORT_SECONDS = 1.0
LEAST_SPAN = 100.0
FEWEST_REPLICATES = 6


def notes(study: Study, plan: StudyPlan) -> list[str]:
    """Return the notes, those about all grids first."""
    return [*_of_study(study, plan), *_of_grids(study, plan)]


def _of_study(study: Study, plan: StudyPlan) -> Iterator[str]:
    for name, reason in plan.unknown.items():
        yield f"{reason}. Runs on {name} are counted, but not their time and memory."
    peaks = [("other jobs need", "fewer runs in a study", plan.analysis_mib)]
    if plan.training_peak:
        job, mib = plan.training_peak.job, plan.training_peak.mib
        peaks.insert(0, (f"{job} needs", "smaller batches", mib))
    for job, less, mib in peaks:
        if mib > MOST_MIB:
            yield f"{job} more than 1 GiB of memory at a time; {less} need less."
    ranges = [grid.shard_seconds for grid in plan.grids.values() if grid.shard_seconds]
    short = [name for name, grid in plan.grids.items() if _is_short(grid.shard_seconds)]
    most = max((study.grids[name].replicates for name in short), default=0)
    if short and len(short) == len(ranges) and most > study.replicates_per_shard:
        yield (
            f"every shard trains for less than a second: with replicates_per_shard {most} instead "
            f"of {study.replicates_per_shard}, less of the time goes into starting jobs."
        )


def _is_short(seconds: tuple[float, float] | None) -> bool:
    return seconds is not None and seconds[1] < SHORT_SECONDS


def _of_grids(study: Study, plan: StudyPlan) -> Iterator[str]:
    bare = [name for name, grid in study.grids.items() if _lacks_maps(grid)]
    if bare:
        yield (
            f"{_grids(bare)}: maps are drawn only for grids with momentum and gradient descent "
            "without momentum (gd)."
        )
    far = sum(map(_far_runs, sweeps(study)))
    if far:
        yield (
            f"{far:,} of {plan.runs:,} runs have an effective rate α of {format_number(FAR_RATE)} "
            "or more. Networks with hidden layers usually diverge there, and the study then takes "
            "less time than predicted."
        )
    once = [name for name, grid in study.grids.items() if grid.replicates == 1]
    if once:
        yield (
            f"{_grids(once)}: one replicate. Rates are chosen on one fold of the replicates and "
            "compared on the other, so that nothing is tuned; two replicates are the fewest."
        )
    few = [name for name, grid in study.grids.items() if 1 < grid.replicates < FEWEST_REPLICATES]
    if few:
        yield (
            f"{_grids(few)}: fewer than {FEWEST_REPLICATES} replicates. Rates are chosen on one "
            "fold of them and compared on the other, which leaves few to compare."
        )
    for name, grid in study.grids.items():
        single = [rule for rule, own in grid.rules.items() if len(grid.rates(own)) == 1]
        if len(single) == len(grid.rules):
            yield (
                f"{_grids([name])}: one learning rate: nothing is tuned, and no comparison of "
                "tuned rules is made."
            )
        elif single:
            yield (
                f"{_grids([name])}: one learning rate of {', '.join(single)}, which is not tuned, "
                "unlike the other rules."
            )
        narrow = [rule for rule, own in grid.rules.items() if _is_narrow(grid.rates(own))]
        if narrow:
            yield (
                f"{_grids([name])}: the learning rates of {', '.join(narrow)} span less than two "
                "decades; the best rate may be outside."
            )


def _grids(names: Sequence[str]) -> str:
    return f"grid{'s' if len(names) > 1 else ''} {', '.join(names)}"


def _lacks_maps(grid: Grid) -> bool:
    return not grid.compares and (grid.figures is None or "maps" in grid.figures)


def _far_runs(sweep: Sweep) -> int:
    """Return how many runs have an effective rate of at least `FAR_RATE`."""
    rule = get_rule(sweep.rule)
    far = [rule.effective_rate(rate, sweep.beta) >= FAR_RATE for rate in sweep.learning_rates]
    return sum(far) * len(sweep.block)


def _is_narrow(rates: Sequence[float]) -> bool:
    return len(rates) > 1 and max(rates) < LEAST_SPAN * min(rates)
