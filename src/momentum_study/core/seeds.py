"""Random generators, identified by names and never by position."""

import hashlib
import json
import operator

import numpy as np


def generator(study_seed: int, *names: str | int) -> np.random.Generator:
    """Make the random generator that belongs to a list of names.

    The same names give the same stream on every machine and in every process, independently of
    other draws; different names give independent streams. The seed is the SHA-256 digest of
    the names as a JSON list, so that ``("a", "b")``, ``("ab",)``, ``(1,)`` and ``("1",)`` all
    differ.

    Parameters
    ----------
    study_seed
        The seed of the whole study.
    *names
        Purpose of the stream, from general to particular, e.g. ``"split", "iris", 3``.

    Returns
    -------
    numpy.random.Generator
        A fresh PCG64 generator.

    Examples
    --------
    >>> int(generator(0, "split", "iris", 3).integers(1000))
    180
    """
    parts = [part if isinstance(part, str) else int(operator.index(part)) for part in names]
    joined = json.dumps([int(operator.index(study_seed)), *parts])
    digest = hashlib.sha256(joined.encode("ascii")).digest()
    sequence = np.random.SeedSequence(int.from_bytes(digest, "big"))
    return np.random.Generator(np.random.PCG64(sequence))
