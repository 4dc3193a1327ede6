"""Sign-in at a member's own provider: a real one on this machine, and tokens that lie."""

import asyncio
import fcntl
import hashlib
import hmac
import os
import socket
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from consortium.console import build
from consortium.identity.actions.federation import (
    DomainTaken,
    NewProvider,
    add_identity_provider,
    verify_domain,
)
from consortium.identity.federation.fetching import Fetcher, ProviderFailed
from consortium.identity.federation.tokens import Expected, UnknownKey, verified_claims
from consortium.identity.proofs.sealing import Sealer
from consortium.identity.rules.federation import IssuerInvalid
from consortium.identity.rules.roles import Role
from consortium.kernel.errors import PermissionDenied
from consortium.storage.database import Database
from tests.people import (
    NOW,
    Browser,
    account,
    acting,
    browser_at,
    browsing,
    forms_of,
    organisation,
    rows_of,
)

HERE = Path(__file__).parent / "provider"
CLIENT, SECRET = "consortium", "a secret of the tests, of no worth"
KEY = "A" * 43 + "="
SEALER = Sealer(KEY)
SECRETARY = acting(Role.SECRETARIAT)
NEW_ROWS = ("account", "federated_identity", "role_grant", "session")


def installed() -> build.Node:
    """Node and the provider's packages. Where they cannot be had the tests are skipped."""
    try:
        node = build.find_node()
        with (HERE / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (HERE / "node_modules" / "oidc-provider").exists():
                command = [*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
                subprocess.run(
                    command, cwd=HERE, env=build.environment(node), check=True, timeout=300
                )
    except (build.BuildError, OSError, subprocess.SubprocessError) as error:
        if os.environ.get("CONSORTIUM_TEST_PROVIDER") == "required":
            raise
        pytest.skip(f"no provider to test with: {error}")
    return node


def free_port() -> int:
    """A port that nobody uses just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def provider_running(port: int, redirect_uri: str) -> Generator[None]:
    """The provider, until the end of the block."""
    command = [str(installed().program), "provider.js", str(port), CLIENT, SECRET, redirect_uri]
    with subprocess.Popen(
        command, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield
        finally:
            process.kill()


@dataclass(frozen=True)
class Member:
    """An organisation with a provider, and a browser of one of its people."""

    browser: Browser
    organisation_id: int
    provider_id: int
    issuer: str

    async def begin(self, browser: Browser, email: str) -> str:
        """Ask to sign in with the organisation; where the browser is sent."""
        answer = await browser.send("/sign-in/organisation", email=email)
        return _onward(answer)

    async def back_from_provider(self, address: str, who: str) -> str:
        """Sign in and agree at the provider, as a person does; where it sends the browser."""
        async with httpx.AsyncClient(timeout=30) as http:
            answer = await http.get(address)
            while "/callback" not in answer.headers.get("location", ""):
                if "location" in answer.headers:
                    answer = await http.get(str(answer.url.join(answer.headers["location"])))
                    continue
                form = forms_of(answer.text)[0]
                data = form.fields | (
                    {"login": who, "password": "x"} if "login" in form.fields else {}
                )
                answer = await http.post(str(answer.url.join(form.action)), data=data)
            return answer.headers["location"]

    async def sign_in(self, who: str, email: str = "li@alibaba.example") -> httpx.Response:
        """The whole way; the answer to the browser's return."""
        address = await self.begin(self.browser, email)
        return await self.browser.http.get(await self.back_from_provider(address, who))


def _onward(answer: httpx.Response) -> str:
    found = answer.text.partition('id="onward" href="')[2].partition('"')[0]
    assert found, answer.text
    return found.replace("&amp;", "&")


@asynccontextmanager
async def member(database: Database, *, role: Role = Role.EDITOR) -> AsyncGenerator[Member]:
    """Alibaba Group, whose people's addresses end in alibaba.example."""
    home = await organisation("Alibaba Group")
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    new = NewProvider(home, "Alibaba's sign-in", issuer, CLIENT, SECRET, role)
    provider_id = await add_identity_provider(SECRETARY, new, SEALER, loopback=True)
    await verify_domain(SECRETARY, home, "Alibaba.example")
    async with browsing(database, secret_key=KEY, federation_allow_loopback=True) as browser:
        redirect_uri = f"{browser.http.base_url}/sign-in/provider/{provider_id}/callback"
        with provider_running(port, redirect_uri):
            yield Member(browser, home, provider_id, issuer)


async def test_a_person_comes_from_their_own_provider(database: Database) -> None:
    """The first time an account is made, bound to the organisation; the second time it is found."""
    async with member(database) as it:
        first = await it.sign_in("li@alibaba.example")
        page = await it.browser.open("/account")
        await it.browser.send("/sign-out", "/sign-out")
        again = await it.sign_in("li@alibaba.example")

    assert first.headers["location"] == again.headers["location"] == "/account"
    assert "Alibaba Group" in page.text
    assert "Li Na" not in page.text.partition("<main>")[0]
    row = await database.pool.fetchrow("SELECT * FROM account")
    assert row is not None
    assert (row["email"], row["name"], row["password_hash"]) == (
        "li@alibaba.example",
        "Li Na",
        None,
    )
    methods = await database.pool.fetch("SELECT methods FROM session")
    assert [one[0] for one in methods] == ["fed", "fed"]
    [role] = await database.pool.fetch("SELECT organisation_id, role FROM role_grant")
    assert tuple(role) == (it.organisation_id, "EDITOR")


@pytest.mark.parametrize("who", ["?li@alibaba.example", "li@other.example", "li=no-address"])
async def test_nobody_else_is_admitted(database: Database, who: str) -> None:
    """An unverified address, one of another domain, none: nothing is made."""
    async with member(database) as it:
        answer = await it.sign_in(who)

    assert answer.status_code == 400
    assert "did not give a verified address" in answer.text
    assert await rows_of(database, *NEW_ROWS) == [[], [], [], []]


async def test_an_account_that_is_there_is_not_taken_over(database: Database) -> None:
    """Its person signs in by its own means once, agrees, and then comes by both."""
    who = await account("li@alibaba.example")
    await account("eve@alibaba.example")

    async with member(database) as it:
        asked = await it.sign_in("li@alibaba.example")
        assert asked.headers["location"] == "/sign-in/link"
        assert not await it.browser.is_signed_in()
        await it.browser.sign_in("eve@alibaba.example")
        foreign = await it.browser.send("/sign-in/link", "/sign-in/link")
        assert foreign.status_code == 400
        assert await rows_of(database, "federated_identity", "role_grant") == [[], []]
        await it.browser.send("/sign-out", "/sign-out")
        await it.browser.sign_in("li@alibaba.example")
        linked = await it.browser.send("/sign-in/link", "/sign-in/link")
        assert linked.status_code == 303
        await it.browser.send("/sign-out", "/sign-out")
        done = await it.sign_in("li@alibaba.example")

    assert done.headers["location"] == "/account"
    found = await database.pool.fetch("SELECT account_id FROM federated_identity")
    assert [row[0] for row in found] == [who]


async def test_a_return_that_was_not_begun_here_opens_nothing(database: Database) -> None:
    """Another browser's (login CSRF), another state, another issuer (mix-up), a code used twice."""
    async with member(database) as it, browser_at(str(it.browser.http.base_url)) as eve:
        address = await it.begin(it.browser, "li@alibaba.example")
        asked = parse_qs(urlsplit(address).query)
        assert asked["code_challenge_method"] == ["S256"]
        back = await it.back_from_provider(address, "li@alibaba.example")
        stolen = await eve.http.get(back)
        assert stolen.status_code == 502
        assert not await eve.is_signed_in()
        given = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
        changes = ({"state": "x"}, {"iss": "https://evil.example"}, {"iss": ""}, {"code": "x"})
        for change in changes:
            await it.begin(it.browser, "li@alibaba.example")
            path = urlsplit(back).path
            answer = await it.browser.http.get(f"{path}?{urlencode(given | change)}")
            assert answer.status_code == 502
        assert await rows_of(database, *NEW_ROWS) == [[], [], [], []]


async def test_a_domain_is_said_by_the_secretariat_and_is_one_organisation_s(
    database: Database,
) -> None:
    """An organisation sets up its provider, cannot claim a domain or give what reaches far."""
    home, other = await organisation("Home"), await organisation("Other")
    admin = acting(Role.ORGANISATION_ADMIN, organisation_id=home)
    await verify_domain(SECRETARY, home, "home.example")
    at = "https://id.home.example"

    await add_identity_provider(admin, NewProvider(home, "Own", at, CLIENT), SEALER)
    before = await rows_of(database, "identity_provider", "verified_domain", "audit_entry")
    with pytest.raises(DomainTaken):
        await verify_domain(SECRETARY, other, "HOME.example")
    with pytest.raises(PermissionDenied):
        await verify_domain(admin, home, "else.example")
    with pytest.raises(PermissionDenied):
        await add_identity_provider(admin, NewProvider(other, "Own", at, CLIENT), SEALER)
    far = NewProvider(home, "Own", at, CLIENT, default_role=Role.SECRETARIAT)
    with pytest.raises(PermissionDenied):
        await add_identity_provider(admin, far, SEALER)
    for issuer in (
        "http://id.home.example",
        "http://127.0.0.1:1",
        "javascript:alert(1)",
        "https://user:password@id.example",
        "https://id.example/#x",
        "https://id.example/?x",
        "file:///etc/passwd",
        "https://[",
        "",
    ):
        with pytest.raises(IssuerInvalid):
            await add_identity_provider(admin, NewProvider(home, "Own", issuer, CLIENT), SEALER)

    assert await rows_of(database, "identity_provider", "verified_domain", "audit_entry") == before


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/x", "https://127.0.0.1/x", "https://localhost/x", "https://[::1]/x"],
)
async def test_nothing_behind_the_wall_is_asked(url: str) -> None:
    """A provider's address leads to no machine of ours (server-side request forgery)."""
    with pytest.raises(ProviderFailed):
        await Fetcher().get(url)


@pytest.mark.parametrize("answer", ["redirect", "endless", "no json", "a list"])
async def test_a_provider_that_misbehaves_fails(answer: str) -> None:
    """Redirects are not followed, and no more is read than is of use."""
    bodies = {
        "redirect": b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\n\r\n",
        "endless": b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 400_000,
        "no json": b"HTTP/1.1 200 OK\r\n\r\nhello",
        "a list": b"HTTP/1.1 200 OK\r\n\r\n[]",
    }

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(bodies[answer])
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(ProviderFailed):
            await Fetcher(loopback=True).get(f"http://127.0.0.1:{port}/")


RSA = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
JWKS = {"keys": [RSA.as_dict(private=False)]}
EXPECTED = Expected("https://id.example", CLIENT, "nonce")
CLAIMS: dict[str, Any] = {
    "iss": "https://id.example",
    "aud": CLIENT,
    "sub": "li",
    "nonce": "nonce",
    "iat": int(NOW.timestamp()),
    "exp": int(NOW.timestamp()) + 60,
}


def token(claims: dict[str, Any], header: dict[str, Any] | None = None, key: Any = RSA) -> str:
    """An ID token."""
    head = {"alg": "RS256", "kid": "one"} | (header or {})
    return jwt.encode(head, claims, key, algorithms=["RS256"])


def with_public_key_as_secret(good: str, public: bytes) -> str:
    """The token, signed anew with what everybody knows."""
    head = urlsafe_b64encode(b'{"alg":"HS256","kid":"one"}').decode().rstrip("=")
    signed = f"{head}.{good.split('.')[1]}"
    mac = hmac.new(public, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{urlsafe_b64encode(mac).decode().rstrip('=')}"


def test_an_id_token_that_holds_is_believed() -> None:
    """Also with a clock that is off by a minute, and with several audiences and an `azp`."""
    late = CLAIMS | {"exp": CLAIMS["exp"] - 100}
    several = CLAIMS | {"aud": [CLIENT, "other"], "azp": CLIENT}

    for claims in (CLAIMS, late, several):
        assert verified_claims(token(claims), JWKS, EXPECTED, NOW)["sub"] == "li"


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://evil.example"},
        {"aud": "other"},
        {"aud": [CLIENT, "other"]},
        {"azp": "other"},
        {"nonce": "other"},
        {"exp": int(NOW.timestamp()) - 61},
        {"iat": int(NOW.timestamp()) + 61},
        {"exp": "soon"},
        {"sub": ""},
        {"sub": 7},
    ],
)
def test_an_id_token_of_another_sign_in_is_refused(change: dict[str, Any]) -> None:
    """Another issuer, audience, nonce or time."""
    with pytest.raises(ProviderFailed):
        verified_claims(token(CLAIMS | change), JWKS, EXPECTED, NOW)


def test_an_id_token_that_another_signed_is_refused() -> None:
    """No signature, the public key as a secret, another key, an unknown one, no token at all."""
    other = RSAKey.generate_key(2048, {"kid": "one"})
    public = RSA.as_pem(private=False)
    none = token(CLAIMS).split(".")
    none[0] = "eyJhbGciOiJub25lIiwia2lkIjoib25lIn0"  # {"alg":"none","kid":"one"}

    for bad in (
        f"{none[0]}.{none[1]}.",
        token(CLAIMS, key=other),
        with_public_key_as_secret(token(CLAIMS), public),
        "",
        "x",
        "a.b.c",
    ):
        with pytest.raises(ProviderFailed):
            verified_claims(bad, JWKS, EXPECTED, NOW)
    with pytest.raises(UnknownKey):
        verified_claims(token(CLAIMS, {"kid": "two"}), JWKS, EXPECTED, NOW)
