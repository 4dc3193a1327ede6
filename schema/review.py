"""What the secretariat does with applications."""

from datetime import date
from typing import Annotated

import strawberry

from consortium.membership.actions.review import (
    ApproveApplication,
    AskApplicant,
    DeclareConflict,
    NoteApplication,
    RejectApplication,
    ReviewApplication,
    VoteOnApplication,
    approve_application,
    ask_applicant,
    declare_conflict,
    note_application,
    reject_application,
    review_application,
    vote_on_application,
)
from consortium.membership.reads.applications import APPLICATIONS
from consortium.membership.rules.applications import Vote
from consortium.organisations.reads import ORGANISATIONS
from schema.applications import Application
from schema.mutations import Does, Refusal, mutation

_WHICH = "Which application."
_VERSION = "Its version as you saw it; another is refused with CHANGED_MEANWHILE."


@strawberry.input(description="An application whose review begins.")
class ReviewApplicationInput:
    application: strawberry.ID = strawberry.field(description=_WHICH)
    version: int = strawberry.field(description=_VERSION)


@strawberry.input(description="A remark on an application.")
class NoteApplicationInput:
    application: strawberry.ID = strawberry.field(description=_WHICH)
    text: str = strawberry.field(description="The remark.")


@strawberry.input(description="Your own conflict of interest.")
class DeclareConflictInput:
    application: strawberry.ID = strawberry.field(description=_WHICH)
    reason: str = strawberry.field(description="Which interest you have.")


@strawberry.input(description="Your vote on an application.")
class VoteOnApplicationInput:
    application: strawberry.ID = strawberry.field(description=_WHICH)
    version: int = strawberry.field(description=_VERSION)
    vote: Vote = strawberry.field(description="Your vote; it replaces an earlier one.")
    reason: str | None = strawberry.field(description="Why.", default=strawberry.UNSET)


@strawberry.input(description="A question to an applicant.")
class AskApplicantInput:
    application: strawberry.ID = strawberry.field(description=_WHICH)
    version: int = strawberry.field(description=_VERSION)
    question: str = strawberry.field(description="What the applicant is asked.")
    until: date | None = strawberry.field(
        description="Until when it should answer.", default=strawberry.UNSET
    )


@strawberry.input(description="An application to approve.")
class ApproveApplicationInput:
    application: strawberry.ID = strawberry.field(description=_WHICH)
    version: int = strawberry.field(description=_VERSION)
    organisation: strawberry.ID | None = strawberry.field(
        description="The organisation that the applicant is, where it is known here already.",
        default=strawberry.UNSET,
    )
    reason: str | None = strawberry.field(description="Why.", default=strawberry.UNSET)


@strawberry.input(description="An application to reject.")
class RejectApplicationInput:
    application: strawberry.ID = strawberry.field(description=_WHICH)
    version: int = strawberry.field(description=_VERSION)
    reason: str = strawberry.field(description="Why; the applicant is told.")


ApplicationResult = Annotated[
    Application | Refusal,
    strawberry.union("ApplicationResult", description="The application, or why nothing was done."),
]
_IDS = {"application": APPLICATIONS}


@strawberry.type
class ReviewMutation:
    review_application: ApplicationResult | None = mutation(
        "Begin the review of an application.",
        Does(review_application, ReviewApplication, ReviewApplicationInput, APPLICATIONS, _IDS),
    )
    note_application: ApplicationResult | None = mutation(
        "Add a remark that the applicant does not see.",
        Does(note_application, NoteApplication, NoteApplicationInput, APPLICATIONS, _IDS),
    )
    declare_conflict: ApplicationResult | None = mutation(
        "Declare a conflict of interest: you neither vote nor decide on this application any more.",
        Does(declare_conflict, DeclareConflict, DeclareConflictInput, APPLICATIONS, _IDS),
    )
    vote_on_application: ApplicationResult | None = mutation(
        "Vote on an application under review.",
        Does(vote_on_application, VoteOnApplication, VoteOnApplicationInput, APPLICATIONS, _IDS),
    )
    ask_applicant: ApplicationResult | None = mutation(
        "Ask the applicant for more, by mail.",
        Does(ask_applicant, AskApplicant, AskApplicantInput, APPLICATIONS, _IDS),
    )
    approve_application: ApplicationResult | None = mutation(
        "Approve an application: its contact is invited to administer the organisation, which is a"
        " member once the terms are accepted.",
        Does(
            approve_application,
            ApproveApplication,
            ApproveApplicationInput,
            APPLICATIONS,
            _IDS | {"organisation": ORGANISATIONS},
        ),
    )
    reject_application: ApplicationResult | None = mutation(
        "Reject an application; the applicant is told why.",
        Does(reject_application, RejectApplication, RejectApplicationInput, APPLICATIONS, _IDS),
    )
