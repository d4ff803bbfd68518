"""Counts of what the reliability tests tried and what passed, over all workers.

After the tests a table lists how many faults were survived, how many bytes were equal and how many
bad inputs were refused clearly.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

import pytest
from _pytest.terminal import TerminalReporter

Subject = Literal["faults", "bytes", "bad inputs"]

PASSED: dict[Subject, str] = {
    "faults": "survived",
    "bytes": "equal",
    "bad inputs": "refused clearly",
}
_PROPERTY = "tally"


class Tally:
    """Counts of one test."""

    def __init__(self, counts: dict[str, list[int]]) -> None:
        self._counts = counts

    @contextmanager
    def trying(self, subject: Subject, number: int = 1) -> Iterator[None]:
        """Count this number as tried, and as passed if the block raises nothing."""
        counts = self._counts.setdefault(subject, [0, 0])
        counts[0] += number
        yield
        counts[1] += number

    def same_bytes(self, expected: Mapping[str, bytes], found: Mapping[str, bytes]) -> None:
        """Count the bytes of all files; fail if a file differs, is missing or is unexpected."""
        assert expected, "nothing to compare"
        different = []
        counts = self._counts.setdefault("bytes", [0, 0])
        for name in sorted(expected.keys() | found.keys()):
            content = expected.get(name, b"")
            counts[0] += len(content)
            if name in expected and found.get(name) == content:
                counts[1] += len(content)
            else:
                different.append(name)
        assert not different, f"different, missing or unexpected: {', '.join(different)}"


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Tally:
    counts: dict[str, list[int]] = {}
    request.node.user_properties.append((_PROPERTY, counts))
    return Tally(counts)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    tried: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            # The reports of all phases of a test have the same properties.
            if getattr(report, "when", None) == "call":
                for name, value in report.user_properties:
                    if name == _PROPERTY:
                        tried.update({subject: counts[0] for subject, counts in value.items()})
                        passed.update({subject: counts[1] for subject, counts in value.items()})
    if not tried:
        return
    terminalreporter.section("reliability")
    for subject, word in PASSED.items():
        terminalreporter.write_line(
            f"{subject:<10} {tried[subject]:>14,} tried {passed[subject]:>14,} {word}"
        )
