"""Bearer tokens at the API (RFC 6750, RFC 9068 section 4): read from memory, no database.

A token that was seen before costs one look-up by its hash; another, the check of one signature.
"""

import hashlib
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from joserfc import jws, jwt
from joserfc.errors import JoseError

from consortium.identity.oauth.access_tokens import TYPE
from consortium.identity.oauth.errors import TokenExpired, TokenInvalid
from consortium.identity.oauth.keys import ALGORITHM, Keyring
from consortium.identity.oauth.server import Addresses
from consortium.kernel.ids import GlobalId
from consortium.kernel.principal import ANONYMOUS, Permission, Principal

# Clocks may differ by this much, either way.
LEEWAY_SECONDS = 60
REMEMBERED_MAX = 10_000
_LENGTH_MAX = 8192
_PERMISSIONS = {permission.value: permission for permission in Permission}


class KeyUnknown(TokenInvalid):
    """The access token names a signing key that is not known here."""

    code = "TOKEN_INVALID"


class _Seen(NamedTuple):
    principal: Principal
    until: float


class Authenticator:
    """Tells from a request's Authorization header who asks."""

    def __init__(
        self, addresses: Addresses, keyring: Keyring, clock: Callable[[], float] = time.time
    ) -> None:
        self._addresses = addresses
        self._keyring = keyring
        self._clock = clock
        self._seen: dict[bytes, _Seen] = {}

    def principal(self, header: bytes | None) -> Principal:
        """Who asks; nobody in particular without a header.

        Raises:
            TokenInvalid: the header holds no token that is good here and now.
            KeyUnknown: no key of memory has signed it: `read_keys_again`, then ask once more.
        """
        if header is None:
            return ANONYMOUS
        digest = hashlib.sha256(header).digest()
        seen = self._seen.get(digest)
        if seen is None:
            return self._remembered(digest, self.claims(header))
        if seen.until <= self._clock():
            self._seen.pop(digest, None)
            raise TokenExpired
        return seen.principal

    async def read_keys_again(self) -> None:
        """After KeyUnknown: let another process's new key be known, where that is not too soon."""
        await self._keyring.reread()

    def claims(self, header: bytes) -> dict[str, Any]:
        """The claims of the token in the header, all checked."""
        token = _token_of(header)
        try:
            head: dict[str, Any] = jws.extract_compact(token.encode()).headers()
            kind, algorithm, kid = head.get("typ"), head.get("alg"), head.get("kid")
            # RFC 9068, section 4; the algorithm is ours, whatever the token says (RFC 8725, 3.1).
            if not isinstance(kind, str) or kind.lower().removeprefix("application/") != TYPE:
                raise TokenInvalid("This is no access token.")
            if algorithm != ALGORITHM:
                raise TokenInvalid(f"Access tokens are signed with {ALGORITHM}.")
            key = self._keyring.find(kid) if isinstance(kid, str) else None
            if key is None:
                raise KeyUnknown
            claims = jwt.decode(token, key.key, algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError, TypeError, RecursionError):
            raise TokenInvalid from None
        self._check(claims)
        return claims

    def _check(self, claims: dict[str, Any]) -> None:
        if claims.get("iss") != self._addresses.issuer:
            raise TokenInvalid("The access token is of another issuer.")
        if not is_for(claims, self._addresses.api):
            raise TokenInvalid("The access token is for another resource.")
        now, expiry = self._clock(), claims.get("exp")
        if not isinstance(expiry, int) or expiry + LEEWAY_SECONDS <= now:
            raise TokenExpired
        for name in ("nbf", "iat"):
            begin = claims.get(name, 0)
            if not isinstance(begin, int) or begin - LEEWAY_SECONDS > now:
                raise TokenInvalid("The access token is not valid yet.")

    def _remembered(self, digest: bytes, claims: dict[str, Any]) -> Principal:
        principal = principal_of(claims)
        while len(self._seen) >= REMEMBERED_MAX:
            del self._seen[next(iter(self._seen))]
        self._seen[digest] = _Seen(principal, claims["exp"] + LEEWAY_SECONDS)
        return principal


def principal_of(claims: dict[str, Any]) -> Principal:
    """The principal that the claims of a token of ours describe."""
    words = str(claims.get("scope", "")).split()
    permissions = frozenset(_PERMISSIONS[word] for word in words if word in _PERMISSIONS)
    named = claims.get("organisation")
    return Principal.acting(
        permissions,
        GlobalId.parse(named).key if isinstance(named, str) else None,
        is_member=claims.get("member") is True,
        account_id=claims.get("account"),
        client_id=claims.get("client"),
    )


def is_for(claims: dict[str, Any], *audiences: str) -> bool:
    """Whether `aud`, which is one or a list, names one of these (RFC 7519, section 4.1.3)."""
    named: Any = claims.get("aud")
    return any(one == named or (isinstance(named, list) and one in named) for one in audiences)


def challenge(error: TokenInvalid, addresses: Addresses) -> str:
    """The `WWW-Authenticate` of a refusal (RFC 6750, section 3; RFC 9728, section 5.1)."""
    parts = (
        f'error="{error.error}"',
        f'error_description="{error.message}"',
        f'resource_metadata="{addresses.resource_metadata}"',
    )
    return f"Bearer {', '.join(parts)}"


def _token_of(header: bytes) -> str:
    scheme, _, token = header.partition(b" ")
    if scheme.lower() != b"bearer" or len(header) > _LENGTH_MAX:
        raise TokenInvalid("Send `Authorization: Bearer` and an access token.")
    try:
        return token.strip().decode("ascii")
    except UnicodeDecodeError:
        raise TokenInvalid from None
