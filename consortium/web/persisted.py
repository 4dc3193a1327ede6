"""Documents that requests name by a hash: registered before, or sent once by whoever asks.

By GraphQL over HTTP, appendix A, and Apollo's protocol of automatic persisted queries
(https://www.apollographql.com/docs/apollo-server/performance/apq).
"""

import re
import sys
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from math import inf

from consortium.kernel.principal import Principal
from consortium.storage.reads import Reads
from consortium.trusted_documents.reads import trusted_text
from consortium.trusted_documents.rules import sha256_of
from consortium.web.requests import refuse
from schema.errors import (
    DOCUMENT_NOT_TRUSTED,
    EXPLAINED,
    PERSISTED_DOCUMENT_NOT_FOUND,
    PERSISTED_QUERY_NOT_FOUND,
    RequestRefused,
)
from schema.planner.execution import Account, Executor, Request

# A document that was retired is run no longer than this.
TRUSTED_SECONDS = 60.0
TRUSTED_BYTES = 16 * 1024 * 1024
# Whoever asks without a token takes no room from those who have one.
ANONYMOUS_BYTES = 4 * 1024 * 1024
SIGNED_IN_BYTES = 8 * 1024 * 1024
# What it costs to look for a document that is not at hand.
LOOKED_UP = 100
# What may be of introspection alone, which is known when it is planned.
_INTROSPECTION = re.compile(r"__(schema|type)\b")
# Of an entry beside its text: the key and the places in the dictionary.
_ENTRY_BYTES = 300


@dataclass(slots=True)
class Texts:
    """Documents by their hashes, within a bound of bytes; the longest unused goes first.

    A text is kept as one object, whose own hash Python remembers: so its plan is found without
    reading it again.
    """

    bytes_max: int
    _kept: OrderedDict[str, tuple[str, float]] = field(
        default_factory=OrderedDict[str, tuple[str, float]]
    )
    _size: int = 0

    def get(self, sha256: str, now: float = 0.0) -> str | None:
        """The text of that hash, unless it is too old."""
        kept = self._kept.get(sha256)
        if kept is None:
            return None
        text, until = kept
        if now > until:
            self._drop(sha256)
            return None
        self._kept.move_to_end(sha256)
        return text

    def put(self, sha256: str, text: str, until: float = inf) -> None:
        """Keep a text."""
        self._drop(sha256)
        self._kept[sha256] = text, until
        self._size += _bytes(text)
        while self._size > self.bytes_max:
            self._drop(next(iter(self._kept)))

    def _drop(self, sha256: str) -> None:
        gone = self._kept.pop(sha256, None)
        if gone is not None:
            self._size -= _bytes(gone[0])


def _bytes(text: str) -> int:
    return sys.getsizeof(text) + _ENTRY_BYTES


@dataclass(slots=True, eq=False)
class Documents:
    """Gives requests the texts of the documents they name."""

    executor: Executor
    reads: Reads
    trusted_only: bool = False
    _trusted: Texts = field(default_factory=lambda: Texts(TRUSTED_BYTES))
    _anonymous: Texts = field(default_factory=lambda: Texts(ANONYMOUS_BYTES))
    _signed_in: Texts = field(default_factory=lambda: Texts(SIGNED_IN_BYTES))

    async def resolved(self, request: Request, by: Principal, account: Account) -> Request:
        """The request with the text of its document, if it may be run.

        Raises:
            RequestRefused: there is no such document, or it is not trusted.
            DomainError: the account has not the points to look for it, or keep it.
        """
        if self.trusted_only:
            return await self._trusted_request(request, by, account)
        sha256 = request.sha256
        if sha256 is None:
            return request
        if request.query:
            if request.automatic:
                await self._keep(sha256, request.query, by, account)
            return request
        text = self._sent(sha256) if request.automatic else None
        if text is None:
            text = self._trusted.get(sha256, time.monotonic())
        if text is None:
            text = await self._looked_up(sha256, account)
        if text is not None:
            return _with_text(request, text)
        if request.automatic:
            raise refuse(PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound")
        raise _refused(PERSISTED_DOCUMENT_NOT_FOUND)

    async def _trusted_request(self, request: Request, by: Principal, account: Account) -> Request:
        sha256 = request.sha256 or sha256_of(request.query)
        text = self._trusted.get(sha256, time.monotonic())
        if text is None:
            text = await self._looked_up(sha256, account)
        if text is not None:
            return _with_text(request, text)
        if not request.query and not request.automatic:
            raise _refused(PERSISTED_DOCUMENT_NOT_FOUND)
        if _INTROSPECTION.search(request.query) and self.executor.may_introspect(by):
            return request._replace(introspecting=True)
        raise _refused(DOCUMENT_NOT_TRUSTED)

    async def _keep(self, sha256: str, text: str, by: Principal, account: Account) -> None:
        """Keep what was sent with its hash; it is paid for, so that nobody fills all the room."""
        anonymous = by.account_id is None and by.client_id is None
        kept = self._anonymous if anonymous else self._signed_in
        if len(text) <= self.executor.planner.limits.query_characters and kept.get(sha256) is None:
            await account.spend(len(text))
            kept.put(sha256, text)

    def _sent(self, sha256: str) -> str | None:
        return self._signed_in.get(sha256) or self._anonymous.get(sha256)

    async def _looked_up(self, sha256: str, account: Account) -> str | None:
        """A trusted document that is not at hand."""
        await account.spend(LOOKED_UP)
        text = await trusted_text(self.reads, sha256)
        if text is not None:
            self._trusted.put(sha256, text, time.monotonic() + TRUSTED_SECONDS)
        return text


def _with_text(request: Request, text: str) -> Request:
    # Spelled out: `_replace` takes as long as all else of naming a document.
    return Request(
        text, request.variables, request.operation_name, request.safe, request.size, request.sha256
    )


def _refused(code: str) -> RequestRefused:
    return refuse(code, EXPLAINED[code])
