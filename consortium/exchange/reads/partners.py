"""What can be read of partners and of what travelled: by the member whose partners they are."""

from consortium.exchange.rules.events import EventKind
from consortium.exchange.rules.vocabulary import Direction, Errand, ErrandState, EventState
from consortium.footprints.reads.footprints import FOOTPRINTS
from consortium.identity.reads import SERVICE_CLIENTS
from consortium.kernel.principal import Rights
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.source import Column, Many, One, Source
from consortium.query.sqltypes import SqlType

_WORDS = "coalesce(array_to_json(string_to_array(nullif({t}.%s, ''), ' ')), '[]')"
_NAMED = "SELECT held.id FROM partner held WHERE held.organisation_id = {caller_organisation}"


def partner_visible_to(rights: Rights) -> str:
    """The partners of the caller's own organisation; nobody else's, whoever asks."""
    return "{t}.organisation_id = {caller_organisation}" if rights.has_organisation else "false"


def of_partner_visible_to(rights: Rights) -> str:
    """What belongs to a partner is seen as the partner is."""
    return f"{{t}}.partner_id IN ({_NAMED})" if rights.has_organisation else "false"


PARTNERS = Source(
    name="partner",
    table="partner",
    prefix="partner",
    visible_to=partner_visible_to,
    fields={
        "id": Column("{t}.id", SqlType.BIGINT, nullable=False, prefix="partner", unique=True),
        "name": Column("{t}.name", nullable=False),
        "base_url": Column("{t}.base_url", nullable=False),
        "auth_url": Column("{t}.auth_url"),
        "event_sources": Column(_WORDS % "event_sources", SqlType.JSON, nullable=False),
        "client_id": Column("{t}.client_id"),
        "scope": Column("{t}.scope"),
        "version": Column("{t}.version", SqlType.INTEGER, nullable=False),
        "registered_at": Column("{t}.registered_at", SqlType.TIMESTAMP, nullable=False),
        "removed_at": Column("{t}.removed_at", SqlType.TIMESTAMP),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
        "company": One(ORGANISATIONS, "{u}.id = {t}.company_id"),
        "client": One(SERVICE_CLIENTS, "{u}.id = {t}.oauth_client_id"),
    },
    filters=("id", "name", "registered_at", "removed_at"),
    orders={"name": ("name",)},
    default_order=(("name", False),),
)

SHARES = Source(
    name="partner_share",
    table="partner_share",
    visible_to=of_partner_visible_to,
    fields={
        "shared_at": Column("{t}.shared_at", SqlType.TIMESTAMP, nullable=False),
        "partner": One(PARTNERS, "{u}.id = {t}.partner_id"),
        "footprint": One(FOOTPRINTS, "{u}.id = {t}.footprint_id"),
    },
    filters=("shared_at",),
)

EVENTS = Source(
    name="exchange_event",
    table="exchange_event",
    prefix="exchange",
    visible_to=of_partner_visible_to,
    fields={
        "id": Column("{t}.id", SqlType.BIGINT, nullable=False, prefix="exchange", unique=True),
        "direction": Column("{t}.direction", nullable=False, enum=Direction),
        "kind": Column("{t}.kind", nullable=False, enum=EventKind),
        "event_id": Column("{t}.event_id", nullable=False),
        "address": Column("{t}.address", nullable=False),
        "state": Column("{t}.state", nullable=False, enum=EventState),
        "attempts": Column("{t}.attempts", SqlType.INTEGER, nullable=False),
        "due_at": Column("CASE WHEN {t}.state = 'WAITING' THEN {t}.due_at END", SqlType.TIMESTAMP),
        "told": Column("nullif({t}.told, '')"),
        "data": Column("{t}.data", nullable=False),
        "said_at": Column("{t}.said_at", SqlType.TIMESTAMP, nullable=False),
        "recorded_at": Column("{t}.recorded_at", SqlType.TIMESTAMP, nullable=False),
        "ended_at": Column("{t}.ended_at", SqlType.TIMESTAMP),
        "partner": One(PARTNERS, "{u}.id = {t}.partner_id"),
    },
    filters=("id", "direction", "kind", "state", "event_id", "recorded_at", "partner"),
    orders={"recorded_at": ("recorded_at",)},
)
EVENTS.relate(request=One(EVENTS, "{u}.id = {t}.request_id"))

ERRANDS = Source(
    name="exchange_errand",
    table="exchange_errand",
    prefix="errand",
    visible_to=of_partner_visible_to,
    fields={
        "id": Column("{t}.id", SqlType.BIGINT, nullable=False, prefix="errand", unique=True),
        "errand": Column("{t}.errand", nullable=False, enum=Errand),
        "state": Column("{t}.state", nullable=False, enum=ErrandState),
        "pages": Column("{t}.pages", SqlType.INTEGER, nullable=False),
        "received": Column("{t}.received", SqlType.INTEGER, nullable=False),
        "recorded": Column("{t}.recorded", SqlType.INTEGER, nullable=False),
        "faulty": Column("{t}.faulty", SqlType.INTEGER, nullable=False),
        "attempts": Column("{t}.attempts", SqlType.INTEGER, nullable=False),
        "told": Column("nullif({t}.told, '')"),
        "asked_at": Column("{t}.asked_at", SqlType.TIMESTAMP, nullable=False),
        "ended_at": Column("{t}.ended_at", SqlType.TIMESTAMP),
        "partner": One(PARTNERS, "{u}.id = {t}.partner_id"),
    },
    filters=("id", "errand", "state", "asked_at", "partner"),
    orders={"asked_at": ("asked_at",)},
)

FAULTS = Source(
    name="exchange_fault",
    table="exchange_fault",
    visible_to=of_partner_visible_to,
    fields={
        "footprint_id": Column("{t}.pf_id"),
        "field": Column("{t}.field", nullable=False),
        "message": Column("{t}.message", nullable=False),
        "found_at": Column("{t}.found_at", SqlType.TIMESTAMP, nullable=False),
        "partner": One(PARTNERS, "{u}.id = {t}.partner_id"),
    },
    filters=("footprint_id", "field", "found_at", "partner"),
)
PARTNERS.relate(
    shares=Many(SHARES, "{u}.partner_id = {t}.id"),
    events=Many(EVENTS, "{u}.partner_id = {t}.id"),
    errands=Many(ERRANDS, "{u}.partner_id = {t}.id"),
    faults=Many(FAULTS, "{u}.partner_id = {t}.id"),
)
