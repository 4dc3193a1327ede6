"""Errors by the names that the RFCs give them.

OAuthError
├── InvalidRequest, InvalidClient, InvalidGrant, UnauthorizedClient, UnsupportedGrantType
├── InvalidScope, InvalidTarget, UnsupportedTokenType
└── TokenInvalid, TokenExpired, InsufficientScope, TokenMisplaced      at a protected resource
"""

from typing import ClassVar

from consortium.kernel.errors import DomainError


class OAuthError(DomainError):
    """The authorization server refuses."""

    code = "server_error"
    status: ClassVar[int] = 400


class InvalidRequest(OAuthError):
    """A parameter is missing, repeated or malformed (RFC 6749, sections 4.1.2.1 and 5.2)."""

    code = "invalid_request"


class InvalidClient(OAuthError):
    """The client is not known, or did not prove who it is (RFC 6749, section 5.2)."""

    code = "invalid_client"
    status = 401


class InvalidGrant(OAuthError):
    """The code or refresh token is not valid, or not this client's (RFC 6749, section 5.2)."""

    code = "invalid_grant"


class UnauthorizedClient(OAuthError):
    """This client may not use this grant (RFC 6749, section 5.2)."""

    code = "unauthorized_client"


class UnsupportedGrantType(OAuthError):
    """There is no such grant here (RFC 6749, section 5.2)."""

    code = "unsupported_grant_type"


class InvalidScope(OAuthError):
    """Nothing of the scope that was asked for can be given (RFC 6749, section 5.2)."""

    code = "invalid_scope"


class InvalidTarget(OAuthError):
    """The resource is none that tokens are made for here (RFC 8707, section 2)."""

    code = "invalid_target"


class UnsupportedTokenType(OAuthError):
    """Tokens of this type cannot be revoked here (RFC 7009, section 2.2.1)."""

    code = "unsupported_token_type"


class TokenInvalid(OAuthError):
    """The access token is malformed, expired, or not for this API (RFC 6750, section 3.1)."""

    code = "TOKEN_INVALID"
    status = 401
    error: ClassVar[str] = "invalid_token"


class TokenExpired(TokenInvalid):
    """The access token has expired."""


class InsufficientScope(TokenInvalid):
    """The access token lacks the scope that is needed (RFC 6750, section 3.1)."""

    code = "TOKEN_SCOPE_INSUFFICIENT"
    status = 403
    error = "insufficient_scope"


class TokenMisplaced(TokenInvalid):
    """A token is sent in the Authorization header only (RFC 9700, section 4.3.2)."""

    code = "TOKEN_MISPLACED"
    status = 400
    error = "invalid_request"
