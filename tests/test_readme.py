"""The front door says what is so."""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from graphql import parse, validate

import consortium
from consortium.cli import app
from consortium.identity.rules.roles import PERMISSIONS
from consortium.kernel.clock import utc_today
from consortium.kernel.errors import DomainError
from consortium.kernel.principal import Permission
from consortium.settings import PREFIX, Settings
from consortium.storage.database import Database
from consortium.web.answers import HTTP_ERRORS
from schema.errors import EXPLAINED
from schema.root import GRAPHQL_SCHEMA
from tests.served import served

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def settings_table() -> str:
    """Every setting with its default and what it is for."""
    rows = ["| setting | default | |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default_factory or field.default is None else f"`{field.default}`"
        rows.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows)


def error_table() -> str:
    """Every code that a caller can meet, with what it means."""
    for module in pkgutil.walk_packages(consortium.__path__, "consortium."):
        if not module.name.startswith(("consortium.console", "consortium.__main__")):
            importlib.import_module(module.name)
    meanings = {code: error.meaning for code, error in HTTP_ERRORS.items()} | EXPLAINED
    for error in _family(DomainError):
        meanings.setdefault(error.code, error.meaning())
    rows = [f"| `{code}` | {meaning} |" for code, meaning in sorted(meanings.items())]
    return "\n".join(["| code | meaning |", "|---|---|", *rows])


def roles_table() -> str:
    """Every role with what it allows."""
    rows = ["| role | permissions, which are scopes too |", "|---|---|"]
    for role, allowed in PERMISSIONS.items():
        words = ", ".join(f"`{permission}`" for permission in sorted(allowed))
        rows.append(f"| {role.replace('_', ' ').lower()} | {words} |")
    return "\n".join(rows)


def _family(error: type[DomainError]) -> Iterator[type[DomainError]]:
    yield error
    for child in error.__subclasses__():
        yield from _family(child)


def between(mark: str) -> str:
    """The part of the README between two marks."""
    found = re.search(rf"<!-- {mark}:start -->\n(.*?)<!-- {mark}:end -->", README, re.DOTALL)
    assert found
    return found[1].strip()


def test_every_setting_is_documented() -> None:
    """The table of settings is what the program reads."""
    assert between("settings") == settings_table()


def test_every_error_code_is_documented() -> None:
    """The table of errors is what the program can say, code by code."""
    assert between("errors") == error_table()


def test_every_role_and_permission_is_documented() -> None:
    """The table of roles is what they allow; every permission is some role's, or partners' own."""
    assert between("roles") == roles_table()
    others = [one for one in Permission if f"`{one}`" not in roles_table()]
    assert others == [Permission.FOOTPRINT_LIST, Permission.FOOTPRINT_READ]
    assert [one for one in others if f"`{one}`" not in README] == []


def test_every_command_is_documented() -> None:
    """Each command of the command line has its row, and no row is of a command that went."""
    commands = set(typer.main.get_group(app).commands)

    assert set(re.findall(r"^\| `consortium (\w+)", README, re.MULTILINE)) == commands


def test_the_map_shows_every_room() -> None:
    """Each folder of the packages is on the map, and nothing on it is gone."""
    block = re.search(r"## The map\n\n```\n(.*?)```", README, re.DOTALL)
    assert block
    drawn = set(re.findall(r"^  ([\w./]+?)/? ", block[1], re.MULTILINE))
    drawn |= {name.rstrip("/") for name in re.findall(r"  (settings\.py)", block[1])}
    rooms = {
        path.name
        for path in (ROOT / "consortium").iterdir()
        if path.is_dir() and (path / "__init__.py").exists()
    }

    assert {one.rstrip("/") for one in drawn} >= rooms
    assert [one for one in drawn if not (ROOT / "consortium" / one).exists()] == []


async def test_questions_get_the_answers_that_are_printed(demo_database: Database) -> None:
    """The README's queries, sent to the demo, are answered as the README shows."""
    printed = re.findall(r"```graphql\n([^`]*)```\n\n```json\n([^`]*)```", README)
    assert len(printed) == README.count("```json")

    async with served(demo_database, today=utc_today) as api:
        for query, answer in printed:
            assert (await api.post(query)).json() == json.loads(answer)


def test_pictures_and_paths_exist() -> None:
    """Whatever the README points to in the repository is there."""
    paths = re.findall(r"\]\((?!http)([^)]+)\)", README)

    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("operation", re.findall(r"```graphql\n(.*?)```", README, re.DOTALL))
def test_every_operation_is_one_of_this_schema(operation: str) -> None:
    """Also those whose answer is not printed."""
    assert validate(GRAPHQL_SCHEMA, parse(operation)) == []
