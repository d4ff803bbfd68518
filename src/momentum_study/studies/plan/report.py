"""A plan as text, at most 100 characters wide, and as JSON."""

import json
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict

from momentum_study.config.grids import Grid
from momentum_study.config.study import Study
from momentum_study.core.text import counted, format_number
from momentum_study.datasets.raw import ColumnUse
from momentum_study.studies.plan.plan import MIB, GridPlan, StudyPlan

WIDTH = 100
_LABEL = 16  # of an axis or a total
_NUMBER = 4  # how many values an axis has

_LONGEST_NAME = 60  # of a column

# Of longer lists the first and the last values are shown.
_MOST_VALUES = 8

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def as_text(study: Study, plan: StudyPlan, notes: Sequence[str]) -> str:
    """Return a plan as text."""
    blocks = [
        _wrapped("", f"{plan.study}: {study.description}" if study.description else plan.study),
        *(_grid(study, name, grid) for name, grid in plan.grids.items()),
        *(_columns(name, use) for name, use in plan.columns.items()),
        _table(plan),
        _totals(study, plan),
    ]
    if notes:
        blocks.append("\n".join(["Notes", *(_wrapped("  - ", note) for note in notes)]))
    return "\n\n".join(blocks)


def as_json(plan: StudyPlan, notes: Sequence[str]) -> str:
    """Return a plan as JSON: the fields of `StudyPlan`, and the notes."""
    tree = {**asdict(plan), "runs": plan.runs, "shards": plan.shards, "notes": list(notes)}
    return json.dumps(tree, indent=2, ensure_ascii=False, allow_nan=False)


def duration(seconds: float) -> str:
    """Write a time in the unit that suits it: ``40 ms``, ``12 s``, ``3 min``, ``2 h 05 min``."""
    if seconds < 0.1:
        return f"{1000 * seconds:.0f} ms"
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 2 * _MINUTE:
        return f"{seconds:.0f} s"
    minutes = round(seconds / _MINUTE)
    if seconds < 2 * _HOUR:
        return f"{minutes} min"
    if seconds < 2 * _DAY:
        return f"{minutes // 60} h {minutes % 60:02d} min"
    return f"{seconds / _DAY:.1f} days"


def size(number: float) -> str:
    """Write a number of bytes: ``12 MiB``, ``3.4 GiB``."""
    mib = number / MIB
    if mib < 10:
        return f"{mib:.1f} MiB"
    return f"{mib:.0f} MiB" if mib < 1000 else f"{mib / 1024:.1f} GiB"


def _grid(study: Study, name: str, plan: GridPlan) -> str:
    grid = study.grids[name]
    head = (
        f"{name}: {counted(plan.cells, 'cell')} × {counted(grid.replicates, 'replicate')} = "
        f"{counted(plan.runs, 'run')}, in {counted(plan.shards, 'shard')}"
    )
    return _listing(head, _axes(study, grid))


def _columns(name: str, use: ColumnUse) -> str:
    levels = [f"{column} ({count} levels)" for column, count in use.categories.items()]
    kinds = {
        "target": [use.target],
        "numbers": use.numbers,
        "categories": levels,
        "left out": use.left_out,
        "index, left out": use.index,
    }
    lines = (
        (label, f"{len(names)}", _listed([_short(name) for name in names]))
        for label, names in kinds.items()
        if names
    )
    return _listing(f"{name}: columns of the table", lines)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _listing(head: str, entries: Iterable[tuple[str, str, str]]) -> str:
    """Write a head, and below it a line for each label, number and list of values."""
    lines = [_wrapped("", head)]
    for label, count, values in entries:
        start = f"  {label:<{_LABEL}}{count:>{_NUMBER}}  "
        lines.append(_wrapped(start, values))
    return "\n".join(lines)


def _axes(study: Study, grid: Grid) -> Iterator[tuple[str, str, str]]:
    """Yield each axis: what it is, how many values it has, and these in short."""
    yield "data sets", f"{len(grid.datasets)}", _listed(grid.datasets)
    networks = [_network(study, network) for network in grid.networks]
    yield "networks", f"{len(networks)}", ", ".join(networks)
    yield "rules", f"{len(grid.rules)}", _rules(grid)
    yield "learning rates", f"{len(grid.learning_rates)}", _numbers(grid.learning_rates)
    yield "batch sizes", f"{len(grid.batch_sizes)}", _listed(list(map(str, grid.batch_sizes)))
    yield "schedules", f"{len(grid.schedules)}", _listed(grid.schedules)
    details = [counted(grid.steps, "update"), counted(grid.evaluations, "evaluation")]
    details.append(grid.precision)
    details += [grid.loss] if grid.loss else []
    if grid.gradient_noise:
        details.append(f"noise of {format_number(grid.gradient_noise)} in the gradients")
    if grid.sharpness:
        details.append("sharpness followed")
    yield "each run", "", ", ".join(details)


def _network(study: Study, name: str) -> str:
    network = study.networks[name]
    if not network.hidden:
        return f"{name} (no hidden layer)"
    return f"{name} ({'-'.join(map(str, network.hidden))} {network.activation})"


