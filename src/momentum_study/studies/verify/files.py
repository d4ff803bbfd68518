"""Which files of a study are published, and so compared."""

from pathlib import Path

# Not the cells and their curves, which are large and in the explorer; and figures as pictures: the
# drawings beside them are twice as large, and in the paper.
PATTERNS = (
    "tables/runs.parquet",
    "tables/pairs.parquet",
    "tables/*.csv",
    "figures/**/*.png",
    "paper.pdf",
    "explorer.html",
)
# It differs from run to run; the record has its sum, and is compared with nothing either.
COSTS = "tables/cost.csv"


def compared_files(folder: Path) -> list[str]:
    """Return the paths, within a study's folder, of what is there to compare, in order."""
    found = {str(path.relative_to(folder)) for name in PATTERNS for path in folder.glob(name)}
    return sorted(found - {COSTS})
