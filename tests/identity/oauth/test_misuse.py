"""Each misuse of RFC 9700 and of the RFCs themselves has its answer, and changes nothing."""

import asyncio
import json
import resource
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from consortium.identity.oauth.authorization import Denial
from tests.identity.oauth.world import (
    CALLBACK,
    VERIFIER,
    World,
    base64url,
    challenge_of,
    create_client,
    hs256,
    refused,
    sent,
)

NOT_REDIRECTED: list[dict[str, Any]] = [
    {"client_id": "nobody"},
    {"client_id": None},
    {"client_id": "a\0b"},
    {"client_id": "x" * 30_000},
    {"redirect_uri": None},
    {"redirect_uri": "https://evil.example/callback"},
    {"redirect_uri": f"{CALLBACK}/"},
    {"redirect_uri": f"{CALLBACK}?x=1"},
    {"redirect_uri": f"{CALLBACK}#x"},
    {"redirect_uri": "https://app.example.evil.example/callback"},
    {"redirect_uri": "https://app.example@evil.example/callback"},
    {"redirect_uri": "javascript:alert(1)"},
    {"redirect_uri": "HTTPS://app.example/callback"},
    {"redirect_uri": [CALLBACK, CALLBACK]},
]


async def test_nobody_is_sent_to_a_foreign_address(w: World) -> None:
    """RFC 9700, section 4.11: an unknown client or address is told on a page."""
    for change in NOT_REDIRECTED:
        answer = await w.authorize(**change)

        assert (answer.status_code, change) == (400, change)
        assert "location" not in answer.headers
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; frame-")
        assert (w.person.asked, await w.grants()) == ([], (0, 0))


async def test_a_service_or_disabled_client_sends_nobody(w: World) -> None:
    """They have no business with people."""
    await w.value("UPDATE oauth_client SET disabled_at = now() WHERE client_id = $1", w.spa)

    for client in (w.service, w.spa):
        assert (await w.authorize(client_id=client)).status_code == 400
    assert (w.person.asked, await w.grants()) == ([], (0, 0))


SENT_BACK: list[tuple[dict[str, Any], str]] = [
    ({"response_type": None}, "invalid_request"),
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": "code id_token"}, "unsupported_response_type"),
    ({"response_mode": "fragment"}, "invalid_request"),
    ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge_method": None}, "invalid_request"),
    ({"code_challenge": "short"}, "invalid_request"),
    ({"scope": "everything"}, "invalid_scope"),
    ({"scope": "audit:read-all"}, "invalid_scope"),
    ({"resource": "https://other.example/"}, "invalid_target"),
    ({"resource": ["https://other.example/", "x"]}, "invalid_target"),
    ({"scope": ["openid", "figures:read"]}, "invalid_request"),
    ({"prompt": "none login"}, "invalid_request"),
    ({"prompt": "dance"}, "invalid_request"),
    ({"max_age": "-1"}, "invalid_request"),
    ({"request": "e30.e30."}, "request_not_supported"),
    ({"request_uri": "https://app.example/r"}, "request_uri_not_supported"),
    ({"nonce": "n" * 5000}, "invalid_request"),
    ({"nonce": "n\0"}, "invalid_request"),
]


async def test_other_faults_go_back_to_the_client(w: World) -> None:
    """With `state`, and `iss` against mix-up (RFC 9207); nobody was asked anything."""
    for change, error in SENT_BACK:
        answer = await w.authorize(**change)

        back = sent(answer)
        assert answer.headers["location"].startswith(f"{CALLBACK}?")
        assert (back["error"], change) == (error, change)
        assert (back["state"], back["iss"]) == ("s t&a=b", w.issuer)
        assert "code" not in back
        assert (w.person.asked, await w.grants()) == ([], (0, 0))


async def test_what_the_person_denies_goes_back(w: World) -> None:
    """A denial is told with `state` and `iss`, and grants nothing."""
    w.person.says = Denial("login_required")

    back = sent(await w.authorize(prompt="none"))

    assert (back["error"], back["state"], back["iss"]) == ("login_required", "s t&a=b", w.issuer)
    assert await w.grants() == (0, 0)


async def test_a_native_app_may_listen_on_any_port_of_its_own_machine(w: World) -> None:
    """RFC 8252, section 7.3; the code is bound to the port that was asked for."""
    pool = w.api.database.pool
    app = await create_client(pool, redirect_uris="http://127.0.0.1/cb com.example.app:/cb")
    given = "http://127.0.0.1:49152/cb"

    back = sent(await w.authorize(client_id=app, redirect_uri=given))
    other = await w.redeem(back["code"], client_id=app, redirect_uri="http://127.0.0.1:1/cb")
    good = await w.redeem(back["code"], client_id=app, redirect_uri=given)

    assert refused(other) == (400, "invalid_grant")
    assert good.status_code == 200
    assert (await w.authorize(client_id=app, redirect_uri="com.example.app:/cb")).status_code == 302


