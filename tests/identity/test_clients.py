"""Clients are registered with care, and withdrawn whole."""

import json
from dataclasses import replace

import pytest
from joserfc.jwk import KeySet, OctKey, RSAKey

from consortium.identity.actions.clients import (
    ClientFacts,
    ClientInvalid,
    ClientUnknown,
    create_client,
    disable_client,
    list_clients,
    rotate_secret,
)
from consortium.identity.proofs.tokens import sha256
from consortium.identity.rules.clients import AuthMethod, ClientKind
from consortium.kernel.principal import Principal
from consortium.storage.database import Database
from tests.factories import create_organisation

BY = Principal(organisation_id=1, account_id=7)
KEY = RSAKey.generate_key(2048, auto_kid=True)
PUBLIC = json.dumps(KeySet([KEY]).as_dict(private=False))
SPA = ClientFacts(
    "A page", ClientKind.PUBLIC, AuthMethod.NONE, ("openid",), redirect_uris=("https://a.example/",)
)
WEB = replace(SPA, kind=ClientKind.WEB, auth_method=AuthMethod.CLIENT_SECRET_BASIC)
SERVICE = ClientFacts(
    "A system", ClientKind.SERVICE, AuthMethod.CLIENT_SECRET_POST, ("figures:read",), 1
)

ENTERED = "FROM audit_entry WHERE action LIKE 'client:%'"

REFUSED = [
    replace(SPA, name="x" * 1_000_000),
    replace(SPA, name=""),
    replace(SPA, name=" "),
    replace(SPA, name="a\0b"),
    replace(SPA, name="a\nb"),
    replace(SPA, name="a\u202eb"),
    replace(SPA, redirect_uris=()),
    replace(SPA, redirect_uris=("javascript:alert(1)",)),
    replace(SPA, redirect_uris=("https://a.example/ https://evil.example/",)),
    replace(SPA, redirect_uris=("https://a.example/",) * 21),
    replace(SPA, post_logout_redirect_uris=("javascript:alert(1)",)),
    replace(SPA, scopes=("everything",)),
    replace(SPA, scopes=()),
    replace(SPA, auth_method=AuthMethod.CLIENT_SECRET_BASIC),
    replace(SPA, jwks=PUBLIC),
    replace(WEB, auth_method=AuthMethod.NONE),
    replace(WEB, auth_method=AuthMethod.PRIVATE_KEY_JWT),
    replace(WEB, auth_method=AuthMethod.PRIVATE_KEY_JWT, jwks="{}"),
    replace(WEB, auth_method=AuthMethod.PRIVATE_KEY_JWT, jwks="[" * 10_000),
    replace(WEB, auth_method=AuthMethod.PRIVATE_KEY_JWT, jwks=PUBLIC + " " * 20_000),
    replace(
        WEB,
        auth_method=AuthMethod.PRIVATE_KEY_JWT,
        jwks=json.dumps(KeySet([KEY]).as_dict(private=True)),
    ),
    replace(
        WEB,
        auth_method=AuthMethod.PRIVATE_KEY_JWT,
        jwks=json.dumps({"keys": [OctKey.generate_key(256).as_dict(private=True)]}),
    ),
    replace(SERVICE, organisation_id=None),
    replace(SERVICE, organisation_id=999),
    replace(SERVICE, scopes=("openid",)),
    replace(SERVICE, redirect_uris=("https://a.example/",)),
]


async def test_what_is_wrong_is_refused_and_leaves_nothing(database: Database) -> None:
    """Each with its code, in a sentence that repeats no megabyte; no row, no audit entry."""
    for facts in REFUSED:
        with pytest.raises(ClientInvalid) as refused:
            await create_client(BY, facts)
        assert len(refused.value.message) < 300

    assert (
        await database.pool.fetchval("SELECT count(*) FROM oauth_client WHERE NOT first_party") == 0
    )
    assert await database.pool.fetchval(f"SELECT count(*) {ENTERED}") == 0


async def test_a_secret_is_shown_once_and_kept_hashed(database: Database) -> None:
    """Neither the row nor the record of the action can give it back."""
    organisation = await create_organisation(database.pool)
    new = await create_client(BY, replace(SERVICE, organisation_id=organisation))
    second = await rotate_secret(BY, new.client_id)
    row = await database.pool.fetchrow("SELECT * FROM oauth_client WHERE NOT first_party")
    entries = await database.pool.fetch(f"SELECT * {ENTERED} ORDER BY id")

    assert row is not None
    assert new.secret
    assert second.secret != new.secret
    assert row["secret_sha256"] == sha256(second.secret or "")
    assert new.secret not in repr((new, entries))
    assert [entry["action"] for entry in entries] == ["client:create", "client:rotate-secret"]
    assert {entry["account_id"] for entry in entries} == {7}
    assert (await create_client(BY, SPA)).secret is None


async def test_a_client_that_is_not_there_is_not_found(database: Database) -> None:
    """Nothing changes, of it or of others."""
    organisation = await create_organisation(database.pool)
    await create_client(BY, replace(SERVICE, organisation_id=organisation))
    before = await list_clients()

    for action in (rotate_secret, disable_client):
        with pytest.raises(ClientUnknown):
            await action(BY, "nobody")

    assert await list_clients() == before
    assert await database.pool.fetchval(f"SELECT count(*) {ENTERED}") == 1


async def test_a_disabled_client_s_grants_end(database: Database) -> None:
    """For good: it cannot be disabled twice, nor given a secret."""
    new = await create_client(BY, WEB)
    await database.pool.execute(
        "INSERT INTO oauth_grant (client_id, scope, resource)"
        " SELECT id, '', '' FROM oauth_client WHERE NOT first_party"
    )

    await disable_client(BY, new.client_id)

    assert await database.pool.fetchval("SELECT revoked_at FROM oauth_grant") is not None
    for action in (rotate_secret, disable_client):
        with pytest.raises(ClientUnknown):
            await action(BY, new.client_id)
