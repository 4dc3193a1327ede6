"""What goes on while a server runs: signing keys are replaced in time."""

import asyncio

import structlog

from consortium.identity.oauth.keys import Keyring

_log = structlog.get_logger(__name__)

EVERY_SECONDS = 300.0


async def keep_keys(keyring: Keyring) -> None:
    """Have the keys that are due, at once and then every few minutes, until cancelled."""
    while True:
        try:
            await keyring.ready()
        except Exception:  # noqa: BLE001  whatever it was, the server goes on and tries again
            _log.warning("the signing keys could not be looked after", exc_info=True)
        await asyncio.sleep(EVERY_SECONDS)
