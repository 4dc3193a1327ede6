"""The schema is told to those who may know it, and to others by no word."""

from typing import Literal

import pytest

from consortium.identity.rules.roles import Role
from consortium.kernel.principal import ANONYMOUS
from consortium.storage.database import Database
from consortium.web.app import MAY_INTROSPECT
from schema.errors import BAD_VARIABLES, EXPLAINED, VALIDATION_FAILED
from tests.asking import principal
from tests.served import Api, served

ASKED = "{ __schema { queryType { name } } }"
# What tools send that guess a schema from errors: near misses of fields, arguments, types, values.
GUESSES = (
    "{ organisation }",
    "{ organisations }",
    "{ organisation { namex } }",
    "{ organisationz { id } }",
    "{ organisations(firstly: 1) { totalCount } }",
    '{ organisations(first: "x") { totalCount } }',
    "{ organisations(where: {namex: {eq: 1}}) { totalCount } }",
    "{ organisations(where: {name: {equal: 1}}) { totalCount } }",
    "{ organisations(orderBy: [{field: NAMEX}]) { totalCount } }",
    "{ node { id } }",
    "{ node(id: 1) { ... on Organisatio { id } } }",
    "{ node(id: 1) { ... on String { id } } }",
    "query ($f: OrganisationFilte) { organisations(where: $f) { totalCount } }",
    "mutation { setClaimVisibilit { __typename } }",
    "mutation { setClaimVisibility(input: {}) { __typename } }",
    "subscription { x }",
)
WHERE = "query ($w: OrganisationFilter) { organisations(where: $w) { totalCount } }"


async def messages(api: Api) -> list[str]:
    """What is told of the guesses."""
    answers = [(await api.post(one)).json() for one in GUESSES]
    answers.append((await api.post(WHERE, {"w": {"namex": {"eq": "x"}}})).json())
    answers.append((await api.post(WHERE, {"w": {"name": {"eqq": "x"}}})).json())
    assert all("data" not in one for one in answers)
    return [error["message"] for one in answers for error in one["errors"]]


async def test_errors_teach_nothing_to_whoever_may_not_introspect(database: Database) -> None:
    """Not a word but that it does not fit: no suggestion, no name, no place."""
    async with served(database, introspection="nobody") as api:
        told = await messages(api)
        asked = (await api.post(ASKED)).json()["errors"][0]
        text = await api.http.get("/schema.graphql")

    assert set(told) == {EXPLAINED[VALIDATION_FAILED], EXPLAINED[BAD_VARIABLES]}
    assert asked["extensions"]["code"] == "INTROSPECTION_DENIED"
    assert text.status_code == 403


async def test_errors_help_whoever_may(database: Database) -> None:
    """Everybody, unless the setting says otherwise: the platform is open."""
    async with served(database) as api:
        told = await messages(api)
        asked = await api.data(ASKED)

    assert "Did you mean" in " ".join(told)
    assert asked == {"__schema": {"queryType": {"name": "Query"}}}


@pytest.mark.parametrize("setting", ["everyone", "signed-in", "nobody"])
def test_the_setting_says_who(setting: Literal["everyone", "signed-in", "nobody"]) -> None:
    """Anyone, whoever has a token, or none at all."""
    person = principal(Role.VIEWER, organisation=1, account=1)
    may = MAY_INTROSPECT[setting]
    assert (may(ANONYMOUS), may(person)) == (setting == "everyone", setting != "nobody")
