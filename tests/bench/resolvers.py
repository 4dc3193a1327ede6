"""The same operations as most servers run them: an executor, resolvers, data loaders, models.

Strawberry's schema with resolvers on the fields that the bench asks for. Every relation is loaded
once per request and level, in one statement for all parents. Documents are parsed and validated
once.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from graphql import DocumentNode, ExecutionResult, GraphQLObjectType, execute, parse, validate
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consortium.avoided.models import AvoidedStanding
from consortium.avoided.rules.vocabulary import Dimension, LeftOutReason
from consortium.organisations.models import Organisation
from consortium.storage.database import Database
from consortium.value_chains.models import ValueChain
from schema.root import GRAPHQL_SCHEMA
from tests.bench import loaders, sums
from tests.bench.loaders import Loaders, tonnes, trimmed

Info = Any
Resolver = Callable[..., Any]

RESOLVERS: dict[str, Resolver] = {}


def resolves(name: str) -> Callable[[Resolver], Resolver]:
    """Make the function the resolver of `Type.field`."""

    def register(resolver: Resolver) -> Resolver:
        RESOLVERS[name] = resolver
        return resolver

    return register


def _global_id(prefix: str) -> Resolver:
    return lambda row, _info: f"{prefix}_{row.id}"


RESOLVERS |= {
    "Organisation.id": _global_id("org"),
    "Claim.id": _global_id("claim"),
    "Initiative.id": _global_id("initiative"),
    "ValueChain.id": _global_id("chain"),
    "ValueChainStage.id": _global_id("stage"),
    "Organisation.notes": lambda row, _info: row.notes or None,
    "Organisation.revenue": lambda row, _info: None if row.revenue_amount is None else row,
    "Money.amount": lambda row, _info: trimmed(row.revenue_amount),
    "Money.currency": lambda row, _info: row.revenue_currency,
    "Money.year": lambda row, _info: row.revenue_year,
    "Claim.quantity": lambda row, _info: row,
    "Claim.asPublished": lambda row, _info: row.as_published or None,
    "Claim.source": lambda row, info: loaded(info).citations.load(row.citation_id),
    "Quantity.value": lambda row, _info, unit: tonnes(row.value_kg_co2e, unit),
    "Quantity.low": lambda row, _info, unit: tonnes(row.low_kg_co2e, unit),
    "Quantity.high": lambda row, _info, unit: tonnes(row.high_kg_co2e, unit),
    "ValueChainParticipant.role": lambda row, _info: row.role or None,
}


def loaded(info: Info) -> Loaders:
    """The request's loaders."""
    context: Loaders = info.context
    return context


def key(global_id: str) -> int:
    """The number in a global id."""
    return int(global_id.rpartition("_")[2])


@resolves("Query.organisation")
async def _organisation(_root: None, _info: Info, *, id: str) -> Organisation | None:  # noqa: A002
    return await Organisation.get_or_none(id=key(id))


@resolves("Query.members")
async def _members(_root: None, _info: Info, *, first: int, where: Any) -> dict[str, Any]:
    return {"nodes": await loaders.members(first, where["employees"]["gte"])}


@resolves("Query.claims")
async def _claims(_root: None, _info: Info, *, first: int, where: Any, **_: Any) -> dict[str, Any]:
    return {"nodes": await loaders.claims(key(where["organisation"]["id"]["eq"]), first)}


@resolves("Query.valueChain")
async def _value_chain(_root: None, _info: Info, *, id: str) -> ValueChain | None:  # noqa: A002
    return await ValueChain.get_or_none(id=key(id))


@resolves("Organisation.claims")
async def _claims_of(row: Organisation, info: Info, *, first: int) -> dict[str, Any]:
    return {"nodes": await loaded(info).first_claims.load((row.id, first))}


@resolves("Organisation.initiatives")
async def _initiatives_of(row: Organisation, info: Info, *, first: int = 20) -> dict[str, Any]:
    return {"nodes": await loaded(info).first_participations.load((row.id, first))}


