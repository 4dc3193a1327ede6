"""What goes on while a server runs: keys are replaced in time, what has ended is cleared away."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager

import structlog

from consortium.identity.oauth.keys import Keyring
from consortium.kernel.clock import Now
from consortium.storage.database import transaction
from consortium.storage.raw import raw

_log = structlog.get_logger(__name__)

EVERY_SECONDS = 300.0
# An assertion's `jti` matters only while the assertion would be taken.
_ENDED = "DELETE FROM client_assertion WHERE expires_at < $1"


async def keep_keys(
    keyring: Keyring, active: Callable[[], AbstractContextManager[None]], now: Now
) -> None:
    """Have the keys that are due, at once and then every few minutes, until cancelled."""
    while True:
        try:
            await keyring.ready()
            with active():
                async with transaction() as client:
                    await raw(client).execute(_ENDED, now())
        except Exception:  # noqa: BLE001  whatever it was, the server goes on and tries again
            _log.warning("the signing keys could not be looked after", exc_info=True)
        await asyncio.sleep(EVERY_SECONDS)
