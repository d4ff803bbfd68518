"""Shards as files: the table of a training's runs under a seal.

A file appears whole or not at all. Its seal says which settings and which data it was trained with,
and has a digest of the table, so that a file that was damaged later, or belongs to another design,
is never taken for the one asked for.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from momentum_study.core.atomic import replacing
from momentum_study.core.errors import StudyError
from momentum_study.core.text import one_line
from momentum_study.runs.settings import ShardSettings

_ORIGIN = b"momentum_study.origin"
_DIGEST = b"momentum_study.digest"


class UnusableShardError(StudyError):
    """A shard's file is damaged, or is that of another design or of other data."""


@dataclass(frozen=True)
class Fingerprint:
    """What a shard was trained from.

    Attributes
    ----------
    settings
        Everything its numbers depend on, besides the data.
    data
        `digest_of_file` of the prepared data set.
    """

    settings: ShardSettings
    data: str

    def as_json(self) -> bytes:
        """Return it as text, of which equal origins have the same."""
        return json.dumps(asdict(self)).encode()


def digest_of_file(path: Path) -> str:
    """Return the SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_shard(path: Path, table: pa.Table, origin: Fingerprint) -> None:
    """Write a shard and its seal, through a temporary file."""
    text = origin.as_json()
    sealed = table.replace_schema_metadata({_ORIGIN: text, _DIGEST: _digest(text, table)})
    with replacing(path) as file:
        pq.write_table(sealed, file, compression="zstd", write_page_checksum=True)


def read_shard(path: Path, origin: Fingerprint) -> pa.Table:
    """Read a shard that was trained from `origin`.

    Raises
    ------
    UnusableShardError
        If the file is damaged (what is read is not what was written), has no seal, or was trained
        from something else: the message names the settings that differ.
    FileNotFoundError
        If there is no such file.
    """
    try:
        # Not through a path: Arrow would read columns into folder names such as `a=b`.
        with path.open("rb") as file:
            table = pq.read_table(file, page_checksum_verification=True, use_threads=False)
        seal = table.schema.metadata or {}
        is_whole = seal.get(_DIGEST) == _digest(seal.get(_ORIGIN, b""), table)
    except FileNotFoundError:
        raise
    except (OSError, ValueError, pa.ArrowException) as error:
        raise UnusableShardError(f"{path}: damaged shard ({one_line(error)})") from error
    if not is_whole:
        raise UnusableShardError(f"{path}: damaged shard (its seal does not fit what it holds)")
    if seal[_ORIGIN] != origin.as_json():
        differences = ", ".join(_differences(origin, json.loads(seal[_ORIGIN])))
        raise UnusableShardError(f"{path}: shard of another design ({differences})")
    return table


def _differences(expected: Fingerprint, found: dict[str, Any]) -> Iterator[str]:
    for name, value in json.loads(expected.as_json())["settings"].items():
        if (other := found["settings"].get(name)) != value:
            yield f"{name} {other!r} instead of {value!r}"
    if found["data"] != expected.data:
        yield "trained on other data"


def _digest(origin: bytes, table: pa.Table) -> bytes:
    """Return the SHA-256 of a shard's origin, and of its table's names and values.

    Of the values, not of the file: the checksums of Parquet leave out what the file says about its
    pages, and a bit that flips there may change what is read.
    """
    digest = hashlib.sha256(origin)
    for name, column in zip(table.column_names, table.columns, strict=True):
        digest.update(f"\n{name}\n".encode())
        for part in _parts(column.combine_chunks()):
            digest.update(part)
    return digest.hexdigest().encode()


def _parts(values: pa.Array) -> Iterator[bytes]:
    yield values.is_null().to_numpy(zero_copy_only=False).tobytes()
    if pa.types.is_list(values.type):
        yield values.value_lengths().to_numpy(zero_copy_only=False).tobytes()
        yield from _parts(values.flatten())
    elif pa.types.is_string(values.type):
        yield json.dumps(values.to_pylist()).encode()
    else:
        yield values.fill_null(0).to_numpy(zero_copy_only=False).tobytes()
