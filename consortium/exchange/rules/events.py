"""PACT's four events, as CloudEvents 1.0 in structured form: read strictly, and made."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from consortium.exchange.rules.filters import Filters, read_criteria
from consortium.kernel.errors import BadInput

MEDIA_TYPE = "application/cloudevents+json"
SPEC_VERSION = "1.0"
_PREFIX = "org.wbcsd.pact.ProductFootprint."
_LENGTH_MAX = 500
_COMMENT_MAX = 10_000
FOOTPRINTS_MAX = 1000
# What a requester sends to see itself refused.
NOTHING_MEANT = "urn:pact:null"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class EventInvalid(BadInput):
    """An event is a CloudEvent 1.0 of one of PACT's four types, with all that they require."""

    code = "EVENT_INVALID"


class EventKind(StrEnum):
    """What an event says."""

    REQUEST_CREATED = "REQUEST_CREATED"
    REQUEST_FULFILLED = "REQUEST_FULFILLED"
    REQUEST_REJECTED = "REQUEST_REJECTED"
    PUBLISHED = "PUBLISHED"

    @property
    def wire(self) -> str:
        """PACT's name of the type, with its version."""
        name = "".join(part.capitalize() for part in self.value.split("_"))
        return f"{_PREFIX}{name}Event.3"


_KINDS = {kind.wire: kind for kind in EventKind}
ANSWERS = frozenset({EventKind.REQUEST_FULFILLED, EventKind.REQUEST_REJECTED})


@dataclass(frozen=True, slots=True)
class Event:
    """An event whose data fit its type."""

    kind: EventKind
    id: str
    source: str
    time: datetime
    data: Mapping[str, Any]

    def wire(self) -> dict[str, Any]:
        """As it travels."""
        return {
            "type": self.kind.wire,
            "specversion": SPEC_VERSION,
            "id": self.id,
            "source": self.source,
            "time": self.time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "data": dict(self.data),
        }


def read_event(given: object) -> Event:
    """The event that a JSON value is. Raises EventInvalid, CriterionInvalid."""
    if not isinstance(given, dict):
        raise EventInvalid("An event is a JSON object.")
    said = cast("dict[str, Any]", given)
    kind = _KINDS.get(_text(said, "type"))
    if kind is None:
        raise EventInvalid(f"`type` is one of {', '.join(_KINDS)}.").at("type")
    if _text(said, "specversion") != SPEC_VERSION:
        raise EventInvalid(f"`specversion` is {SPEC_VERSION}.").at("specversion")
    data: Any = said.get("data")
    if not isinstance(data, dict):
        raise EventInvalid("`data` is an object.").at("data")
    _check_data(kind, cast("dict[str, Any]", data))
    time = _moment(_text(said, "time"))
    return Event(kind, _text(said, "id"), _text(said, "source"), time, cast("dict[str, Any]", data))


def criteria_of(data: Mapping[str, Any]) -> Filters:
    """What a request asks for. Raises CriterionInvalid."""
    criteria = {name: value for name, value in data.items() if name != "comment"}
    return read_criteria(criteria, "data")


def means_nothing(filters: Filters) -> bool:
    """Whether a request names nothing that could ever be given."""
    return bool(filters.product_id) and set(filters.product_id) == {NOTHING_MEANT}


def fulfilled(request_id: str, footprints: list[dict[str, Any]]) -> dict[str, Any]:
    """The data of the event that answers a request with footprints."""
    return {"requestEventId": request_id, "pfs": footprints}


def rejected(request_id: str, code: str, message: str) -> dict[str, Any]:
    """The data of the event that answers a request with a reason."""
    return {"requestEventId": request_id, "error": {"code": code, "message": message}}


def _check_data(kind: EventKind, data: dict[str, Any]) -> None:
    match kind:
        case EventKind.REQUEST_CREATED:
            criteria_of(data)
            comment = data.get("comment", "")
            if not isinstance(comment, str) or len(comment) > _COMMENT_MAX:
                told = f"`comment` is a text of at most {_COMMENT_MAX} characters."
                raise EventInvalid(told).at("data", "comment")
        case EventKind.PUBLISHED:
            ids = _list(data, "pfIds")
            wrong = [one for one in ids if not (isinstance(one, str) and _UUID.fullmatch(one))]
            if wrong:
                told = f"`pfIds` are the UUIDs of footprints; {str(wrong[0])[:50]!r} is none."
                raise EventInvalid(told).at("data", "pfIds")
        case EventKind.REQUEST_FULFILLED:
            _text(data, "requestEventId", "data")
            if not all(isinstance(one, dict) for one in _list(data, "pfs")):
                raise EventInvalid("`pfs` are footprints, each an object.").at("data", "pfs")
        case EventKind.REQUEST_REJECTED:
            _text(data, "requestEventId", "data")
            error: Any = data.get("error")
            if not isinstance(error, dict):
                told = "`error` is an object with `code` and `message`."
                raise EventInvalid(told).at("data", "error")
            for name in ("code", "message"):
                _text(cast("dict[str, Any]", error), name, "data", "error")


def pf_ids(data: Mapping[str, Any]) -> list[UUID]:
    """The footprints that a notice names, each once."""
    return list(dict.fromkeys(UUID(one) for one in data["pfIds"]))


def _text(given: Mapping[str, Any], name: str, *path: str) -> str:
    value: Any = given.get(name)
    long = 10_000 if path else _LENGTH_MAX
    if not isinstance(value, str) or not 0 < len(value) <= long or "\0" in value:
        raise EventInvalid(f"`{name}` is a text of 1 to {long} characters.").at(*path, name)
    return value


def _list(given: Mapping[str, Any], name: str) -> list[object]:
    value: object = given.get(name)
    many = cast("list[object]", value) if isinstance(value, list) else []
    if not 0 < len(many) <= FOOTPRINTS_MAX:
        told = f"`{name}` is a list of 1 to {FOOTPRINTS_MAX}."
        raise EventInvalid(told).at("data", name)
    return many


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise EventInvalid("`time` is a moment such as 2026-01-31T00:00:00Z.").at("time")
    return moment
