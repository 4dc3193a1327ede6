"""Second factors: codes that change with the time (RFC 6238), and codes for when they are lost."""

import base64
import hmac
import secrets
from datetime import datetime

from pyotp import random_base32
from pyotp.totp import TOTP

ISSUER = "Consortium"
RECOVERY_CODES = 10
_STEP_SECONDS = 30
# One step before and after: clocks differ, and typing takes time (RFC 6238, section 5.2).
_STEPS = (0, -1, 1)


def new_secret() -> str:
    """A secret of 160 bits in base32."""
    return random_base32()


def provisioning_uri(secret: str, account: str) -> str:
    """What the QR code holds, as authenticators read it."""
    return TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)


def matching_step(secret: str, code: str, at: datetime) -> int | None:
    """The time step whose code this is; None where it is no code of now."""
    now = int(at.timestamp()) // _STEP_SECONDS
    typed = "".join(code.split())
    codes = TOTP(secret)
    for step in (now + difference for difference in _STEPS):
        if hmac.compare_digest(codes.generate_otp(step).encode(), typed.encode(errors="replace")):
            return step
    return None


def new_recovery_codes() -> list[str]:
    """Codes of 80 random bits, in groups that can be typed."""
    return [_grouped(secrets.token_bytes(10)) for _ in range(RECOVERY_CODES)]


def plain_recovery_code(typed: str) -> str:
    """A recovery code as it is hashed, however it was typed."""
    return "".join(c for c in typed.upper() if c.isalnum())


def _grouped(value: bytes) -> str:
    text = base64.b32encode(value).decode()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))
