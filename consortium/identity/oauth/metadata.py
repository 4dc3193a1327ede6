"""What there is to know before asking: RFC 8414, OpenID Connect Discovery 1.0, RFC 9728."""

from typing import Any

from consortium.identity.oauth.client_authentication import ASSERTION_ALGORITHMS
from consortium.identity.oauth.keys import ALGORITHM
from consortium.identity.oauth.protocol import GRANT_TYPES
from consortium.identity.oauth.server import Addresses
from consortium.identity.rules.clients import AuthMethod
from consortium.identity.rules.scopes import OPENID_SCOPES, SCOPES

_METHODS = sorted(method.value.lower() for method in AuthMethod)
_PROVEN = [method for method in _METHODS if method != "none"]


def server_metadata(addresses: Addresses) -> dict[str, Any]:
    """RFC 8414, section 2, and Discovery 1.0, section 3: one document for both."""
    issuer = addresses.issuer
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "token_endpoint": addresses.token_endpoint,
        "revocation_endpoint": f"{issuer}/oauth/revoke",
        "introspection_endpoint": f"{issuer}/oauth/introspect",
        "userinfo_endpoint": f"{issuer}/oauth/userinfo",
        "end_session_endpoint": f"{issuer}/oauth/logout",
        "jwks_uri": f"{issuer}/oauth/jwks",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": sorted({one for grants in GRANT_TYPES.values() for one in grants}),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "token_endpoint_auth_methods_supported": _METHODS,
        "token_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
        "revocation_endpoint_auth_methods_supported": _METHODS,
        "revocation_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
        "introspection_endpoint_auth_methods_supported": _PROVEN,
        "introspection_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "claims_supported": [
            *("iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "amr", "at_hash", "sid"),
            *("name", "email", "email_verified"),
        ],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
    }


def resource_metadata(addresses: Addresses) -> dict[str, Any]:
    """RFC 9728, section 2: the API says whose tokens it takes."""
    return {
        "resource": addresses.api,
        "authorization_servers": [addresses.issuer],
        "scopes_supported": [scope for scope in SCOPES if scope not in OPENID_SCOPES],
        "bearer_methods_supported": ["header"],
    }
