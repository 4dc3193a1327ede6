"""What answers the queries of webhooks: the executor that answers everything else."""

from dataclasses import dataclass, field
from datetime import date

import orjson
from graphql import OperationType, print_ast

from consortium.kernel.errors import DomainError
from consortium.kernel.principal import Principal
from consortium.webhooks.rules.hooks import WebhookQueryInvalid
from schema.errors import RequestRefused
from schema.planner.execution import Executor, Request

# The id of some row: a plan does not depend on which.
_SOME_ID = "org_1"


class SelectionFailed(DomainError):
    """The query could not be answered; the message says why."""

    code = "SELECTION_FAILED"


@dataclass(frozen=True, slots=True)
class Selecting:
    """Checks and answers queries about one id."""

    executor: Executor = field(repr=False)

    def check(self, query: str, by: Principal, today: date) -> None:
        """Refuse what is no query with the one variable `$id: ID!`. Raises WebhookQueryInvalid."""
        try:
            node = self.executor.planner.document(query).operation(None).node
            declared = [
                (one.variable.name.value, print_ast(one.type))
                for one in node.variable_definitions or ()
            ]
            if node.operation is not OperationType.QUERY or declared != [("id", "ID!")]:
                raise WebhookQueryInvalid().at("query")
            planned = self.executor.prepare(_asked(query, _SOME_ID), by, today)
        except RequestRefused as error:
            raise WebhookQueryInvalid(_told(error)).at("query") from None
        if planned is None:
            message = "A webhook's query asks for data, and not for the schema alone."
            raise WebhookQueryInvalid(message).at("query")

    async def answer(self, query: str, subject: str, by: Principal, today: date) -> bytes:
        """The JSON of `data`, within the rights of `by`. Raises SelectionFailed."""
        try:
            answer = await self.executor.run(_asked(query, subject), by, today)
        except RequestRefused as error:
            raise SelectionFailed(_told(error)) from None
        found = orjson.loads(answer)
        if "errors" in found:
            raise SelectionFailed(found["errors"][0]["message"])
        return orjson.dumps(found["data"])


def _asked(query: str, subject: str) -> Request:
    return Request(query, {"id": subject}, None, safe=True)


def _told(error: RequestRefused) -> str:
    return "; ".join(one["message"] for one in error.errors)
