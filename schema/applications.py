"""Applications: what applicants send and see, and what the secretariat does with them."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import strawberry

from consortium.membership.actions.applications import (
    AnswerApplication,
    Apply,
    RetractApplication,
    answer_application,
    apply_for_membership,
    retract_application,
)
from consortium.membership.actions.terms import (
    AcceptTerms,
    PublishTerms,
    accept_terms,
    publish_terms,
)
from consortium.membership.reads.applications import APPLICATIONS, MY_APPLICATIONS, TERMS
from consortium.membership.rules.applications import Vote
from consortium.membership.rules.transitions import ApplicationStage, Step
from schema.enums import described
from schema.filters import filter_of, order_of
from schema.identity import Account
from schema.mutations import Does, Refusal, mutation
from schema.nodes import Node
from schema.organisations import Money, Organisation
from schema.paging import Connection, argument, connection, field
from schema.scalars import BigInt, CountryCode, CurrencyCode
from schema.subscriptions import Change, rows

ApplicationFilter = filter_of(APPLICATIONS)
ApplicationOrder = order_of(APPLICATIONS)
TermsFilter = filter_of(TERMS)
TermsOrder = order_of(TERMS)
described(
    ApplicationStage,
    "How far an application has come.",
    SUBMITTED="It has arrived.",
    IN_REVIEW="The secretariat is at work on it.",
    MORE_ASKED="The applicant is to answer.",
    APPROVED="Approved: a membership once the terms are accepted.",
    ACCEPTED="The terms are accepted, and the applicant is a member.",
    REJECTED="Rejected.",
    RETRACTED="Taken back by the applicant.",
)
described(
    Vote,
    "What a secretary thinks of an application.",
    APPROVE="In favour.",
    REJECT="Against.",
    ABSTAIN="Neither.",
)
described(
    Step,
    "What was decided, of an application or of a membership.",
    SUBMIT="An organisation applied.",
    REVIEW="The review began.",
    ASK="The applicant was asked for more.",
    ANSWER="The applicant answered.",
    APPROVE="The application was approved.",
    REJECT="The application was rejected.",
    RETRACT="The applicant took its application back.",
    ACCEPT="The applicant accepted the terms.",
    JOIN="The organisation became a member.",
    SUSPEND="The membership was suspended.",
    REINSTATE="The suspension ended.",
    LEAVE="Notice was given.",
    STAY="The notice was taken back.",
    EXPEL="The organisation was expelled.",
    LAPSE="Nobody appealed in time.",
    APPEAL="The organisation appealed.",
    GRANT_APPEAL="The appeal was granted.",
    DISMISS_APPEAL="The appeal was dismissed.",
)


class DuplicateReason(StrEnum):
    """What two organisations have in common."""

    NAME = "NAME"
    SIMILAR_NAME = "SIMILAR_NAME"
    DOMAIN = "DOMAIN"
    LEI = "LEI"


described(
    DuplicateReason,
    "What an applicant has in common with another organisation or application.",
    NAME="A name or alias, whatever the case and accents.",
    SIMILAR_NAME="A name or alias, whatever the legal form and punctuation.",
    DOMAIN="The domain of its website, or one by which people sign in.",
    LEI="The Legal Entity Identifier.",
)


@strawberry.type(description="A file that was sent. Whoever sees it here may fetch it.")
class Document:
    name: str = strawberry.field(description="Its name, as it came.")
    media_type: str = strawberry.field(description="Its media type, such as application/pdf.")
    size_bytes: BigInt = strawberry.field(description="Its size.")
    sha256: str = strawberry.field(description="The SHA-256 of its content, in hexadecimal digits.")
    uploaded_at: datetime = strawberry.field(description="When it came.")
    url: str = strawberry.field(description="Where it is fetched, as a path of this server.")


@strawberry.type(description="Terms of membership. They stay as they were published.")
class Terms(Node):
    version: str = strawberry.field(description="Their version.")
    text: str = strawberry.field(description="What a member agrees to.")
    competition_law: str = strawberry.field(
        description="The rules of competition law that a member acknowledges."
    )
    in_force_from: date = strawberry.field(
        description="From when they are in force, until the next ones are."
    )
    published_at: datetime = strawberry.field(description="When they were published.")


@strawberry.type(description="An application as its applicant sees it, by its key.")
class MyApplication:
    reference: str = strawberry.field(description="Its reference, such as A-2026-0001.")
    stage: ApplicationStage = strawberry.field(description="How far it has come.")
    version: int = strawberry.field(description="Counts its changes.")
    name: str = strawberry.field(description="The organisation's name.")
    aliases: list[str] = strawberry.field(description="Other names.")
    country: CountryCode = strawberry.field(description="Country of its headquarters.")
    lei: str | None = strawberry.field(description="Legal Entity Identifier (ISO 17442).")
    domain: str | None = strawberry.field(description="Domain of its website.")
    sector: str | None = strawberry.field(description="Sector.")
    revenue: Money | None = strawberry.field(description="Revenue.")
    employees: BigInt | None = strawberry.field(description="Employees.")
    message: str | None = strawberry.field(description="What else it said.")
    asked: str | None = strawberry.field(description="What the secretariat asks now.")
    asked_until: date | None = strawberry.field(description="Until when it should be answered.")
    rejected_because: str | None = strawberry.field(description="Why it was rejected.")
    submitted_at: datetime = strawberry.field(description="When it was made.")
    organisation: Organisation | None = strawberry.field(
        description="The organisation, once approved."
    )
    documents: list[Document] = strawberry.field(description="What was sent with it.")


@strawberry.type(description="A step of an application. Never changed.")
class ApplicationStep:
    step: Step = strawberry.field(description="What was done.")
    before: ApplicationStage | None = strawberry.field(description="The stage before.")
    after: ApplicationStage = strawberry.field(description="The stage after.")
    reason: str | None = strawberry.field(description="Why; a question or its answer.")
    deadline: date | None = strawberry.field(description="Until when an answer was asked for.")
    taken_at: datetime = strawberry.field(description="When.")
    account: Account | None = strawberry.field(description="Who; null for the applicant.")


@strawberry.type(description="A remark of the secretariat, not seen by the applicant.")
class ApplicationNote:
    text: str = strawberry.field(description="The remark.")
    noted_at: datetime = strawberry.field(description="When.")
    account: Account | None = strawberry.field(description="Who.")


@strawberry.type(description="A secretary's conflict of interest: no vote and no decision.")
class ApplicationConflict:
    reason: str = strawberry.field(description="Which interest.")
    declared_at: datetime = strawberry.field(description="When.")
    account: Account | None = strawberry.field(description="Who.")


@strawberry.type(description="A vote on an application. Earlier votes of a person stay on record.")
class ApplicationVote:
    vote: Vote = strawberry.field(description="The vote.")
    reason: str | None = strawberry.field(description="Why.")
    voted_at: datetime = strawberry.field(description="When.")
    counts: bool = strawberry.field(
        description="Whether it is the person's last, and the person has no conflict of interest."
    )
    account: Account | None = strawberry.field(description="Who.")


@strawberry.type(description="That somebody bound an applicant to the terms.")
class TermsAcceptance:
    signatory_name: str | None = strawberry.field(description="Who; null once erased.")
    signatory_title: str = strawberry.field(description="As what.")
    accepted_on: date = strawberry.field(description="On which day.")
    accepted_at: datetime = strawberry.field(description="When.")
    terms: Terms = strawberry.field(description="To which terms.")


@strawberry.type(description="Who an applicant may be already; a person has to judge.")
class PossibleDuplicate:
    reasons: list[DuplicateReason] = strawberry.field(description="What they have in common.")
    organisation: Organisation | None = strawberry.field(description="An organisation.")
    application: "Application | None" = strawberry.field(
        description="Or another application that is open."
    )


@strawberry.type(description="An application for membership, as the secretariat sees it.")
class Application(Node):
    reference: str = strawberry.field(description="Its reference, such as A-2026-0001.")
    stage: ApplicationStage = strawberry.field(description="How far it has come.")
    version: int = strawberry.field(
        description="Counts its changes; whoever decides names the one they saw."
    )
    name: str = strawberry.field(description="The organisation's name.")
    aliases: list[str] = strawberry.field(description="Other names.")
    country: CountryCode = strawberry.field(description="Country of its headquarters.")
    lei: str | None = strawberry.field(description="Legal Entity Identifier (ISO 17442).")
    domain: str | None = strawberry.field(description="Domain of its website.")
    sector: str | None = strawberry.field(description="Sector.")
    revenue: Money | None = strawberry.field(description="Revenue.")
    employees: BigInt | None = strawberry.field(description="Employees.")
    message: str | None = strawberry.field(description="What else it said.")
    contact_name: str | None = strawberry.field(description="Whom to write to; null once erased.")
    contact_email: str | None = strawberry.field(description="Where; null once erased.")
    asked: str | None = strawberry.field(description="What the applicant is asked now.")
    asked_until: date | None = strawberry.field(description="Until when it should answer.")
    submitted_at: datetime = strawberry.field(description="When it was made.")
    organisation: Organisation | None = strawberry.field(
        description="The organisation, once approved."
    )
    steps: list[ApplicationStep] = strawberry.field(description="All its steps, in order.")
    notes: list[ApplicationNote] = strawberry.field(description="Remarks, in order.")
    conflicts: list[ApplicationConflict] = strawberry.field(
        description="Who has a conflict of interest."
    )
    votes: list[ApplicationVote] = strawberry.field(description="All votes, in order.")
    documents: list[Document] = strawberry.field(description="What was sent with it.")
    acceptance: TermsAcceptance | None = strawberry.field(
        description="Who bound it to which terms."
    )
    possible_duplicates: list[PossibleDuplicate] = strawberry.field(
        description="Organisations and open applications with its name, domain or LEI."
    )


@strawberry.type
class ApplicationsQuery:
    my_application: MyApplication | None = field(
        "An application, for its applicant; null where no application has that key.",
        argument("key", str, "The key that was shown when it was made."),
    )
    applications: Connection[Application] = connection(
        "All applications, for the secretariat; in their order.",
        ApplicationFilter,
        ApplicationOrder,
    )
    terms: Connection[Terms] = connection(
        "The terms of membership, the latest first.", TermsFilter, TermsOrder
    )


@strawberry.type
class ApplicationsSubscription:
    application_changed: Change[Application] = rows(
        APPLICATIONS, "An application was sent or has come further."
    )


@strawberry.input(description="An application for membership.")
class ApplyForMembershipInput:
    name: str = strawberry.field(description="The organisation's name.")
    country: CountryCode = strawberry.field(description="Country of its headquarters.")
    contact_name: str = strawberry.field(description="Whom to write to.")
    contact_email: str = strawberry.field(description="Where.")
    aliases: list[str] | None = strawberry.field(
        description="Other names.", default=strawberry.UNSET
    )
    lei: str | None = strawberry.field(
        description="Legal Entity Identifier (ISO 17442).", default=strawberry.UNSET
    )
    domain: str | None = strawberry.field(
        description="Domain of its website.", default=strawberry.UNSET
    )
    sector: str | None = strawberry.field(description="Sector.", default=strawberry.UNSET)
    revenue_amount: Decimal | None = strawberry.field(
        description="Revenue, in units of the currency.", default=strawberry.UNSET
    )
    revenue_currency: CurrencyCode | None = strawberry.field(
        description="Its currency.", default=strawberry.UNSET
    )
    revenue_year: int | None = strawberry.field(
        description="The year of the revenue.", default=strawberry.UNSET
    )
    employees: BigInt | None = strawberry.field(description="Employees.", default=strawberry.UNSET)
    message: str | None = strawberry.field(
        description="What else there is to say.", default=strawberry.UNSET
    )


@strawberry.input(description="An answer to what was asked.")
class AnswerApplicationInput:
    key: str = strawberry.field(description="The key of the application.")
    answer: str = strawberry.field(description="The answer.")


@strawberry.input(description="An application to take back.")
class RetractApplicationInput:
    key: str = strawberry.field(description="The key of the application.")
    reason: str | None = strawberry.field(description="Why.", default=strawberry.UNSET)


@strawberry.input(description="Terms that somebody accepts who may bind the applicant.")
class AcceptTermsInput:
    key: str = strawberry.field(description="The key of the application.")
    terms_version: str = strawberry.field(description="The version of the terms.")
    signatory_name: str = strawberry.field(description="Who accepts.")
    signatory_title: str = strawberry.field(description="As what, such as managing director.")
    authorised: bool = strawberry.field(
        description="That this person may bind the organisation; true, or nothing is accepted."
    )
    competition_law: bool = strawberry.field(
        description="That the rules of competition law are acknowledged; likewise."
    )


@strawberry.input(description="Terms to publish.")
class PublishTermsInput:
    version: str = strawberry.field(description="Their version; no two have the same.")
    text: str = strawberry.field(description="What a member agrees to.")
    competition_law: str = strawberry.field(
        description="The rules of competition law that a member acknowledges."
    )
    in_force_from: date = strawberry.field(description="From when they are in force.")


@strawberry.type(description="An application with its key, which is shown this once.")
class NewApplication:
    application: MyApplication | None = strawberry.field(description="The application.")
    application_key: str = strawberry.field(
        description="The key by which it is read and answered. It is kept nowhere: write it down."
    )


NewApplicationResult = Annotated[
    NewApplication | Refusal,
    strawberry.union(
        "NewApplicationResult", description="The application and its key, or why there is none."
    ),
]
MyApplicationResult = Annotated[
    MyApplication | Refusal,
    strawberry.union(
        "MyApplicationResult", description="The application, or why nothing was done."
    ),
]
TermsResult = Annotated[
    Terms | Refusal,
    strawberry.union("TermsResult", description="The terms, or why nothing was done."),
]


@strawberry.type
class ApplicationsMutation:
    apply_for_membership: NewApplicationResult | None = mutation(
        "Apply for membership; nobody needs an account for that. A mail confirms it.",
        Does(
            apply_for_membership,
            Apply,
            ApplyForMembershipInput,
            MY_APPLICATIONS,
            around="application",
        ),
    )
    answer_application: MyApplicationResult | None = mutation(
        "Answer what the secretariat asked.",
        Does(answer_application, AnswerApplication, AnswerApplicationInput, MY_APPLICATIONS),
    )
    retract_application: MyApplicationResult | None = mutation(
        "Take an application back, before the terms are accepted.",
        Does(retract_application, RetractApplication, RetractApplicationInput, MY_APPLICATIONS),
    )
    accept_terms: MyApplicationResult | None = mutation(
        "Accept the terms in force: the organisation is a member from then on.",
        Does(accept_terms, AcceptTerms, AcceptTermsInput, MY_APPLICATIONS),
    )
    publish_terms: TermsResult | None = mutation(
        "Publish terms of membership, for applicants from a day on.",
        Does(publish_terms, PublishTerms, PublishTermsInput, TERMS),
    )
