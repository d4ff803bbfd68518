"""What about a plan is worth a line before it is run."""

from collections.abc import Iterator, Sequence

from momentum_study.config.grids import Grid
from momentum_study.config.study import Study
from momentum_study.core.text import format_number
from momentum_study.engine.optimizers import get_rule
from momentum_study.studies.plan.plan import StudyPlan

# An effective rate at which networks with a hidden layer diverge as a rule, whatever the data.
FAR_RATE = 100.0
# The budget of memory that every job of the published study keeps to.
MOST_MIB = 1024.0
# A job takes most of a second to start.
SHORT_SECONDS = 1.0
LEAST_SPAN = 100.0
FEWEST_REPLICATES = 6


def notes(study: Study, plan: StudyPlan) -> list[str]:
    """Return the notes, those about all grids first."""
    return [*_of_study(study, plan), *_of_grids(study, plan)]


def _of_study(study: Study, plan: StudyPlan) -> Iterator[str]:
    for name, reason in plan.unknown.items():
        yield f"{reason}. Runs on {name} are counted, their time and memory left out."
    for kind in plan.untimed:
        yield f"{kind} was never timed: it is taken to be as slow as the slowest of its sort."
    for peak in (plan.training_peak, plan.analysis_peak):
        if peak and peak.mib > MOST_MIB:
            less = "smaller batches" if peak is plan.training_peak else "fewer runs in a study"
            yield f"{peak.job} needs more than 1 GiB of memory at a time; {less} need less."
    ranges = [grid.shard_seconds for grid in plan.grids.values() if grid.shard_seconds]
    short = [name for name, grid in plan.grids.items() if _is_short(grid.shard_seconds)]
    most = max((study.grids[name].replicates for name in short), default=0)
    if short and len(short) == len(ranges) and most > study.replicates_per_shard:
        yield (
            f"every shard trains for less than a second: raise replicates_per_shard from "
            f"{study.replicates_per_shard} to {most}, and starting jobs takes less of the time."
        )


def _is_short(seconds: tuple[float, float] | None) -> bool:
    return seconds is not None and seconds[1] < SHORT_SECONDS


def _of_grids(study: Study, plan: StudyPlan) -> Iterator[str]:
    bare = [name for name, grid in study.grids.items() if _lacks_maps(grid)]
    if bare:
        yield f"{_grids(bare)}: maps are drawn only where momentum stands beside plain descent, gd."
    far = sum(_far_cells(grid) * grid.replicates for grid in study.grids.values())
    if far:
        yield (
            f"{far:,} of {plan.runs:,} runs have an effective rate α of {format_number(FAR_RATE)} "
            "or more. Networks with hidden layers diverge there as a rule, and the time is less by "
            "what they leave out."
        )
    few = [name for name, grid in study.grids.items() if grid.replicates < FEWEST_REPLICATES]
    if few:
        yield (
            f"{_grids(few)}: fewer than {FEWEST_REPLICATES} replicates. Rates are chosen on one "
            "half of them and compared on the other, which leaves little to compare."
        )
    for name, grid in study.grids.items():
        narrow = [rule for rule, own in grid.rules.items() if _is_narrow(grid.rates(own))]
        if narrow:
            yield (
                f"{_grids([name])}: the learning rates of {', '.join(narrow)} span less than two "
                "decades; the best may lie beyond."
            )


def _grids(names: Sequence[str]) -> str:
    return f"grid{'s' if len(names) > 1 else ''} {', '.join(names)}"


def _lacks_maps(grid: Grid) -> bool:
    return not grid.compares and (grid.figures is None or "maps" in grid.figures)


def _far_cells(grid: Grid) -> int:
    """Return how many cells have an effective rate that is far out."""
    pairs = 0
    for name, own in grid.rules.items():
        rule = get_rule(name)
        for beta in own.beta or [0.0]:
            pairs += sum(rule.effective_rate(rate, beta) >= FAR_RATE for rate in grid.rates(own))
    starts = len(grid.datasets) * len(grid.networks)
    return pairs * starts * len(grid.batch_sizes) * len(grid.schedules)


def _is_narrow(rates: Sequence[float]) -> bool:
    return len(rates) > 1 and max(rates) < LEAST_SPAN * min(rates)
