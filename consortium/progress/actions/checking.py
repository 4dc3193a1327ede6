"""Say where the pledges kept for disclosed targets differ from their claims."""

from consortium.storage.database import transaction
from consortium.storage.raw import raw

# Triggers of the migration keep a pledge for each disclosed cumulative target with a window.
DIFFERENT = """
SELECT c.reference, p.id AS pledge FROM avoided_claim c
FULL JOIN (SELECT * FROM pledge WHERE claim_id IS NOT NULL) p ON p.claim_id = c.id
WHERE (p.id IS NOT NULL) <> coalesce(c.record_type = 'TARGET' AND c.kind = 'CUMULATIVE'
        AND c.value_kg_co2e > 0 AND c.period_start <= c.period_end, false)
    OR (p.reference, p.organisation_id) <> (c.reference, c.organisation_id)
ORDER BY c.id LIMIT $1
"""


async def check_pledges(limit: int = 20) -> list[str]:
    """At most `limit` disclosed claims that are no pledge and should be, or the other way."""
    async with transaction() as client:
        found = await raw(client).fetch(DIFFERENT, limit)
    return [_difference(row["reference"], row["pledge"]) for row in found]


def _difference(reference: str, pledge: int | None) -> str:
    if pledge is None:
        return f"the disclosed target {reference} is no pledge"
    return f"pledge {pledge} is not the disclosed target {reference}"