async def test_an_injected_code_is_refused(w: World) -> None:
    """RFC 9700, section 4.5: another client, verifier or address; its owner still redeems it."""
    stranger = await create_client(w.api.database.pool)
    code = await w.code()
    for change in (
        {"client_id": stranger},
        {"code_verifier": "w" * 43},
        {"redirect_uri": "https://app.example/other"},
        {"redirect_uri": None},
    ):
        assert refused(await w.redeem(code, **change)) == (400, "invalid_grant")
        assert await w.value("SELECT redeemed_at FROM authorization_code") is None

    assert (await w.redeem(code)).status_code == 200


async def test_pkce_cannot_be_left_out(w: World) -> None:
    """RFC 9700, section 4.8: without a verifier nothing is redeemed, by any kind of client."""
    assert refused(await w.redeem(await w.code(), code_verifier=None)) == (400, "invalid_request")
    code = await w.code(client_id=w.web)
    form = {"code_verifier": None, "client_id": None, "auth": (w.web, w.secret)}
    assert refused(await w.redeem(code, **form)) == (400, "invalid_request")
    assert await w.value("SELECT count(redeemed_at) FROM authorization_code") == 0


async def test_a_code_lives_a_minute(w: World) -> None:
    """RFC 6749, section 4.1.2."""
    code = await w.code()
    w.clock.forward(seconds=61)

    assert refused(await w.redeem(code)) == (400, "invalid_grant")
    assert await w.grants() == (1, 0)


@pytest.mark.parametrize("later", [0, 3600])
async def test_a_replayed_code_ends_what_it_gave(w: World, later: int) -> None:
    """However late: the refresh token is worth nothing, and the access token's grant is gone."""
    code = await w.code()
    tokens = (await w.redeem(code)).json()
    w.clock.forward(seconds=later)

    assert refused(await w.redeem(code)) == (400, "invalid_grant")
    assert await w.grants() == (1, 1)
    assert refused(await w.refresh(tokens["refresh_token"])) == (400, "invalid_grant")


async def test_losers_of_a_rotation_revoke_nothing_for_ten_seconds(w: World) -> None:
    """Two tabs: the second gets `invalid_grant`, the first one's new token stays good."""
    tokens = await w.tokens()
    winner = (await w.refresh(tokens["refresh_token"])).json()
    w.clock.forward(seconds=9)

    assert refused(await w.refresh(tokens["refresh_token"])) == (400, "invalid_grant")
    assert await w.grants() == (1, 0)
    assert (await w.refresh(winner["refresh_token"])).status_code == 200


async def test_a_later_reuse_ends_the_family(w: World) -> None:
    """RFC 9700, section 4.14.2: whoever holds the newest token loses it too."""
    tokens = await w.tokens()
    winner = (await w.refresh(tokens["refresh_token"])).json()
    w.clock.forward(seconds=11)

    assert refused(await w.refresh(tokens["refresh_token"])) == (400, "invalid_grant")
    assert await w.grants() == (1, 1)
    assert refused(await w.refresh(winner["refresh_token"])) == (400, "invalid_grant")


async def test_a_refresh_token_is_its_client_s(w: World) -> None:
    """Another client cannot use it, nor end it; unused for thirty days it ends by itself."""
    tokens = await w.tokens()
    stranger = await create_client(w.api.database.pool)

    taken = await w.refresh(tokens["refresh_token"], client_id=stranger)
    assert refused(taken) == (400, "invalid_grant")
    again = await w.refresh(tokens["refresh_token"])
    assert again.status_code == 200
    w.clock.forward(days=31)
    assert refused(await w.refresh(again.json()["refresh_token"])) == (400, "invalid_grant")


ERASED = (
    "UPDATE account SET erased_at = now(), email = NULL, email_verified_at = NULL, name = ''"
    " RETURNING id"
)
ENDED = [
    ("UPDATE account SET disabled_at = now() RETURNING id", (400, "invalid_grant")),
    (ERASED, (400, "invalid_grant")),
    ("UPDATE session SET revoked_at = now() RETURNING id", (400, "invalid_grant")),
    ("UPDATE oauth_client SET disabled_at = now() RETURNING id", (401, "invalid_client")),
]


@pytest.mark.parametrize(("ending", "answer"), ENDED)
async def test_what_ended_gives_no_tokens(w: World, ending: str, answer: tuple[int, str]) -> None:
    """An account, session or client that ended ends codes and refresh tokens at once."""
    code, tokens = await w.code(), await w.tokens()
    await w.value(ending)

    assert refused(await w.redeem(code)) == answer
    assert refused(await w.refresh(tokens["refresh_token"])) == answer
    assert await w.value("SELECT count(*) FROM refresh_token") == 1
    assert await w.value("SELECT count(redeemed_at) FROM authorization_code") == 1


