"""Shards as files: the tables of sweeps, with their origins and a checksum.

A file appears complete or not at all. The origin of a sweep lists the settings and the data that it
was trained with, and the checksum covers origins and tables, so that a damaged file, or one of
another design, is never used.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from momentum_study.core.atomic import replacing
from momentum_study.core.errors import StudyError
from momentum_study.core.text import one_line
from momentum_study.runs.settings import SweepSettings

_ORIGINS = b"momentum_study.origins"
_SOURCES = b"momentum_study.sources"
_CHECKSUM = b"momentum_study.checksum"


class UnusableShardError(StudyError):
    """A shard's file is damaged, or belongs to another design or to other data."""


@dataclass(frozen=True)
class Fingerprint:
    """What a sweep was trained from.

    Attributes
    ----------
    settings
        Everything its numbers depend on, besides the data.
    data
        `digest_of_file` of the prepared data set.
    replicates
        Its first and last replicate.
    """

    settings: SweepSettings
    data: str
    replicates: tuple[int, int]

    def as_json(self) -> str:
        """Return it as JSON; equal fingerprints give equal text."""
        return json.dumps(asdict(self))


def digest_of_file(path: Path) -> str:
    """Return the SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_shard(
    path: Path, tables: Sequence[pa.Table], origins: Sequence[Fingerprint], sources: str
) -> None:
    """Write a shard through a temporary file.

    Parameters
    ----------
    path
        The file, which is replaced.
    tables, origins
        Of each sweep. It becomes a row group.
    sources
        A digest of the code that trained them.
    """
    metadata = {
        _ORIGINS: json.dumps([origin.as_json() for origin in origins]).encode(),
        _SOURCES: sources.encode(),
    }
    metadata[_CHECKSUM] = _checksum(metadata, tables)
    # Without Arrow's own description, which differs between tables that were trained and read, and
    # without statistics, which no reader needs.
    options = {"compression": "zstd", "write_page_checksum": True}
    options |= {"store_schema": False, "write_statistics": False}
    with replacing(path) as file, pq.ParquetWriter(file, tables[0].schema, **options) as writer:
        for table in tables:
            writer.write_table(table)
        writer.add_key_value_metadata(metadata)


def read_shard(path: Path, origins: Sequence[Fingerprint]) -> list[pa.Table]:
    """Read the sweeps of a shard that were trained from these `origins`.

    Raises
    ------
    UnusableShardError
        If the file is damaged, has no checksum, or was trained from something else: the message
        names the settings that differ.
    FileNotFoundError
        If there is no such file.
    """
    _, found = _read(path)
    for origin in origins:
        if origin.as_json() not in found:
            differences = min((list(_differences(origin, other)) for other in found), key=len)
            raise UnusableShardError(f"{path}: shard of another design ({', '.join(differences)})")
    return [found[origin.as_json()] for origin in origins]


def finished_sweeps(path: Path, sources: str) -> dict[str, pa.Table]:
    """Return the tables of a shard's sweeps by their fingerprints as JSON.

    There are none if the file is missing, damaged, or was trained by other code than that with the
    digest `sources`.
    """
    try:
        trained_by, found = _read(path)
    except (FileNotFoundError, UnusableShardError):
        return {}
    return found if trained_by == sources else {}


def _read(path: Path) -> tuple[str, dict[str, pa.Table]]:
    """Return the digest of the code that trained a shard, and its tables by fingerprint."""
    try:
        # Not by path: Arrow would take folder names such as `a=b` for columns.
        with path.open("rb") as file:
            shard = pq.ParquetFile(file, page_checksum_verification=True)
            metadata = shard.metadata.metadata or {}
            tables = [
                shard.read_row_group(group, use_threads=False)
                for group in range(shard.num_row_groups)
            ]
        intact = metadata.get(_CHECKSUM) == _checksum(metadata, tables)
    except FileNotFoundError:
        raise
    except (OSError, ValueError, pa.ArrowException) as error:
        raise UnusableShardError(f"{path}: damaged shard ({one_line(error)})") from error
    if not intact:
        raise UnusableShardError(f"{path}: damaged shard (its checksum does not match its content)")
    origins = json.loads(metadata[_ORIGINS])
    return metadata[_SOURCES].decode(), dict(zip(origins, tables, strict=True))


def _differences(expected: Fingerprint, found: str) -> Iterator[str]:
    other = json.loads(found)
    for name, value in json.loads(expected.as_json())["settings"].items():
        if (others := other["settings"].get(name)) != value:
            yield f"{name} {others!r} instead of {value!r}"
    if tuple(other["replicates"]) != expected.replicates:
        yield "other replicates"
    if other["data"] != expected.data:
        yield "trained on other data"


def _checksum(metadata: Mapping[bytes, bytes], tables: Iterable[pa.Table]) -> bytes:
    """Return the SHA-256 of origins and code, and of the names and values of the tables.

    Of the values, not of the file: the checksums of Parquet do not cover the headers of pages, and
    a flipped bit there may change the values.
    """
    digest = hashlib.sha256(metadata.get(_ORIGINS, b""))
    digest.update(metadata.get(_SOURCES, b""))
    for table in tables:
        for name, column in zip(table.column_names, table.columns, strict=True):
            digest.update(f"\n{name}\n".encode())
            for piece in _bytes_of(column.combine_chunks()):
                digest.update(piece)
    return digest.hexdigest().encode()


def _bytes_of(values: pa.Array) -> Iterator[bytes]:
    # Through DLPack, for `fill_null` and `to_numpy` import pandas, which a training job avoids.
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
