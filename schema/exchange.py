"""Partners of the caller's organisation, what is shared with them, and what travels."""

from datetime import datetime
from typing import Annotated

import strawberry

from consortium.exchange.actions.answering import (
    AnswerPartner,
    FetchFootprints,
    PublishToPartner,
    RequestFromPartner,
    answer_partner,
    fetch_footprints,
    publish_to_partner,
    request_from_partner,
)
from consortium.exchange.actions.partners import (
    ChangePartner,
    CheckPartner,
    RegisterPartner,
    RemovePartner,
    SharedWithPartner,
    change_partner,
    check_partner,
    register_partner,
    remove_partner,
    share_with_partner,
    unshare_with_partner,
)
from consortium.exchange.reads.partners import (
    ERRANDS,
    EVENTS,
    FAULTS,
    PARTNERS,
    SHARES,
)
from consortium.exchange.rules.events import EventKind
from consortium.exchange.rules.vocabulary import Direction, Errand, ErrandState, EventState
from consortium.footprints.reads.footprints import FOOTPRINTS
from consortium.organisations.reads import ORGANISATIONS
from schema.enums import described
from schema.filters import filter_of, order_of
from schema.footprints import Footprint
from schema.identity import ServiceClient
from schema.mutations import Does, Refusal, mutation
from schema.nodes import Node
from schema.organisations import Organisation
from schema.paging import Connection, connection
from schema.subscriptions import Change, rows

PartnerFilter = filter_of(PARTNERS)
PartnerOrder = order_of(PARTNERS)
PartnerShareFilter = filter_of(SHARES)
ExchangeEventFilter = filter_of(EVENTS)
ExchangeEventOrder = order_of(EVENTS)
ExchangeErrandFilter = filter_of(ERRANDS)
ExchangeErrandOrder = order_of(ERRANDS)
ExchangeFaultFilter = filter_of(FAULTS)
described(
    Direction,
    "Which way an event went.",
    RECEIVED="From the partner.",
    SENT="To the partner.",
)
described(
    EventKind,
    "What an event says.",
    REQUEST_CREATED="A footprint is asked for.",
    REQUEST_FULFILLED="A request is answered with footprints.",
    REQUEST_REJECTED="A request is answered with a reason why there are none.",
    PUBLISHED="Footprints are new or have changed, and can be fetched.",
)
described(
    EventState,
    "What became of an event.",
    WAITING="To be delivered, or to be worked off here; see `dueAt`.",
    OPEN="A request that reached the other side and has no answer.",
    DONE="Delivered or worked off; of a request: answered with footprints.",
    REJECTED="A request that was answered with a reason.",
    FAILED="It was refused, or given up after 72 hours; `told` says why.",
)
described(
    Errand,
    "What is asked of a partner's system.",
    CHECK="Whether it gives a token and a list.",
    FETCH="The footprints that it shows.",
)
described(
    ErrandState,
    "How far it is.",
    WAITING="It has not begun, or is tried again.",
    RUNNING="It is under way.",
    DONE="It is done.",
    FAILED="It failed; `told` says why.",
)


@strawberry.type(
    description="Another company's system, with which your organisation exchanges footprints by"
    " PACT's specification, version 3. Seen by your organisation alone."
)
class Partner(Node):
    name: str = strawberry.field(description="As your organisation calls it.")
    base_url: str = strawberry.field(description="Its base address; `/3/footprints` is below it.")
    auth_url: str | None = strawberry.field(
        description="Where its tokens are made, if not below the base address."
    )
    event_sources: list[str] = strawberry.field(
        description="Further addresses that its events may name as their source."
    )
    client_id: str | None = strawberry.field(
        description="What this server proves itself with there; null where it cannot. The secret"
        " is shown to nobody."
    )
    scope: str | None = strawberry.field(description="What is asked for with its tokens, if given.")
    version: int = strawberry.field(description="Grows with each change.")
    registered_at: datetime = strawberry.field(description="When it was registered.")
    removed_at: datetime | None = strawberry.field(description="When it was removed, if it was.")
    organisation: Organisation = strawberry.field(description="Whose partner.")
    company: Organisation | None = strawberry.field(
        description="Whose system it is, where that is on record."
    )
    client: ServiceClient | None = strawberry.field(
        description="What it proves itself with here; for who manages clients."
    )
    shares: Connection["PartnerShare"] = connection(
        "The footprints that it may fetch, besides those shown to the public.", PartnerShareFilter
    )
    events: Connection["ExchangeEvent"] = connection(
        "What was sent to it and came from it.", ExchangeEventFilter, ExchangeEventOrder
    )
    errands: Connection["ExchangeErrand"] = connection(
        "What was asked of its system.", ExchangeErrandFilter, ExchangeErrandOrder
    )
    faults: Connection["ExchangeFault"] = connection(
        "What is wrong with footprints that it gave, which were not recorded.",
        ExchangeFaultFilter,
    )


