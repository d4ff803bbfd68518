"""Strict reading of YAML in bounded time: unusual content is an error."""

from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import ConstructorError

from momentum_study.core.errors import StudyError, next_step
from momentum_study.core.fields import UNPRINTABLE
from momentum_study.core.text import one_line

MOST_BYTES = 2**18
"""Limit for a file; the published study has 6 KiB, and 100 KiB take one second."""

MOST_CHARACTERS = 2**20
"""Limit for all values, with repetitions by aliases."""

_MOST_BITS = 1024


def read_yaml(path: Path) -> Any:
    """Read a YAML file as mappings, lists and plain values.

    In addition to invalid YAML, these are errors: tags for Python objects, repeated keys, values
    that contain themselves, aliases with too many repetitions, and unprintable characters.

    Raises
    ------
    StudyError
        With one message that contains the file, the error and its position.
    """
    text = _text(path)
    try:
        loader = _StrictLoader(text)
        node = loader.get_single_node()
        if node is None:
            return None
        if _characters(node, {}) > MOST_CHARACTERS:
            raise StudyError(
                f"{path}: its aliases repeat values to more than {MOST_CHARACTERS:,} characters in "
                "all; expected fewer"
            )
        return loader.construct_document(node)
    except yaml.YAMLError as error:
        problem = one_line(error).replace('"<unicode string>", ', "")
        raise StudyError(f"{path}: not valid YAML: {problem}; fix it there") from None
    except RecursionError:
        raise StudyError(
            f"{path}: not valid YAML: values are nested too deeply; expected a few levels"
        ) from None


def _text(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():  # reading from a pipe might never end
            raise StudyError(f"{path}: expected a file, but this is a folder or a device")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise StudyError(f"{path}: expected a configuration of at most {MOST_BYTES:,} bytes")
        return content.decode("utf-8")
    except OSError as error:
        reason = error.strerror or one_line(error)
        raise StudyError(f"{path}: cannot be read: {reason}; {next_step(error.errno)}") from None
    except ValueError as error:
        raise StudyError(f"{path}: expected text in UTF-8: {one_line(error)}") from None


def _characters(node: yaml.Node, known: dict[int, int | None]) -> int:
    """Count the characters of all values of a node, with repetitions by aliases."""
    if id(node) in known:
        count = known[id(node)]
        if count is None:
            raise ConstructorError(None, None, "a value that contains itself", node.start_mark)
        return count
    known[id(node)] = None
    if isinstance(node, yaml.MappingNode):
        parts = [part for pair in node.value for part in pair]
    else:
        parts = node.value if isinstance(node, yaml.SequenceNode) else []
    own = len(node.value) if isinstance(node, yaml.ScalarNode) else 1
    count = own + sum(_characters(part, known) for part in parts)
    known[id(node)] = count
    return count


class _StrictLoader(yaml.SafeLoader):
    """The safe subset of YAML, without silent conversions."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            value = super().construct_object(node, deep)
        except (ValueError, LookupError, ArithmeticError, AttributeError) as error:
            # Errors of int(), datetime() and others about 2001-99-99 or !!int "a".
            raise ConstructorError(None, None, f"no such value: {error}", node.start_mark) from None
        if isinstance(value, int) and value.bit_length() > _MOST_BITS:
            raise ConstructorError(None, None, "a number with too many digits", node.start_mark)
        return value

    def construct_scalar(self, node: Any) -> str:
        text = super().construct_scalar(node)
        if found := UNPRINTABLE.search(text):  # from an escape sequence
            problem = f"U+{ord(found[0]):04X}, an unprintable character"
            raise ConstructorError(None, None, problem, node.start_mark)
        return text

    def mapping_without_duplicates(self, node: yaml.MappingNode) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            if isinstance(key_node, yaml.ScalarNode):
                if key_node.value in seen:
                    problem = f"the key {key_node.value!r} is repeated"
                    raise ConstructorError(None, None, problem, key_node.start_mark)
                seen.add(key_node.value)
        return self.construct_mapping(node, deep=True)


_StrictLoader.add_constructor(
    yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _StrictLoader.mapping_without_duplicates
)
