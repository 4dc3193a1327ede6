"""The flows as they are meant."""

import asyncio
from datetime import timedelta

from joserfc import jws, jwt
from joserfc.jwk import KeySet

from tests.identity.oauth.world import CALLBACK, SIGNED_OUT, World, create_client, refused, sent


async def claims_of(w: World, token: str) -> tuple[dict[str, object], dict[str, object]]:
    """Header and claims of a token, checked with the published keys."""
    keys = KeySet.import_key_set((await w.http.get("/oauth/jwks")).json())
    return (
        jws.extract_compact(token.encode()).headers(),
        jwt.decode(token, keys, algorithms=["RS256"]).claims,
    )


async def test_a_code_becomes_tokens(w: World) -> None:
    """A person's code gives an access token of RFC 9068, an ID token and a refresh token."""
    answer = await w.authorize(nonce="once")
    back = sent(answer)
    tokens = (await w.redeem(back["code"])).json()
    head, claims = await claims_of(w, tokens["access_token"])
    _, told = await claims_of(w, tokens["id_token"])

    assert answer.headers["location"].startswith(f"{CALLBACK}?code=")
    assert (back["state"], back["iss"]) == ("s t&a=b", w.issuer)
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 600)
    assert tokens["scope"].split() == [
        *("openid", "profile", "email", "offline_access", "figures:read", "figures:write")
    ]
    assert (head["typ"], head["alg"]) == ("at+jwt", "RS256")
    assert claims["iss"] == w.issuer
    assert claims["aud"] == f"{w.issuer}/graphql"
    assert claims["client_id"] == w.spa
    assert claims["account"] == w.person.account_id
    assert (claims["organisation"], claims["member"]) == (f"org_{w.organisation_id}", True)
    assert claims["sub"] == told["sub"]
    assert (told["aud"], told["nonce"], told["amr"]) == (w.spa, "once", ["pwd", "otp"])
    assert (await w.asks(tokens["access_token"])).json() == {"data": {"__typename": "Query"}}


async def test_answers_with_tokens_are_kept_nowhere(w: World) -> None:
    """RFC 6749, section 5.1: no-store; RFC 9700, section 2.6: open to browsers, without cookies."""
    answer = await w.redeem(await w.code(), headers=None)
    preflight = await w.http.options(
        "/oauth/token",
        headers={"origin": "https://app.example", "access-control-request-method": "POST"},
    )

    assert answer.headers["cache-control"] == "no-store"
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in preflight.headers


async def test_roles_bound_what_a_token_carries(w: World) -> None:
    """Asked for, open to the client, and allowed by the roles of the organisation: all three."""
    await w.value("UPDATE role_grant SET role = 'VIEWER' RETURNING id")

    tokens = await w.tokens(scope="openid figures:read figures:write audit:read-all")

    assert tokens["scope"] == "openid figures:read"
    assert "refresh_token" not in tokens


async def test_a_refresh_replaces_the_token_and_sees_rights_of_today(w: World) -> None:
    """The next token lacks what the person lost; the grant keeps what was agreed to."""
    tokens = await w.tokens()
    await w.value("UPDATE role_grant SET role = 'VIEWER' RETURNING id")
    second = (await w.refresh(tokens["refresh_token"])).json()
    narrowed = (await w.refresh(second["refresh_token"], scope="figures:read")).json()
    await w.value("UPDATE role_grant SET role = 'EDITOR' RETURNING id")
    third = (await w.refresh(narrowed["refresh_token"])).json()

    assert second["scope"] == "openid profile email offline_access figures:read"
    assert narrowed["scope"] == "figures:read"
    assert third["scope"] == tokens["scope"]
    assert third["refresh_token"] != second["refresh_token"] != tokens["refresh_token"]
    assert refused(await w.refresh(third["refresh_token"], scope="audit:read")) == (
        400,
        "invalid_scope",
    )
    assert (await w.refresh(third["refresh_token"])).status_code == 200


async def test_a_system_acts_for_its_organisation(w: World) -> None:
    """Client credentials by Basic, with and without a scope, at both addresses."""
    for path in ("/oauth/token", "/auth/token"):
        answer = await w.token(
            path, (w.service, w.secret), grant_type="client_credentials", scope="figures:read"
        )
        tokens = answer.json()
        _, claims = await claims_of(w, tokens["access_token"])

        assert tokens["scope"] == "figures:read"
        assert "refresh_token" not in tokens
        assert (claims["sub"], claims["organisation"]) == (w.service, f"org_{w.organisation_id}")
        assert "account" not in claims

    everything = await w.token(auth=(w.service, w.secret), grant_type="client_credentials")
    assert everything.json()["scope"] == "figures:read audit:read"


