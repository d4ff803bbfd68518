"""Types of options that several commands have, with their help.

They import nothing of the project: a training job depends on them.
"""

from typing import Annotated

RuleFiles = Annotated[tuple[str, ...], "Python files with custom update rules"]