async def test_a_client_that_does_not_prove_itself_learns_nothing(w: World) -> None:
    """One answer, whether the client exists or not; a public client's way is closed to others."""
    form: dict[str, Any] = {"grant_type": "client_credentials"}
    attempts = [
        await w.token(auth=(w.service, "wrong"), **form),
        await w.token(auth=("nobody", w.secret), **form),
        await w.token(auth=(w.service, ""), **form),
        await w.token(client_id=w.service, **form),
        await w.token(client_id=w.service, client_secret=w.secret, **form),
        await w.token(client_id="a\0b", client_secret="\0", **form),  # noqa: S106  no secret
        await w.token(client_id="é", **form),
    ]

    assert {refused(one) for one in attempts} == {(401, "invalid_client")}
    assert {one.json()["error_description"] for one in attempts} == {
        attempts[0].json()["error_description"]
    }
    assert {one.headers["www-authenticate"] for one in attempts} == {'Basic realm="consortium"'}
    assert await w.grants() == (0, 0)


async def test_a_broken_header_is_an_unknown_client(w: World) -> None:
    """Not base64, not UTF-8, no colon: all the same."""
    for header in ("Basic", "Basic !!!", "Basic /w==", "Bearer x", "Basic Og"):
        answer = await w.http.post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            headers={"authorization": header},
        )
        assert refused(answer) == (401, "invalid_client")


async def test_two_ways_at_once_are_refused(w: World) -> None:
    """RFC 6749, section 2.3; nor may two clients be named."""
    form: dict[str, Any] = {"grant_type": "client_credentials"}
    both = await w.token(auth=(w.service, w.secret), client_secret=w.secret, **form)
    two = await w.token(auth=(w.service, w.secret), client_id=w.web, **form)

    assert refused(both) == refused(two) == (400, "invalid_request")


async def test_a_kind_of_client_has_its_grants(w: World) -> None:
    """No password grant, no implicit one; people's clients get no tokens of their own."""
    service = {"auth": (w.service, w.secret)}
    secret = {"auth": (w.web, w.secret)}

    for form, error in (
        (service | {"grant_type": "password", "username": "a"}, "unsupported_grant_type"),
        (service | {"grant_type": "x" * 5000}, "unsupported_grant_type"),
        (service | {"grant_type": None}, "invalid_request"),
        (service | {"grant_type": "authorization_code", "code": "x"}, "unauthorized_client"),
        (secret | {"grant_type": "client_credentials"}, "unauthorized_client"),
        (secret | {"grant_type": "authorization_code"}, "invalid_request"),
        (secret | {"grant_type": "authorization_code", "code": "x\0"}, "invalid_grant"),
        (secret | {"grant_type": "refresh_token"}, "invalid_request"),
        (service | {"grant_type": "client_credentials", "scope": "openid"}, "invalid_scope"),
        (service | {"grant_type": "client_credentials", "resource": "x"}, "invalid_target"),
    ):
        assert refused(await w.token(**form)) == (400, error)
    assert await w.grants() == (0, 0)


async def test_a_service_without_organisation_gets_nothing(w: World) -> None:
    """It would act for nobody."""
    await w.value("UPDATE oauth_client SET organisation_id = NULL WHERE kind = 'SERVICE'")

    answer = await w.token(auth=(w.service, w.secret), grant_type="client_credentials")

    assert refused(answer) == (400, "unauthorized_client")
    assert await w.grants() == (0, 0)


async def test_the_form_is_read_within_bounds(w: World) -> None:
    """Repeated fields, JSON, a megabyte, broken bytes: `invalid_request`."""
    kind = {"content-type": "application/x-www-form-urlencoded"}
    for content, headers in (
        (f"grant_type=refresh_token&refresh_token=a&refresh_token=b&client_id={w.spa}", kind),
        (json.dumps({"grant_type": "refresh_token"}), {"content-type": "application/json"}),
        ("client_id=" + "x" * 1_000_000, kind),
        (b"\xff=\xfe", kind),
        ("grant_type=%ff", kind),
        ("a=1&" * 500, kind),
    ):
        answer = await w.http.post("/oauth/token", content=content, headers=headers)
        assert refused(answer) == (400, "invalid_request")


def assertion(key: RSAKey, client: str, audience: str, w: World, **changes: Any) -> str:
    """A client's assertion (RFC 7523, section 3)."""
    now = int(w.clock().timestamp())
    claims = {"iss": client, "sub": client, "aud": audience, "exp": now + 60, "jti": "one"}
    kept = {name: value for name, value in (claims | changes).items() if value is not None}
    return jwt.encode({"alg": "RS256"}, kept, key)


