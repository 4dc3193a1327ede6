"""The build: nothing to do when nothing changed, one sentence when it fails, never half a page."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest

from consortium.console import build

COPIED: Final = (*build.SOURCES, "build.py", build.REQUIREMENTS.name)


class Checkout:
    """The console's sources in a folder of their own, and a node and npm that do as told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "console"
        self.folder.mkdir()
        for name in COPIED:
            source = build.HERE / name
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, self.folder / name)
        self.tools = folder / "tools"
        self.tools.mkdir()
        self.tool("node", "echo v24.0.0")

    def tool(self, name: str, script: str) -> None:
        """Puts a program of that name first on the path."""
        program = self.tools / name
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(0o755)

    def old_page(self) -> Path:
        """A page that was built from earlier sources."""
        page = self.folder / "dist" / "index.html"
        page.parent.mkdir()
        page.write_text("old", encoding="utf-8")
        return page

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts the build as `make` does."""
        return subprocess.Popen(
            [sys.executable, self.folder / "build.py", *arguments],
            env=dict(os.environ, PATH=f"{self.tools}:{os.environ['PATH']}"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        """Runs the build to its end: status, and what it said of errors."""
        with self.start(*arguments) as process:
            _, errors = process.communicate(timeout=60)
        return process.returncode, errors

    def leftovers(self) -> list[str]:
        """Unfinished folders."""
        return [path.name for path in self.folder.glob(".dist-*")]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """Sources nobody has built yet."""
    return Checkout(tmp_path)


NPM_FAILS: Final = """
test "$1" = --version && { echo 10.0.0; exit; }
echo "npm error code ENOTFOUND"
echo "npm error request to the registry failed, reason: no such host"
exit 1
"""
NPM_HANGS: Final = """
test "$1" = --version && { echo 10.0.0; exit; }
echo $$ > {pid}
exec sleep 60
"""


def test_an_unchanged_page_is_left_alone(dist: Path) -> None:
    """A second build does nothing."""
    before = (dist / build.STAMP).stat().st_mtime_ns

    assert build.ensure_built() is False
    assert (dist / build.STAMP).stat().st_mtime_ns == before


@pytest.mark.parametrize(("arguments", "status"), [((), 1), (("--optional",), 0)])
def test_a_failed_installation_is_one_sentence(
    checkout: Checkout, arguments: tuple[str, ...], status: int
) -> None:
    """The reason npm gives is told, no traceback is shown, and the old page stays as it was."""
    checkout.tool("npm", NPM_FAILS)
    page = checkout.old_page()
    ended, errors = checkout.run(*arguments)

    assert ended == status
    assert errors.startswith(
        "Query page: not built. Installing its packages failed "
        "(no such host); the whole story is in "
    )
    assert errors.count("\n") == 1
    assert page.read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_build_leaves_the_old_page_and_no_process(
    checkout: Checkout, tmp_path: Path, how: signal.Signals
) -> None:
    """Stopped in the middle, it ends what it started and changes nothing."""
    pid_file = tmp_path / "pid"
    checkout.tool("npm", NPM_HANGS.replace("{pid}", str(pid_file)))
    page = checkout.old_page()
    with checkout.start() as process:
        pid = wait_for_number(pid_file)
        process.send_signal(how)
        _, errors = process.communicate(timeout=30)

    assert process.returncode == 128 + how
    assert "Traceback" not in errors
    assert not Path(f"/proc/{pid}").exists()
    assert page.read_text(encoding="utf-8") == "old"
    assert checkout.leftovers() == []


def test_a_folder_that_cannot_be_written_is_one_sentence(checkout: Checkout) -> None:
    """What is in the way is named."""
    (checkout.folder / ".build.lock").mkdir()
    status, errors = checkout.run()

    assert status == 1
    assert errors.endswith(".build.lock cannot be written: Is a directory.\n")


@pytest.mark.parametrize(
    ("version", "enough"),
    [
        ("v18.20.4", False),
        ("v20.18.0", False),
        ("v20.19.0", True),
        ("v21.7.3", False),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v24.0.0\n", True),
        ("", False),
    ],
)
def test_node_must_be_one_that_vite_runs_on(version: str, enough: bool) -> None:
    """As package.json's `engines` has it."""
    assert build.is_new_enough(version) is enough


def wait_for_number(file: Path) -> int:
    """The number that a program writes into a file, once it is there."""
    for _ in range(300):
        if file.exists() and (text := file.read_text(encoding="utf-8").strip()):
            return int(text)
        time.sleep(0.1)
    pytest.fail(f"{file.name} was never written")
