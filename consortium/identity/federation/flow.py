"""The code flow with PKCE, seen from the client (OpenID Connect Core 1.0, section 3.1)."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from consortium.identity.actions.federation import Person, Provider
from consortium.identity.federation.fetching import Fetcher, ProviderFailed
from consortium.identity.federation.tokens import Expected, UnknownKey, verified_claims
from consortium.identity.proofs.tokens import new_token
from consortium.identity.rules.federation import IssuerInvalid, check_endpoint

_FRESH = timedelta(minutes=10)
_WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Begun:
    """What the browser that began must bring back."""

    provider_id: int
    state: str
    nonce: str
    code_verifier: str


@dataclass(slots=True)
class _Known:
    metadata: dict[str, Any]
    jwks: dict[str, Any]
    since: datetime


@dataclass(slots=True)
class Providers:
    """Speaks with providers; what they publish is kept for some minutes."""

    fetcher: Fetcher
    _known: dict[str, _Known] = field(default_factory=dict[str, _Known])

    async def begin(
        self, provider: Provider, redirect_uri: str, at: datetime, login_hint: str = ""
    ) -> tuple[str, Begun]:
        """Where to send the browser, and what it must bring back. Raises ProviderFailed."""
        known = await self._knows(provider.issuer, at)
        begun = Begun(provider.id, new_token(), new_token(), new_token())
        digest = hashlib.sha256(begun.code_verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid email profile",
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        if login_hint:
            asked["login_hint"] = login_hint
        address = _endpoint(known.metadata, "authorization_endpoint", self.fetcher)
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", begun

    async def finish(
        self,
        provider: Provider,
        begun: Begun,
        answer: Mapping[str, str],
        redirect_uri: str,
        at: datetime,
        *,
        secret: str | None = None,
    ) -> Person:
        """Who the provider says it is.

        Raises ProviderFailed: another state or issuer (RFC 9207), an error, a token that does not
        hold.
        """
        known = await self._knows(provider.issuer, at)
        if answer.get("state") != begun.state or begun.provider_id != provider.id:
            raise ProviderFailed
        # A provider that names itself in its answers always does (RFC 9207, section 2.4).
        named = known.metadata.get("authorization_response_iss_parameter_supported") is True
        issuer = answer.get("iss", "" if named else provider.issuer)
        if issuer != provider.issuer or not answer.get("code"):
            raise ProviderFailed
        form = {
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": redirect_uri,
            "code_verifier": begun.code_verifier,
        }
        auth = (provider.client_id, secret) if secret else None
        if auth is None:
            form["client_id"] = provider.client_id
        address = _endpoint(known.metadata, "token_endpoint", self.fetcher)
        tokens = await self.fetcher.post(address, form, auth)
        expected = Expected(provider.issuer, provider.client_id, begun.nonce)
        claims = await self._claims(known, str(tokens.get("id_token", "")), expected, at)
        if "email" not in claims:
            claims |= await self._user_info(known, str(tokens.get("access_token", "")), claims)
        return Person(
            subject=str(claims["sub"]),
            email=str(claims.get("email", "")),
            email_verified=claims.get("email_verified") is True,
            name=str(claims.get("name", "")),
        )

    async def _claims(
        self, known: _Known, token: str, expected: Expected, at: datetime
    ) -> dict[str, Any]:
        try:
            return verified_claims(token, known.jwks, expected, at)
        except UnknownKey:
            # Its keys may have been rotated: fetched again once.
            known.jwks = await self._jwks(known.metadata)
        try:
            return verified_claims(token, known.jwks, expected, at)
        except UnknownKey:
            raise ProviderFailed from None

    async def _user_info(
        self, known: _Known, access_token: str, claims: dict[str, Any]
    ) -> dict[str, Any]:
        """What the ID token leaves to the userinfo endpoint (Core, section 5.3.2)."""
        if "userinfo_endpoint" not in known.metadata:
            return {}
        address = _endpoint(known.metadata, "userinfo_endpoint", self.fetcher)
        info = await self.fetcher.get(address, {"authorization": f"Bearer {access_token}"})
        if info.get("sub") != claims["sub"]:
            raise ProviderFailed
        return {name: info[name] for name in ("email", "email_verified", "name") if name in info}

    async def _knows(self, issuer: str, at: datetime) -> _Known:
        known = self._known.get(issuer)
        if known is None or not timedelta(0) <= at - known.since < _FRESH:
            metadata = await self.fetcher.get(issuer.rstrip("/") + _WELL_KNOWN)
            if metadata.get("issuer") != issuer:
                raise ProviderFailed
            known = self._known[issuer] = _Known(metadata, await self._jwks(metadata), at)
        return known

    async def _jwks(self, metadata: dict[str, Any]) -> dict[str, Any]:
        return await self.fetcher.get(_endpoint(metadata, "jwks_uri", self.fetcher))


def _endpoint(metadata: dict[str, Any], name: str, fetcher: Fetcher) -> str:
    try:
        return check_endpoint(str(metadata.get(name, "")), loopback=fetcher.loopback)
    except IssuerInvalid:
        raise ProviderFailed from None
