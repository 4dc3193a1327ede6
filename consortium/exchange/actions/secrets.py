"""What seals partners' secrets: wired by whoever opens the server, since actions get no keys."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from consortium.identity.proofs.sealing import Sealer, SecretKeyInvalid

_SEALER: ContextVar[Sealer | None] = ContextVar("exchange_sealer", default=None)


@contextmanager
def sealing(sealer: Sealer) -> Generator[None]:
    """Let actions within seal with this."""
    token = _SEALER.set(sealer)
    try:
        yield
    finally:
        _SEALER.reset(token)


def sealed(secret: str | None) -> str | None:
    """The secret, encrypted; None of none. Raises SecretKeyInvalid where nothing is wired."""
    if secret is None:
        return None
    sealer = _SEALER.get()
    if sealer is None:
        raise SecretKeyInvalid
    return sealer.seal(secret)