RESOLVERS |= {
    "InitiativeParticipant.initiative": (
        lambda row, info: loaded(info).initiatives.load(row.initiative_id)
    ),
    "ValueChain.endStages": lambda row, info: loaded(info).end_stages.load(row.id),
    "ValueChainStage.upstream": lambda row, info: loaded(info).upstream.load(row.id),
    "ValueChainStage.participants": lambda row, info: loaded(info).stage_participants.load(row.id),
    "ValueChainParticipant.organisation": (
        lambda row, info: loaded(info).organisations.load(row.organisation_id)
    ),
    "AvoidedEmissions.groups": lambda question, _info: sums.groups(question),
    "Contribution.claim": lambda row, info: loaded(info).claims.load(row.claim_id),
    "Contribution.counted": lambda row, _info: row,
    "LeftOut.claim": lambda row, info: loaded(info).claims.load(row.claim_id),
}


@resolves("Query.avoidedEmissions")
def _avoided(_root: None, _info: Info, *, where: Any, groupBy: Any) -> sums.Question:  # noqa: N803
    name = where.get("member", {}).get("name", {}).get("eq")
    return sums.Question(where["kind"]["eq"], tuple(str(one) for one in groupBy), name)


def _edges(rows: list[Any]) -> dict[str, Any]:
    return {"edges": [{"node": row} for row in rows]}


@resolves("AvoidedEmissionsGroup.contributions")
async def _contributions(group: sums.Group, info: Info, *, first: int) -> dict[str, Any]:
    return _edges(await loaded(info).contributions.load((*group.place, first)))


@resolves("AvoidedEmissionsGroup.leftOut")
async def _left_out(group: sums.Group, info: Info, *, first: int) -> dict[str, Any]:
    return _edges(await loaded(info).left_out.load((*group.place, first)))


@resolves("LeftOut.reason")
async def _reason(row: AvoidedStanding, info: Info) -> LeftOutReason:
    own: LeftOutReason | None = row.reason
    if own is not None:
        return own
    divided = row.divides & (Dimension.YEAR | Dimension.MEMBER)
    if row.view == 1 and divided:
        return LeftOutReason.COUNTED_BY_PARTS
    if row.view == 2 and not divided:
        return LeftOutReason.PART_OF_TOTAL
    if not await loaded(info).are_members.load(row.organisation_id):
        return LeftOutReason.NOT_A_MEMBER
    return LeftOutReason.SUBSIDIARY_OF_COUNTED_PARENT


def _attach() -> None:
    """Put the resolvers on the schema's types; connections and edges are dictionaries."""
    for kind in GRAPHQL_SCHEMA.type_map.values():
        if not isinstance(kind, GraphQLObjectType):
            continue
        # Strawberry's own check wants instances of its types.
        kind.is_type_of = None
        for name, field in kind.fields.items():
            if kind.name.endswith(("Connection", "Edge")):
                field.resolve = lambda row, _info, name=name: row[name]
            elif f"{kind.name}.{name}" in RESOLVERS:
                field.resolve = RESOLVERS[f"{kind.name}.{name}"]


def resolvers(database: Database) -> Starlette:
    """The server, at `/graphql`."""
    _attach()
    documents: dict[str, DocumentNode] = {}

    def document(text: str) -> DocumentNode:
        if text not in documents:
            node = parse(text)
            errors = validate(GRAPHQL_SCHEMA, node)
            if errors:
                raise errors[0]
            documents[text] = node
        return documents[text]

    async def answer(request: Request) -> Response:
        given = orjson.loads(await request.body())
        with database.active():
            result = execute(
                GRAPHQL_SCHEMA,
                document(given["query"]),
                context_value=Loaders(),
                variable_values=given["variables"],
            )
            if isinstance(result, Awaitable):
                result = await result
        assert isinstance(result, ExecutionResult)
        if result.errors:
            raise result.errors[0]
        return Response(orjson.dumps({"data": result.data}), media_type="application/json")

    return Starlette(routes=[Route("/graphql", answer, methods=["POST"])])
