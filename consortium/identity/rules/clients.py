"""Kinds of OAuth clients, and how they prove who they are."""

from enum import StrEnum


class ClientKind(StrEnum):
    """Who runs the client."""

    # A program in people's hands, which cannot keep a secret (RFC 6749, section 2.1).
    PUBLIC = "PUBLIC"
    # A web application with a server, acting for people.
    WEB = "WEB"
    # A system that acts for the organisation it belongs to.
    SERVICE = "SERVICE"


class AuthMethod(StrEnum):
    """How a client authenticates at the token endpoint: RFC 8414's names, in capitals."""

    NONE = "NONE"
    CLIENT_SECRET_BASIC = "CLIENT_SECRET_BASIC"  # noqa: S105  a word, no secret
    CLIENT_SECRET_POST = "CLIENT_SECRET_POST"  # noqa: S105  a word, no secret
    PRIVATE_KEY_JWT = "PRIVATE_KEY_JWT"