@strawberry.type(description="A footprint that a partner may fetch.")
class PartnerShare:
    shared_at: datetime = strawberry.field(description="Since when.")
    partner: Partner = strawberry.field(description="Which partner.")
    footprint: Footprint | None = strawberry.field(description="Which footprint.")


@strawberry.type(
    description="An event of PACT's, sent or received. It is kept before it leaves or is answered."
)
class ExchangeEvent(Node):
    direction: Direction = strawberry.field(description="Which way it went.")
    kind: EventKind = strawberry.field(description="What it says.")
    event_id: str = strawberry.field(description="Its id as its sender gave it.")
    address: str = strawberry.field(
        description="Where it goes; of a received one the registered address that it named."
    )
    state: EventState = strawberry.field(description="What became of it.")
    attempts: int = strawberry.field(description="How often it was tried.")
    due_at: datetime | None = strawberry.field(description="When it is tried next, while it waits.")
    told: str | None = strawberry.field(description="What went wrong last, or the reason given.")
    data: str = strawberry.field(description="Its data as they travel, as JSON.")
    said_at: datetime = strawberry.field(description="When its sender says it happened.")
    recorded_at: datetime = strawberry.field(description="When it was recorded here.")
    ended_at: datetime | None = strawberry.field(description="When it was over, if it is.")
    partner: Partner = strawberry.field(description="Whose it is.")
    request: "ExchangeEvent | None" = strawberry.field(description="The request that it answers.")


@strawberry.type(description="Something that is asked of a partner's system, and how far it is.")
class ExchangeErrand(Node):
    errand: Errand = strawberry.field(description="What.")
    state: ErrandState = strawberry.field(description="How far it is.")
    pages: int = strawberry.field(description="How many pages were read.")
    received: int = strawberry.field(description="How many footprints came.")
    recorded: int = strawberry.field(description="How many of them are new here.")
    faulty: int = strawberry.field(description="How many were not taken; see the partner's faults.")
    attempts: int = strawberry.field(description="How often it was tried.")
    told: str | None = strawberry.field(description="What it found, or what went wrong last.")
    asked_at: datetime = strawberry.field(description="When it was asked for.")
    ended_at: datetime | None = strawberry.field(description="When it was over, if it is.")
    partner: Partner = strawberry.field(description="Of whom.")


@strawberry.type(
    description="What is wrong with a footprint that a partner gave. It was not recorded."
)
class ExchangeFault:
    footprint_id: str | None = strawberry.field(description="Its id, as far as it had one.")
    field: str = strawberry.field(description="The field, in PACT's spelling.")
    message: str = strawberry.field(description="What would be right.")
    found_at: datetime = strawberry.field(description="When it came.")
    partner: Partner = strawberry.field(description="Who gave it.")


@strawberry.type
class ExchangeQuery:
    partners: Connection[Partner] = connection(
        "The partners of your organisation.", PartnerFilter, PartnerOrder
    )
    exchange_events: Connection[ExchangeEvent] = connection(
        "What was sent to your partners and came from them.",
        ExchangeEventFilter,
        ExchangeEventOrder,
    )
    exchange_errands: Connection[ExchangeErrand] = connection(
        "What was asked of your partners' systems.", ExchangeErrandFilter, ExchangeErrandOrder
    )
    exchange_faults: Connection[ExchangeFault] = connection(
        "What is wrong with footprints that your partners gave.", ExchangeFaultFilter
    )


@strawberry.type
class ExchangeSubscription:
    exchange_event_changed: Change[ExchangeEvent] = rows(
        EVENTS, "An event was sent to a partner, or came from one."
    )
    exchange_errand_changed: Change[ExchangeErrand] = rows(
        ERRANDS, "An errand at a partner has come further."
    )


