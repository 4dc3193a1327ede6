"""What organisations were from day to day, and what became of them: everyone may know."""

from consortium.evidence.reads import CITATIONS
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.dates import date_or_today
from consortium.query.pick import Args
from consortium.query.source import Column, Many, One, Source, everyone
from consortium.query.sqltypes import SqlType
from consortium.query.tables import columns
from consortium.query.writer import Writer
from consortium.reorganisations.models import Succession


def _periods(_: Writer, __: Args) -> str:
    """The periods of the past, and the present one, which is on the organisation's own row."""
    return (
        "SELECT 2 * p.id AS id, p.organisation_id, p.starts_on, p.ends_on, p.name, p.country,"
        " p.sector, p.citation_id FROM organisation_period p"
        " UNION ALL SELECT 2 * o.id + 1, o.id,"
        " (SELECT max(p.ends_on) + 1 FROM organisation_period p WHERE p.organisation_id = o.id),"
        " NULL, o.name, o.country, o.sector, NULL"
        " FROM organisation o"
    )


PERIODS = Source(
    name="organisation_period",
    table=_periods,
    visible_to=everyone,
    fields={
        "starts_on": Column("{t}.starts_on", SqlType.DATE),
        "ends_on": Column("{t}.ends_on", SqlType.DATE),
        "name": Column("{t}.name", nullable=False),
        "country": Column("{t}.country"),
        "sector": Column("{t}.sector"),
        "source": One(CITATIONS, "{u}.id = {t}.citation_id"),
    },
    filters=("starts_on", "ends_on", "country", "sector"),
    default_order=(("ends_on", False),),
)


def _held_on(writer: Writer, args: Args, t: str, u: str) -> str:
    day = date_or_today(writer, args.get("on_date"))
    return (
        f"{u}.organisation_id = {t}.id AND ({u}.starts_on IS NULL OR {u}.starts_on <= {day})"
        f" AND ({u}.ends_on IS NULL OR {day} <= {u}.ends_on)"
    )


SUCCESSIONS = Source(
    name="succession",
    table="succession",
    visible_to=everyone,
    fields=columns(Succession, None, ("kind", "effective_on", "recorded_at"))
    | {
        "predecessor": One(ORGANISATIONS, "{u}.id = {t}.predecessor_id"),
        "successor": One(ORGANISATIONS, "{u}.id = {t}.successor_id"),
        "source": One(CITATIONS, "{u}.id = {t}.citation_id"),
    },
    filters=("kind", "effective_on", "predecessor", "successor"),
    default_order=(("effective_on", False),),
)

ORGANISATIONS.relate(
    periods=Many(PERIODS, "{u}.organisation_id = {t}.id"),
    period=One(PERIODS, _held_on),
    predecessors=Many(SUCCESSIONS, "{u}.successor_id = {t}.id"),
    successors=Many(SUCCESSIONS, "{u}.predecessor_id = {t}.id"),
    merged_into=One(ORGANISATIONS, "{u}.id = {t}.merged_into_id"),
)
