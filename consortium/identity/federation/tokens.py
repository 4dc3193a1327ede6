"""Verify a provider's ID token (OpenID Connect Core 1.0, section 3.1.3.7)."""

import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from consortium.identity.federation.fetching import ProviderFailed

# Asymmetric ones only: with HS256 a provider's public key could be taken for a secret.
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
_LEEWAY_SECONDS = 60


class UnknownKey(Exception):
    """The token names a key that is not among those that were fetched."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What an ID token must say."""

    issuer: str
    client_id: str
    nonce: str


def verified_claims(
    token: str, jwks: dict[str, Any], expected: Expected, at: datetime
) -> dict[str, Any]:
    """The claims of a token that its issuer made for this sign-in.

    Raises UnknownKey: fetch the keys again; ProviderFailed: anything is wrong with it.
    """
    key = _key_of(token, jwks)
    try:
        keys = KeySet.import_key_set({"keys": [key]})
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise ProviderFailed from error
    if not _fits(claims, expected, at.timestamp()):
        raise ProviderFailed
    return claims


def _key_of(token: str, jwks: dict[str, Any]) -> dict[str, Any]:
    try:
        head = token.split(".", 1)[0]
        header = json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))
        keys = [key for key in jwks["keys"] if key.get("use", "sig") == "sig"]
        kid = header.get("kid")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ProviderFailed from error
    found = [key for key in keys if key.get("kid") == kid] if kid else keys
    if len(found) != 1:
        raise UnknownKey
    key: dict[str, Any] = found[0]
    return key


def _fits(claims: dict[str, Any], expected: Expected, now: float) -> bool:
    audience: Any = claims.get("aud")
    audiences = cast("list[object]", audience if isinstance(audience, list) else [audience])
    alone = len(audiences) == 1
    times = (claims.get("exp"), claims.get("iat"))
    if not all(isinstance(time, int | float) for time in times):
        return False
    return (
        claims.get("iss") == expected.issuer
        and expected.client_id in audiences
        and claims.get("azp", expected.client_id if alone else None) == expected.client_id
        and claims["exp"] > now - _LEEWAY_SECONDS
        and claims["iat"] < now + _LEEWAY_SECONDS
        and claims.get("nonce") == expected.nonce
        and isinstance(claims.get("sub"), str)
        and 0 < len(claims["sub"]) <= 255
    )
