"""Slurm's executor for Snakemake, with groups that start Snakemake once, not once per job.

In a Slurm job, snakemake-executor-plugin-slurm starts a Snakemake, and that one another for each
job of the group, one after the other: 1.5 seconds of processor time for every shard, which itself
may take one. Here the first one runs the jobs of the group itself, as many at a time as it has
cores. All else is the plugin's. Snakemake finds executors by the name of their package: this one
is `slurm-groups`, and an option `--slurm-…` of the plugin is here `--slurm-groups-…`.
"""

from snakemake_executor_plugin_slurm import (  # type: ignore[import-untyped]
    Executor as SlurmExecutor,
)
from snakemake_executor_plugin_slurm import (
    ExecutorSettings,
    common_settings,
)

__all__ = ["Executor", "ExecutorSettings", "common_settings"]


class Executor(SlurmExecutor):  # type: ignore[misc]
    """Submits jobs and groups to Slurm, and follows them there."""

    def additional_general_args(self) -> str:
        """Return no further arguments for the Snakemake on the node, so that it runs jobs itself.

        The plugin's own are `--executor slurm-jobstep --jobs 1`.
        """
        return ""
