"""The demo's accounts: one for each role, with passwords of the directory's own."""

from pathlib import Path

from consortium.demo.accounts import ACCOUNTS, FILE, make_accounts, told
from consortium.identity.actions.sessions import Browser
from consortium.identity.actions.sign_in import Attempt, check_sign_in
from consortium.identity.proofs.passwords import PASSWORDS
from consortium.identity.rules.roles import Role
from consortium.storage.database import Database
from tests.people import NOW, rows_of


async def test_an_account_for_each_role_is_made_once(database: Database, tmp_path: Path) -> None:
    """They are printed and can sign in; a second start changes and hashes nothing."""
    await make_accounts(database, tmp_path)
    made = await rows_of(database, "account", "role_grant", "organisation")
    printed = told(tmp_path)
    await make_accounts(database, tmp_path)

    assert await rows_of(database, "account", "role_grant", "organisation") == made
    assert told(tmp_path) == printed
    assert {one.role for one in ACCOUNTS} == set(Role)
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0
    for line in printed.splitlines():
        _, email, password, *_ = line.split()
        await check_sign_in(Attempt(email, password, Browser(email)), NOW, PASSWORDS)


async def test_another_directory_has_other_passwords(database: Database, tmp_path: Path) -> None:
    """And an account that is there already is not taken over."""
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    await make_accounts(database, one)
    made = await rows_of(database, "account")
    await make_accounts(database, two)

    assert await rows_of(database, "account") == made
    assert not (two / FILE).exists()
    assert "(changed)" in told(two)
