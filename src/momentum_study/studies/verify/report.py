"""The report of a comparison, as text and as JSON."""

import json
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import PurePosixPath
from typing import Any

from momentum_study.config.difference import Difference
from momentum_study.studies.verify.findings import ColumnFinding, Finding, Status, ValueDifference
from momentum_study.studies.verify.study import KERNELS, Reproduction

WIDTH = 100
_NAME = 30
_NUMBERS = "".join(f"{name:>9}" for name in ("rows", "differ", "beyond", "allowed")) + "   column"


def report_lines(reproduction: Reproduction, here: str, published: str) -> list[str]:
    """Return the report as text, at most `WIDTH` characters wide.

    Parameters
    ----------
    reproduction
        Result of the comparison.
    here, published
        Names of the two folders.
    """
    counts = Counter(finding.status for finding in reproduction.findings)
    lines = [f"{here} compared with {published}", ""]
    lines += [f"{counts[status]:5d} {status}" for status in Status if counts[status]]
    if reproduction.configuration:
        lines += ["", "The configurations differ:"]
        lines += _wrapped_all(map(_line, reproduction.configuration))
    if reproduction.computing:
        lines += ["", "Computed differently:"]
        lines += _wrapped_all(map(_line, reproduction.computing))
    for status in Status:
        of_status = [one for one in reproduction.findings if one.status is status]
        if of_status and status is not Status.IDENTICAL:
            lines += ["", *_of_status(status, of_status)]
    for finding in reproduction.findings:
        if finding.differences:
            lines += ["", *_details(finding)]
    return [*lines, "", verdict(reproduction)]


def verdict(reproduction: Reproduction) -> str:
    """Say in one line whether the study is reproduced."""
    findings = reproduction.findings
    counts = Counter(finding.status for finding in findings)
    if not reproduction.reproduced:
        reasons = ["its configuration differs"] if reproduction.configuration else []
        return f"NOT reproduced: {', '.join([*reasons, *_failures(findings)])}"
    if counts[Status.IDENTICAL] == len(findings):
        return f"reproduced: all {len(findings)} files identical"
    found = [f"{counts[status]} {status}" for status in Status if counts[status]]
    return f"reproduced within tolerance: {', '.join(found)} ({_machines(reproduction)})"


def _machines(reproduction: Reproduction) -> str:
    """Say why bytes may differ: native kernels, or a difference of the two machines."""
    here, published = reproduction.computing_here, reproduction.computing_published
    if "native" in (here["kernels"], published["kernels"]):
        ours, theirs = (f"{one['kernels']}, {one[KERNELS]}" for one in (here, published))
        return f"kernels here: {ours}; published: {theirs}; native ones depend on the processor"
    if not reproduction.computing:
        return "the same values, in other bytes"
    first = min(reproduction.computing, key=lambda one: one.key != KERNELS)
    if first.key == KERNELS:
        return f"this machine computes with {first.first} kernels; published: {first.second}"
    return f"{first.key} of this machine: {first.first}; published: {first.second}"


def _line(difference: Difference) -> str:
    return f"{difference.key}: here {difference.first}, published {difference.second}"


_VERBS = {
    Status.DIFFERENT: ("differs", "differ"),
    Status.MISSING: ("is missing", "are missing"),
    Status.EXTRA: ("is not published", "are not published"),
    Status.UNREADABLE: ("is unreadable", "are unreadable"),
}


def _failures(findings: Iterable[Finding]) -> Iterator[str]:
    """Count the files that are not reproduced, by kind and status."""
    counts = Counter((f.status, _kind(f.file)) for f in findings if not f.status.reproduced)
    for (status, kind), count in counts.items():
        yield f"{count} {kind}{'s' * (count > 1)} {_VERBS[status][count > 1]}"


def _kind(file: str) -> str:
    return {"tables": "table", "figures": "figure"}.get(PurePosixPath(file).parts[0], "page")


def _of_status(status: Status, findings: Sequence[Finding]) -> Iterator[str]:
    """Yield a row per file; of a table, the column that uses most of its tolerance."""
    tables = [one for one in findings if not _is_figure(one)]
    numbers = _NUMBERS if any(one.columns for one in tables) else ""
    yield f"{status:{_NAME}}{numbers}".rstrip()
    for finding in tables:
        if column := finding.worst_column:
            counts = (column.rows, column.differing, column.outside, column.allowed)
            row = "".join(f"{count:9,}" for count in counts) + f"   {column.column}"
            yield f"  {finding.file:{_NAME - 2}}{row}"
            for note in finding.notes:
                yield from _wrapped(note, 4)
        else:
            yield from _row(finding.file, "; ".join(finding.notes), _NAME - 2)
    figures = [one for one in findings if _is_figure(one)]
    longest = max((len(one.file) for one in figures), default=0)
    for finding in figures:
        pixels = finding.worst_column
        yield from _row(
            finding.file, _pixels(pixels) if pixels else "; ".join(finding.notes), longest
        )


def _is_figure(finding: Finding) -> bool:
    return finding.file.endswith(".png")


def _pixels(column: ColumnFinding) -> str:
    share, allowed = (100 * count / column.rows for count in (column.outside, column.allowed))
    return f"{share:5.2f} % of the pixels differ, {allowed:.0f} % may"


def _row(file: str, words: str, width: int) -> list[str]:
    start = f"  {file:{width}}   "
    return textwrap.wrap(
        start + words,
        WIDTH,
        subsequent_indent=" " * len(start),
        break_on_hyphens=False,
    )


def _details(finding: Finding) -> Iterator[str]:
    yield f"{finding.file}, the first values beyond tolerance:"
    for difference in finding.differences:
        yield from _wrapped(difference.row, 2)
        yield from _wrapped(_both(difference), 4)


def _both(difference: ValueDifference) -> str:
    words = f"{difference.column}: here {difference.here}, published {difference.published}"
    return words + ("" if difference.gap is None else f", difference {difference.gap:.3g}")


def _wrapped_all(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from _wrapped(text, 2)


def _wrapped(text: str, indent: int) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 2),
        break_on_hyphens=False,
    )


def to_json(reproduction: Reproduction) -> str:
    """Return the report as JSON, with the same keys for every result."""
    document = {
        "study": reproduction.study,
        "reproduced": reproduction.reproduced,
        "verdict": verdict(reproduction),
        "tolerated": reproduction.leeway.value,
        "counts": dict(
            sorted(Counter(str(finding.status) for finding in reproduction.findings).items())
        ),
        "configuration": [_difference(one) for one in reproduction.configuration],
        "computing": {
            "here": reproduction.computing_here,
            "published": reproduction.computing_published,
            "differing": [one.key for one in reproduction.computing],
        },
        "files": [_file(finding) for finding in reproduction.findings],
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _difference(one: Difference) -> dict[str, str]:
    return {"key": one.key, "here": one.first, "published": one.second}


def _file(finding: Finding) -> dict[str, Any]:
    return {
        "file": finding.file,
        "status": str(finding.status),
        "notes": list(finding.notes),
        "rows": finding.rows,
        "columns": [asdict(column) for column in finding.columns],
        "differences": [asdict(difference) for difference in finding.differences],
    }
