"""A real Slurm cluster of four nodes on this machine, for as long as tests need it.

Slurm's commands read one file, /etc/slurm/slurm.conf: it is written, and removed at the end. A
machine that has another one belongs to a cluster and is left alone. All daemons are children of
this process; if it dies, the kernel ends them.
"""

import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

CONFIGURATION = Path("/etc/slurm/slurm.conf")
LOCK = Path("/run/momentum-slurm.lock")
MARK = "# The test cluster of Momentum, measured. May be removed when no test is running.\n"
NODES = ("n1", "n2", "n3", "n4")
PATIENCE = 240  # seconds until what should come about counts as failed; machines may be busy

# Slurm's programs, and the Debian package of each.
PROGRAMS = {
    "munged": "munge",
    "slurmctld": "slurmctld",
    "slurmd": "slurmd",
    "sbatch": "slurm-client",
    "scontrol": "slurm-client",
    "squeue": "slurm-client",
    "setpriv": "util-linux",
}

# Without database and control groups. A job over its memory is ended within seconds; a node that
# does not answer is given up within half a minute.
CLUSTER = """\
ClusterName=momentum
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SlurmdParameters=config_overrides
SlurmdTimeout=6
KillWait=2
MinJobAge=3600
ReturnToService=2
SwitchType=switch/none
MpiDefault=none
"""
NODE = (
    "NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port}"
    " CPUs=2 CoresPerSocket=2 RealMemory=5000\n"
)
PARTITION = "PartitionName=test Nodes={nodes} Default=YES LLN=YES\n"

Found = TypeVar("Found")


class UnavailableError(Exception):
    """This machine can run no test cluster; the message says why."""


@dataclass(frozen=True)
class Job:
    """What Slurm knows of a job, in its own words."""

    number: int
    run: str  # Snakemake's run
    what: str  # rule or group, and wildcards
    state: str
    node: str
    memory_mb: int
    restarts: int


def missing_packages() -> list[str]:
    """Return the Debian packages whose programs are not here."""
    path = _environment()["PATH"]
    return sorted({PROGRAMS[name] for name in PROGRAMS if not shutil.which(name, path=path)})


def wait_for(
    look: Callable[[], Found], what: str, at_work: subprocess.Popen[bytes] | None = None
) -> Found:
    """Return what is found, as soon as it is anything.

    Fail if that takes minutes, or if the process has ended that was to bring it about.
    """
    patience = time.monotonic() + PATIENCE
    while not (found := look()):
        if time.monotonic() > patience or (at_work and at_work.poll() is not None):
            raise TimeoutError(f"it did not come about within {PATIENCE} seconds: {what}")
        time.sleep(0.1)
    return found


@contextmanager
def running_cluster() -> Iterator["Cluster"]:
    """Start the cluster; at the end leave the machine as it was.

    Raises
    ------
    UnavailableError
        If this user cannot start one, or the machine belongs to another.
    """
    if os.geteuid() != 0:
        raise UnavailableError("only root can start a Slurm cluster")
    if missing := missing_packages():
        raise UnavailableError(f"these Debian packages are needed: {' '.join(missing)}")
    with ExitStack() as stack:
        lock = stack.enter_context(LOCK.open("w"))
        fcntl.flock(lock, fcntl.LOCK_EX)  # whoever else runs these tests comes later
        if "SLURM_CONF" in os.environ or (
            CONFIGURATION.exists() and not CONFIGURATION.read_text().startswith(MARK)
        ):
            raise UnavailableError("this machine belongs to a Slurm cluster")
        # Not below pytest's folders: munge wants a socket in a folder that everyone may enter.
        folder = Path(tempfile.mkdtemp(prefix="slurm-"))
        stack.callback(shutil.rmtree, folder)
        folder.chmod(0o755)
        CONFIGURATION.parent.mkdir(exist_ok=True)
        stack.callback(CONFIGURATION.unlink)
        CONFIGURATION.write_text(MARK + _configuration(folder))
        cluster = Cluster(folder)
        stack.callback(cluster.stop)
        cluster.start()
        yield cluster


