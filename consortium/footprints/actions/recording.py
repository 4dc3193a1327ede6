"""Write a footprint, whoever made it: checked, with its product; what it corrects is deprecated."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from consortium.footprints.rules.errors import FootprintFaulty
from consortium.footprints.rules.facts import DeclaredUnit, FootprintFacts, PfStatus
from consortium.footprints.rules.identifiers import IdentifierInvalid, identifier_of, match_keys
from consortium.footprints.rules.matching import name_words
from consortium.footprints.rules.meaning import faults
from consortium.footprints.rules.storing import COLUMNS, facts_of, stored
from consortium.footprints.rules.vocabulary import FootprintOrigin
from consortium.kernel.text import name_key, search_words
from consortium.kernel.visibility import Visibility
from consortium.storage.raw import Connection

_PRODUCT_OF = """
SELECT i.product_id FROM unnest($2::text[]) WITH ORDINALITY AS asked (key, place)
JOIN product_identifier i ON i.organisation_id = $1 AND i.key = asked.key
ORDER BY asked.place, i.product_id LIMIT 1
"""
_ADD_PRODUCT = """
INSERT INTO product
    (organisation_id, name, name_key, name_words, description, unit, visibility, search_text)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id
"""
_ADD_IDENTIFIERS = """
INSERT INTO product_identifier (product_id, organisation_id, urn, kind, key)
SELECT $1, $2, asked.urn, asked.kind, asked.key
FROM unnest($3::text[], $4::text[], $5::text[]) AS asked (urn, kind, key)
ON CONFLICT DO NOTHING
"""
SEARCH_TEXT = """
UPDATE product p SET search_text = $2 || coalesce((
    SELECT string_agg(' ' || trim(regexp_replace(lower(i.urn), '[^a-z0-9]+', ' ', 'g')), ''
        ORDER BY i.id)
    FROM product_identifier i WHERE i.product_id = p.id), '')
WHERE p.id = $1
"""
# What a new footprint names as its predecessors, of the same keeper and from the same source.
_PRECEDING = """
SELECT f.id, f.status, EXISTS (SELECT FROM footprint n WHERE n.preceding_id = f.id) AS followed
FROM footprint f
WHERE f.organisation_id = $1 AND f.pact_id = ANY ($2) AND f.origin = $3
    AND f.received_from IS NOT DISTINCT FROM $4
ORDER BY array_position($2, f.pact_id) FOR UPDATE OF f
"""
DEPRECATE = """
UPDATE footprint SET status = 'DEPRECATED', version = version + 1, deprecated_on = $2,
    deprecated_because = $3
WHERE id = ANY ($1) AND status = 'ACTIVE'
"""
# What is declared here is spelled by the model, and written by no caller.
_FACTS = f"SELECT {', '.join(COLUMNS)} FROM footprint WHERE id = $1"  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Whose record of a footprint it is, how it came about, and of which product if that is known.

    `received_from` says in words who sent it; `chain_version_id` and `activity_id` what it was
    computed from; `visibility` is who may see it.
    """

    organisation_id: int
    origin: FootprintOrigin
    product_id: int | None = None
    received_from: str | None = None
    chain_version_id: int | None = None
    activity_id: int | None = None
    visibility: Visibility = Visibility.PRIVATE


async def record(connection: Connection, facts: FootprintFacts, of: Record, today: date) -> int:
    """Write a footprint inside the caller's transaction; returns its key.

    Its product is the one given, else that of the keeper with one of its identifiers, else a new
    one. Earlier footprints that it names are deprecated, where the same keeper has them from the
    same source.

    Raises:
        FootprintFaulty: with every fault.
        FootprintExists: the keeper has one of this id.
    """
    found = faults(facts)
    if found:
        raise FootprintFaulty(found)
    product = of.product_id or await product_of(connection, facts, of)
    preceding = await _deprecated(connection, facts, of, today)
    deprecated = facts.status is PfStatus.DEPRECATED
    row: dict[str, Any] = {
        "product_id": product,
        "organisation_id": of.organisation_id,
        "preceding_id": preceding,
        "status": facts.status.name,
        "deprecated_on": today if deprecated else None,
        "origin": of.origin.value,
        "received_from": of.received_from,
        "chain_version_id": of.chain_version_id,
        "activity_id": of.activity_id,
        "visibility": of.visibility.value,
        **stored(facts),
    }
    row["details"] = json.dumps(row["details"], allow_nan=False)
    places = ", ".join(f"${place}" for place in range(1, len(row) + 1))
    insert = f"INSERT INTO footprint ({', '.join(row)}) VALUES ({places}) RETURNING id"  # noqa: S608
    key: int = await connection.fetchval(insert, *row.values())
    return key


async def product_of(connection: Connection, facts: FootprintFacts, of: Record) -> int:
    """The keeper's product with one of the footprint's identifiers; a new one if there is none."""
    keys = list(match_keys(facts.product_ids))
    found: int | None = await connection.fetchval(_PRODUCT_OF, of.organisation_id, keys)
    if found is not None:
        return found
    unit = facts.pcf.declared_unit_of_measurement
    about = (facts.product_name_company, facts.product_description, unit)
    return await add_product(
        connection, of.organisation_id, about, facts.product_ids, Visibility.PRIVATE
    )


async def add_product(
    connection: Connection,
    organisation_id: int,
    about: tuple[str, str, DeclaredUnit | None],
    urns: Sequence[str],
    visibility: Visibility,
) -> int:
    """Write a product, by its name, description and unit, with identifiers that are its alone."""
    name, description, unit = about
    words = search_words(name)
    values = (name, name_key(name), name_words(name), description, unit, visibility.value, words)
    key: int = await connection.fetchval(_ADD_PRODUCT, organisation_id, *values)
    identifiers = [one for one in map(_identified, urns) if one is not None]
    columns = list(zip(*identifiers, strict=True)) or [(), (), ()]
    await connection.execute(_ADD_IDENTIFIERS, key, organisation_id, *map(list, columns))
    await connection.execute(SEARCH_TEXT, key, words)
    return key


def _identified(urn: str) -> tuple[str, str, str] | None:
    """The columns of an identifier; of one with a false check digit none: it names nothing."""
    try:
        found = identifier_of(urn)
    except IdentifierInvalid:
        return None
    return found.urn, found.kind.value, found.key


async def _deprecated(
    connection: Connection, facts: FootprintFacts, of: Record, today: date
) -> int | None:
    """Deprecate what the footprint names as its predecessors; the first that has no other one."""
    if not facts.preceding_pf_ids:
        return None
    asked = (list(facts.preceding_pf_ids), of.origin.value, of.received_from)
    rows = await connection.fetch(_PRECEDING, of.organisation_id, *asked)
    await deprecate(connection, [row["id"] for row in rows], None, today)
    return next((row["id"] for row in rows if not row["followed"]), None)


async def deprecate(
    connection: Connection, footprints: Sequence[int], because: str | None, today: date
) -> None:
    """Deprecate those that are active, inside the caller's transaction."""
    await connection.execute(DEPRECATE, list(footprints), today, because)


async def facts_kept(connection: Connection, key: int) -> FootprintFacts:
    """What a footprint says, as it was recorded; the status is today's. KeyError: there is none."""
    row = await connection.fetchrow(_FACTS, key)
    if row is None:
        raise KeyError(key)
    return facts_of(dict(row), json.loads(row["details"]))
