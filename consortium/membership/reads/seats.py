"""What can be read of seats: one's own organisation's, and all by who manages memberships."""

from consortium.kernel.principal import Permission, Rights
from consortium.query.dates import date_or_today
from consortium.query.pick import Args
from consortium.query.source import Column, Source
from consortium.query.sqltypes import SqlType
from consortium.query.writer import Writer


def _visible_to(rights: Rights) -> str:
    if rights.may(Permission.MEMBERSHIPS_MANAGE):
        return "true"
    if rights.has_organisation or rights.may(Permission.ACCOUNTS_MANAGE):
        return "{t}.id = {caller_organisation}"
    return "false"


def _seats(writer: Writer, _: Args) -> str:
    day = date_or_today(writer, None)
    return (
        f"SELECT o.id, seats_granted(o.id, {day}) AS granted,"
        " (SELECT count(*) FROM seated(o.id))::int AS taken FROM organisation o"
    )


SEATS = Source(
    name="seats",
    table=_seats,
    visible_to=_visible_to,
    fields={
        "granted": Column("{t}.granted", SqlType.INTEGER),
        "taken": Column("{t}.taken", SqlType.INTEGER, nullable=False),
        # As consortium.membership.rules.seats.free.
        "free": Column(
            "CASE WHEN {t}.granted IS NOT NULL THEN greatest({t}.granted - {t}.taken, 0) END",
            SqlType.INTEGER,
        ),
    },
    filters=("granted", "taken", "free"),
)
