"""GraphQL over HTTP: the official audits, by the tool of the specification's authors."""

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from consortium.console import build
from consortium.storage.database import Database
from tests.served import served

HERE = Path(__file__).parent
COPIED = (".npmrc", "package.json", "package-lock.json", "audit.js")
AUDITS = 61


@pytest.fixture(scope="module")
def audits(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Node, and the folder with the audits installed. Without npm's registry they are skipped."""
    folder = tmp_path_factory.mktemp("audits")
    for name in COPIED:
        shutil.copy(HERE / name, folder / name)
    try:
        node = build.find_node()
    except build.BuildError as error:
        return _without(f"there is no node: {error}")
    done = subprocess.run(
        [*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder,
        env=build.environment(node),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode:
        return _without(f"npm installs nothing: {done.stderr[-300:]}")
    return node.program, folder


def _without(why: str) -> tuple[Path, Path]:
    if os.environ.get("CONSORTIUM_TEST_NPM") == "required":
        pytest.fail(why)
    pytest.skip(why)


async def test_every_audit_passes(database: Database, audits: tuple[Path, Path]) -> None:
    """All of them: what must be, what should be and what may be."""
    node, folder = audits
    async with served(database) as api:
        process = await asyncio.create_subprocess_exec(
            node, "audit.js", f"{api.http.base_url}/graphql", cwd=folder, stdout=subprocess.PIPE
        )
        printed, _ = await process.communicate()

    told: list[dict[str, Any]] = json.loads(printed)
    assert [one for one in told if one["status"] != "ok"] == []
    assert len(told) == AUDITS
