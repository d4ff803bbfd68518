"""Pin the numerical kernels, so that every x86-64 machine with AVX2 computes the same bytes.

OpenBLAS and NumPy choose code by processor, and the choices round differently. The pins name the
best code that all such processors share. They act on libraries loaded later, so that
:func:`pin` must run before NumPy is imported.
"""

import os

PINS = {
    # One thread a job: parallelism is the workflow's, and a product's split changes its rounding.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    # The AVX2 kernels of OpenBLAS.
    "OPENBLAS_CORETYPE": "Haswell",
    # NumPy's own loops, with nothing beyond AVX2 (its group X86_V3).
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
}


def pin() -> None:
    """Set the environment variables of :data:`PINS` for this process and its children."""
    os.environ.update(PINS)
