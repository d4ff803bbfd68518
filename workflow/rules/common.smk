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
from momentum_study.figures.jobs import figure_groups
from momentum_study.runs.design import (
    families,
    followed_sweeps,
    prepare_flags,
    prepared_path,
    shards,
    starts,
)
from momentum_study.runs.parts import cell_parts, problem_parts
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


def data_path(dataset, block):
    return f"{RESULTS}/datasets/{prepared_path(dataset, block)}"


SHARDS = {shard.name: shard for shard in shards(STUDY)}
FOLLOWED = {sweep.name: sweep for sweep in followed_sweeps(STUDY)}
STARTS = [
    {"data": data_path(start.dataset, block), **vars(start)} for start, block in starts(STUDY)
]
CELL_PARTS = {str(number): part for number, part in enumerate(cell_parts(STUDY))}
PROBLEM_PARTS = {str(number): part for number, part in enumerate(problem_parts(STUDY))}
RULE_FILES = {load_rule(path).name: path for path in STUDY.rule_files}
FAMILIES = json.dumps(families(STUDY))
FIGURE_GROUPS = {
    name: drawn
    for name, jobs in figure_groups(STUDY).items()
    if (drawn := [job for job in jobs if REDRAWN is None or REDRAWN.can_draw(job)])
}
DRAWN = {job.path for jobs in FIGURE_GROUPS.values() for job in jobs}
PLATES = {kind: job for kind, job in plates(STUDY).items() if job.path in DRAWN}
PAPER_TEXT = sorted(map(str, Path("paper").rglob("*.*")))


wildcard_constraints:
    dataset=r"[A-Za-z0-9_-]+",
    block=r"\d+-\d+",
    shard=r".+",
    part=r"\d+",


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


def tables_of_parts(kind, parts, *names):
    """Return the tables to join; none if the study has no parts."""
    return expand(f"{RESULTS}/parts/{kind}/{{part}}/{{name}}", part=parts, name=names)


def join_flags(kind, parts):
    folders = [f"{RESULTS}/parts/{kind}/{part}" for part in parts]
    return shlex.join(["--parts", *folders])


def interval_flags(resamples=STUDY.statistics.resamples):
    return to_flags(Intervals(STUDY.statistics.confidence, resamples, STUDY.seed))


def comparison_flags():
    statistics, verdicts = STUDY.statistics, STUDY.verdicts
    intervals = Intervals(statistics.confidence, statistics.resamples, STUDY.seed)
    return to_flags(Comparison(families(STUDY), verdicts.beta, verdicts.loss_floor, intervals))


def train_flags(wildcards):
    shard = SHARDS[wildcards.shard]
    ends = f"--replicates {shard.block.first} {shard.block.last}"
    return f"{ends} {to_flags(shard.settings)}"


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
    first = {shard.dataset: shard.data for shard in reversed(SHARDS.values())}
    return [data_path(*item) for item in sorted(first.items())]


def all_blocks():
    """Return all blocks of prepared data of each data set in use."""
    return sorted({data_path(shard.dataset, shard.data) for shard in SHARDS.values()})


def figure_tables(group):
    tables = [table for job in FIGURE_GROUPS[group] for table in KINDS[job.kind].tables]
    return [f"{RESULTS}/tables/{table}" for table in dict.fromkeys(tables)]


def figure_sources(group):
    kinds = dict.fromkeys(job.kind for job in FIGURE_GROUPS[group])
    tables = [table for kind in kinds for table in KINDS[kind].tables]
    modules = [f"figures.{kind}" for kind in kinds] + [*map(schema_module, dict.fromkeys(tables))]
    return sources("figures", *modules)


def figure_files(group, suffix):
    return [f"{RESULTS}/figures/{job.path}.{suffix}" for job in FIGURE_GROUPS[group]]


def figure_picture(path, job):
    """Declare the picture of a figure, shown in the report under its labels."""
    caption = "../report/figure.rst"
    return report(path, caption=caption, category="Figures", labels=job.labels)


def figure_pictures(group):
    return list(map(figure_picture, figure_files(group, "png"), FIGURE_GROUPS[group]))


def figure_message(group):
    first, *others = FIGURE_GROUPS[group]
    return f"Drawing {first.path}" + (f" and {len(others)} more figures" if others else "")
