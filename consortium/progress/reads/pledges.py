"""What can be read of pledges: each by its own visibility, a disclosed one by its claim's."""

from consortium.avoided.reads.claims import CLAIMS
from consortium.evidence.reads import CITATIONS
from consortium.kernel.visibility import Visibility
from consortium.membership.reads.figures import figures_visible_to
from consortium.membership.rules.engagements import Coverage
from consortium.organisations.reads import ORGANISATIONS
from consortium.query.pick import Args
from consortium.query.source import Column, Field, Many, One, Source, everyone
from consortium.query.sqltypes import SqlType
from consortium.query.writer import Writer

# A disclosed target has no terms of its own: its claim says them.
_PLEDGES = """
SELECT p.id, p.organisation_id, p.claim_id, p.reference, p.version, p.withdrawn_on,
    p.withdrawn_because, p.recorded_at, coalesce(c.visibility, p.visibility) AS visibility,
    coalesce(w.statement, nullif(c.as_published, ''), nullif(c.notes, ''),
        nullif(c.fiscal_label, '')) AS statement,
    coalesce(w.quantity_kg_co2e, c.value_kg_co2e) AS quantity_kg_co2e,
    coalesce(w.starts_on, c.period_start) AS starts_on,
    coalesce(w.ends_on, c.period_end) AS ends_on,
    coalesce(w.category, c.category) AS category,
    coalesce(w.methodology, c.methodology) AS methodology,
    nullif(w.scope, '') AS scope, coalesce(w.known_from, c.known_on) AS known_from,
    coalesce(w.citation_id, c.citation_id) AS citation_id
FROM pledge p
LEFT JOIN avoided_claim c ON c.id = p.claim_id
LEFT JOIN pledge_terms w ON w.pledge_id = p.id AND w.known_to IS NULL
"""


def _pledges(_: Writer, __: Args) -> str:
    return _PLEDGES


pledge_visible_to = figures_visible_to(Coverage.CLAIMS)


_SAID: dict[str, Field] = {
    "statement": Column("{t}.statement"),
    "quantity": Column("{t}.quantity_kg_co2e", SqlType.NUMERIC, nullable=False, mass=True),
    "starts_on": Column("{t}.starts_on", SqlType.DATE, nullable=False),
    "ends_on": Column("{t}.ends_on", SqlType.DATE, nullable=False),
    "category": Column("{t}.category"),
    "methodology": Column("{t}.methodology"),
    "scope": Column("nullif({t}.scope, '')"),
    "known_from": Column("{t}.known_from", SqlType.DATE, nullable=False),
}

TERMS = Source(
    name="pledge_terms",
    table=lambda _writer, _args: "SELECT w.* FROM pledge_terms w WHERE w.pledge_id = {t}.id",
    # Read from a pledge alone, which was seen.
    visible_to=everyone,
    fields=_SAID
    | {
        "number": Column("{t}.number", SqlType.INTEGER, nullable=False),
        "known_to": Column("{t}.known_to", SqlType.DATE),
        "source": One(CITATIONS, "{u}.id = {t}.citation_id"),
    },
    default_order=(("number", False),),
)

PLEDGES = Source(
    name="pledge",
    table=_pledges,
    prefix="pledge",
    visible_to=pledge_visible_to,
    fields={
        "id": Column("{t}.id", SqlType.BIGINT, nullable=False, prefix="pledge", unique=True),
        "reference": Column("{t}.reference", nullable=False),
        "visibility": Column("{t}.visibility", nullable=False, enum=Visibility),
        "version": Column("{t}.version", SqlType.INTEGER, nullable=False),
        "withdrawn_on": Column("{t}.withdrawn_on", SqlType.DATE),
        "withdrawn_because": Column("{t}.withdrawn_because"),
        "recorded_at": Column("{t}.recorded_at", SqlType.TIMESTAMP, nullable=False),
        "disclosed": Column("({t}.claim_id IS NOT NULL)", SqlType.BOOLEAN, nullable=False),
        **_SAID,
        "organisation": One(ORGANISATIONS, "{u}.id = {t}.organisation_id"),
        "claim": One(CLAIMS, "{u}.id = {t}.claim_id"),
        "source": One(CITATIONS, "{u}.id = {t}.citation_id"),
        "terms": Many(TERMS),
    },
    filters=(
        "id",
        "reference",
        "quantity",
        "starts_on",
        "ends_on",
        "category",
        "disclosed",
        "withdrawn_on",
        "organisation",
    ),
    orders={"ends_on": ("ends_on",), "quantity": ("quantity",)},
)

ORGANISATIONS.relate(pledges=Many(PLEDGES, "{u}.organisation_id = {t}.id"))
