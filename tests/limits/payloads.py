"""Requests that are meant to harm: each with what must be said to it.

`code` is the code of the answer's error; none where the request is harmless once it is bounded, and
is answered. What is sent is made when it is needed.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import get_introspection_query


@dataclass(frozen=True)
class Payload:
    """One request."""

    name: str
    body: Callable[[], bytes]
    code: str | None


def _asked(query: str, variables: Any = None, **more: Any) -> bytes:
    return json.dumps({"query": query, "variables": variables, **more}).encode()


def _payload(name: str, code: str | None, make: Callable[[], str | tuple[str, Any]]) -> Payload:
    def body() -> bytes:
        made = make()
        return _asked(made) if isinstance(made, str) else _asked(*made)

    return Payload(name, body, code)


def _raw(name: str, code: str | None, make: Callable[[], bytes]) -> Payload:
    return Payload(name, make, code)


def _nested(before: str, after: str, depth: int, inside: str) -> str:
    return before * depth + inside + after * depth


def _fragments(count: int, body: Callable[[int], str], root: str = "{ ...F0 }") -> str:
    defined = " ".join(f"fragment F{n} on Query {{ {body(n)} }}" for n in range(count))
    return f"{root} {defined}"


def _doubling(levels: int) -> str:
    """Each fragment asks twice for the next: 2 ** levels fields."""
    parts = " ".join(
        f"fragment F{n} on Claim {{ a: partOf {{ ...F{n + 1} }} b: partOf {{ ...F{n + 1} }} }}"
        for n in range(levels)
    )
    return f"{{ claims {{ nodes {{ ...F0 }} }} }} {parts} fragment F{levels} on Claim {{ id }}"


def _filter(depth: int, **leaf: Any) -> Any:
    where: dict[str, Any] = leaf
    for _ in range(depth):
        where = {"not": where}
    return where


_WHERE = "query ($w: OrganisationFilter) { organisations(where: $w) { totalCount } }"
_IDS = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename } }"
_SEARCH = "query ($q: String!) { search(query: $q) { totalCount } }"
_CLAIMS = "claims(first: 1000) { nodes { organisation { name } partOf { id category year } } }"

PAYLOADS = (
    # The document as text.
    _payload("a long document", "QUERY_TOO_LONG", lambda: "{ __typename }" + " " * 200_000),
    _payload("a long comment", "QUERY_TOO_LONG", lambda: "{ __typename } #" + "x" * 200_000),
    _payload("many comments", "TOKENS_TOO_MANY", lambda: "#\n" * 40_000 + "{ __typename }"),
    _payload("many tokens", "TOKENS_TOO_MANY", lambda: "{" + "a " * 40_000 + "}"),
    _payload("many commas", None, lambda: "{ __typename" + "," * 90_000 + "}"),
    _payload("deep braces", "GRAPHQL_PARSE_FAILED", lambda: "{a" * 1_500),
    _payload(
        "a deep list",
        "GRAPHQL_PARSE_FAILED",
        lambda: f"{{ a(b: {_nested('[', ']', 1_500, '1')}) }}",
    ),
    _payload(
        "a deep object",
        "GRAPHQL_PARSE_FAILED",
        lambda: f"{{ a(b: {_nested('{c: ', '}', 1_500, '1')}) }}",
    ),
    _payload(
        "a string that does not end", "GRAPHQL_PARSE_FAILED", lambda: '{ a(b: "' + "x" * 90_000
    ),
    _payload("NUL in the document", "GRAPHQL_PARSE_FAILED", lambda: "{ __type\0name }"),
    _payload("a name in another script", "GRAPHQL_PARSE_FAILED", lambda: "{ \uff54ype }"),
    _payload(
        "an integer of 90,000 digits",
        "GRAPHQL_VALIDATION_FAILED",
        lambda: "{ organisations(first: " + "9" * 90_000 + ") { totalCount } }",
    ),
    # What the document opens to.
    _payload(
        "nested deeply",
        "OPERATION_TOO_DEEP",
        lambda: f"{{ claims {{ nodes {_nested('{ partOf ', ' }', 40, '{ id }')} }} }}",
    ),
    _payload(
        "nested in fragments without a field",
        "OPERATION_TOO_DEEP",
        lambda: _fragments(100, lambda n: "... { " * 12 + f"...F{n + 1} " + "}" * 12),
    ),
    _payload("fragments that double", "FIELDS_TOO_MANY", lambda: _doubling(20)),
    _payload(
        "a wide fragment, many times over",
        "FIELDS_TOO_MANY",
        lambda: (
            "{ "
            + " ".join(f"a{n}: claims {{ nodes {{ ...F }} }}" for n in range(60))
            + " } fragment F on Claim { "
            + " ".join(f"f{n}: category" for n in range(100))
            + " }"
        ),
    ),
    _payload(
        "fields that repeat on every level",
        "GRAPHQL_VALIDATION_FAILED",
        lambda: "{ " + "claims { nodes { id id id } nodes { id id id } } " * 50 + "}",
    ),
    _payload(
        "a field a thousand times over",
        "GRAPHQL_VALIDATION_FAILED",
        lambda: "{ claims(first: 1) { nodes { " + "category " * 1_000 + "} } }",
    ),
    _payload(
        "conflicting arguments hundreds of times",
        "GRAPHQL_VALIDATION_FAILED",
        lambda: "{ " + " ".join(f"claims(first: {n}) {{ totalCount }}" for n in range(450)) + " }",
    ),
    _payload(
        "many aliases of one expensive field",
        "ALIASES_TOO_MANY",
        lambda: "{ " + " ".join(f"a{n}: claims {{ totalCount }}" for n in range(501)) + " }",
    ),
    _payload(
        "many root fields",
        "ROOT_FIELDS_TOO_MANY",
        lambda: "{ " + " ".join(f"a{n}: claims {{ totalCount }}" for n in range(101)) + " }",
    ),
    _payload(
        "a fragment that spreads itself",
        "GRAPHQL_VALIDATION_FAILED",
        lambda: _fragments(1, lambda _: "__typename ...F0"),
    ),
    _payload(
        "a ring of fragments",
        "GRAPHQL_VALIDATION_FAILED",
        lambda: _fragments(150, lambda n: f"__typename ...F{(n + 1) % 150}"),
    ),
    _payload(
        "many fragments",
        "DEFINITIONS_TOO_MANY",
        lambda: _fragments(250, lambda n: f"...F{n + 1}"),
    ),
    _payload(
        "fragments that all spread each other",
        "GRAPHQL_VALIDATION_FAILED",
        lambda: _fragments(45, lambda _: " ".join(f"...F{m}" for m in range(45))),
    ),
    _payload(
        "many operations",
        "DEFINITIONS_TOO_MANY",
        lambda: " ".join(f"query Q{n} {{ __typename }}" for n in range(1_000)),
    ),
    _payload(
        "a directive hundreds of times",
        "DIRECTIVES_TOO_MANY",
        lambda: "{ __typename " + "@include(if: true) " * 300 + "}",
    ),
    _payload(
        "unknown directives",
        "GRAPHQL_VALIDATION_FAILED",
        lambda: "{ __typename " + "@nope " * 200 + "}",
    ),
    _payload(
        "many unknown fields",
        "GRAPHQL_VALIDATION_FAILED",
        lambda: "{ " + " ".join(f"organisation{n}" for n in range(99)) + " }",
    ),
    _payload(
        "a field thirty times over",
        None,
        lambda: "{ claims(first: 1) { nodes { " + "category " * 30 + "} } }",
    ),
    # What the schema tells of itself.
    _payload(
        "a bomb of introspection",
        "GRAPHQL_VALIDATION_FAILED",
        lambda: (
            "{ __schema { types { fields { type { fields { type { fields { type { name }"
            " } } } } } } } }"
        ),
    ),
    _payload(
        "introspection many times over",
        "COST_TOO_HIGH",
        lambda: (
            "{ "
            + " ".join(
                f"s{n}: __schema {{ types {{ fields {{ name args {{ name description }}"
                " type { name kind ofType { name kind } } } inputFields { name } } }"
                for n in range(99)
            )
            + " }"
        ),
    ),
    _payload("the whole introspection", None, get_introspection_query),
    # Cost.
    _payload(
        "pages within pages",
        "COST_TOO_HIGH",
        lambda: "{ organisations(first: 1000) { nodes { claims(first: 1000) { nodes { id } } } } }",
    ),
    _payload(
        "thousands of rows, many times",
        "COST_TOO_HIGH",
        lambda: "{ " + " ".join(f"a{n}: {_CLAIMS}" for n in range(99)) + " }",
    ),
    _payload(
        "a negative page", "PAGE_SIZE_INVALID", lambda: "{ claims(first: -1) { nodes { id } } }"
    ),
    _payload(
        "a page of all", "PAGE_SIZE_INVALID", lambda: "{ claims(first: 100000) { nodes { id } } }"
    ),
    # Variables.
    _payload(
        "hundreds of variables",
        "VARIABLES_TOO_MANY",
        lambda: "query (" + " ".join(f"$a{n}: Int" for n in range(300)) + ") { __typename }",
    ),
    _payload(
        "variables nested deeply",
        "VARIABLES_TOO_DEEP",
        lambda: (_WHERE, {"w": _filter(400, name={"eq": "x"})}),
    ),
    _payload(
        "a filter nested deeply",
        "BAD_USER_INPUT",
        lambda: (_WHERE, {"w": _filter(50, name={"eq": "x"})}),
    ),
    _payload(
        "a wide filter",
        "LIST_TOO_LONG",
        lambda: (_WHERE, {"w": {"or": [{"name": {"eq": "x"}}] * 5_000}}),
    ),
    _payload(
        "lists within lists of ids",
        "BAD_VARIABLES",
        lambda: (_IDS, {"ids": [[["org_1"]] * 50] * 50}),
    ),
    _payload("many ids", "LIST_TOO_LONG", lambda: (_IDS, {"ids": ["org_1"] * 5_000})),
    _payload("a million values", "VARIABLES_TOO_MANY", lambda: (_IDS, {"ids": [1] * 300_000})),
    _payload(
        "values that no operation asked for",
        "VARIABLES_TOO_MANY",
        lambda: ("{ __typename }", {"x": [[]] * 50_000}),
    ),
    _payload("a long id", "ID_INVALID", lambda: (_IDS, {"ids": ["x" * 900_000]})),
    _payload(
        "a huge number",
        "BAD_VARIABLES",
        lambda: ("query ($n: Int!) { claims(first: $n) { totalCount } }", {"n": 10**300}),
    ),
    _payload("a long search", "BAD_USER_INPUT", lambda: (_SEARCH, {"q": "é" * 100_000})),
    _payload("a search of signs", None, lambda: (_SEARCH, {"q": "(a+)+$ '\\:*&|!<->" * 10})),
    _payload("a search for NUL", "BAD_USER_INPUT", lambda: (_SEARCH, {"q": "\0"})),
    _payload("half a character", None, lambda: (_SEARCH, {"q": "é\u200d\u202e\ufeff"})),
    # The body.
    _raw("deep JSON", "VARIABLES_TOO_MANY", lambda: b'{"query": ' + b"[" * 100_000),
    _raw("no UTF-8", "BAD_REQUEST", lambda: b'{"query": "\xff\xfe"}'),
    _raw("a lonely surrogate", "BAD_REQUEST", lambda: b'{"query": "\\ud800"}'),
    _raw(
        "many commas in JSON",
        "VARIABLES_TOO_MANY",
        lambda: b'{"query": "x", "variables": {"a": [' + b"1," * 400_000 + b"1]}}",
    ),
    _raw("keys twice", None, lambda: b'{"query": "{ nope }", "query": "{ __typename }"}'),
    _raw(
        "unknown keys", None, lambda: _asked("{ __typename }", **{f"k{n}": n for n in range(5_000)})
    ),
    _raw(
        "a list of requests",
        "BATCHING_NOT_SUPPORTED",
        lambda: b"[" + b'{"query":"{__typename}"},' * 1_000 + b"0]",
    ),
    _raw(
        "a long operation's name",
        "OPERATION_NOT_FOUND",
        lambda: _asked("query A { __typename }", operationName="x" * 900_000),
    ),
    _raw("a body too large", "BODY_TOO_LARGE", lambda: b" " * 3_000_000),
)
