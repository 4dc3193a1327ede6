"""Temporary."""

from consortium.membership.reads.figures import figures_visible_to
from consortium.membership.rules.engagements import Coverage
from consortium.query.source import Source
from consortium.query.tables import columns
from consortium.value_chains.models import Activity, ChainVersion

CHAIN_VERSIONS = Source(
    name="chain_version",
    table="chain_version",
    prefix="chainversion",
    visible_to=figures_visible_to(Coverage.CLAIMS),
    fields=columns(ChainVersion, "chainversion", ("title",)),
)
ACTIVITIES = Source(
    name="activity",
    table="activity",
    prefix="activity",
    visible_to=lambda rights: "true",
    fields=columns(Activity, "activity", ("code", "name", "product", "unit")),
)