@strawberry.type(
    description="A partner with what its system proves itself with here, shown this once."
)
class PartnerSecret:
    partner: Partner | None = strawberry.field(description="The partner.")
    client_id: str = strawberry.field(description="The identifier of its client.")
    client_secret: str = strawberry.field(
        description="The secret. It is kept nowhere: give it to the partner."
    )


@strawberry.input(description="Another company's system.")
class RegisterPartnerInput:
    name: str = strawberry.field(description="As your organisation calls it, 1 to 100 characters.")
    base_url: str = strawberry.field(
        description="Its base address, https; `/3/footprints` is below it."
    )
    auth_url: str | None = strawberry.field(
        description="Where its tokens are made, if not below the base address.",
        default=strawberry.UNSET,
    )
    event_sources: list[str] | None = strawberry.field(
        description="Further addresses that its events may name as their source.",
        default=strawberry.UNSET,
    )
    client_id: str | None = strawberry.field(
        description="What this server is to prove itself with there.", default=strawberry.UNSET
    )
    client_secret: str | None = strawberry.field(
        description="The secret of that; it is kept encrypted.", default=strawberry.UNSET
    )
    scope: str | None = strawberry.field(
        description="What to ask for with its tokens, if its system wants that.",
        default=strawberry.UNSET,
    )
    company: strawberry.ID | None = strawberry.field(
        description="Whose system it is, where that is on record.", default=strawberry.UNSET
    )


@strawberry.input(description="What is said of a partner from now on. What is left out stays.")
class ChangePartnerInput:
    partner: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description="The version that you saw.")
    name: str | None = strawberry.field(
        description="As your organisation calls it.", default=strawberry.UNSET
    )
    base_url: str | None = strawberry.field(
        description="Its base address.", default=strawberry.UNSET
    )
    auth_url: str | None = strawberry.field(
        description="Where its tokens are made.", default=strawberry.UNSET
    )
    event_sources: list[str] | None = strawberry.field(
        description="All further addresses that its events may name; an empty list: none.",
        default=strawberry.UNSET,
    )
    client_id: str | None = strawberry.field(
        description="What this server is to prove itself with there.", default=strawberry.UNSET
    )
    client_secret: str | None = strawberry.field(
        description="The secret of that.", default=strawberry.UNSET
    )
    scope: str | None = strawberry.field(
        description="What to ask for with its tokens.", default=strawberry.UNSET
    )
    company: strawberry.ID | None = strawberry.field(
        description="Whose system it is.", default=strawberry.UNSET
    )


@strawberry.input(description="A partner that is to be removed.")
class RemovePartnerInput:
    partner: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description="The version that you saw.")


@strawberry.input(description="A partner whose system is to be tried.")
class CheckPartnerInput:
    partner: strawberry.ID = strawberry.field(description="Which.")


@strawberry.input(description="Footprints of your organisation, and a partner.")
class PartnerFootprintsInput:
    partner: strawberry.ID = strawberry.field(description="Which partner.")
    footprints: list[strawberry.ID] = strawberry.field(description="Which footprints.")


@strawberry.input(
    description="PACT's criteria. Within each its values are alternatives; all that are given must"
    " hold."
)
class PactCriteriaInput:
    product_id: list[str] | None = strawberry.field(
        description="URNs of the product.", default=strawberry.UNSET
    )
    company_id: list[str] | None = strawberry.field(
        description="URNs of the company.", default=strawberry.UNSET
    )
    geography: list[str] | None = strawberry.field(
        description="Countries, their parts, or regions.", default=strawberry.UNSET
    )
    classification: list[str] | None = strawberry.field(
        description="URNs of classifications.", default=strawberry.UNSET
    )
    status: list[str] | None = strawberry.field(
        description="Active or Deprecated.", default=strawberry.UNSET
    )
    valid_on: list[str] | None = strawberry.field(
        description="Valid at this moment, such as 2026-01-31T00:00:00Z.",
        default=strawberry.UNSET,
    )
    valid_after: list[str] | None = strawberry.field(
        description="Valid from a moment after this.", default=strawberry.UNSET
    )
    valid_before: list[str] | None = strawberry.field(
        description="Valid to a moment before this.", default=strawberry.UNSET
    )


@strawberry.input(description="What is to be fetched of a partner.")
class FetchFootprintsInput:
    partner: strawberry.ID = strawberry.field(description="Which partner.")
    criteria: PactCriteriaInput | None = strawberry.field(
        description="Which footprints; all that it shows unless given.", default=strawberry.UNSET
    )


