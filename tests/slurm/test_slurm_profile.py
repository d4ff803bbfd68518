"""The profile for Slurm, held against the workflow."""

import re

import yaml
from snakemake_executor_plugin_slurm import Executor as SlurmExecutor
from snakemake_interface_executor_plugins.registry import ExecutorPluginRegistry

from tests.projects import ROOT

PROFILE = yaml.safe_load((ROOT / "profiles/slurm/profile.yaml").read_text(encoding="utf-8"))
HERE = {"all", "tables", "figures", "verify", "existing_table"}  # run where Snakemake itself runs


def test_every_rule_that_runs_on_nodes_is_in_a_group() -> None:
    files = [ROOT / "workflow/Snakefile", *(ROOT / "workflow/rules").glob("*.smk")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    rules = set(
        re.findall(r"^ *(?:use )?rule (?:\w+ as )?(\w+)(?: with)?:", text, flags=re.MULTILINE)
    )
    assert set(PROFILE["groups"]) == rules - HERE
    # Rules made in a loop have no name that a profile could list.
    unnamed = re.findall(r"^ *rule:$", text, flags=re.MULTILINE)
    declared = re.findall(r"^ *group:\s+\"(\w+)\"", text, flags=re.MULTILINE)
    assert len(declared) == len(unnamed)
    assert {*PROFILE["groups"].values(), *declared} == set(PROFILE["group-components"])


def test_its_executor_takes_the_options_of_the_one_it_extends() -> None:
    plugin = ExecutorPluginRegistry().get_plugin(PROFILE["executor"])
    assert issubclass(plugin.executor, SlurmExecutor)
    options = {
        f"{PROFILE['executor']}-{name.replace('_', '-')}" for name in vars(plugin.settings_cls())
    }
    given = {key for key in PROFILE if key.startswith("slurm")}
    assert given
    assert given <= options
