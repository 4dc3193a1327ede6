"""Documents are known by the hash of their text."""

import hashlib
import re

from consortium.kernel.errors import BadInput

DOCUMENTS_MAX = 10_000
APP_MAX = 100
_is_digest = re.compile(r"[0-9a-f]{64}").fullmatch


class DocumentsInvalid(BadInput):
    """Documents cannot be registered; the message says which and why, and none was."""

    code = "DOCUMENTS_INVALID"


def sha256_of(text: str) -> str:
    """The SHA-256 of the text in UTF-8, in lower-case hexadecimal digits.

    As GraphQL over HTTP, appendix A, and Apollo's clients have it.
    """
    return hashlib.sha256(text.encode()).hexdigest()


def is_sha256(text: object) -> bool:
    """Whether it is a hash as `sha256_of` gives it."""
    return isinstance(text, str) and _is_digest(text) is not None
