"""Requests for footprints of others."""

from datetime import date
from typing import Annotated

import strawberry

from consortium.footprints.actions.requests import (
    AnswerFootprintRequest,
    RejectFootprintRequest,
    RequestFootprint,
    WithdrawFootprintRequest,
    answer_footprint_request,
    reject_footprint_request,
    request_footprint,
    withdraw_footprint_request,
)
from consortium.footprints.reads.footprints import FOOTPRINTS, PRODUCTS
from consortium.footprints.reads.requests import REQUESTS
from consortium.footprints.rules.vocabulary import RequestStatus, RequestWay
from consortium.organisations.reads import ORGANISATIONS
from schema.enums import described
from schema.filters import filter_of, order_of
from schema.footprints import Footprint
from schema.mutations import Does, Refusal, mutation
from schema.nodes import Node, extends
from schema.organisations import Organisation
from schema.paging import Connection, connection
from schema.products import Product
from schema.subscriptions import Change, rows

FootprintRequestFilter = filter_of(REQUESTS)
FootprintRequestOrder = order_of(REQUESTS)
described(
    RequestStatus,
    "What became of a request.",
    OPEN="It waits for an answer.",
    ANSWERED="A footprint answers it.",
    REJECTED="Whoever was asked will not answer, and said why.",
    WITHDRAWN="Whoever asked needs no answer any more.",
    EXPIRED="Nobody answered while answers were taken.",
)
described(
    RequestWay,
    "How somebody is asked.",
    MEMBER="Here, as an organisation of the consortium.",
    PARTNER="By their own system, which speaks PACT.",
    QUESTIONNAIRE="By a questionnaire behind a link that was mailed.",
)


@strawberry.type(
    description="A request for a product's footprint. Seen by who asks and who is asked."
)
class FootprintRequest(Node):
    way: RequestWay = strawberry.field(description="How they are asked.")
    status: RequestStatus = strawberry.field(description="What became of it, as of today.")
    product_name: str = strawberry.field(description="The product, as who asks calls it.")
    product_ids: list[str] = strawberry.field(description="URNs of the product.")
    comment: str | None = strawberry.field(description="What was written with it.")
    asked_email: str | None = strawberry.field(description="Whom a questionnaire was mailed to.")
    asked_on: date = strawberry.field(description="When it was made.")
    due_on: date = strawberry.field(description="By when an answer is asked for.")
    expires_on: date = strawberry.field(description="The last day on which an answer is taken.")
    ended_on: date | None = strawberry.field(
        description="When it was answered, rejected or withdrawn."
    )
    ended_because: str | None = strawberry.field(description="Why it was rejected.")
    version: int = strawberry.field(description="Grows with each change.")
    organisation: Organisation = strawberry.field(description="Who asks.")
    asked: Organisation | None = strawberry.field(
        description="Who is asked, if an organisation of the consortium is."
    )
    product: Product | None = strawberry.field(description="Who asks keeps this record of it.")
    footprint: Footprint | None = strawberry.field(description="The answer.")


@extends(Product)
class ProductRequests:
    requests: Connection[FootprintRequest] = connection(
        "Requests for its footprint that you may see.",
        FootprintRequestFilter,
        FootprintRequestOrder,
    )


@strawberry.type
class FootprintRequestsQuery:
    footprint_requests: Connection[FootprintRequest] = connection(
        "Requests that your organisation made or was asked with, as they were made.",
        FootprintRequestFilter,
        FootprintRequestOrder,
    )


@strawberry.type
class FootprintRequestsSubscription:
    footprint_request_changed: Change[FootprintRequest] = rows(
        REQUESTS, "A request for a footprint was made, answered or ended."
    )


@strawberry.input(
    description="Which product's footprint is wanted, from whom: an organisation of the consortium,"
    " or a mail address, to which the link of a questionnaire is sent."
)
class RequestFootprintInput:
    product: strawberry.ID | None = strawberry.field(
        description="The product, if you see a record of it.", default=strawberry.UNSET
    )
    product_name: str | None = strawberry.field(
        description="Its name, for whoever is asked; needed where there is no record.",
        default=strawberry.UNSET,
    )
    identifiers: list[str] | None = strawberry.field(
        description="URNs of it, beside those on record.", default=strawberry.UNSET
    )
    organisation: strawberry.ID | None = strawberry.field(
        description="The organisation that is asked.", default=strawberry.UNSET
    )
    email: str | None = strawberry.field(
        description="The address of whoever is asked by a questionnaire.",
        default=strawberry.UNSET,
    )
    due_on: date | None = strawberry.field(
        description="By when, within a year; 30 days from today unless told.",
        default=strawberry.UNSET,
    )
    comment: str | None = strawberry.field(
        description="What you write with it.", default=strawberry.UNSET
    )


@strawberry.input(description="A footprint of yours that answers a request.")
class AnswerFootprintRequestInput:
    request: strawberry.ID = strawberry.field(description="Which request.")
    version: int = strawberry.field(description="The version that you saw.")
    footprint: strawberry.ID = strawberry.field(
        description="The footprint; whoever asked sees it from then on."
    )


@strawberry.input(description="A request that you will not answer.")
class RejectFootprintRequestInput:
    request: strawberry.ID = strawberry.field(description="Which request.")
    version: int = strawberry.field(description="The version that you saw.")
    reason: str = strawberry.field(description="Why, for whoever asked.")


@strawberry.input(description="A request of yours that needs no answer any more.")
class WithdrawFootprintRequestInput:
    request: strawberry.ID = strawberry.field(description="Which request.")
    version: int = strawberry.field(description="The version that you saw.")


FootprintRequestResult = Annotated[
    FootprintRequest | Refusal,
    strawberry.union("FootprintRequestResult", description="The request, or why nothing was done."),
]
_WHICH = {"request": REQUESTS}


@strawberry.type
class FootprintRequestsMutation:
    request_footprint: FootprintRequestResult | None = mutation(
        "Ask an organisation, or somebody by mail, for a product's footprint.",
        Does(
            request_footprint,
            RequestFootprint,
            RequestFootprintInput,
            REQUESTS,
            {"product": PRODUCTS, "organisation": ORGANISATIONS},
        ),
    )
    answer_footprint_request: FootprintRequestResult | None = mutation(
        "Answer a request with a footprint of yours, which is shared so.",
        Does(
            answer_footprint_request,
            AnswerFootprintRequest,
            AnswerFootprintRequestInput,
            REQUESTS,
            _WHICH | {"footprint": FOOTPRINTS},
        ),
    )
    reject_footprint_request: FootprintRequestResult | None = mutation(
        "Say why you will not answer a request.",
        Does(
            reject_footprint_request,
            RejectFootprintRequest,
            RejectFootprintRequestInput,
            REQUESTS,
            _WHICH,
        ),
    )
    withdraw_footprint_request: FootprintRequestResult | None = mutation(
        "Take back a request; the link of a questionnaire works no more.",
        Does(
            withdraw_footprint_request,
            WithdrawFootprintRequest,
            WithdrawFootprintRequestInput,
            REQUESTS,
            _WHICH,
        ),
    )
