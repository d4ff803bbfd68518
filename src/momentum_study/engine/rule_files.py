"""Update rules of users: one Python file each, which defines ``RULE``.

A rule file is a program, and loading it runs it. So only a file on this machine that the user
has named is loaded; nothing is fetched, and nothing is written next to the file.
"""

import re
import sys
import traceback
from collections.abc import Iterable
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from momentum_study.core.errors import StudyError
from momentum_study.core.text import one_line, plain
from momentum_study.engine.optimizers import RULES, Rule, set_added_rules

ATTRIBUTE = "RULE"
"""The name that a rule file gives its rule."""

_SUFFIX = ".py"
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
_FUNCTIONS = ("update", "coefficients", "gain")
_FLAGS = ("averages", "uses_beta", "homogeneous", "depends_on_t")


def load_rules(paths: Iterable[Path | str]) -> list[Rule]:
    """Load rules and make them known in addition to the built-in ones, in place of earlier ones.

    The same file may be named more than once, and calling this again is harmless.

    Parameters
    ----------
    paths
        Rule files.

    Returns
    -------
    list of Rule
        In the order of the files.

    Raises
    ------
    StudyError
        If one cannot be loaded, or two define rules of the same name.
    """
    found: dict[str, tuple[Path, Rule]] = {}
    for path in {Path(path).resolve(): path for path in paths}.values():
        rule = load_rule(path)
        if rule.name in found:
            raise StudyError(
                f"{path}: the name {rule.name!r} is also that of {found[rule.name][0]}; "
                "choose another name"
            )
        found[rule.name] = Path(path), rule
    rules = [rule for _, rule in found.values()]
    set_added_rules(rules)
    return rules


def load_rule(path: Path | str) -> Rule:
    """Run a rule file and return its rule.

    Checks the fields of the rule, not its behaviour: see `rule_checks`.

    Parameters
    ----------
    path
        A file on this machine, ending in ``.py``.

    Raises
    ------
    StudyError
        If there is no such file, running it fails, or it defines no rule.
    """
    module = _run(path)
    rule = getattr(module, ATTRIBUTE, None)
    if not isinstance(rule, Rule):
        found = f"it is a {type(rule).__name__}" if hasattr(module, ATTRIBUTE) else "there is none"
        raise StudyError(
            f"{path}: expected {ATTRIBUTE} = Rule(…), with Rule from momentum_study.optimizers, "
            f"but {found}"
        )
    problem = _invalid_field(rule)
    if problem:
        raise StudyError(f"{path}: {ATTRIBUTE}.{problem}")
    return rule


class _SourceLoader(SourceFileLoader):
    """Runs the source: compiled files are neither read nor written."""

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self.get_data(self.path), self.path)


def _run(path: Path | str) -> ModuleType:
    """Run a file as a separate module."""
    text = str(path)
    if _ADDRESS.match(text):
        raise StudyError(f"{path}: expected a file on this machine; nothing is fetched")
    if not text.endswith(_SUFFIX):
        raise StudyError(f"{path}: expected a Python file, ending in {_SUFFIX}")
    if not Path(path).is_file():
        raise StudyError(f"{path}: no such file, relative to {Path.cwd()}")
    module = ModuleType(f"_rule_file_{Path(path).stem}")
    module.__file__ = text
    sys.modules[module.__name__] = module  # where dataclasses look up their annotations
    try:
        _SourceLoader(module.__name__, text).exec_module(module)
    except (Exception, SystemExit) as error:
        raise StudyError(_explain(error, text)) from None
    finally:
        del sys.modules[module.__name__]
    return module


def _explain(error: BaseException, path: str) -> str:
    """Describe an error of a file that was run, with the line."""
    if isinstance(error, SyntaxError) and error.filename:
        line = f", line {error.lineno}" if error.lineno else ""
        return f"{error.filename}{line}: not valid Python: {error.msg}"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == path]
    line = f", line {lines[-1]}" if lines else ""
    what = one_line(traceback.format_exception_only(error)[-1])
    return f"{path}{line}: running it raised {what}"


def _invalid_field(rule: Rule) -> str | None:
    """Return which field of a rule is invalid, and what was expected; None if all are valid."""
    fields: dict[str, Any] = vars(rule)
    name, state = fields["name"], fields["state"]
    if not isinstance(name, str):
        return f"name: expected text, got {name!r}"
    try:
        plain(name)
    except ValueError as error:
        return f"name: {error}"
    if name in RULES:
        return f"name: {name!r} is a built-in rule; choose another name"
    for field in _FUNCTIONS:
        if not callable(fields[field]):
            return f"{field}: expected a function, got {fields[field]!r}"
    for field in _FLAGS:
        if not isinstance(fields[field], bool):
            return f"{field}: expected True or False, got {fields[field]!r}"
    if not isinstance(state, tuple) or not all(isinstance(one, str) for one in state):
        return f"state: expected a tuple of names, such as ('velocity',), got {state!r}"
    if len(set(state)) < len(state):
        return f"state: expected each name once, got {state!r}"
    return None
