"""One name in the three spellings of Python, of GraphQL's fields and of its types."""

import re
from functools import lru_cache

_HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])")


@lru_cache(maxsize=4096)
def snake(name: str) -> str:
    """`orderBy` as `order_by`."""
    return _HUMP.sub(r"_\1", name).lower()


def camel(name: str) -> str:
    """`order_by` as `orderBy`."""
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def pascal(name: str) -> str:
    """`order_by` as `OrderBy`."""
    return "".join(word.capitalize() for word in name.split("_"))
