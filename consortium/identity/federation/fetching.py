"""Ask a provider over HTTP, trusting it with little: no redirects, little time, little memory."""

import asyncio
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import httpx

from consortium.identity.rules.federation import IssuerInvalid, check_endpoint
from consortium.kernel.addresses import is_public
from consortium.kernel.errors import DomainError

_OK = 200
_SECONDS = 5
_BYTES_MAX = 262_144


class ProviderFailed(DomainError):
    """The organisation's sign-in does not answer as it should. Try again, or tell its people."""

    code = "PROVIDER_FAILED"


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Asks providers."""

    loopback: bool = False
    """Whether they may be on this machine."""

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The JSON object at an address. Raises ProviderFailed."""
        return await self._ask("GET", url, headers=dict(headers or {}))

    async def post(
        self, url: str, form: Mapping[str, str], auth: tuple[str, str] | None = None
    ) -> dict[str, Any]:
        """The JSON object that answers a form. Raises ProviderFailed."""
        basic = httpx.BasicAuth(*auth) if auth else None
        return await self._ask("POST", url, data=dict(form), auth=basic)

    async def _ask(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        try:
            await self._check(url)
            async with (
                asyncio.timeout(_SECONDS),
                httpx.AsyncClient(
                    timeout=_SECONDS, follow_redirects=False, trust_env=False
                ) as client,
                client.stream(method, url, **more) as answer,
            ):
                body = await _body(answer)
            # A redirect is no 200 either.
            if answer.status_code != _OK:
                raise ProviderFailed
            found: object = json.loads(body)
        except (httpx.HTTPError, OSError, TimeoutError, ValueError, IssuerInvalid) as error:
            raise ProviderFailed from error
        if not isinstance(found, dict):
            raise ProviderFailed
        return cast("dict[str, Any]", found)

    async def _check(self, url: str) -> None:
        """Ask nobody behind this server's own walls (server-side request forgery)."""
        check_endpoint(url, loopback=self.loopback)
        if self.loopback:
            return
        host = urlsplit(url).hostname or ""
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
        if not all(is_public(str(address[4][0])) for address in found):
            raise ProviderFailed


async def _body(answer: httpx.Response) -> bytes:
    body = b""
    async for part in answer.aiter_bytes():
        body += part
        if len(body) > _BYTES_MAX:
            raise ProviderFailed
    return body
