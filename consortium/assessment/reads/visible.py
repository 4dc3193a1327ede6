"""Who sees what of assessed claims.

Until it is published a claim is private. What others then see is what is claimed; the effect's
whole mass, the share and the remainder stay with the claimant, its assurers and the secretariat.
"""

from consortium.kernel.principal import Permission, Rights
from consortium.membership.reads.figures import figures_visible_to, organisations_seen_whole
from consortium.membership.rules.engagements import Coverage

claim_visible_to = figures_visible_to(Coverage.CLAIMS)


def _whole(rights: Rights, where: str) -> str:
    if rights.may(Permission.FIGURES_READ_ALL):
        return "true"
    if not rights.has_organisation:
        return "false"
    return where.format(seen=organisations_seen_whole(rights, Coverage.CLAIMS))


def claim_seen_whole(rights: Rights) -> str:
    """SQL: all of claim `t` may be seen."""
    return _whole(rights, "{{t}}.organisation_id {seen}")


def of_claim_seen_whole(rights: Rights) -> str:
    """SQL: all of the claim that row `t` belongs to may be seen."""
    return _whole(
        rights,
        "{{t}}.claim_id IN (SELECT whole.id FROM assessed_claim whole"
        " WHERE whole.organisation_id {seen})",
    )


def document_seen_whole(rights: Rights) -> str:
    """SQL: document `t` is evidence for a claim of which all may be seen."""
    return _whole(
        rights,
        "{{t}}.id IN (SELECT shown.document_id FROM claim_evidence shown"
        " JOIN assessed_claim whole ON whole.id = shown.claim_id"
        " WHERE whole.organisation_id {seen})",
    )
