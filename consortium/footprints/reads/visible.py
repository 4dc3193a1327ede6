"""Who sees which products and footprints.

A footprint is seen as any figure of a member is, and by those with whom it is shared. A product is
seen in the same way, and by whoever sees one of its footprints.
"""

from consortium.kernel.principal import Permission, Rights
from consortium.membership.reads.figures import figures_visible_to
from consortium.membership.rules.engagements import Coverage

figures = figures_visible_to(Coverage.INVENTORIES)


def _shared(alias: str) -> str:
    return (
        f"EXISTS (SELECT FROM footprint_share shared WHERE shared.footprint_id = {alias}.id"
        " AND shared.organisation_id = {caller_organisation})"
    )


def footprint_visible_to(rights: Rights) -> str:
    """The row rule of footprints."""
    if rights.may(Permission.FIGURES_READ_ALL) or not rights.has_organisation:
        return figures(rights)
    return f"({figures(rights)} OR {_shared('{t}')})"


def product_visible_to(rights: Rights) -> str:
    """The row rule of products."""
    if rights.may(Permission.FIGURES_READ_ALL):
        return figures(rights)
    shown = "'PUBLIC', 'CONSORTIUM'" if rights.is_member else "'PUBLIC'"
    seen = f"told.visibility IN ({shown})"
    if rights.has_organisation:
        seen = f"({seen} OR {_shared('told')})"
    footprints = f"EXISTS (SELECT FROM footprint told WHERE told.product_id = {{t}}.id AND {seen})"
    return f"({figures(rights)} OR {footprints})"


def owner_visible_to(rights: Rights) -> str:
    """The row rule of what is between an organisation and itself: `organisation_id`."""
    if rights.may(Permission.FIGURES_READ_ALL):
        return "true"
    return "{t}.organisation_id = {caller_organisation}" if rights.has_organisation else "false"
