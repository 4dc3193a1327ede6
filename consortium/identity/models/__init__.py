"""Tables of who there is, what they may do, and what was given out to them."""

from consortium.identity.models.accounts import (
    Account,
    RecoveryCode,
    RoleGrant,
    Session,
    SignInFailure,
    SingleUseLink,
)
from consortium.identity.models.clients import OAuthClient
from consortium.identity.models.federation import (
    FederatedIdentity,
    IdentityProvider,
    VerifiedDomain,
)
from consortium.identity.models.grants import (
    AuthorizationCode,
    ClientAssertion,
    Consent,
    Grant,
    RefreshToken,
    SigningKey,
)

__all__ = [
    "EXTRA_CONSTRAINTS",
    "Account",
    "AuthorizationCode",
    "ClientAssertion",
    "Consent",
    "FederatedIdentity",
    "Grant",
    "IdentityProvider",
    "OAuthClient",
    "RecoveryCode",
    "RefreshToken",
    "RoleGrant",
    "Session",
    "SignInFailure",
    "SigningKey",
    "SingleUseLink",
    "VerifiedDomain",
]

EXTRA_CONSTRAINTS = ()