def _rules(grid: Grid) -> str:
    words = []
    for name, rule in grid.rules.items():
        word = name
        if rule.beta:
            word += f" β {_numbers(rule.beta)}"
        if rule.learning_rates:
            word += f" at {counted(len(rule.learning_rates), 'rate')} "
            word += _numbers(rule.learning_rates)
        words.append(word)
    return "; ".join(words)


def _numbers(values: Sequence[float]) -> str:
    return _listed([format_number(value) for value in values], " ")


def _listed(values: Sequence[str], separator: str = ", ") -> str:
    if len(values) <= _MOST_VALUES:
        return separator.join(values)
    return (
        f"{values[0]} … {values[-1]}"
        if separator == " "
        else (f"{', '.join(values[: _MOST_VALUES - 1])} … {values[-1]}")
    )


def _table(plan: StudyPlan) -> str:
    """Write a line for each grid, and one for all."""
    heads = ("cells", "runs", "shards", "done", "updates", "training", "a shard")
    rows = [
        (
            name,
            *(f"{n:,}" for n in (grid.cells, grid.runs, grid.shards, grid.finished_shards)),
            f"{grid.net_updates:.3g}" if grid.net_updates >= 1e9 else f"{grid.net_updates:,}",
            _time(grid),
            _range(grid),
        )
        for name, grid in plan.grids.items()
    ]
    grids = plan.grids.values()
    updates = sum(grid.net_updates for grid in grids)
    total = (
        "all",
        f"{sum(grid.cells for grid in grids):,}",
        f"{plan.runs:,}",
        f"{plan.shards:,}",
        f"{plan.finished_shards:,}",
        f"{updates:.3g}" if updates >= 1e9 else f"{updates:,}",
        duration(plan.times.training),
        "",
    )
    lines = [("grid", *heads), *rows, total]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    first = min(widths[0], WIDTH - sum(widths[1:]) - 2 * len(heads))
    return "\n".join(
        "  ".join(
            [
                textwrap.shorten(line[0], first, placeholder="…").ljust(first),
                *(word.rjust(width) for word, width in zip(line[1:], widths[1:], strict=True)),
            ]
        ).rstrip()
        for line in lines
    )


def _time(grid: GridPlan) -> str:
    return duration(grid.training_seconds) if grid.shard_seconds else "unknown"


def _range(grid: GridPlan) -> str:
    if not grid.shard_seconds:
        return ""
    low, high = map(duration, grid.shard_seconds)
    return low if low == high else f"{low} – {high}"


def _totals(study: Study, plan: StudyPlan) -> str:
    """Write the totals of the study, a line each."""
    times = plan.times
    cores = counted(times.cores, "core")
    least = "at least " if plan.unknown else ""
    lines = [
        ("Jobs", f"about {sum(plan.jobs.values()):,}, of which {plan.jobs['train']:,} train"),
        ("Time", f"{least}{duration(times.total)} on {cores}, if no network diverges"),
        (
            "  on one core",
            f"{duration(times.training)} training, {duration(times.starting)} starting those jobs, "
            f"{duration(times.analysis)} for tables, figures and the rest",
        ),
    ]
    if plan.finished_shards:
        lines.append(("Left", _left(plan)))
    if plan.training_peak:
        peak = plan.training_peak
        lines.append(("Memory", f"{size(peak.mib * MIB)} a training job at most ({peak.job})"))
    label = "" if plan.training_peak else "Memory"
    lines.append((label, f"{size(plan.analysis_mib * MIB)} another job at most"))
    shards, other = plan.bytes["shards"], plan.bytes["other"]
    lines.append(("Disk", f"{size(shards)} for shards, {size(other)} for everything else"))
    lines.append(("Measured", _measured(study, plan)))
    return "\n".join(_wrapped(f"{label:<{_LABEL}}", text) for label, text in lines)


def _left(plan: StudyPlan) -> str:
    there = f"{plan.finished_shards:,} of {counted(plan.shards, 'shard')} "
    there += "is finished" if plan.finished_shards == 1 else "are finished"
    unchanged = "if nothing that they depend on has changed"
    if plan.times.left == 0:
        return f"nothing: {there}, the results too, {unchanged}"
    return f"{duration(plan.times.left)}: {there}, {unchanged}"


def _measured(study: Study, plan: StudyPlan) -> str:
    """Say which times were measured, and which are those of the published study."""
    other = "as in the published study" if plan.published_costs else "their start alone"
    here = "here and now" + (" with native kernels" if study.kernels == "native" else "")
    if plan.timed == plan.kinds:
        kinds = "the training" if plan.kinds == 1 else f"all {plan.kinds:,} kinds of training"
        return f"{kinds}, {here}; other jobs: {other}"
    return (
        f"{plan.timed:,} of {counted(plan.kinds, 'kind')} of training, {here}, the rest "
        f"interpolated; other jobs: {other}"
    )


def _wrapped(start: str, text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent=start, subsequent_indent=" " * len(start))
