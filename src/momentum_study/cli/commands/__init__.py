"""Subcommands: each module has a dataclass `Options` and a function `run(options)`."""
