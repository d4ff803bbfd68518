"""Types of options that several commands have, with their help.

They import nothing that takes time to import: a training job depends on them.
"""

from typing import Annotated

from momentum_study.core.kernels import Kernels

RuleFiles = Annotated[tuple[str, ...], "Python files with custom update rules"]
# Not used by the command that has it: `__main__` reads it before NumPy is loaded.
UsedKernels = Annotated[Kernels, "kernels of NumPy and OpenBLAS that the command runs with"]
