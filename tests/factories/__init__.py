"""Rows for tests, one module a feature: `await create_organisation(connection, name="A")`.

Each takes any column of its table by name, fills in the others, and returns the new row's id.
"""

from tests.factories.avoided import create_claim, link_claim
from tests.factories.dues import (
    create_assignment,
    create_dues_year,
    create_entry,
    create_invoice,
    create_reminder,
)
from tests.factories.effects import (
    create_comparison,
    create_effect,
    create_item,
    create_scenario,
    create_series,
    create_solution,
)
from tests.factories.evidence import create_citation
from tests.factories.groups import create_delegacy, create_group, create_meeting
from tests.factories.guidance import (
    advance_guidance,
    create_criterion,
    create_evidence,
    create_gate,
    create_guidance,
)
from tests.factories.identity import (
    create_account,
    create_identity_provider,
    create_invitation,
    create_role,
    create_service_client,
)
from tests.factories.initiatives import (
    create_chain_action,
    create_initiative,
    create_participant,
    create_target,
)
from tests.factories.inventory import create_inventory
from tests.factories.membership import create_engagement, create_membership
from tests.factories.organisations import (
    create_alias,
    create_merge,
    create_organisation,
    create_parentage,
    create_period,
    create_rate,
    create_size,
    create_succession,
)
from tests.factories.value_chains import (
    create_chain,
    create_chain_version,
    create_stage,
    create_stage_participant,
)

__all__ = [
    "advance_guidance",
    "create_account",
    "create_alias",
    "create_assignment",
    "create_chain",
    "create_chain_action",
    "create_chain_version",
    "create_citation",
    "create_claim",
    "create_comparison",
    "create_criterion",
    "create_delegacy",
    "create_dues_year",
    "create_effect",
    "create_engagement",
    "create_entry",
    "create_evidence",
    "create_gate",
    "create_group",
    "create_guidance",
    "create_identity_provider",
    "create_initiative",
    "create_inventory",
    "create_invitation",
    "create_invoice",
    "create_item",
    "create_meeting",
    "create_membership",
    "create_merge",
    "create_organisation",
    "create_parentage",
    "create_participant",
    "create_period",
    "create_rate",
    "create_reminder",
    "create_role",
    "create_scenario",
    "create_series",
    "create_service_client",
    "create_size",
    "create_solution",
    "create_stage",
    "create_stage_participant",
    "create_succession",
    "create_target",
    "link_claim",
]
