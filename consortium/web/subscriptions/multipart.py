"""Parts of one answer over HTTP: `multipart/mixed` with `subscriptionSpec=1.0`.

As https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol
describes it. The boundary follows each part at once, so that a reader need not wait for the next.
"""

from dataclasses import dataclass
from typing import Any

import orjson

from consortium.web.subscriptions.outbox import Ending, Outbox

_PART = "\r\ncontent-type: application/json\r\n\r\n{}\r\n--graphql"


class Multipart:
    """Its frames."""

    media_type = b'multipart/mixed; boundary="graphql"; subscriptionSpec="1.0"'
    opening = "\r\n--graphql"
    heartbeat = _PART.format("{}")
    closing = "--\r\n"

    def ended(self, ending: Ending) -> str:
        """A failure of the connection, not of an answer."""
        return _failed(ending.errors) + self.closing


def _failed(errors: list[dict[str, Any]]) -> str:
    return _part(f'{{"payload":null,"errors":{orjson.dumps(errors).decode()}}}')


def _part(body: str) -> str:
    return _PART.replace("{}", body)


@dataclass(slots=True, eq=False)
class MultipartSubscriber:
    """The one operation of an answer."""

    outbox: Outbox

    def next(self, payload: str) -> None:
        """An answer."""
        self.outbox.put(_part(f'{{"payload":{payload}}}'))

    def fail(self, errors: list[dict[str, Any]]) -> None:
        """No more comes, and why."""
        self.outbox.put(_failed(errors))
        self.outbox.end()

    def complete(self) -> None:
        """No more comes."""
        self.outbox.end()