async def test_an_organisation_that_left_is_no_member(w: World) -> None:
    """Whether an organisation is a member is asked for each token."""
    await w.value("UPDATE membership SET ends_on = '2026-11-22' RETURNING id")

    answer = await w.token(auth=(w.service, w.secret), grant_type="client_credentials")

    _, claims = await claims_of(w, answer.json()["access_token"])
    assert claims["member"] is False


async def test_userinfo_tells_what_the_scopes_allow(w: World) -> None:
    """Name and address with their scopes only, by GET and POST."""
    for scope, known in (
        ("openid", {"sub"}),
        ("openid profile email", {"sub", "name", "email", "email_verified"}),
    ):
        token = (await w.tokens(scope=scope))["access_token"]
        for method in ("GET", "POST"):
            answer = await w.http.request(
                method, "/oauth/userinfo", headers={"authorization": f"Bearer {token}"}
            )
            assert set(answer.json()) == known

    token = (await w.tokens(scope="figures:read"))["access_token"]
    answer = await w.http.get("/oauth/userinfo", headers={"authorization": f"Bearer {token}"})
    assert refused(answer) == (403, "insufficient_scope")
    assert refused(await w.http.get("/oauth/userinfo")) == (401, "invalid_token")


async def test_signing_out_ends_the_session_and_what_it_gave(w: World) -> None:
    """With the ID token the browser goes back, and the refresh token is worth nothing."""
    tokens = await w.tokens()
    form = {
        "id_token_hint": tokens["id_token"],
        "post_logout_redirect_uri": SIGNED_OUT,
        "state": "a b",
    }
    w.clock.forward(hours=1)

    foreign = await w.http.get(
        "/oauth/logout", params=form | {"post_logout_redirect_uri": "https://evil.example/"}
    )
    assert foreign.status_code == 400
    assert (await w.http.get("/oauth/logout")).status_code == 400
    assert await w.value("SELECT revoked_at FROM session") is None

    answer = await w.http.post("/oauth/logout", data=form)

    assert answer.headers["location"] == f"{SIGNED_OUT}?state=a+b"
    assert await w.value("SELECT revoked_at FROM session") is not None
    assert refused(await w.refresh(tokens["refresh_token"])) == (400, "invalid_grant")


async def test_revoking_either_token_ends_the_grant(w: World) -> None:
    """RFC 7009: the other one is worth nothing either; unknown tokens are none."""
    for kind in ("access_token", "refresh_token"):
        tokens = await w.tokens()
        form = {"token": tokens[kind], "client_id": w.spa}
        other = {"token": tokens[kind], "client_id": await create_client(w.api.database.pool)}

        assert (await w.http.post("/oauth/revoke", data=other)).status_code == 200
        again = await w.refresh(tokens["refresh_token"])
        if kind == "refresh_token":
            form["token"] = again.json()["refresh_token"]
        assert (await w.http.post("/oauth/revoke", data=form)).content == b""

        assert refused(await w.refresh(again.json()["refresh_token"])) == (400, "invalid_grant")
        asked = {"authorization": f"Bearer {tokens['access_token']}"}
        told = await w.http.get("/oauth/userinfo", headers=asked)
        assert refused(told) == (401, "invalid_token")
    unknown = await w.http.post("/oauth/revoke", data={"token": "x", "client_id": w.spa})
    assert unknown.status_code == 200


async def test_introspection_tells_a_live_token_from_a_dead_one(w: World) -> None:
    """RFC 7662: for clients that prove who they are, and as of now."""
    tokens = await w.tokens()
    auth = (w.service, w.secret)

    async def ask(token: str) -> dict[str, object]:
        answer = await w.http.post("/oauth/introspect", data={"token": token}, auth=auth)
        body: dict[str, object] = answer.json()
        return body

    seen = await ask(tokens["access_token"])
    public = await w.http.post(
        "/oauth/introspect", data={"token": tokens["access_token"], "client_id": w.spa}
    )

    assert (seen["active"], seen["client_id"]) == (True, w.spa)
    assert seen["scope"] == tokens["scope"]
    assert await ask(tokens["refresh_token"]) == {"active": False}
    assert await ask("nonsense") == {"active": False}
    assert refused(public) == (401, "invalid_client")
    await w.http.post("/oauth/revoke", data={"token": tokens["access_token"], "client_id": w.spa})
    assert await ask(tokens["access_token"]) == {"active": False}


async def test_the_documents_name_what_there_is(w: World) -> None:
    """Every endpoint of the discovery documents answers, and both say the same."""
    openid = (await w.http.get("/.well-known/openid-configuration")).json()
    server = (await w.http.get("/.well-known/oauth-authorization-server")).json()
    api = (await w.http.get("/.well-known/oauth-protected-resource/graphql")).json()
    paths = [v for name, v in openid.items() if name.endswith(("_endpoint", "_uri"))]
    statuses = [(await w.http.get(path)).status_code for path in paths]

    assert openid == server
    assert openid["issuer"] == w.issuer
    assert openid["code_challenge_methods_supported"] == ["S256"]
    assert (api["resource"], api["authorization_servers"]) == (f"{w.issuer}/graphql", [w.issuer])
    assert len(paths) == 7
    assert 404 not in statuses


