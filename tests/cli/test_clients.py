"""`consortium clients`, and the key that encrypts secrets."""

import re
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from consortium.cli import app
from consortium.cli.secret_key import SecretKeyMissing, SecretKeyUnreadable, with_secret_key
from consortium.identity.actions.clients import ClientInvalid
from consortium.identity.proofs.sealing import Sealer
from consortium.settings import Settings
from tests.conftest import apart
from tests.factories import create_organisation


@pytest.fixture
def consortium(dsn: str, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command line over this test's own database."""
    monkeypatch.setenv("CONSORTIUM_DATABASE_URL", dsn)
    return CliRunner()


async def _member(dsn: str) -> None:
    import asyncpg

    connection = await asyncpg.connect(dsn)
    await create_organisation(connection, name="Example Member")
    await connection.close()


def test_a_client_is_made_listed_and_withdrawn(consortium: CliRunner, dsn: str) -> None:
    """Its secret is shown when it is made or replaced, and by nothing else."""
    apart(_member(dsn))
    made = consortium.invoke(
        app, ["clients", "create", "Nightly", "--organisation", "example member"]
    )
    found = re.search(r"client_id +(\S+)\nclient_secret +(\S+)\n", made.output)
    assert found, made.output
    client_id, secret = found.groups()

    rotated = consortium.invoke(app, ["clients", "rotate-secret", client_id])
    listed = consortium.invoke(app, ["clients", "list"])
    disabled = consortium.invoke(app, ["clients", "disable", client_id])
    after = consortium.invoke(app, ["clients", "list"])

    assert "client_secret" in rotated.output
    assert secret not in rotated.output + listed.output
    expected = f"{client_id}  Nightly  Example Member  client_secret_basic  figures:read\n"
    assert listed.output.endswith(expected)
    assert disabled.exit_code == 0
    assert after.output.endswith(expected.replace("client_secret_basic", "disabled"))


def test_a_client_that_cannot_be_is_refused(consortium: CliRunner) -> None:
    """In one sentence, and nothing is made."""
    refused = consortium.invoke(app, ["clients", "create", "x" * 1_000_000])

    assert isinstance(refused.exception, ClientInvalid)
    listed = consortium.invoke(app, ["clients", "list"]).output
    assert listed == "consortium-console  Query page  -  none  *\n"


def test_the_own_database_has_its_key_beside_it(tmp_path: Path) -> None:
    """Made once, by whoever comes first, for its owner's eyes."""
    settings = Settings(data_dir=tmp_path / "data", database_url=None, secret_key=None)
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: with_secret_key(settings), range(8)))
    keys = {one.secret_key.get_secret_value() for one in made if one.secret_key}
    (file,) = (tmp_path / "data").iterdir()

    assert len(keys) == 1
    assert Sealer(keys.pop()).seal("x")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_database_elsewhere_needs_a_key_from_outside(tmp_path: Path) -> None:
    """Its key would be lost with this machine; an unusable directory is told."""
    elsewhere = Settings(data_dir=tmp_path, database_url="postgresql://x/y", secret_key=None)
    given = elsewhere.model_copy(update={"secret_key": SecretStr("A" * 43 + "=")})
    blocked = tmp_path / "file"
    blocked.write_text("")

    with pytest.raises(SecretKeyMissing):
        with_secret_key(elsewhere)
    assert with_secret_key(given) == given
    assert "AAAA" not in repr(given)
    with pytest.raises(SecretKeyUnreadable):
        with_secret_key(Settings(data_dir=blocked / "data", database_url=None))
    assert list(tmp_path.iterdir()) == [blocked]
