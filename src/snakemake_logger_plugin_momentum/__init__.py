"""Snakemake's logger plugin of this project: what the terminal shows while the workflow runs.

Selected by ``logger: momentum`` in profiles/default. On a terminal it shows a bar with the
remaining time, elsewhere a line from time to time; at the end the warnings of jobs, the last lines
of the logs of failed jobs, and the next step. Snakemake's own log, in ``.snakemake/log/``, has
everything else.
"""

from snakemake_logger_plugin_momentum.handler import LogHandler

__all__ = ["LogHandler"]
