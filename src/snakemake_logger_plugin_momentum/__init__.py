"""What the terminal shows while the workflow runs: Snakemake's logger plugin of this study.

Chosen by ``logger: momentum`` in profiles/default. On a terminal a bar with the remaining time,
elsewhere a line now and then; at the end the last lines of the failed jobs' logs, and what to do.
All that Snakemake says job by job is in its own log, ``.snakemake/log/``.
"""

from snakemake_logger_plugin_momentum.handler import LogHandler

__all__ = ["LogHandler"]
