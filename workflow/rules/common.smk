# The study, its paths, and functions that several rules use. All of it follows from the
# configuration file; the rules themselves are declarations.
import json
import os
import shlex
import shutil
import sys
from pathlib import Path

from momentum_study.cli.flags import to_flags
from momentum_study.cli.options import Comparison
from momentum_study.config.loading import load_study
from momentum_study.core.dependencies import digest_of_sources
from momentum_study.core.errors import StudyError
from momentum_study.documents.paper.parts import TABLES as PAPER_TABLES
from momentum_study.documents.paper.parts import plates
from momentum_study.engine.rule_files import load_rule
from momentum_study.figures.catalogue import KINDS
from momentum_study.figures.jobs import figure_jobs
from momentum_study.runs.design import (
    families,
    followed_shards,
    prepare_flags,
    prepared_path,
    shards,
    starts,
)
from momentum_study.tables.schema import schema_module
from momentum_study.statistics.intervals import Intervals
from momentum_study.studies.record import PROVENANCE
from momentum_study.studies.redraw import read_redrawing

DEFAULT_CONFIGFILE = "config/paper.yaml"


def the_configfile():
    # With a `configfile:` directive, Snakemake would merge the given file with the default one.
    given = [os.path.relpath(path) for path in workflow.configfiles]
    # Of two flags, Snakemake passes on the last one.
    if len(given) > 1 or sum(word.startswith("--configf") for word in sys.argv) > 1:
        sys.exit("error: one --configfile at a time; run snakemake once for each")
    return given[0] if given else DEFAULT_CONFIGFILE


def the_study():
    """Return the study, and None or the finished study whose tables alone are used."""
    try:
        redrawn = read_redrawing(workflow.config_settings.config, Path("results"))
        if redrawn is None:
            return load_study(CONFIGFILE), None
        if workflow.configfiles:
            raise StudyError(
                f"tables={redrawn.name}: these tables have their own configuration in "
                f"results/{redrawn.name}/{PROVENANCE}; leave out --configfile"
            )
        return redrawn.study, redrawn
    except StudyError as error:
        # An exception would make Snakemake print its place in this file.
        sys.exit(f"error: {error}")


# Commands run with the Python that runs Snakemake, even if its environment is not active.
if shutil.which("python") != sys.executable:
    shell.prefix(f"export PATH={shlex.quote(os.path.dirname(sys.executable))}:$PATH; ")

CONFIGFILE = the_configfile()
STUDY, REDRAWN = the_study()
RESULTS = f"results/{REDRAWN.folder if REDRAWN else STUDY.study}"
SHARDS = {shard.path.removesuffix(".parquet"): shard for shard in shards(STUDY)}
FOLLOWED = {shard.path.removesuffix(".parquet"): shard for shard in followed_shards(STUDY)}
STARTS = [
    {"data": f"{RESULTS}/datasets/{prepared_path(start.dataset, block)}", **vars(start)}
    for start, block in starts(STUDY)
]
RULE_FILES = {load_rule(path).name: path for path in STUDY.rule_files}
FAMILIES = json.dumps(families(STUDY))
FIGURES = {job.path: job for job in figure_jobs(STUDY) if REDRAWN is None or REDRAWN.can_draw(job)}
PLATES = {kind: job for kind, job in plates(STUDY).items() if job.path in FIGURES}
PAPER_TEXT = sorted(map(str, Path("paper").rglob("*.*")))


wildcard_constraints:
    dataset=r"[A-Za-z0-9_-]+",
    block=r"\d+-\d+",
    shard=r".+",
    figure=r".+",


def sources(command, *more):
    """Return a digest of the source files on which the output of a command depends.

    As a parameter of a rule: an edit reruns what depends on it, and a change of dates does not. As
    inputs, some fifty files a job would be looked up whenever Snakemake chooses its next jobs.
    """
    return digest_of_sources(f"cli.commands.{command}", "core.kernels", *more)


def table(name, category="Tables"):
    """Declare a table of the study, shown in the report with the caption of the same name."""
    stem = Path(name).stem
    return report(
        f"{RESULTS}/tables/{name}",
        caption=f"../report/{stem}.rst",
        category=category,
        labels={"table": stem.replace("_", " ")},
    )


def interval_flags(resamples=STUDY.statistics.resamples):
    return to_flags(Intervals(STUDY.statistics.confidence, resamples, STUDY.seed))


def comparison_flags():
    statistics, verdicts = STUDY.statistics, STUDY.verdicts
    intervals = Intervals(statistics.confidence, statistics.resamples, STUDY.seed)
    return to_flags(Comparison(families(STUDY), verdicts.beta, verdicts.loss_floor, intervals))


def prepared_data(wildcards):
    shard = SHARDS[wildcards.shard]
    return f"{RESULTS}/datasets/{prepared_path(shard.dataset, shard.block)}"


def train_flags(wildcards):
    return to_flags(SHARDS[wildcards.shard].settings)


def rule_file(wildcards):
    """Return the file that defines the update rule of the shard, if it is a custom rule."""
    name = SHARDS[wildcards.shard].rule
    return [RULE_FILES[name]] if name in RULE_FILES else []


def follow_flags(wildcards):
    follow = STUDY.grids[followed(wildcards).grid].sharpness
    return f"--replicates {follow.replicates} --checkpoints {follow.checkpoints}"


def followed(wildcards):
    return FOLLOWED[wildcards.shard]


def first_blocks():
    """Return the first block of prepared data of each data set in use."""
    first = {shard.dataset: shard.block for shard in reversed(SHARDS.values())}
    return [f"{RESULTS}/datasets/{prepared_path(*item)}" for item in sorted(first.items())]


def all_blocks():
    """Return all blocks of prepared data of each data set in use."""
    used = {prepared_path(shard.dataset, shard.block) for shard in SHARDS.values()}
    return [f"{RESULTS}/datasets/{path}" for path in sorted(used)]


def figure_tables(wildcards):
    tables = KINDS[FIGURES[wildcards.figure].kind].tables
    return [f"{RESULTS}/tables/{table}" for table in tables]


def figure_sources(wildcards):
    kind = FIGURES[wildcards.figure].kind
    return sources("figure", f"figures.{kind}", *map(schema_module, KINDS[kind].tables))
