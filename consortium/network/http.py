"""Ask another system over HTTPS: no redirects, no private networks, bounded time and size."""

import asyncio
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
import orjson

from consortium.kernel.addresses import is_public
from consortium.kernel.errors import DomainError

SECONDS = 30.0
BYTES_MAX = 50_000_000
_QUOTED_MAX = 300


class AskingFailed(DomainError):
    """Another system does not answer as it should; the message tells what it did."""

    code = "ASKING_FAILED"

    def __init__(self, message: str | None = None, *, final: bool = False) -> None:
        """Take what it did; a `final` failure stays the same however often it is tried."""
        super().__init__(message)
        self.final = final


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as far as it was read."""

    url: str
    status: int
    media_type: str
    body: bytes
    next_url: str | None = None
    retry_after: str | None = None
    """What the header of that name says (RFC 9110, section 10.2.3), if it is there."""

    def json(self) -> Any:  # noqa: ANN401  JSON of others
        """What the body says. Raises AskingFailed."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            kind = self.media_type or "something without a type"
            raise AskingFailed(f"{self.url} answered {kind}, which is not JSON.") from None

    def refused(self) -> AskingFailed:
        """The failure that this answer is, with what it says of itself."""
        try:
            said: Any = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            said = None
        message = cast("dict[str, Any]", said).get("message") if isinstance(said, dict) else None
        told = f": {message[:_QUOTED_MAX]}" if isinstance(message, str) and message else ""
        # What is wrong with a request stays wrong; anything else may be put right over there.
        final = self.status in {400, 413, 415, 422}
        return AskingFailed(f"{self.url} answered {self.status}{told}.", final=final)


@dataclass(frozen=True, slots=True)
class Network:
    """How other systems are reached."""

    allow_private: bool = False
    """Whether they may be on this machine or in a private network."""
    ca_file: Path | None = None
    """Further authorities whose certificates are believed."""
    seconds: float = SECONDS
    bytes_max: int = BYTES_MAX
    whole: bool = True
    """Whether an answer is needed whole; else it may be packed, and what is too much is left."""
    _context: list[ssl.SSLContext] = field(default_factory=list[ssl.SSLContext], repr=False)

    async def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """The answer, whatever its status. Raises AskingFailed where there is none to be used."""
        try:
            async with asyncio.timeout(self.seconds):
                return await self._ask(method, httpx.URL(url), dict(headers or {}), body)
        except TimeoutError:
            told = f"{url} did not answer within {self.seconds:g} seconds."
            raise AskingFailed(told) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            why = str(error) or type(error).__name__
            raise AskingFailed(f"{url} could not be reached: {why[:_QUOTED_MAX]}.") from error

    async def _ask(
        self, method: str, url: httpx.URL, headers: dict[str, str], body: bytes | None
    ) -> Answer:
        if url.scheme != "https":
            raise AskingFailed(f"{url} is not https.", final=True)
        # The address that was checked is the one that is asked: a name may mean another by then.
        address = await self._address(url)
        # Packed bodies could unpack to any size.
        sent = {"accept": "application/json", "accept-encoding": "identity", **headers}
        async with (
            httpx.AsyncClient(
                timeout=self.seconds, follow_redirects=False, trust_env=False, verify=self._trust()
            ) as client,
            client.stream(
                method,
                url.copy_with(host=address),
                headers={**sent, "host": url.netloc.decode("ascii")},
                content=body,
                extensions={"sni_hostname": url.host},
            ) as answer,
        ):
            return await self._read(url, answer)

    async def _read(self, url: httpx.URL, answer: httpx.Response) -> Answer:
        packed = answer.headers.get("content-encoding", "identity") != "identity"
        if self.whole and packed:
            raise AskingFailed(f"{_plain(url)} answered with a packed body, unasked.")
        parts: list[bytes] = []
        size = 0
        async for part in answer.aiter_raw():
            size += len(part)
            parts.append(part)
            if size > self.bytes_max:
                if self.whole:
                    raise AskingFailed(f"{_plain(url)} answered more than {self.bytes_max} bytes.")
                break
        following = answer.links.get("next", {}).get("url")
        return Answer(
            url=_plain(url),
            status=answer.status_code,
            media_type=answer.headers.get("content-type", "").partition(";")[0].strip()[:100],
            body=b"".join(parts)[: self.bytes_max],
            next_url=str(url.join(following)) if following else None,
            retry_after=answer.headers.get("retry-after"),
        )

    async def _address(self, url: httpx.URL) -> str:
        """An address of the host. Raises AskingFailed where it is no public one and must be."""
        found = await asyncio.get_running_loop().getaddrinfo(
            url.host, url.port or 443, type=socket.SOCK_STREAM
        )
        addresses = [str(one[4][0]) for one in found]
        if not self.allow_private and not all(is_public(one) for one in addresses):
            told = f"{_plain(url)} is in a private network, where nobody is asked."
            raise AskingFailed(told, final=True)
        return addresses[0]

    def _trust(self) -> ssl.SSLContext:
        if not self._context:
            context = httpx.create_ssl_context(trust_env=False)
            if self.ca_file is not None:
                context.load_verify_locations(self.ca_file)
            self._context.append(context)
        return self._context[0]


def _plain(url: httpx.URL) -> str:
    """The address without its query, for messages."""
    parts = urlsplit(str(url))
    return f"{parts.scheme}://{parts.netloc}{parts.path}"
