"""Shards as files: the table of a training's runs, with its origin and a checksum.

A file appears complete or not at all. The origin lists the settings and the data that the shard
was trained with, and the checksum covers origin and table, so that a damaged file, or one of
another design, is never used.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from momentum_study.core.atomic import replacing
from momentum_study.core.errors import StudyError
from momentum_study.core.text import one_line
from momentum_study.runs.settings import ShardSettings

_ORIGIN = b"momentum_study.origin"
_CHECKSUM = b"momentum_study.digest"


class UnusableShardError(StudyError):
    """A shard's file is damaged, or belongs to another design or to other data."""


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
        """Return it as JSON; equal fingerprints give equal text."""
        return json.dumps(asdict(self)).encode()


def digest_of_file(path: Path) -> str:
    """Return the SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_shard(path: Path, table: pa.Table, origin: Fingerprint) -> None:
    """Write a shard with origin and checksum, through a temporary file."""
    text = origin.as_json()
    marked = table.replace_schema_metadata({_ORIGIN: text, _CHECKSUM: _checksum(text, table)})
    with replacing(path) as file:
        pq.write_table(marked, file, compression="zstd", write_page_checksum=True)


def read_shard(path: Path, origin: Fingerprint) -> pa.Table:
    """Read a shard that was trained from `origin`.

    Raises
    ------
    UnusableShardError
        If the file is damaged, has no checksum, or was trained from something else: the message
        names the settings that differ.
    FileNotFoundError
        If there is no such file.
    """
    try:
        # Not by path: Arrow would take folder names such as `a=b` for columns.
        with path.open("rb") as file:
            table = pq.read_table(file, page_checksum_verification=True, use_threads=False)
        metadata = table.schema.metadata or {}
        intact = metadata.get(_CHECKSUM) == _checksum(metadata.get(_ORIGIN, b""), table)
    except FileNotFoundError:
        raise
    except (OSError, ValueError, pa.ArrowException) as error:
        raise UnusableShardError(f"{path}: damaged shard ({one_line(error)})") from error
    if not intact:
        raise UnusableShardError(f"{path}: damaged shard (its checksum does not match its content)")
    if metadata[_ORIGIN] != origin.as_json():
        differences = ", ".join(_differences(origin, json.loads(metadata[_ORIGIN])))
        raise UnusableShardError(f"{path}: shard of another design ({differences})")
    return table


def _differences(expected: Fingerprint, found: dict[str, Any]) -> Iterator[str]:
    for name, value in json.loads(expected.as_json())["settings"].items():
        if (other := found["settings"].get(name)) != value:
            yield f"{name} {other!r} instead of {value!r}"
    if found["data"] != expected.data:
        yield "trained on other data"


def _checksum(origin: bytes, table: pa.Table) -> bytes:
    """Return the SHA-256 of a shard's origin, and of its table's names and values.

    Of the values, not of the file: the checksums of Parquet do not cover the headers of pages, and
    a flipped bit there may change the values.
    """
    digest = hashlib.sha256(origin)
    for name, column in zip(table.column_names, table.columns, strict=True):
        digest.update(f"\n{name}\n".encode())
        for piece in _bytes_of(column.combine_chunks()):
            digest.update(piece)
    return digest.hexdigest().encode()


def _bytes_of(values: pa.Array) -> Iterator[bytes]:
    # Through DLPack, for `fill_null` and `to_numpy` import pandas, which a training job spares.
    yield np.from_dlpack(values.is_null().cast(pa.uint8())).tobytes()
    if pa.types.is_list(values.type):
        yield np.from_dlpack(values.value_lengths()).tobytes()
        yield from _bytes_of(values.flatten())
    elif pa.types.is_string(values.type):
        yield json.dumps(values.to_pylist()).encode()
    else:
        zeros = pa.py_buffer(bytes(len(values) * values.type.byte_width))
        zero = pa.Array.from_buffers(values.type, len(values), [None, zeros])
        yield np.from_dlpack(pc.coalesce(values, zero)).tobytes()
