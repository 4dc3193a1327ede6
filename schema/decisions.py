"""Steps of memberships: suspension, notice, expulsion and appeal; and the record of decisions."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from consortium.membership.actions.steps import (
    AppealExpulsion,
    DecideAppeal,
    ExpelMember,
    GiveNotice,
    ReinstateMembership,
    RetractNotice,
    SuspendMembership,
    appeal_expulsion,
    decide_appeal,
    expel_member,
    give_notice,
    reinstate_membership,
    retract_notice,
    suspend_membership,
)
from consortium.membership.reads.decisions import DECISIONS
from consortium.membership.rules.transitions import MembershipStatus, Step
from consortium.organisations.reads import ORGANISATIONS
from schema.identity import Account
from schema.mutations import Does, Refusal, mutation
from schema.nodes import Node, extends
from schema.organisations import Organisation

_WHOSE = "Whose membership."
_OWN = "Whose membership; your own organisation's unless given."
_WHY = "Why; the organisation's admins are told."
_WHEN = "The first day; as soon as possible unless given."


@strawberry.type(
    description="A step of a membership that was decided. Never changed. Seen by the secretariat"
    " and by who represents the organisation."
)
class MembershipDecision(Node):
    step: Step = strawberry.field(description="What was decided.")
    before: MembershipStatus | None = strawberry.field(description="The status before.")
    after: MembershipStatus = strawberry.field(description="The status after.")
    effective_on: date = strawberry.field(description="From which day.")
    deadline: date | None = strawberry.field(description="The last day for an appeal.")
    reason: str | None = strawberry.field(description="Why.")
    decided_at: datetime = strawberry.field(description="When.")
    account: Account | None = strawberry.field(
        description="Who, as far as you may see people; null for the applicant."
    )
    organisation: Organisation = strawberry.field(description="Whose membership.")


@extends(Organisation)
class OrganisationDecisions:
    membership_decisions: list[MembershipDecision] = strawberry.field(
        description="What was decided about its membership, in order, as far as you may see it."
    )


@strawberry.input(description="A membership to suspend.")
class SuspendMembershipInput:
    organisation: strawberry.ID = strawberry.field(description=_WHOSE)
    reason: str = strawberry.field(description=_WHY)
    effective_on: date | None = strawberry.field(description=_WHEN, default=strawberry.UNSET)


@strawberry.input(description="A membership to reinstate.")
class ReinstateMembershipInput:
    organisation: strawberry.ID = strawberry.field(description=_WHOSE)
    reason: str | None = strawberry.field(description=_WHY, default=strawberry.UNSET)
    effective_on: date | None = strawberry.field(description=_WHEN, default=strawberry.UNSET)


@strawberry.input(description="Notice of the end of a membership.")
class GiveNoticeInput:
    last_day: date = strawberry.field(description="The last day as a member.")
    organisation: strawberry.ID | None = strawberry.field(
        description=_OWN, default=strawberry.UNSET
    )
    reason: str | None = strawberry.field(
        description="Why; the secretariat may shorten the notice with a reason.",
        default=strawberry.UNSET,
    )


@strawberry.input(description="A notice to take back.")
class RetractNoticeInput:
    organisation: strawberry.ID | None = strawberry.field(
        description=_OWN, default=strawberry.UNSET
    )
    reason: str | None = strawberry.field(description="Why.", default=strawberry.UNSET)


@strawberry.input(description="A member to expel.")
class ExpelMemberInput:
    organisation: strawberry.ID = strawberry.field(description=_WHOSE)
    reason: str = strawberry.field(description=_WHY)
    appeal_until: date = strawberry.field(description="The last day for an appeal.")
    effective_on: date | None = strawberry.field(description=_WHEN, default=strawberry.UNSET)


@strawberry.input(description="An appeal against the expulsion of your own organisation.")
class AppealExpulsionInput:
    reason: str = strawberry.field(description="Why it should not be expelled.")


@strawberry.input(description="A decision on an appeal.")
class DecideAppealInput:
    organisation: strawberry.ID = strawberry.field(description=_WHOSE)
    granted: bool = strawberry.field(description="Whether it stays a member.")
    reason: str = strawberry.field(description=_WHY)


MembershipDecisionResult = Annotated[
    MembershipDecision | Refusal,
    strawberry.union(
        "MembershipDecisionResult", description="The decision, or why nothing was done."
    ),
]
_IDS = {"organisation": ORGANISATIONS}


@strawberry.type
class DecisionsMutation:
    suspend_membership: MembershipDecisionResult | None = mutation(
        "Let a membership rest: its rights, and its figures in members' totals.",
        Does(suspend_membership, SuspendMembership, SuspendMembershipInput, DECISIONS, _IDS),
    )
    reinstate_membership: MembershipDecisionResult | None = mutation(
        "End a suspension.",
        Does(reinstate_membership, ReinstateMembership, ReinstateMembershipInput, DECISIONS, _IDS),
    )
    give_notice: MembershipDecisionResult | None = mutation(
        "Say when a membership ends, 90 days before or earlier.",
        Does(give_notice, GiveNotice, GiveNoticeInput, DECISIONS, _IDS),
    )
    retract_notice: MembershipDecisionResult | None = mutation(
        "Take a notice back while it runs.",
        Does(retract_notice, RetractNotice, RetractNoticeInput, DECISIONS, _IDS),
    )
    expel_member: MembershipDecisionResult | None = mutation(
        "Expel a member, unless it appeals in time; its rights rest meanwhile.",
        Does(expel_member, ExpelMember, ExpelMemberInput, DECISIONS, _IDS),
    )
    appeal_expulsion: MembershipDecisionResult | None = mutation(
        "Appeal against the expulsion of your own organisation.",
        Does(appeal_expulsion, AppealExpulsion, AppealExpulsionInput, DECISIONS),
    )
    decide_appeal: MembershipDecisionResult | None = mutation(
        "Grant or dismiss an appeal.",
        Does(decide_appeal, DecideAppeal, DecideAppealInput, DECISIONS, _IDS),
    )
