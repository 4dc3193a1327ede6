"""Secrets that must be read again are kept encrypted, under a key that is not in the database."""

import base64
import binascii
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from consortium.kernel.errors import DomainError

_HEADER = {"alg": "dir", "enc": "A256GCM"}
_KEY_BYTES = 32


class SecretKeyInvalid(DomainError):
    """CONSORTIUM_SECRET_KEY is 32 random bytes in base64, as `openssl rand -base64 32` prints."""

    code = "SECRET_KEY_INVALID"


class SealBroken(DomainError):
    """A stored secret cannot be read: CONSORTIUM_SECRET_KEY is not the one it was sealed with."""

    code = "SEAL_BROKEN"


class Sealer:
    """Encrypts and decrypts with one key (RFC 7516: `dir`, A256GCM)."""

    def __init__(self, secret_key: str) -> None:
        try:
            raw = base64.b64decode(secret_key, validate=True)
        except (binascii.Error, ValueError):
            raise SecretKeyInvalid from None
        if len(raw) != _KEY_BYTES:
            raise SecretKeyInvalid
        self._key = OctKey.import_key(raw)

    def seal(self, secret: str) -> str:
        """The secret, encrypted."""
        return jwe.encrypt_compact(_HEADER, secret.encode(), self._key)

    def open(self, sealed: str) -> str:
        """The secret again; SealBroken where the key is another."""
        try:
            plaintext = jwe.decrypt_compact(sealed, self._key).plaintext
        except (JoseError, ValueError):
            raise SealBroken from None
        return (plaintext or b"").decode()


_SEALER: ContextVar[Sealer | None] = ContextVar("sealer", default=None)


@contextmanager
def sealing(sealer: Sealer) -> Generator[None]:
    """Let actions within seal with this: they get no keys, so whoever opens the server says it."""
    token = _SEALER.set(sealer)
    try:
        yield
    finally:
        _SEALER.reset(token)


def sealed(secret: str) -> str:
    """The secret, encrypted. Raises SecretKeyInvalid where nothing is wired."""
    sealer = _SEALER.get()
    if sealer is None:
        raise SecretKeyInvalid
    return sealer.seal(secret)
