"""What the doors beside GraphQL share: who asks, and failures told as JSON."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import ClassVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from consortium.identity.oauth.bearer import Authenticator, KeyUnknown, challenge
from consortium.identity.oauth.errors import TokenInvalid
from consortium.identity.oauth.server import Addresses
from consortium.kernel.errors import DomainError
from consortium.kernel.principal import Principal
from consortium.storage.database import Database
from consortium.web.answers import errors_body
from consortium.web.failures import database_down, masked
from schema.errors import RequestRefused, plain

# Of files: to be saved, and never shown in place.
SAFE = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "referrer-policy": "no-referrer",
    "cache-control": "private, no-store",
}
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A set of addresses; an error's status is 400 unless `statuses` says otherwise."""

    statuses: ClassVar[Mapping[type[DomainError], int]] = {}

    database: Database
    authenticator: Authenticator
    addresses: Addresses

    async def principal(self, request: Request) -> Principal:
        """Who asks, by the token in the header. Raises TokenInvalid."""
        header = request.headers.get("authorization")
        given = None if header is None else header.encode("latin-1")
        try:
            return self.authenticator.principal(given)
        except KeyUnknown:
            await self.authenticator.read_keys_again()
            return self.authenticator.principal(given)

    def told(self, work: Endpoint) -> Endpoint:
        """The work, whose failures are told as JSON."""

        async def endpoint(request: Request) -> Response:
            try:
                with self.database.active():
                    return await work(request)
            except TokenInvalid as error:
                answer = _refusal(error.status, error)
                answer.headers["www-authenticate"] = challenge(error, self.addresses)
                return answer
            except DomainError as error:
                return _refusal(self.statuses.get(type(error), 400), error)
            except ClientDisconnect:
                return Response(status_code=400)
            except Exception as error:  # noqa: BLE001  every failure is told as JSON
                return _failure(error)

        return endpoint


def file_name(request: Request) -> str | None:
    """The name in `Content-Disposition` (RFC 6266), encoded or plain."""
    message = Message()
    message["content-disposition"] = request.headers.get("content-disposition", "")
    return message.get_filename()


async def parts(request: Request) -> AsyncGenerator[bytes]:
    """The body as it arrives."""
    async for part in request.stream():
        if part:
            yield part


def json_answer(status: int, body: bytes) -> Response:
    """An answer that is not kept by anyone on the way."""
    return Response(body, status, {**SAFE, "cache-control": "no-store"}, "application/json")


def _failure(error: Exception) -> Response:
    if isinstance(error, RequestRefused):
        return json_answer(400, errors_body(error.errors))
    if database_down(error):
        message = "The database does not answer; try again in a moment."
        return json_answer(503, errors_body([plain("DATABASE_UNAVAILABLE", message)]))
    return json_answer(500, errors_body([plain("INTERNAL_ERROR", masked(error))]))


def _refusal(status: int, error: DomainError) -> Response:
    answer = json_answer(status, errors_body([plain(error.code, error.message)]))
    # What of the body was not read must not be taken for the next request.
    answer.headers["connection"] = "close"
    return answer
