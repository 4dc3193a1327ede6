"""Clients that no one here wrote complete every flow, with nothing but the discovery document."""

import asyncio
import json
import os
import subprocess
import warnings
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from authlib.deprecate import AuthlibDeprecationWarning
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey, KeySet, RSAKey

from consortium.console import build
from consortium.identity.proofs.tokens import sha256
from tests.identity.oauth.world import CALLBACK, SIGNED_OUT, World, create_client
from tests.stock import installed

with warnings.catch_warnings():
    # It would rather have the successor of httpx.
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.httpx_client import AsyncOAuth2Client

STOCK = Path(__file__).parent / "stock"


@pytest.fixture(scope="session")
def stock(tmp_path_factory: pytest.TempPathFactory) -> tuple[build.Node, Path]:
    """Node, and a folder with oauth4webapi as the lock file has it."""
    return installed(tmp_path_factory, STOCK)


async def test_oauth4webapi_completes_every_flow(w: World, stock: tuple[build.Node, Path]) -> None:
    """Client credentials in three ways, sign-in, refresh, userinfo, introspection, sign-out."""
    pool, node = w.api.database.pool, stock[0]
    key = ECKey.generate_key("P-256", auto_kid=True)
    service = {"kind": "SERVICE", "organisation_id": w.organisation_id, "scopes": "figures:read"}
    given = {
        "api": f"{w.issuer}/graphql",
        "callback": CALLBACK,
        "signedOut": SIGNED_OUT,
        "spa": w.spa,
        "web": {"id": w.web, "secret": w.secret},
        "service": {"id": w.service, "secret": w.secret},
        "post": {
            "id": await create_client(
                pool, auth_method="CLIENT_SECRET_POST", secret_sha256=sha256(w.secret), **service
            ),
            "secret": w.secret,
        },
        "assertion": {
            "id": await create_client(
                pool,
                auth_method="PRIVATE_KEY_JWT",
                jwks=json.dumps(KeySet([key]).as_dict(private=False)),
                **service,
            ),
            "jwk": key.as_dict(private=True),
        },
        "leaves": w.spa,
    }
    program = [str(node.program), "flows.mjs", json.dumps(given)]
    running = await asyncio.create_subprocess_exec(
        *program, cwd=stock[1], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ
    )
    out, err = await asyncio.wait_for(running.communicate(), 60)
    assert running.returncode == 0, err.decode()
    told = json.loads(out)

    system = {"scope": "figures:read", "organisation": f"org_{w.organisation_id}"}
    assert told["systems"] == dict.fromkeys(("basic", "post", "private_key_jwt"), system)
    for client, left in (("web", None), ("spa", True)):
        assert told["people"][client] == {
            "email": "editor@member.example",
            "answered": {"data": {"__typename": "Query"}},
            "active": [True, False],
            "left": left,
        }
    assert "iss" in told["mixedUp"]


async def test_authlib_s_client_completes_every_flow(w: World) -> None:
    """The same with Authlib's client for httpx."""
    async with httpx.AsyncClient() as plain:
        found = (await plain.get(f"{w.issuer}/.well-known/oauth-authorization-server")).json()
    query = {"json": {"query": "{ __typename }"}}
    api = f"{w.issuer}/graphql"

    async with AsyncOAuth2Client(w.service, w.secret, scope="figures:read") as system:
        await system.fetch_token(found["token_endpoint"], grant_type="client_credentials")
        assert (await system.post(api, **query)).json() == {"data": {"__typename": "Query"}}

    for client_id, secret in ((w.spa, None), (w.web, w.secret)):
        way = "none" if secret is None else "client_secret_basic"
        async with AsyncOAuth2Client(
            client_id,
            secret,
            scope="openid email offline_access figures:read",
            redirect_uri=CALLBACK,
            code_challenge_method="S256",
            token_endpoint_auth_method=way,
            revocation_endpoint_auth_method=way,
        ) as client:
            verifier = "authlib-" * 6
            url, state = client.create_authorization_url(
                found["authorization_endpoint"], code_verifier=verifier, nonce="n"
            )
            back = (await w.http.get(url)).headers["location"]
            assert parse_qs(urlsplit(back).query)["iss"] == [w.issuer]
            first = await client.fetch_token(
                found["token_endpoint"],
                authorization_response=back,
                state=state,
                code_verifier=verifier,
            )
            second = await client.refresh_token(found["token_endpoint"])
            assert second["refresh_token"] != first["refresh_token"]
            user = (await client.get(found["userinfo_endpoint"])).json()
            assert user["email"] == "editor@member.example"
            assert (await client.post(api, **query)).status_code == 200
            revoked = await client.revoke_token(
                found["revocation_endpoint"], second["refresh_token"], "refresh_token"
            )
            assert revoked.status_code == 200
            assert (await client.get(found["userinfo_endpoint"])).status_code == 401


async def test_authlib_s_client_proves_itself_by_a_key(w: World) -> None:
    """private_key_jwt, as Authlib signs it."""
    key = RSAKey.generate_key(2048, auto_kid=True)
    client_id = await create_client(
        w.api.database.pool,
        kind="SERVICE",
        organisation_id=w.organisation_id,
        auth_method="PRIVATE_KEY_JWT",
        jwks=json.dumps(KeySet([key]).as_dict(private=False)),
        scopes="figures:read",
    )
    endpoint = f"{w.issuer}/oauth/token"
    async with AsyncOAuth2Client(
        client_id, key, token_endpoint_auth_method=PrivateKeyJWT(endpoint)
    ) as client:
        token = await client.fetch_token(endpoint, grant_type="client_credentials")

    assert token["scope"] == "figures:read"
