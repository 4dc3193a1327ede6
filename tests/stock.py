"""Programs of others, as npm has them, that tests let loose on the server."""

import fcntl
import subprocess
from pathlib import Path

import pytest

from consortium.console import build


def installed(tmp_path_factory: pytest.TempPathFactory, source: Path) -> tuple[build.Node, Path]:
    """Node, and a copy of a folder with its packages as its lock file has them."""
    node = build.find_node()
    # The same for all workers of a session.
    folder = tmp_path_factory.getbasetemp().parent / f"stock-{source.parent.name}"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            for file in source.iterdir():
                if file.is_file():
                    (folder / file.name).write_bytes(file.read_bytes())
            npm = [*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            env = build.environment(node)
            subprocess.run(npm, cwd=folder, env=env, check=True, capture_output=True, timeout=120)
            (folder / "installed").touch()
    return node, folder
