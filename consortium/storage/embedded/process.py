"""PostgreSQL as a process: started so that it cannot outlive this program, found again, stopped."""

import ctypes
import os
import signal
import subprocess
import time
from pathlib import Path

from consortium.storage.embedded.cluster import Cluster

POLL_SECONDS = 0.01
# A fast shutdown writes a checkpoint, which may take a while on a slow disk.
STOP_SECONDS = 60.0
PR_SET_PDEATHSIG = 1
LINUX = os.uname().sysname == "Linux"


def spawn(
    cluster: Cluster, arguments: list[str], environment: dict[str, str]
) -> subprocess.Popen[bytes]:
    """Start the server; what it says goes to the log.

    It must be called from the main thread: Linux ends the server when the *thread* that started
    it ends.
    """
    with cluster.places.log.open("ab") as log:
        return subprocess.Popen(
            [cluster.binaries.program("postgres"), "-D", str(cluster.places.cluster), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=environment,
            # Ctrl-C on the terminal is for this program, which ends its own work first.
            start_new_session=True,
            preexec_fn=_end_with(os.getpid()),  # noqa: PLW1509  one system call, no lock
            user=cluster.account.user,
            group=cluster.account.group,
            extra_groups=cluster.account.extra_groups,
        )


def stop(process: subprocess.Popen[bytes]) -> None:
    """Shut a server down that this process started: cleanly, and if it hangs, at once."""
    for number, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 10.0)):
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
    process.kill()
    process.wait()


def stop_left_over(cluster_dir: Path) -> None:
    """Shut down the server that a killed program left behind, and clear its traces.

    The caller holds the data directory's lock, so that no living program owns the server.
    """
    file = cluster_dir / "postmaster.pid"
    pid = server_pid(cluster_dir)
    if pid is not None and runs_here(pid, cluster_dir):
        _end(pid, cluster_dir)
    # Else the number may long belong to an unrelated process, which PostgreSQL would take for a
    # living server: in a container the same numbers come back at every start.
    file.unlink(missing_ok=True)


def server_pid(cluster_dir: Path) -> int | None:
    """The process id in PostgreSQL's own lock file."""
    lines = _pid_file(cluster_dir)
    return int(lines[0]) if lines and lines[0].isdigit() else None


def is_ready(cluster_dir: Path) -> bool:
    """Whether the server has said that it accepts connections."""
    lines = _pid_file(cluster_dir)
    return len(lines) > 7 and lines[7].strip() == "ready"


def runs_here(pid: int, cluster_dir: Path) -> bool:
    """Whether this process is a server of this data directory."""
    if LINUX:
        try:
            return Path(f"/proc/{pid}/cwd").readlink() == cluster_dir.resolve()
        except OSError:
            return False
    command = ["ps", "-p", str(pid), "-o", "command="]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return str(cluster_dir) in done.stdout


def _pid_file(cluster_dir: Path) -> list[str]:
    try:
        return (cluster_dir / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _end(pid: int, cluster_dir: Path) -> None:
    for number, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 10.0)):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if not runs_here(pid, cluster_dir):
                return
            time.sleep(POLL_SECONDS)


def _end_with(parent: int) -> "_EndWith | None":
    """On Linux the kernel ends the server when this process ends, however it ends."""
    return _EndWith(parent) if LINUX else None


class _EndWith:
    """Runs in the new process, between fork and exec."""

    def __init__(self, parent: int) -> None:
        self.parent = parent
        # Loaded before the fork: afterwards only system calls are safe.
        self.libc = ctypes.CDLL(None, use_errno=True)

    def __call__(self) -> None:
        """Ask for a fast shutdown at the parent's end, which may have come already."""
        self.libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != self.parent:
            os._exit(1)
