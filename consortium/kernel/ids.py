"""Global ids: `org_12` names row 12 of the organisations, everywhere in the API."""

import re
from dataclasses import dataclass

from consortium.kernel.errors import IdInvalid

_PATTERN = re.compile(r"([a-z]{1,16})_([1-9][0-9]{0,18})")
_KEY_MAX = 2**63 - 1  # PostgreSQL's bigint


@dataclass(frozen=True, slots=True)
class GlobalId:
    """A row's address in the API: the prefix of its type, and its key."""

    prefix: str
    key: int

    def __str__(self) -> str:
        """As it is written in the API."""
        return f"{self.prefix}_{self.key}"

    @classmethod
    def parse(cls, text: str) -> "GlobalId":
        """Read `prefix_key`; anything else raises IdInvalid."""
        match = _PATTERN.fullmatch(text)
        if match is None or int(match[2]) > _KEY_MAX:
            raise IdInvalid
        return cls(match[1], int(match[2]))
