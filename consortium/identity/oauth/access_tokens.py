"""Access tokens: signed JWTs that live minutes and need no database to be read (RFC 9068)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt

from consortium.identity.oauth.keys import ALGORITHM, SigningKey
from consortium.kernel.ids import GlobalId

LIFETIME = timedelta(minutes=10)
TYPE = "at+jwt"
# As the API names organisations.
ORGANISATION_PREFIX = "org"


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What an access token says."""

    issuer: str
    resource: str
    subject: str
    client_id: str
    scopes: tuple[str, ...]
    grant_row: int | None
    client_row: int
    account_row: int | None
    organisation_id: int | None
    is_member: bool


def sign_access_token(token: AccessToken, key: SigningKey, now: datetime) -> str:
    """The token as it is handed out.

    RFC 9068, section 2.2, with private claims for what rights are computed from: the organisation
    by its global id, whether it is a member, and the rows of account, client and grant.
    """
    issued = int(now.timestamp())
    claims: dict[str, Any] = {
        "iss": token.issuer,
        "aud": token.resource,
        "sub": token.subject,
        "client_id": token.client_id,
        "scope": " ".join(token.scopes),
        "iat": issued,
        "exp": issued + int(LIFETIME.total_seconds()),
        "jti": secrets.token_urlsafe(16),
        "client": token.client_row,
        "grant": token.grant_row,
        "account": token.account_row,
    }
    if token.organisation_id is not None:
        claims["organisation"] = str(GlobalId(ORGANISATION_PREFIX, token.organisation_id))
        claims["member"] = token.is_member
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid, "typ": TYPE}, kept, key.key)
