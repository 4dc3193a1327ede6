"""Legal Entity Identifiers, by ISO 17442."""

import re

from consortium.kernel.errors import BadInput

LENGTH = 20
_SHAPE = re.compile(r"[0-9A-Z]{18}[0-9]{2}", re.ASCII)


class LeiInvalid(BadInput):
    """A Legal Entity Identifier has 18 letters and digits and two check digits (ISO 17442)."""

    code = "LEI_INVALID"


def read_lei(text: str) -> str:
    """The identifier in capitals, without spaces. Raises LeiInvalid, which says what is wrong."""
    lei = "".join(text.split()).upper()
    if len(lei) != LENGTH:
        raise LeiInvalid(f"An LEI has {LENGTH} characters, this has {len(lei)}.")
    if not _SHAPE.fullmatch(lei):
        raise LeiInvalid("An LEI has letters A to Z and digits only, the last two being digits.")
    if _remainder(lei) != 1:
        raise LeiInvalid("The check digits of this LEI do not fit the rest: is it mistyped?")
    return lei


def _remainder(text: str) -> int:
    """Of the number that the text is when each letter stands for 10 to 35."""
    return int("".join(str(int(char, 36)) for char in text)) % 97
