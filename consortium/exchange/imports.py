"""Files of footprints: PACT's JSON documents, one or many."""

from typing import Any, cast

import orjson

from consortium.exchange.rules.wire import DEPTH_MAX
from consortium.kernel.errors import BadInput


class FootprintsUnreadable(BadInput):
    """A file of footprints is JSON: a list of documents, one of them, or an object with `data`."""

    code = "FOOTPRINTS_UNREADABLE"


def read_documents(data: bytes) -> list[Any]:
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
    documents: list[Any] = given
    if any(not isinstance(one, dict) or _depth(one) > DEPTH_MAX for one in documents):
        raise FootprintsUnreadable
    return documents


def _depth(value: Any) -> int:  # noqa: ANN401  any JSON
    """How deep objects and lists stand within one another."""
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        one, depth = waiting.pop()
        deepest = max(deepest, depth)
        inner = one.values() if isinstance(one, dict) else one
        waiting += [(two, depth + 1) for two in inner if isinstance(two, dict | list)]
    return deepest
