"""What can be read of requests: by who asks and who is asked; what waits for members."""

from consortium.footprints.models import FootprintRequest
from consortium.footprints.reads.footprints import FOOTPRINTS, PRODUCTS
from consortium.footprints.rules.vocabulary import RequestStatus
from consortium.kernel.principal import Permission, Rights
from consortium.membership.reads.inbox import add_waiting
from consortium.membership.reads.waiting import Waiting
from consortium.membership.rules.inbox import WaitKind, WaitsFor
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.source import Column, Many, One, Source
from consortium.query.sqltypes import SqlType
from consortium.query.tables import columns


def _visible_to(rights: Rights) -> str:
    if rights.may(Permission.FIGURES_READ_ALL):
        return "true"
    if not rights.has_organisation:
        return "false"
    return "{caller_organisation} IN ({t}.organisation_id, {t}.asked_id)"


REQUESTS = Source(
    name="footprint_request",
    table="footprint_request",
    prefix="pfrequest",
    visible_to=_visible_to,
    fields=columns(
        FootprintRequest,
        "pfrequest",
        (
            "way",
            "asked_email",
            "product_name",
            "comment",
            "asked_on",
            "due_on",
            "expires_on",
            "ended_on",
            "ended_because",
            "version",
        ),
    )
    | {
        "status": Column(
            "(CASE WHEN {t}.status = 'OPEN' AND {t}.expires_on < {today} THEN 'EXPIRED'"
            " ELSE {t}.status END)",
            nullable=False,
            enum=RequestStatus,
        ),
        "product_ids": Column("to_json({t}.product_urns)", SqlType.JSON, nullable=False),
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
        "asked": One(ORGANISATIONS, "{u}.id = {t}.asked_id"),
        "product": One(PRODUCTS, "{u}.id = {t}.product_id"),
        "footprint": One(FOOTPRINTS, "{u}.id = {t}.footprint_id"),
    },
    filters=("id", "way", "status", "asked_on", "due_on", "organisation", "asked", "product"),
    orders={"due_on": ("due_on",), "asked_on": ("asked_on",)},
)

PRODUCTS.relate(requests=Many(REQUESTS, "{u}.product_id = {t}.id"))

add_waiting(
    Waiting(
        WaitKind.FOOTPRINT_REQUEST,
        WaitsFor.MEMBER,
        "pfrequest",
        "SELECT r.id AS key, r.asked_id AS organisation_id, r.asked_on AS since, r.due_on"
        " FROM footprint_request r"
        " WHERE r.status = 'OPEN' AND r.way = 'MEMBER' AND {today} <= r.expires_on",
    )
)
