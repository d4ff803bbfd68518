"""Slurm's executor for Snakemake, with groups that start Snakemake once, not once per job.

In a Slurm job, snakemake-executor-plugin-slurm starts a Snakemake process, which starts another one
for each job of the group, one after the other. This takes 1.5 seconds of processor time for every
shard, which itself may take one second. Here the first process runs the jobs of the group itself,
as many at a time as it has cores. Everything else is inherited from the plugin. Snakemake finds
executors by the name of their package: this one is `slurm-groups`, and an option `--slurm-…` of
the plugin is `--slurm-groups-…` here.
"""

import shlex
from typing import Any

from snakemake_executor_plugin_slurm import Executor as SlurmExecutor
from snakemake_executor_plugin_slurm import ExecutorSettings, common_settings
from snakemake_interface_executor_plugins.executors.base import SubmittedJobInfo

__all__ = ["Executor", "ExecutorSettings", "common_settings"]


class Executor(SlurmExecutor):  # type: ignore[misc]
    """Submits jobs and groups to Slurm, and follows them there."""

    def additional_general_args(self) -> str:
        """Return no further arguments for the Snakemake on the node, so that it runs jobs itself.

        The plugin's own are `--executor slurm-jobstep --jobs 1`.
        """
        return ""

    def get_python_executable(self) -> str:
        """Return the path of Python, quoted: it becomes part of a shell script."""
        return shlex.quote(super().get_python_executable())

    def print_job_error(
        self, job_info: SubmittedJobInfo, msg: str | None = None, **details: Any
    ) -> None:
        """Log why a group failed; Snakemake itself logs this for single jobs only."""
        if msg and job_info.job.is_group():
            self.logger.error(msg)
        super().print_job_error(job_info, msg, **details)