async def test_an_assertion_proves_a_client_once(w: World) -> None:
    """RFC 7523: its key, its name, this server, for a short time, and a `jti` of its own."""
    key = RSAKey.generate_key(2048, auto_kid=True)
    jwks = KeySet([key]).as_dict(private=False)
    client = await create_client(
        w.api.database.pool,
        kind="SERVICE",
        auth_method="PRIVATE_KEY_JWT",
        jwks=json.dumps(jwks),
        scopes="figures:read",
        organisation_id=w.organisation_id,
    )
    now = int(w.clock().timestamp())

    async def ask(token: str) -> tuple[int, str | None]:
        answer = await w.token(
            grant_type="client_credentials",
            client_assertion=token,
            client_assertion_type="urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        )
        return answer.status_code, answer.json().get("error")

    stranger = RSAKey.generate_key(2048)
    body = base64url(json.dumps({"sub": client}).encode())
    for wrong in (
        assertion(stranger, client, w.issuer, w),
        hs256(assertion(key, client, w.issuer, w), key),
        assertion(key, client, "https://other.example", w),
        assertion(key, client, w.issuer, w, iss="other"),
        assertion(key, client, w.issuer, w, exp=now - 61),
        assertion(key, client, w.issuer, w, exp=now + 7200),
        assertion(key, client, w.issuer, w, exp=None),
        assertion(key, client, w.issuer, w, exp="soon"),
        assertion(key, client, w.issuer, w, nbf=now + 120),
        assertion(key, client, w.issuer, w, jti=None),
        assertion(key, client, w.issuer, w, sub="nobody"),
        f"eyJhbGciOiJub25lIn0.{body}.",
        "x.y.z",
        "",
    ):
        expected = (401, "invalid_client")
        assert await ask(wrong) == expected, wrong
    assert await w.value("SELECT count(*) FROM client_assertion") == 0

    good = assertion(key, client, w.issuer, w)
    answers = await asyncio.gather(*(ask(good) for _ in range(5)))
    assert sorted(status for status, _ in answers) == [200, 401, 401, 401, 401]
    assert await ask(assertion(key, client, f"{w.issuer}/oauth/token", w, jti="two")) == (200, None)
    assert await w.grants() == (2, 0)


async def test_of_many_redemptions_of_a_code_one_succeeds(w: World) -> None:
    """A thousand at once: one answer with tokens; and the replays end what it gave."""
    code = await w.code()

    answers = await at_once(w, redemption(w.spa, code))

    assert sorted(answers) == [200, *[400] * 999]
    assert await w.value("SELECT count(*) FROM refresh_token") == 1
    assert await w.grants() == (1, 1)


async def test_of_many_uses_of_a_refresh_token_one_succeeds(w: World) -> None:
    """A thousand at once: one answer with tokens, which stay good."""
    token = (await w.tokens())["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": w.spa}
    bodies: list[bytes] = []
    # However long the thousand take: they were sent within ten seconds of the rotation.
    w.clock.stop()

    answers = await at_once(w, form, bodies)

    assert sorted(answers) == [200, *[400] * 999]
    assert await w.grants() == (1, 0)
    assert await w.value("SELECT count(*) FROM refresh_token") == 2
    won = [json.loads(body) for body in bodies if b"refresh_token" in body]
    assert (await w.refresh(won[0]["refresh_token"])).status_code == 200


def redemption(client_id: str, code: str) -> dict[str, str]:
    """The form by which a code is redeemed."""
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "client_id": client_id,
        "code_verifier": VERIFIER,
    }


async def at_once(
    w: World, form: dict[str, str], bodies: list[bytes] | None = None, count: int = 1000
) -> list[int]:
    """Send the same form over many connections that are all open before; their statuses.

    By hand: httpx looks through all waiting requests whenever one ends.
    """
    # Both ends of each are in this process.
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(allowed, min(most, 4 * count)), most))
    content = urlencode(form).encode()
    head = (
        "POST /oauth/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    url = w.http.base_url
    streams = [await asyncio.open_connection(url.host, url.port) for _ in range(count)]
    for _, writer in streams:
        writer.write(head.encode() + content)
    answers = await asyncio.gather(*(reader.read() for reader, _ in streams))
    for _, writer in streams:
        writer.close()
    if bodies is not None:
        bodies.extend(answer.partition(b"\r\n\r\n")[2] for answer in answers)
    return [int(answer.split(b" ", 2)[1]) for answer in answers]


def test_the_challenge_is_the_standard_s() -> None:
    """RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert len(VERIFIER) == 43