class Cluster:
    """The daemons of a cluster; what is asked of it, and done to it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._daemons: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        key = self._folder / "munge.key"
        key.touch(mode=0o600)
        key.write_bytes(os.urandom(128))
        (self._folder / "state").mkdir()
        socket_path = self._folder / "munge.socket"
        files = [f"--{kind}-file={self._folder}/munge.{kind}" for kind in ("key", "pid", "log")]
        files.append(f"--seed-file={self._folder}/munge.seed")
        self._spawn("munged", "munged", "--foreground", f"--socket={socket_path}", *files)
        wait_for(socket_path.exists, "munged listens")
        self._spawn("slurmctld", "slurmctld", "-D")
        for name in NODES:
            self.start_node(name)

    def stop(self) -> None:
        """End all jobs, then all daemons."""
        for job in self.jobs():
            if job.state in ("PENDING", "RUNNING", "COMPLETING"):
                self.tell("scancel", str(job.number))
        wait_for(
            lambda: not self.tell("squeue", "--noheader", "--states=RUNNING,COMPLETING"),
            "no job runs any more",
        )
        for daemon in reversed(self._daemons.values()):
            daemon.terminate()
            daemon.wait(PATIENCE)

    def start_node(self, name: str) -> None:
        """Start the daemon of a node, and return when the node takes jobs."""
        self._spawn(name, "slurmd", "-D", "-N", name)
        ready = ["sinfo", "--noheader", f"--nodes={name}", "--states=idle", "--format=%N"]
        wait_for(lambda: self.tell(*ready, may_fail=True).strip() == name, f"{name} takes jobs")

    def fail_node(self, name: str) -> None:
        """Kill the daemon of a node and all that runs there, as a power cut would."""
        jobs = [job for job in self.jobs() if job.node == name and job.state == "RUNNING"]
        self._daemons[name].kill()
        self._daemons.pop(name).wait()
        for job in jobs:
            steps, rest = self._processes(job)
            for process in (*steps, *rest):  # first those that would tell of the others' death
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)

    def jobs(self) -> list[Job]:
        """Return all jobs there have been, oldest first."""
        lines = self.tell("scontrol", "--oneliner", "show", "job").splitlines()
        records = [dict(re.findall(r"(\S+?)=(\S*)", line)) for line in lines if "JobId=" in line]
        jobs = [
            Job(
                number=int(record["JobId"]),
                run=record["JobName"],
                what=record.get("Comment", ""),
                state=record["JobState"],
                node=record["NodeList"],
                memory_mb=int(record["MinMemoryNode"].removesuffix("M")),
                restarts=int(record["Restarts"]),
            )
            for record in records
        ]
        return sorted(jobs, key=lambda job: job.number)

    def commands(self, job: Job) -> list[str]:
        """Return the command lines of a job's processes."""
        return [_read(process, "cmdline") for process in self._processes(job)[1]]

    def tell(self, *words: str, may_fail: bool = False) -> str:
        """Return what a command of Slurm prints."""
        done = subprocess.run(
            words, env=_environment(), capture_output=True, text=True, check=False
        )
        assert may_fail or done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
        return done.stdout

    def _processes(self, job: Job) -> tuple[list[int], list[int]]:
        """Ids of the processes that watch over a job, and of its own."""
        steps, own = [], []
        for process in [int(path.name) for path in Path("/proc").glob("[0-9]*")]:
            if _read(process, "cmdline").startswith(f"slurmstepd: [{job.number}."):
                steps.append(process)
            elif f"SLURM_JOB_ID={job.number}" in _read(process, "environ").split("\0"):
                own.append(process)
        return steps, own

    def _spawn(self, called: str, *words: str) -> None:
        with (self._folder / f"{called}.out").open("wb") as output:
            self._daemons[called] = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *words],
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )


def _environment() -> dict[str, str]:
    """Daemons are not on everybody's path."""
    return os.environ | {"PATH": os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"}


def _configuration(folder: Path) -> str:
    host = socket.gethostname().split(".")[0]
    port, *ports = _free_ports(1 + len(NODES))
    nodes = "".join(
        NODE.format(name=name, host=host, port=port)
        for name, port in zip(NODES, ports, strict=True)
    )
    cluster = CLUSTER.format(host=host, port=port, folder=folder)
    return cluster + nodes + PARTITION.format(nodes=",".join(NODES))


def _free_ports(number: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _read(process: int, name: str) -> str:
    """A file below /proc; empty if the process is gone, or nobody's to read."""
    try:
        return Path(f"/proc/{process}/{name}").read_bytes().decode(errors="replace")
    except OSError:
        return ""
