"""Confirm or decline that two products are the same."""

from datetime import date
from typing import NamedTuple

from consortium.audit.actions import audited
from consortium.footprints.actions.common import own_product
from consortium.footprints.reads.footprints import PRODUCTS
from consortium.footprints.rules.matching import SIMILAR_FROM, similarity
from consortium.footprints.rules.vocabulary import MatchDecision, MatchReason
from consortium.kernel.errors import NotFound, check_seen
from consortium.kernel.principal import Principal
from consortium.query.visible import require_visible
from consortium.storage.raw import Connection

SAME = """
SELECT bool_or(lower(a.urn) = lower(b.urn)) FROM product_identifier a
JOIN product_identifier b ON b.key = a.key WHERE a.product_id = $1 AND b.product_id = $2
"""
WORDS = "SELECT name_words FROM product WHERE id = ANY ($1)"
KEPT = "SELECT version FROM product_match WHERE product_id = $1 AND other_id = $2 FOR UPDATE"
DECIDE = """
INSERT INTO product_match (product_id, other_id, decision, reason, decided_on)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (product_id, other_id) DO UPDATE SET decision = excluded.decision,
    reason = excluded.reason, decided_on = excluded.decided_on,
    version = product_match.version + 1
"""


class DecideProductMatch(NamedTuple):
    """Whether another product is the same. `version` as the caller saw it; 0: none yet."""

    product: int
    other: int
    version: int
    decision: MatchDecision


async def decide_product_match(by: Principal, command: DecideProductMatch, today: date) -> int:
    """Keep what the owner of a product decides about a suggestion; returns the product's id.

    Raises:
        NotFound: of either product; or nothing suggests that they are the same.
        PermissionDenied, ChangedMeanwhile: as they say.
    """
    key, other, seen, decision = command
    async with audited(by, "product:match", organisation_id=by.organisation_id) as open_:
        await own_product(open_, by, key, today)
        await require_visible(open_, PRODUCTS, other, by, today)
        reason = await _reason(open_, key, other)
        if key == other or reason is None:
            raise NotFound().at("other")
        check_seen(seen, await open_.fetchval(KEPT, key, other) or 0, "version")
        await open_.execute(DECIDE, key, other, decision.value, reason.value, today)
    return key


async def _reason(connection: Connection, key: int, other: int) -> MatchReason | None:
    """Why the two may be the same; None: nothing says so."""
    same: bool | None = await connection.fetchval(SAME, key, other)
    if same is not None:
        return MatchReason.SAME_IDENTIFIER if same else MatchReason.SAME_NUMBER
    names = [row[0] for row in await connection.fetch(WORDS, [key, other])]
    alike = len(names) == 2 and similarity(*names) >= SIMILAR_FROM
    return MatchReason.SIMILAR_NAME if alike else None
