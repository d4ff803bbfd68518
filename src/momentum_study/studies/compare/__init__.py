"""Two finished studies, or grids of them, held against each other cell by cell."""
