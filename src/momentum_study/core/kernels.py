"""Pin the numerical kernels, so that every x86-64 machine with AVX2 computes the same bytes.

OpenBLAS and NumPy choose code by processor, and the choices round differently. The pins name the
best code that all such processors share. They act on libraries loaded later, so that
:func:`pin` must run before NumPy is imported.
"""

import os
from pathlib import Path

PINS = {
    # One thread: the workflow runs jobs in parallel, and a split product rounds differently.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    # The AVX2 kernels of OpenBLAS.
    "OPENBLAS_CORETYPE": "Haswell",
    # NumPy's own loops, with nothing beyond AVX2 (its group X86_V3).
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
}
CPUINFO = Path("/proc/cpuinfo")
"""Where Linux lists the features of its processors."""


def pin() -> None:
    """Set the environment variables of :data:`PINS` for this process and its children.

    On a processor without AVX2, OpenBLAS chooses its own kernels.
    """
    os.environ.update(PINS)
    # NumPy does not load where features are both enabled and disabled.
    os.environ.pop("NPY_ENABLE_CPU_FEATURES", None)
    if _lacks_avx2():
        # OpenBLAS does not check, and the first product would be an illegal instruction.
        del os.environ["OPENBLAS_CORETYPE"]


def _lacks_avx2() -> bool:
    """Whether Linux lists the processor's features without those that Haswell kernels use."""
    try:
        with CPUINFO.open(encoding="utf-8") as lines:
            features = next((line.split() for line in lines if line.startswith("flags")), None)
    except OSError:
        return False
    return features is not None and not {"avx2", "fma"} <= set(features)
