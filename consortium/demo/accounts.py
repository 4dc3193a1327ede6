"""An account for each role, to try the demo with. Its passwords are random, and its own."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from consortium.audit.actions import audited
from consortium.identity.actions.accounts import create_account
from consortium.identity.actions.administrators import OWN_BODY
from consortium.identity.actions.roles import give_roles
from consortium.identity.proofs.passwords import PASSWORDS
from consortium.identity.rules.roles import Role
from consortium.kernel.clock import utc_now
from consortium.kernel.principal import Principal
from consortium.organisations.actions.names import Names
from consortium.storage.database import Database, transaction
from consortium.storage.raw import raw

FILE = "accounts.json"
MEMBER = "Alibaba Group"
# Nobody's: no real firm is shown as having assured anything.
ASSURER = "Fictitious Assurance Ltd (demo)"
CERTIFIER = "Fictitious Certification Ltd (demo)"

_KNOWN = "SELECT email FROM account WHERE email = ANY ($1::text[]) AND erased_at IS NULL"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Someone who is invented."""

    email: str
    organisation: str
    role: Role


ACCOUNTS = (
    DemoAccount("viewer@demo.example", MEMBER, Role.VIEWER),
    DemoAccount("editor@demo.example", MEMBER, Role.EDITOR),
    DemoAccount("approver@demo.example", MEMBER, Role.APPROVER),
    DemoAccount("admin@demo.example", MEMBER, Role.ORGANISATION_ADMIN),
    DemoAccount("secretariat@demo.example", OWN_BODY, Role.SECRETARIAT),
    DemoAccount("assurer@demo.example", ASSURER, Role.ASSURER),
    DemoAccount("certifier@demo.example", CERTIFIER, Role.CERTIFICATION_BODY),
    DemoAccount("auditor@demo.example", OWN_BODY, Role.AUDITOR),
)


async def make_accounts(database: Database, directory: Path) -> None:
    """Make those that are missing; a second start hashes nothing.

    An account whose password this directory does not know is left alone.
    """
    with database.active():
        async with transaction() as client:
            rows = await raw(client).fetch(_KNOWN, [one.email for one in ACCOUNTS])
        there = {row["email"] for row in rows}
        missing = [one for one in ACCOUNTS if one.email not in there]
        if not missing:
            return
        made = {one.email: secrets.token_urlsafe(12) for one in missing}
        # First the file: an account whose password was lost could not be used.
        _write(directory / FILE, _read(directory / FILE) | made)
        for one in missing:
            await _make(one, made[one.email])


def told(directory: Path) -> str:
    """A line for each account: role, address, password, organisation."""
    passwords = _read(directory / FILE)
    return "".join(
        f"  {one.role.value.lower():<20}{one.email:<26}"
        f"{passwords.get(one.email, '(changed)'):<18}{one.organisation}\n"
        for one in ACCOUNTS
    )


async def _make(one: DemoAccount, password: str) -> None:
    hashed, at = await PASSWORDS.hash(password), utc_now()
    name = one.role.value.replace("_", " ").capitalize()
    async with audited(Principal(), "demo:create-account", note="demo") as connection:
        names = await Names.load(connection)
        organisation_id = names.exact(one.organisation)
        if organisation_id is None:
            organisation_id = await names.add(one.organisation)
        account_id = await create_account(connection, one.email, f"Demo {name}", hashed, at)
        await give_roles(connection, account_id, organisation_id, [one.role], at)


def _read(path: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found


def _write(path: Path, passwords: dict[str, str]) -> None:
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_text(json.dumps(passwords, indent=1) + "\n", encoding="utf-8")
    part.rename(path)
