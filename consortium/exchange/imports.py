"""Files of footprints: PACT's JSON documents, one or many."""

from collections.abc import Iterable
from typing import Any, cast

import orjson

from consortium.exchange.rules.wire import DEPTH_MAX
from consortium.kernel.errors import BadInput


class FootprintsUnreadable(BadInput):
    """A file of footprints is JSON: a list of documents, one of them, or an object with `data`."""

    code = "FOOTPRINTS_UNREADABLE"


def read_documents(data: bytes) -> list[object]:
    """The documents of a file, in their order. Raises FootprintsUnreadable."""
    try:
        given: object = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise FootprintsUnreadable(f"{FootprintsUnreadable.meaning()} {error}.") from None
    if isinstance(given, dict):
        one = cast("dict[str, Any]", given)
        given = one.get("data", [one])
    if not isinstance(given, list):
        raise FootprintsUnreadable
    documents = cast("list[object]", given)
    if not all(isinstance(one, dict) for one in documents) or _depth(documents) > DEPTH_MAX + 1:
        raise FootprintsUnreadable
    return documents


def _depth(value: object) -> int:
    """How deep objects and lists stand within one another."""
    deepest = 0
    waiting: list[tuple[object, int]] = [(value, 1)]
    while waiting:
        one, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting += [(two, depth + 1) for two in _within(one)]
    return deepest


def _within(value: object) -> Iterable[object]:
    """What stands directly in an object or a list."""
    if isinstance(value, dict):
        return cast("dict[str, object]", value).values()
    return cast("list[object]", value) if isinstance(value, list) else ()
