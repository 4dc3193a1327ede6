"""PACT's criteria by which footprints are listed and asked for (3.0.3, ListFootprints).

Within a criterion its values are alternatives; all criteria must hold. A value that nobody has
finds nothing; what is no value at all (a day that is no day) is refused by the criterion's name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import cast

from consortium.kernel.errors import BadInput

VALUES_MAX = 1000
VALUE_LENGTH_MAX = 2000


class CriterionInvalid(BadInput):
    """A criterion is one of PACT's, with texts, or moments such as 2026-01-31T00:00:00Z."""

    code = "CRITERION_INVALID"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a footprint must be; a criterion without values asks for nothing.

    Texts are in small letters: they match whatever their case.
    """

    product_id: tuple[str, ...] = ()
    company_id: tuple[str, ...] = ()
    geography: tuple[str, ...] = ()
    classification: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    valid_on: tuple[datetime, ...] = ()
    valid_after: tuple[datetime, ...] = ()
    valid_before: tuple[datetime, ...] = ()

    def wire(self) -> dict[str, list[str]]:
        """As it travels in an event or a query."""
        told: dict[str, list[str]] = {}
        for name, wire in NAMES.items():
            if values := cast("tuple[str | datetime, ...]", getattr(self, name)):
                told[wire] = [
                    _moment_text(one) if isinstance(one, datetime) else one for one in values
                ]
        return told


NAMES: Mapping[str, str] = {
    field.name: "".join(
        part if index == 0 else part.capitalize()
        for index, part in enumerate(field.name.split("_"))
    )
    for field in fields(Filters)
}
_MOMENTS = frozenset({"valid_on", "valid_after", "valid_before"})
# PACT's own example spells `productid` and `validon`.
_BY_FOLDED = {wire.lower(): name for name, wire in NAMES.items()}


def read_query(pairs: Iterable[tuple[str, str]]) -> Filters:
    """The criteria of a query's parameters, the paging's left out before.

    Raises CriterionInvalid.
    """
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return read_criteria(found)


def read_criteria(given: Mapping[str, object], *path: str) -> Filters:
    """The criteria by their wire names, each a text or a list of texts.

    Raises CriterionInvalid.
    """
    found: dict[str, tuple[object, ...]] = {}
    for wire, value in given.items():
        name = _BY_FOLDED.get(wire.lower())
        if name is None:
            known = ", ".join(NAMES.values())
            told = f"There is no criterion {wire[:50]!r}; there are {known}."
            raise CriterionInvalid(told).at(*path, wire)
        texts = _texts(value, *path, wire)
        values = [_moment(one, *path, wire) for one in texts] if name in _MOMENTS else texts
        folded = [one.lower() if isinstance(one, str) else one for one in values]
        found[name] = tuple(dict.fromkeys((*found.get(name, ()), *folded)))
    return Filters(**found)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def _texts(value: object, *path: str) -> list[str]:
    """The texts that are not empty."""
    many = cast("Sequence[object]", value) if isinstance(value, list) else [value]
    if len(many) > VALUES_MAX:
        raise CriterionInvalid(f"A criterion has at most {VALUES_MAX} values.").at(*path)
    texts: list[str] = []
    for one in many:
        if not isinstance(one, str) or len(one) > VALUE_LENGTH_MAX or "\0" in one:
            told = f"`{path[-1]}` is a text, or a list of texts."
            raise CriterionInvalid(told).at(*path)
        texts += [one] if one.strip() else []
    return texts


def _moment(text: str, *path: str) -> datetime:
    """A moment (RFC 3339); one without an offset is of UTC."""
    # In a query a plus that was not encoded arrives as a blank.
    given = text.strip()
    given = f"{given[:-6]}+{given[-5:]}" if given[-6:-5] == " " else given
    try:
        moment = datetime.fromisoformat(given)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        told = f"`{path[-1]}` is a moment such as 2026-01-31T00:00:00Z, not {text[:50]!r}."
        raise CriterionInvalid(told).at(*path) from None


def _moment_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
