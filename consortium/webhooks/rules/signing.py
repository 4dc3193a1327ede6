"""Signatures by Standard Webhooks (specification, "Symmetric signatures"): HMAC-SHA256."""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime

PREFIX = "whsec_"
# The specification takes 24 to 64 bytes.
SECRET_BYTES = 32


def written_secret(random: bytes) -> str:
    """The secret as receivers' libraries take it."""
    return PREFIX + base64.b64encode(random).decode()


def signed_headers(
    message_id: str, at: datetime, body: bytes, secrets: Iterable[str]
) -> Mapping[str, str]:
    """The headers of a message, signed with each secret.

    `at` is when this attempt is made: receivers refuse what is older than minutes.
    """
    timestamp = str(int(at.timestamp()))
    content = f"{message_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(secret, content) for secret in secrets),
    }


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