async def test_keys_are_published_before_they_sign_and_until_their_tokens_end(w: World) -> None:
    """Tokens of the old key hold after the next one signs; a stranger's process agrees."""
    first = (await w.tokens(scope="figures:read"))["access_token"]
    w.clock.forward(days=28, hours=1)
    both = (await w.http.get("/oauth/jwks")).json()["keys"]
    before = (await w.tokens(scope="figures:read"))["access_token"]
    w.clock.forward(days=2)
    after = (await w.tokens(scope="figures:read"))["access_token"]
    w.clock.forward(hours=2)
    left = (await w.http.get("/oauth/jwks")).json()["keys"]

    kids = [jws.extract_compact(t.encode()).headers()["kid"] for t in (first, before, after)]
    assert [key["kid"] for key in both] == [kids[0], kids[2]]
    assert kids[0] == kids[1] != kids[2]
    assert [key["kid"] for key in left] == [kids[2]]
    assert all(set(key) == {"kty", "n", "e", "kid", "use", "alg"} for key in both)


async def test_processes_that_start_together_agree_on_one_key(w: World) -> None:
    """Several that find no key make one."""
    from consortium.identity.oauth.keys import Keyring
    from consortium.identity.proofs.sealing import Sealer
    from tests.served import SECRET_KEY

    await w.value("DELETE FROM signing_key RETURNING id")
    database = w.api.database
    rings = [
        Keyring(Sealer(SECRET_KEY.get_secret_value()), database.active, w.clock) for _ in range(4)
    ]
    await asyncio.gather(*(ring.ready() for ring in rings))

    assert len({ring.signer().kid for ring in rings}) == 1
    assert await w.value("SELECT count(*) FROM signing_key") == 1
    stored = await w.value("SELECT private_key_sealed FROM signing_key")
    assert '"d"' not in stored
    assert stored.count(".") == 4


async def test_a_session_that_only_expires_keeps_offline_access(w: World) -> None:
    """`offline_access` outlives the browser's session, and not its revocation."""
    tokens = await w.tokens()
    w.clock.forward(days=3)
    again = await w.refresh(tokens["refresh_token"])
    assert again.status_code == 200
    await w.value("UPDATE session SET revoked_at = now() RETURNING id")

    assert refused(await w.refresh(again.json()["refresh_token"])) == (400, "invalid_grant")
    assert timedelta(days=3) <= w.clock.ahead


async def test_the_query_page_is_a_client_of_its_own_server(w: World) -> None:
    """It needs no registration: its address is the server's, wherever that is."""
    page = {"client_id": "consortium-console", "redirect_uri": f"{w.issuer}/"}
    foreign = await w.authorize(client_id="consortium-console", redirect_uri="https://a.example/")
    answer = await w.redeem(await w.code(**page), **page)
    _, told = await claims_of(w, answer.json()["id_token"])

    assert foreign.status_code == 400
    assert (w.person.asked[-1].client.first_party, told["name"]) == (True, "An Editor")
    assert answer.json()["scope"].split()[-2:] == ["figures:read", "figures:write"]


async def test_the_trail_names_who_gave_and_ended_what(w: World) -> None:
    """Grants, their end, keys and sign-outs are entered by name, none as a bare change."""
    tokens = await w.tokens()
    await w.token(auth=(w.service, w.secret), grant_type="client_credentials")
    await w.http.post("/oauth/revoke", data={"token": tokens["access_token"], "client_id": w.spa})
    await w.http.post("/oauth/logout", data={"id_token_hint": tokens["id_token"]})
    entries = await w.api.database.pool.fetch(
        "SELECT action, account_id, client_id, acting_organisation_id AS acting"
        " FROM audit_entry e WHERE action LIKE 'grant:%' OR action LIKE 'sess%' ORDER BY id"
    )
    spa = await w.value("SELECT id FROM oauth_client WHERE client_id = $1", w.spa)
    service = await w.value("SELECT id FROM oauth_client WHERE client_id = $1", w.service)

    assert [tuple(entry) for entry in entries] == [
        ("grant:create", w.person.account_id, spa, w.organisation_id),
        ("grant:create", None, service, w.organisation_id),
        ("grant:revoke", None, spa, None),
        ("sessions:revoke", None, spa, None),
    ]
    bare = "SELECT count(*) FROM audit_change c JOIN audit_entry e ON e.id = c.entry_id"
    bare += " WHERE e.action = 'sql:change' AND row_table IN ('signing_key', 'oauth_grant')"
    assert await w.value(bare) == 0
