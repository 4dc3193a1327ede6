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
from consortium.identity.models.contacts import OrganisationContact
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
    "BY_ADDRESS",
    "EXTRA_CONSTRAINTS",
    "UNWATCHED",
    "WITHHELD",
    "Account",
    "AuthorizationCode",
    "ClientAssertion",
    "Consent",
    "FederatedIdentity",
    "Grant",
    "IdentityProvider",
    "OAuthClient",
    "OrganisationContact",
    "RecoveryCode",
    "RefreshToken",
    "RoleGrant",
    "Session",
    "SignInFailure",
    "SigningKey",
    "SingleUseLink",
    "VerifiedDomain",
]

EXTRA_CONSTRAINTS = ("account_erased_is_blank",)

UNWATCHED = {
    "sign_in_failure": "counted for minutes, to slow guessing",
    "client_assertion": "remembered until it ends, so that it is used once",
    "authorization_code": "a proof that lives a minute; its grant is the record",
    "refresh_token": "a proof that every use replaces; its grant is the record",
}

# Personal: blanked by erasure, so they must not stay in the audit trail.
WITHHELD = {
    "account": ("email", "name"),
    "federated_identity": ("subject",),
    "organisation_contact": ("email", "name"),
    "session": ("address", "user_agent"),
    "single_use_link": ("email",),
}

# Rows that name a person by the address alone: table -> column. Erasure deletes them.
BY_ADDRESS = {"organisation_contact": "email", "single_use_link": "email"}
