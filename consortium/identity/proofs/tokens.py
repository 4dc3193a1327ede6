"""Random tokens: handed out once, kept as their SHA-256.

A token has 256 random bits, so a slow hash would protect nothing (OWASP ASVS 5.0, 11.4.1).
"""

import hashlib
import secrets


def new_token() -> str:
    """A token of 43 characters that URLs, headers and cookies can carry."""
    return secrets.token_urlsafe(32)


def sha256(token: str) -> str:
    """What is stored of a token, as 64 hexadecimal digits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
