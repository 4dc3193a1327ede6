"""Who asks, as the API reads it from a token: every token that is not good is refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import RSAKey

from consortium.identity.oauth.bearer import REMEMBERED_MAX, Authenticator
from consortium.identity.oauth.errors import TokenInvalid
from consortium.identity.oauth.keys import Keyring
from consortium.identity.oauth.server import Addresses
from consortium.identity.proofs.sealing import Sealer
from consortium.kernel.principal import ANONYMOUS, Permission, Principal, Rights
from tests.identity.oauth.world import World, base64url, hs256
from tests.served import SECRET_KEY


async def server_key(w: World) -> RSAKey:
    """The key that signs, which only the server has."""
    sealed = await w.value("SELECT private_key_sealed FROM signing_key")
    return RSAKey.import_key(json.loads(Sealer(SECRET_KEY.get_secret_value()).open(sealed)))


async def claims_of(w: World, token: str) -> dict[str, Any]:
    """What a good token says."""
    return jwt.decode(token, await server_key(w), algorithms=["RS256"]).claims


def signed(key: RSAKey, claims: dict[str, Any], **head: Any) -> str:
    """A token by this key."""
    header = {"alg": "RS256", "typ": "at+jwt", "kid": key.kid} | head
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(
        {n: v for n, v in header.items() if v is not None}, kept, key, default_type=None
    )


Forge = Callable[[World, RSAKey, dict[str, Any]], str]
FORGED: dict[str, Forge] = {
    "another issuer": lambda _, key, c: signed(key, c | {"iss": "https://other.example"}),
    "another audience": lambda _, key, c: signed(key, c | {"aud": "https://other.example/"}),
    "a client's audience": lambda w, key, c: signed(key, c | {"aud": w.spa}),
    "no audience": lambda _, key, c: signed(key, c | {"aud": None}),
    "expired": lambda _, key, c: signed(key, c | {"exp": c["iat"] - 61}),
    "no expiry": lambda _, key, c: signed(key, c | {"exp": None}),
    "an expiry in words": lambda _, key, c: signed(key, c | {"exp": "9999999999"}),
    "not yet valid": lambda _, key, c: signed(key, c | {"nbf": c["iat"] + 120}),
    "from the future": lambda _, key, c: signed(key, c | {"iat": c["iat"] + 120}),
    "another type": lambda _, key, c: signed(key, c, typ="JWT"),
    "no type": lambda _, key, c: signed(key, c, typ=None),
    "a stranger's key": lambda _, key, c: signed(RSAKey.generate_key(2048), c, kid=key.kid),
    "an unknown key": lambda _, key, c: signed(key, c, kid="unknown"),
    "no key": lambda _, key, c: signed(key, c, kid=None),
    "PS256": lambda _, key, c: jwt.encode(
        {"alg": "PS256", "typ": "at+jwt", "kid": key.kid}, c, key, algorithms=["PS256"]
    ),
    "HS256 with the public key": lambda _, key, c: hs256(signed(key, c), key),
    "alg none": lambda _, key, c: (
        base64url(json.dumps({"alg": "none", "typ": "at+jwt", "kid": key.kid}).encode())
        + f".{base64url(json.dumps(c).encode())}."
    ),
    "a changed body": lambda _, key, c: changed(signed(key, c)),
    "no token": lambda *_: "nonsense",
    "deep nonsense": lambda *_: f"{base64url(b'[' * 4000)}.e30.x",
    "far too long": lambda _, key, c: signed(key, c | {"scope": "x " * 8000}),
}


def changed(token: str) -> str:
    """A token whose claims say more than was signed."""
    head, _, signature = token.split(".")
    return f"{head}.{base64url(json.dumps({'scope': 'figures:read-all'}).encode())}.{signature}"


async def test_every_forged_token_is_refused(w: World) -> None:
    """401, what is wrong for programs and people, and where good tokens are made."""
    good = (await w.tokens(scope="figures:read"))["access_token"]
    key, claims = await server_key(w), await claims_of(w, good)
    for what, forge in FORGED.items():
        answer = await w.asks(forge(w, key, claims))

        assert (answer.status_code, what) == (401, what)
        assert [e["extensions"]["code"] for e in answer.json()["errors"]] == ["TOKEN_INVALID"]
        told = answer.headers["www-authenticate"]
        assert told.startswith('Bearer error="invalid_token", error_description="'), what
        assert f'resource_metadata="{w.issuer}/.well-known/oauth-protected-resource' in told
    assert (await w.asks(good)).status_code == 200


async def test_an_id_token_is_no_access_token(w: World) -> None:
    """Nor is a refresh token."""
    tokens = await w.tokens()

    assert (await w.asks(tokens["id_token"])).status_code == 401
    assert (await w.asks(tokens["refresh_token"])).status_code == 401


async def test_a_token_outside_the_header_is_never_used(w: World) -> None:
    """RFC 9700, section 4.3.2: not in the address, not in a form; 400 `invalid_request`."""
    token = (await w.tokens(scope="openid figures:read"))["access_token"]
    body = {"query": "{ __typename }"}
    answers = [
        await w.http.post("/graphql", params={"access_token": token}, json=body),
        await w.http.get("/graphql", params={"access_token": token, **body}),
        await w.http.post("/graphql", data={"access_token": token, **body}),
        await w.http.get("/oauth/userinfo", params={"access_token": token}),
    ]

    assert [one.status_code for one in answers] == [400] * 4
    assert all('error="invalid_request"' in one.headers["www-authenticate"] for one in answers)
    codes = [one.json()["errors"][0]["extensions"]["code"] for one in answers[:3]]
    assert codes == ["TOKEN_MISPLACED"] * 3
    # A variable of that name is none.
    fine = await w.http.get("/graphql", params={"query": "{ access_token: __typename }"})
    assert fine.json() == {"data": {"access_token": "Query"}}


async def test_a_clock_may_be_off_by_a_minute(w: World) -> None:
    """Seen before or not, a token ends a minute after its time, and begins a minute early."""
    good = (await w.tokens(scope="figures:read"))["access_token"]
    other = (await w.tokens(scope="figures:read"))["access_token"]
    w.clock.forward(seconds=-59)
    assert (await w.asks(other)).status_code == 200
    w.clock.forward(seconds=59 + 655)
    assert (await w.asks(good)).status_code == 200
    w.clock.forward(seconds=10)

    assert (await w.asks(good)).status_code == 401
    assert (await w.asks(other)).status_code == 401


async def test_without_a_header_the_public_asks(w: World) -> None:
    """Nobody needs a token for what is public; another scheme is no token."""
    plain = await w.api.post("{ __typename }")
    basic = await w.http.post(
        "/graphql", json={"query": "{ __typename }"}, headers={"authorization": "Basic eDp5"}
    )

    assert plain.status_code == 200
    assert basic.status_code == 401


@pytest.fixture
async def keyring(w: World) -> Keyring:
    """Keys as another process reads them."""
    ring = Keyring(Sealer(SECRET_KEY.get_secret_value()), w.api.database.active, w.clock)
    await ring.ready()
    return ring


async def test_a_token_becomes_a_principal(w: World, keyring: Keyring) -> None:
    """With the rights of its scopes, and the same object when it comes again."""
    reads = Authenticator(Addresses(w.issuer), keyring)
    both = f"Bearer {(await w.tokens())['access_token']}".encode()
    openid = f"bearer {(await w.tokens(scope='openid figures:write'))['access_token']}".encode()
    granted = frozenset({Permission.FIGURES_READ, Permission.FIGURES_WRITE})
    client = await w.value("SELECT id FROM oauth_client WHERE client_id = $1", w.spa)
    who = {
        "organisation_id": w.organisation_id,
        "account_id": w.person.account_id,
        "client_id": client,
    }

    assert reads.principal(None) is ANONYMOUS
    assert reads.principal(both) == Principal(Rights(True, True, granted), **who)
    assert reads.principal(both) is reads.principal(both)
    assert reads.principal(openid).rights == Rights(
        permissions=frozenset({Permission.FIGURES_WRITE})
    )


async def test_what_is_remembered_is_bounded(w: World, keyring: Keyring) -> None:
    """More tokens than are remembered push out the oldest."""
    reads = Authenticator(Addresses(w.issuer), keyring)
    header = f"Bearer {(await w.tokens())['access_token']}".encode()
    first = reads.principal(header)
    for number in range(REMEMBERED_MAX):
        reads._seen[str(number).encode()] = next(iter(reads._seen.values()))
    again = reads.principal(header)

    assert len(reads._seen) <= REMEMBERED_MAX + 1
    assert again == first
    with pytest.raises(TokenInvalid):
        reads.principal(header + b"x")
    assert header not in reads._seen


async def test_a_new_key_of_another_process_is_found(w: World) -> None:
    """A token that names an unknown key makes the keys be read again, though not each time."""
    token = (await w.tokens(scope="figures:read"))["access_token"]
    key, claims = await server_key(w), await claims_of(w, token)
    other = RSAKey.generate_key(2048, auto_kid=True)
    sealed = Sealer(SECRET_KEY.get_secret_value()).seal(json.dumps(other.as_dict(private=True)))
    await w.value(
        "INSERT INTO signing_key (kid, algorithm, private_key_sealed, public_jwk, signs_from,"
        " signs_until, expires_at) SELECT $1, algorithm, $2, $3, signs_from, signs_until,"
        " expires_at FROM signing_key RETURNING id",
        other.kid,
        sealed,
        json.dumps(other.as_dict(private=False)),
    )

    theirs = signed(other, claims)
    assert (await w.asks(theirs)).status_code == 401
    w.clock.forward(seconds=11)
    assert (await w.asks(theirs)).status_code == 200
    assert jws.extract_compact(theirs.encode()).headers()["kid"] != key.kid
