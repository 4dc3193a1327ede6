"""Requests with files: the GraphQL multipart request specification, of Jayden Seric.

A form has `operations` (the request as JSON, with null where a file goes), `map` (which file goes
where), and the files behind them. Browsers send forms anywhere without asking first, so a header is
asked for that they do not send unasked.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import orjson
from starlette.datastructures import FormData, UploadFile
from starlette.datastructures import Headers as FormHeaders
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.types import Receive

from consortium.kernel.errors import DomainError
from consortium.kernel.principal import Principal
from consortium.storage.files import Files, FileTooLarge, SentFile
from consortium.web.requests import Headers, Intake, parse_json
from schema.planner.execution import Request

MULTIPART = b"multipart/form-data"
# A page of another origin cannot send these without the browser asking first (Fetch, 3.2.2).
GUARDS = (b"graphql-require-preflight", b"apollo-require-preflight", b"x-requested-with")
_CHUNK = 1 << 16
# Of the form around its files: boundaries, names.
_FORM_BYTES = 65_536
# How many times the limit is read of a form that is too large.
_DRAINED = 4


class UploadInvalid(DomainError):
    """The form is no GraphQL request with files; the message says why."""

    code = "UPLOAD_INVALID"


@dataclass(frozen=True, slots=True)
class Uploads:
    """Takes requests with files in, so many of so many bytes together."""

    intake: Intake
    files: Files
    bytes_max: int
    files_max: int

    @asynccontextmanager
    async def request(
        self, headers: Headers, receive: Receive, by: Principal
    ) -> AsyncGenerator[Request]:
        """The request; its files are gone at the end unless they were kept.

        Raises:
            RequestRefused, UploadInvalid: it cannot be read.
            FileTooLarge, StorageFull, FileUnusable: a file cannot be taken.
        """
        if by.account_id is None and by.client_id is None:
            raise UploadInvalid("Whoever sends files has a token.")
        if not any(guard in headers for guard in GUARDS):
            raise UploadInvalid("Send the header `graphql-require-preflight: 1` with files.")
        async with AsyncExitStack() as stack:
            form = await self._form(headers, receive)
            stack.push_async_callback(form.close)
            files = [one for one in form.values() if isinstance(one, UploadFile)]
            if sum(one.size or 0 for one in files) > self.bytes_max:
                raise self._too_large()
            request = parse_json(_text(form, "operations").encode(), self.intake.limits)
            places = _places(form)
            for name, paths in places.items():
                sent = await stack.enter_async_context(self._received(form.get(name), name))
                for path in paths:
                    _put(request.variables, path, sent)
            yield request._replace(size=max(request.size, _CHUNK))

    async def _form(self, headers: Headers, receive: Receive) -> FormData:
        parser = MultiPartParser(
            FormHeaders(raw=list(headers.items())),
            self._parts(headers, receive),
            max_files=self.files_max,
            max_fields=2,
            max_part_size=self.intake.body_max,
        )
        try:
            return await parser.parse()
        except (MultiPartException, KeyError, UnicodeDecodeError) as error:
            raise UploadInvalid(f"The form cannot be read: {error}") from None

    async def _parts(self, headers: Headers, receive: Receive) -> AsyncGenerator[bytes]:
        limit = self.bytes_max + self.intake.body_max + _FORM_BYTES
        stated = headers.get(b"content-length", b"")
        too_large = stated.isdigit() and int(stated) > limit
        size, more = 0, True
        # What is too large is read on for a while and dropped: a client that is still sending when
        # the connection closes never sees the answer.
        while more and size <= limit * _DRAINED:
            message = await self.intake.patience.wait(receive())
            if message["type"] == "http.disconnect":
                raise UploadInvalid("The connection was closed before the form had arrived.")
            part: bytes = message.get("body", b"")
            size, more = size + len(part), bool(message.get("more_body"))
            too_large = too_large or size > limit
            if not too_large:
                yield part
        if too_large:
            raise self._too_large()

    def _too_large(self) -> FileTooLarge:
        return FileTooLarge(f"The files of a request may hold {self.bytes_max} bytes together.")

    @asynccontextmanager
    async def _received(self, sent: UploadFile | str | None, name: str) -> AsyncGenerator[SentFile]:
        if not isinstance(sent, UploadFile):
            raise UploadInvalid(f"`map` names {name[:60]!r}, and the form has no such file.")
        async with self.files.received(_chunks(sent), self.bytes_max) as received:
            yield SentFile(sent.filename, sent.content_type or "", received)


async def _chunks(sent: UploadFile) -> AsyncGenerator[bytes]:
    while part := await sent.read(_CHUNK):
        yield part


def _text(form: FormData, name: str) -> str:
    found = form.get(name)
    if not isinstance(found, str):
        raise UploadInvalid(f"The form has a field `{name}`, which is JSON.")
    return found


def _places(form: FormData) -> dict[str, list[list[str]]]:
    """The name of each file in the form, and the paths in the request where it goes."""
    try:
        given: Any = orjson.loads(_text(form, "map"))
    except orjson.JSONDecodeError as error:
        raise UploadInvalid(f"`map` is not JSON: {error}.") from None
    if not isinstance(given, dict):
        raise UploadInvalid("`map` is an object of names and lists of paths.")
    found: dict[str, list[list[str]]] = {}
    for name, paths in cast("Mapping[str, Any]", given).items():
        listed = cast("list[object]", paths) if isinstance(paths, list) else [None]
        if not all(isinstance(one, str) for one in listed):
            raise UploadInvalid("`map` is an object of names and lists of paths.")
        found[name] = [str(one).split(".") for one in listed]
    return found


def _put(variables: Mapping[str, Any], path: list[str], sent: SentFile) -> None:
    """Put the file in its place, which is null. Raises UploadInvalid."""
    told = UploadInvalid(
        f"`map` says {'.'.join(path)[:100]!r}: a path begins with `variables.` and leads to null."
    )
    first, *between = path
    if first != "variables" or not between:
        raise told
    *between, last = between
    try:
        into: Any = variables
        for one in between:
            into = into[_step(into, one)]
        step = _step(into, last)
        if into[step] is not None:
            raise told
        into[step] = sent
    except (KeyError, IndexError, TypeError, ValueError):
        raise told from None


def _step(into: object, text: str) -> str | int:
    """A name in an object, a place in a list."""
    return int(text) if isinstance(into, list) else text
