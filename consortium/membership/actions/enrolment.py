"""The organisation of an approved application: one that is known, or a new one."""

from datetime import date

import asyncpg

from consortium.kernel.text import search_words
from consortium.membership.actions.statuses import spans_of
from consortium.membership.rules.applications import OrganisationKnown
from consortium.membership.rules.timeline import status_on
from consortium.membership.rules.transitions import Step, next_state
from consortium.organisations.actions.record import OrganisationFacts, record_organisation
from consortium.organisations.actions.sizes import SizeFacts, record_size
from consortium.storage.raw import Connection

_APPLICATION = """
SELECT name, name_key, country, lei, domain, sector, revenue_amount, revenue_currency,
    revenue_year, employees FROM membership_application WHERE id = $1
"""
_ALIASES = "SELECT name, name_key FROM application_alias WHERE application_id = $1 ORDER BY id"
# Whoever has this name, alias or LEI is the applicant.
_KNOWN = """
SELECT o.id, o.name FROM organisation o
WHERE o.name_key = $1 OR o.lei = $2
    OR o.id IN (SELECT x.organisation_id FROM organisation_alias x WHERE x.name_key = $1)
ORDER BY o.id LIMIT 1
"""
# Blanks are filled; what is known of an organisation, an applicant does not overwrite.
_COMPLETE = """
UPDATE organisation SET
    country = coalesce(country, $2), sector = coalesce(sector, $3), lei = coalesce(lei, $4)
WHERE id = $1
"""
_SIZED = """
SELECT EXISTS (
    SELECT FROM organisation_size WHERE organisation_id = $1 AND year IS NOT DISTINCT FROM $2
)
"""
_SIZES = ("revenue_year", "revenue_amount", "revenue_currency", "employees")
_LEI_TAKEN = "SELECT name FROM organisation WHERE lei = $1 AND id <> $2"
_ALIAS = """
INSERT INTO organisation_alias (organisation_id, name, name_key)
SELECT $1::bigint, $2::text, $3::text
WHERE NOT EXISTS (SELECT FROM organisation o WHERE o.name_key = $3)
ON CONFLICT DO NOTHING RETURNING id
"""
_SEARCH = "UPDATE organisation SET search_text = trim(search_text || ' ' || $2) WHERE id = $1"
_DOMAIN = """
INSERT INTO organisation_domain (organisation_id, domain) VALUES ($1, $2) ON CONFLICT DO NOTHING
"""


async def enrol(
    connection: Connection, application_id: int, organisation_id: int | None, today: date
) -> int:
    """Join the application to this organisation, or to a new one; returns the organisation's id.

    Raises:
        OrganisationKnown: there is one of its name or LEI, and it was not named.
        StepNotPossible: the organisation cannot become a member from what it is.
    """
    row = await connection.fetchrow(_APPLICATION, application_id)
    assert row is not None  # noqa: S101  it is locked
    if organisation_id is None:
        organisation_id = await _made(connection, row)
    spans = await spans_of(connection, organisation_id)
    next_state(status_on(spans, today), Step.JOIN)
    await _completed(connection, organisation_id, row)
    await _named(connection, organisation_id, application_id, row)
    if row["domain"] is not None:
        await connection.execute(_DOMAIN, organisation_id, row["domain"])
    return organisation_id


async def _made(connection: Connection, row: asyncpg.Record) -> int:
    known = await connection.fetchrow(_KNOWN, row["name_key"], row["lei"])
    if known is not None:
        raise OrganisationKnown(
            f"{known['name']} (org_{known['id']}) has the applicant's name or LEI already:"
            " approve with it as `organisation`."
        ).at("organisation")
    return await record_organisation(connection, OrganisationFacts(row["name"]))


async def _completed(connection: Connection, organisation_id: int, row: asyncpg.Record) -> None:
    other = await connection.fetchval(_LEI_TAKEN, row["lei"], organisation_id)
    if other is not None:
        raise OrganisationKnown(f"{other} has the applicant's LEI: it is another organisation.").at(
            "organisation"
        )
    about = (row["country"], row["sector"], row["lei"])
    await connection.execute(_COMPLETE, organisation_id, *about)
    size = SizeFacts(organisation_id, *(row[name] for name in _SIZES))
    told = size.revenue_amount is not None or size.employees is not None
    if told and not await connection.fetchval(_SIZED, organisation_id, size.year):
        await record_size(connection, size)


async def _named(
    connection: Connection, organisation_id: int, application_id: int, row: asyncpg.Record
) -> None:
    """Let the organisation be found by the names that the applicant goes by."""
    aliases = await connection.fetch(_ALIASES, application_id)
    for name, key in [(row["name"], row["name_key"]), *map(tuple, aliases)]:
        if await connection.fetchval(_ALIAS, organisation_id, name, key) is not None:
            await connection.execute(_SEARCH, organisation_id, search_words(name))
