"""Footprints that a partner gave: each checked in full and recorded, or told with its faults."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from consortium.exchange.rules.wire import given_id, read_footprint
from consortium.footprints.actions.recording import Record, deprecate, facts_kept, record
from consortium.footprints.rules.facts import FootprintFacts, PfStatus
from consortium.footprints.rules.meaning import faults
from consortium.footprints.rules.vocabulary import FootprintOrigin
from consortium.storage.raw import Connection

_KNOWN = """
SELECT f.id, f.status, f.origin, f.received_from FROM footprint f
WHERE f.organisation_id = $1 AND f.pact_id = $2 FOR UPDATE
"""
_FORGET = "DELETE FROM exchange_fault WHERE partner_id = $1 AND pf_id IS NOT DISTINCT FROM $2"
_FAULT = """
INSERT INTO exchange_fault (partner_id, pf_id, field, message)
SELECT $1, $2, told.field, told.message FROM unnest($3::text[], $4::text[]) told (field, message)
"""
_TOLD_MAX = 100
_SAID_MAX = 5


class Giver(NamedTuple):
    """A partner that gives, and the member that takes."""

    partner: int
    name: str
    organisation: int


class Taken(NamedTuple):
    """What became of footprints that came: their rows, how many are new, and what is wrong."""

    footprints: list[int]
    recorded: int
    faulty: list["Faulty"]


class Faulty(NamedTuple):
    """A footprint that was not taken: its place, its id as given, and what is wrong with it."""

    place: int
    pf_id: str | None
    wrong: list[tuple[str, str]]

    def told(self, within: str) -> str:
        """All of it in words, each field by its place within something."""
        return " ".join(f"{within}[{self.place}]: {why}" for _, why in self.wrong[:_SAID_MAX])


async def take(
    connection: Connection, giver: Giver, documents: Sequence[Any], today: date
) -> Taken:
    """Record what is new and right; what is not is on the partner's list of faults, whole or not.

    One that is here already may have been deprecated since; nothing else of it ever changes.
    """
    rows: list[int] = []
    faulty: list[Faulty] = []
    recorded = 0
    for place, document in enumerate(documents):
        facts, wrong = judged(document)
        if facts is not None and not wrong:
            key, new, wrong = await _kept(connection, giver, facts, today)
            rows += [key] if not wrong else []
            recorded += new
        one = Faulty(place, given_id(document), wrong)
        await tell(connection, giver.partner, one)
        faulty += [one] if wrong else []
    return Taken(rows, recorded, faulty)


def judged(document: Any) -> tuple[FootprintFacts | None, list[tuple[str, str]]]:  # noqa: ANN401
    """The facts that a document states, and the fields that are wrong in form or in meaning."""
    facts, unreadable = read_footprint(document)
    if facts is None:
        return None, [(one.field, one.message) for one in unreadable]
    return facts, [(one.field, one.message) for one in faults(facts)]


async def _kept(
    connection: Connection, giver: Giver, facts: FootprintFacts, today: date
) -> tuple[int, bool, list[tuple[str, str]]]:
    """The row of the footprint, whether it is new, and why it cannot be taken."""
    known = await connection.fetchrow(_KNOWN, giver.organisation, facts.id)
    if known is None:
        of = Record(
            organisation_id=giver.organisation,
            origin=FootprintOrigin.RECEIVED,
            received_from=giver.name,
        )
        return await record(connection, facts, of, today), True, []
    same = known["origin"] == FootprintOrigin.RECEIVED and known["received_from"] == giver.name
    if not same:
        why = "`id` is one of a footprint that your organisation has from elsewhere."
        return known["id"], False, [("id", why)]
    if known["status"] == "ACTIVE" and facts.status is PfStatus.DEPRECATED:
        await deprecate(connection, [known["id"]], None, today)
    before = await facts_kept(connection, known["id"])
    if not same_but_for_status(before, facts):
        why = "A footprint of this `id` said something else before: one that changes has a new id."
        return known["id"], False, [("id", why)]
    return known["id"], False, []


def same_but_for_status(one: FootprintFacts, other: FootprintFacts) -> bool:
    """Whether two footprints of an id say the same: one may be deprecated since."""
    return replace(one, status=other.status) == other


async def tell(connection: Connection, partner: int, one: Faulty) -> None:
    """Put what is wrong with a footprint, if anything, in the place of what was wrong before."""
    if one.pf_id is not None:
        await connection.execute(_FORGET, partner, one.pf_id)
    if one.wrong:
        fields, messages = zip(*one.wrong[:_TOLD_MAX], strict=True)
        await connection.execute(_FAULT, partner, one.pf_id, list(fields), list(messages))
