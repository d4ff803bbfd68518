"""What came out, for the terminal and as JSON."""

import json
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import PurePosixPath
from typing import Any

from momentum_study.studies.verify.findings import ColumnFinding, Difference, Finding, Status
from momentum_study.studies.verify.provenance import KERNELS, Contrast
from momentum_study.studies.verify.study import Reproduction

WIDTH = 100
_NAME = 30
_NUMBERS = "".join(f"{name:>9}" for name in ("rows", "differ", "beyond", "allowed")) + "   column"


def report_lines(reproduction: Reproduction, here: str, published: str) -> list[str]:
    """Write the report for people, at most `WIDTH` characters wide.

    Parameters
    ----------
    reproduction
        What came out.
    here, published
        How the two folders are called.
    """
    counts = Counter(finding.status for finding in reproduction.findings)
    lines = [f"{here} against {published}", ""]
    lines += [f"{counts[status]:5d} {status}" for status in Status if counts[status]]
    if reproduction.configuration:
        lines += ["", "The configuration is another one:"]
        lines += _wrapped_all(map(str, reproduction.configuration))
    if reproduction.computing:
        lines += ["", "Computed in another way:"]
        lines += _wrapped_all(map(str, reproduction.computing))
    for status in Status:
        of_status = [one for one in reproduction.findings if one.status is status]
        if of_status and status is not Status.IDENTICAL:
            lines += ["", *_of_status(status, of_status)]
    for finding in reproduction.findings:
        if finding.differences:
            lines += ["", *_details(finding)]
    return [*lines, "", verdict(reproduction)]


def verdict(reproduction: Reproduction) -> str:
    """Say in one line whether the study is reproduced, and how."""
    findings = reproduction.findings
    counts = Counter(finding.status for finding in findings)
    if not reproduction.reproduced:
        reasons = ["its configuration is another one"] if reproduction.configuration else []
        return f"NOT reproduced: {', '.join([*reasons, *_failures(findings)])}"
    if counts[Status.IDENTICAL] == len(findings):
        return f"reproduced: all {len(findings)} files identical"
    told = [f"{counts[status]} {status}" for status in Status if counts[status]]
    return f"reproduced within tolerance: {', '.join(told)} ({_machines(reproduction)})"


def _machines(reproduction: Reproduction) -> str:
    """Say what differs between the two machines, the kernels if they do."""
    if not reproduction.computing:
        return "the same values, in other bytes"
    contrasts = sorted(reproduction.computing, key=lambda one: one.name != KERNELS)
    name, here, published = contrasts[0].name, contrasts[0].here, contrasts[0].published
    if name == KERNELS:
        return f"this machine computes with {here} kernels; published: {published}"
    return f"{name} of this machine: {here}; published: {published}"


_VERBS = {
    Status.DIFFERENT: ("differs", "differ"),
    Status.MISSING: ("is missing", "are missing"),
    Status.EXTRA: ("is not published", "are not published"),
    Status.UNREADABLE: ("is unreadable", "are unreadable"),
}


def _failures(findings: Iterable[Finding]) -> Iterator[str]:
    """Say of each kind of file how many are wrong, and in what way."""
    counts = Counter((f.status, _kind(f.file)) for f in findings if not f.status.reproduced)
    for (status, kind), count in counts.items():
        yield f"{count} {kind}{'s' * (count > 1)} {_VERBS[status][count > 1]}"


def _kind(file: str) -> str:
    return {"tables": "table", "figures": "figure"}.get(PurePosixPath(file).parts[0], "page")


def _of_status(status: Status, findings: Sequence[Finding]) -> Iterator[str]:
    """One row per file; of a table, the column that uses most of its tolerance."""
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


def _both(difference: Difference) -> str:
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
    """Write the report for programs: the same keys whatever came out."""
    document = {
        "study": reproduction.study,
        "reproduced": reproduction.reproduced,
        "verdict": verdict(reproduction),
        "tolerated": reproduction.leeway.value,
        "counts": dict(
            sorted(Counter(str(finding.status) for finding in reproduction.findings).items())
        ),
        "configuration": [_contrast(one) for one in reproduction.configuration],
        "computing": {
            "here": reproduction.computing_here,
            "published": reproduction.computing_published,
            "differing": [one.name for one in reproduction.computing],
        },
        "files": [_file(finding) for finding in reproduction.findings],
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _contrast(contrast: Contrast) -> dict[str, str]:
    return {"key": contrast.name, "here": contrast.here, "published": contrast.published}


def _file(finding: Finding) -> dict[str, Any]:
    return {
        "file": finding.file,
        "status": str(finding.status),
        "notes": list(finding.notes),
        "rows": finding.rows,
        "columns": [asdict(column) for column in finding.columns],
        "differences": [asdict(difference) for difference in finding.differences],
    }
