"""Errors as GraphQL tells them: a stable `extensions.code`, what is wrong, what would be right."""

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError, Node

from consortium.kernel.errors import DomainError

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
BAD_VARIABLES = "BAD_VARIABLES"
OPERATION_NOT_FOUND = "OPERATION_NOT_FOUND"
OPERATION_NOT_SUPPORTED = "OPERATION_NOT_SUPPORTED"
INTROSPECTION_DENIED = "INTROSPECTION_DENIED"
DOCUMENT_NOT_TRUSTED = "DOCUMENT_NOT_TRUSTED"
PERSISTED_DOCUMENT_NOT_FOUND = "PERSISTED_DOCUMENT_NOT_FOUND"
# As Apollo's protocol spells them.
PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
PERSISTED_QUERY_HASH_MISMATCH = "PERSISTED_QUERY_HASH_MISMATCH"

_MESSAGE_MAX = 1_000

# What each code means that is no DomainError's.
EXPLAINED = {
    PARSE_FAILED: "The document is not GraphQL; the location says where.",
    VALIDATION_FAILED: "The document does not fit the schema.",
    BAD_VARIABLES: "A variable is missing or of another type than the operation declares.",
    OPERATION_NOT_FOUND: "The document does not hold one operation of that name.",
    INTROSPECTION_DENIED: "This server tells you nothing of its schema.",
    DOCUMENT_NOT_TRUSTED: "This server runs documents that were registered before; this was not.",
    PERSISTED_DOCUMENT_NOT_FOUND: "No document of this `documentId` is registered.",
    PERSISTED_QUERY_NOT_FOUND: "The server does not know this hash: send the query with it.",
    PERSISTED_QUERY_HASH_MISMATCH: "The hash is not the SHA-256 of the query beside it.",
    "SERVER_STOPPING": "The server stops; another one, or the same, answers in a moment.",
    "SUBSCRIBER_TOO_SLOW": "Too many answers waited to be read; subscribe again.",
    "SUBSCRIPTION_INTERRUPTED": "The database was away too long to tell what changed meanwhile.",
    OPERATION_NOT_SUPPORTED: "A subscription is no single answer: it comes over a stream.",
}


class RequestRefused(Exception):
    """The operation was not run: it cannot be read, or asks for what cannot be given."""

    def __init__(self, errors: Sequence[dict[str, Any]]) -> None:
        super().__init__("; ".join(error["message"] for error in errors))
        self.errors = list(errors)


def refused(error: GraphQLError, code: str) -> dict[str, Any]:
    """The error's JSON with a code; a DomainError behind it brings its own."""
    behind = error.original_error
    told: dict[str, Any] = {**error.formatted}
    # A message may repeat what was sent, which can be long.
    told["message"] = told["message"][:_MESSAGE_MAX]
    if isinstance(behind, DomainError):
        code = behind.code
    return {**told, "extensions": {"code": code, **(error.extensions or {})}}


def located(error: DomainError, node: Node, path: list[str | int]) -> RequestRefused:
    """A domain error at a field of the document."""
    told = GraphQLError(error.message, nodes=node, path=path, original_error=error)
    return RequestRefused([refused(told, error.code)])


def plain(code: str, message: str) -> dict[str, Any]:
    """An error that has no place in a document."""
    return {"message": message, "extensions": {"code": code}}