@strawberry.input(description="A footprint that a partner is asked for.")
class RequestFromPartnerInput:
    partner: strawberry.ID = strawberry.field(description="Which partner.")
    criteria: PactCriteriaInput = strawberry.field(description="What it must be.")
    comment: str | None = strawberry.field(
        description="For whoever answers.", default=strawberry.UNSET
    )


@strawberry.input(description="The answer to a partner's request: footprints, or a reason.")
class AnswerPartnerInput:
    request: strawberry.ID = strawberry.field(description="The request.")
    footprints: list[strawberry.ID] | None = strawberry.field(
        description="Footprints of your organisation, which are shared with the partner by this.",
        default=strawberry.UNSET,
    )
    reason: str | None = strawberry.field(
        description="Why there are none.", default=strawberry.UNSET
    )


PartnerSecretResult = Annotated[
    PartnerSecret | Refusal,
    strawberry.union(
        "PartnerSecretResult", description="The partner and its secret, or why there is none."
    ),
]
PartnerResult = Annotated[
    Partner | Refusal,
    strawberry.union("PartnerResult", description="The partner, or why nothing was changed."),
]
ExchangeErrandResult = Annotated[
    ExchangeErrand | Refusal,
    strawberry.union("ExchangeErrandResult", description="The errand, or why there is none."),
]
ExchangeEventResult = Annotated[
    ExchangeEvent | Refusal,
    strawberry.union("ExchangeEventResult", description="The event, or why there is none."),
]
_COMPANY = {"company": ORGANISATIONS}
_PARTNER = {"partner": PARTNERS}
_SHARED = {"partner": PARTNERS, "footprints": FOOTPRINTS}


@strawberry.type
class ExchangeMutation:
    register_partner: PartnerSecretResult | None = mutation(
        "Register another company's system, and make a client by which it may ask here.",
        Does(
            register_partner,
            RegisterPartner,
            RegisterPartnerInput,
            PARTNERS,
            _COMPANY,
            around="partner",
        ),
    )
    change_partner: PartnerResult | None = mutation(
        "Say something else of a partner from now on.",
        Does(change_partner, ChangePartner, ChangePartnerInput, PARTNERS, _PARTNER | _COMPANY),
    )
    remove_partner: PartnerResult | None = mutation(
        "End a partner's access and ours to it; what was exchanged stays.",
        Does(remove_partner, RemovePartner, RemovePartnerInput, PARTNERS, _PARTNER),
    )
    check_partner: ExchangeErrandResult | None = mutation(
        "Try a partner's system: a token, and a list. The errand tells what it found.",
        Does(check_partner, CheckPartner, CheckPartnerInput, ERRANDS, _PARTNER),
    )
    share_footprint_with_partner: PartnerResult | None = mutation(
        "Let a partner fetch footprints of your organisation, and tell its system.",
        Does(share_with_partner, SharedWithPartner, PartnerFootprintsInput, PARTNERS, _SHARED),
    )
    unshare_footprint_with_partner: PartnerResult | None = mutation(
        "Let a partner fetch these footprints no more. What it has fetched, it has.",
        Does(unshare_with_partner, SharedWithPartner, PartnerFootprintsInput, PARTNERS, _SHARED),
    )
    publish_to_partner: PartnerResult | None = mutation(
        "Tell a partner's system of footprints that are new or have changed; they are shared.",
        Does(publish_to_partner, PublishToPartner, PartnerFootprintsInput, PARTNERS, _SHARED),
    )
    fetch_footprints: ExchangeErrandResult | None = mutation(
        "Fetch what a partner shows. What is right is recorded, what is not is told as faults.",
        Does(fetch_footprints, FetchFootprints, FetchFootprintsInput, ERRANDS, _PARTNER),
    )
    request_from_partner: ExchangeEventResult | None = mutation(
        "Ask a partner for a footprint. The event tells what became of it.",
        Does(request_from_partner, RequestFromPartner, RequestFromPartnerInput, EVENTS, _PARTNER),
    )
    answer_partner: ExchangeEventResult | None = mutation(
        "Answer a partner's request that is open; it gets exactly one answer.",
        Does(
            answer_partner,
            AnswerPartner,
            AnswerPartnerInput,
            EVENTS,
            {"request": EVENTS, "footprints": FOOTPRINTS},
        ),
    )
