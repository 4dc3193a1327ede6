"""People, their browsers and their mail, for tests of pages and of what stands behind them."""

import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import httpx

from consortium.identity.actions.accounts import create_account
from consortium.identity.actions.roles import give_roles
from consortium.identity.proofs.passwords import PASSWORDS
from consortium.identity.rules.roles import Role, permissions_of
from consortium.kernel.principal import Principal, Rights
from consortium.organisations.actions.names import Names
from consortium.storage.database import Database, transaction
from consortium.storage.raw import raw
from tests.served import served

PASSWORD = "a tall ship and a star"  # noqa: S105  of nobody
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def acting(*roles: Role, organisation_id: int | None = None, account_id: int | None = None) -> Any:
    """A caller with all that these roles allow."""
    rights = Rights(permissions=permissions_of(roles))
    return Principal(rights=rights, organisation_id=organisation_id, account_id=account_id)


async def organisation(name: str) -> int:
    """A new organisation."""
    async with transaction() as client:
        names = await Names.load(raw(client))
        return await names.add(name)


async def account(
    email: str,
    *roles: tuple[int, Role],
    password: str | None = PASSWORD,
    at: datetime | None = None,
) -> int:
    """A new account with these roles."""
    hashed = await PASSWORDS.hash(password) if password else None
    at = at or datetime.now(UTC)
    async with transaction() as client:
        connection = raw(client)
        account_id = await create_account(connection, email, "Wei Chen", hashed, at)
        for organisation_id, role in roles:
            await give_roles(connection, account_id, organisation_id, [role], at)
    return account_id


async def mails(database: Database) -> list[dict[str, str]]:
    """What waits in the outbox: recipient, template and data."""
    rows = await database.pool.fetch("SELECT * FROM outbox_mail ORDER BY id")
    return [
        {"to": row["recipient"], "template": row["template"], **json.loads(row["data"])}
        for row in rows
    ]


async def rows_of(database: Database, *tables: str) -> list[Any]:
    """All rows of tables, to be compared with what they are later.

    Without the entries of keys: a server makes those when it comes to it, whoever asks for what.
    """
    own = {"audit_entry": "WHERE action <> 'signing-key:create'"}
    return [
        await database.pool.fetch(f"SELECT * FROM {table} {own.get(table, '')} ORDER BY id")  # noqa: S608
        for table in tables
    ]


@dataclass
class _Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[_Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(_Form(given.get("action", "")))
        elif tag == "input" and self.forms and given.get("name"):
            if given.get("type") == "radio" and "checked" not in given:
                return
            self.forms[-1].fields[given["name"]] = given.get("value", "")


def forms_of(html: str) -> list[_Form]:
    """The forms of a page with what their fields hold."""
    parser = _Forms()
    parser.feed(html)
    return parser.forms


@dataclass
class Browser:
    """A browser without script: it keeps cookies, follows redirects and sends forms."""

    http: httpx.AsyncClient

    async def open(self, path: str, **headers: str) -> httpx.Response:
        """A page, and wherever it goes on to inside the site."""
        answer = await self.http.get(path, headers=headers)
        while True:
            to = answer.headers.get("location") or _refresh(answer)
            if to is None or not to.startswith("/"):
                return answer
            answer = await self.http.get(to)

    async def send(self, page: str, action: str | None = None, /, **fields: str) -> httpx.Response:
        """Fill in the form of a page that goes to `action`; the answer itself, not followed."""
        shown = await self.http.get(page)
        assert shown.status_code == 200, (shown.status_code, shown.headers.get("location"))
        return await self.send_from(shown, action, **fields)

    async def send_from(
        self, shown: httpx.Response, action: str | None = None, /, **fields: str
    ) -> httpx.Response:
        """As `send`, from a page that is open."""
        forms = forms_of(shown.text)
        [form] = [one for one in forms if action is None or one.action == action][:1]
        data = form.fields | fields
        return await self.http.post(form.action or shown.url.path, data=data)

    async def sign_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        """Sign in with a password."""
        return await self.send("/sign-in", "/sign-in", email=email, password=password)

    async def is_signed_in(self) -> bool:
        """Whether the account page is shown."""
        return (await self.http.get("/account")).status_code == 200


def _refresh(answer: httpx.Response) -> str | None:
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', answer.text)
    return found[1].replace("&amp;", "&") if found else None


@asynccontextmanager
async def browser_at(address: str) -> AsyncGenerator[Browser]:
    """A browser that has never been used before."""
    async with httpx.AsyncClient(base_url=address, timeout=30) as http:
        yield Browser(http)


@asynccontextmanager
async def browsing(database: Database, **changes: Any) -> AsyncGenerator[Browser]:
    """A browser in front of a running server."""
    async with served(database, **changes) as api, browser_at(str(api.http.base_url)) as browser:
        yield browser
