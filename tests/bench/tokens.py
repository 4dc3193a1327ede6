"""What it costs to tell from a token who asks: keys in memory, no database.

python -m tests.bench.tokens prints it by itself.
"""

import statistics
import time
from contextlib import nullcontext
from datetime import timedelta
from typing import NamedTuple

from joserfc.jwk import RSAKey

from consortium.identity.oauth.access_tokens import AccessToken, sign_access_token
from consortium.identity.oauth.bearer import Authenticator
from consortium.identity.oauth.keys import Keyring, SigningKey
from consortium.identity.oauth.server import Addresses
from consortium.identity.proofs.sealing import Sealer
from consortium.kernel.clock import utc_now

TOKENS = 500
ISSUER = "https://data.example"


class TokenCost(NamedTuple):
    """Medians, in milliseconds."""

    unseen_ms: float
    seen_ms: float

    def __str__(self) -> str:
        return (
            f"Verifying a token costs {self.unseen_ms:.3f} ms (not seen before)"
            f" / {self.seen_ms:.4f} ms (seen before)."
        )


def measure_tokens() -> TokenCost:
    """Verify so many tokens of a member's editor, each twice."""
    now = utc_now()
    key = RSAKey.generate_key(2048, auto_kid=True)
    day = timedelta(days=1)
    held = SigningKey(key.kid or "", key, {}, now - day, now + day, now + day)
    keyring = Keyring(Sealer("A" * 43 + "="), nullcontext, utc_now)
    keyring._keys = {held.kid: held}
    addresses = Addresses(ISSUER)
    scopes = ("openid", "figures:read", "figures:write")
    about = (1, 2, 3, 4)
    token = AccessToken(ISSUER, addresses.api, "subject", "client", scopes, *about, is_member=True)
    headers = [f"Bearer {sign_access_token(token, held, now)}".encode() for _ in range(TOKENS)]
    authenticator = Authenticator(addresses, keyring)
    return TokenCost(_median_ms(authenticator, headers), _median_ms(authenticator, headers))


def _median_ms(authenticator: Authenticator, headers: list[bytes]) -> float:
    costs: list[float] = []
    for header in headers:
        begin = time.perf_counter()
        authenticator.principal(header)
        costs.append((time.perf_counter() - begin) * 1000)
    return statistics.median(costs)


if __name__ == "__main__":
    print(measure_tokens())  # noqa: T201
