"""People, their roles, service clients and identity providers; who asks; what may be done."""

from datetime import datetime
from typing import Annotated

import strawberry

from consortium.identity.actions.people import (
    DisableAccount,
    InvitationOf,
    InvitePerson,
    RoleOf,
    disable_account,
    grant_role,
    invite_person,
    resend_invitation,
    revoke_invitation,
    revoke_role,
)
from consortium.identity.actions.service_clients import (
    CreateServiceClient,
    DisableServiceClient,
    RotateClientSecret,
    create_service_client,
    disable_service_client,
    rotate_client_secret,
)
from consortium.identity.reads import (
    ACCOUNTS,
    IDENTITY_PROVIDERS,
    INVITATIONS,
    ROLE_GRANTS,
    SERVICE_CLIENTS,
)
from consortium.identity.rules.clients import AuthMethod
from consortium.identity.rules.roles import Role
from consortium.organisations.reads import ORGANISATIONS
from schema.enums import described
from schema.filters import filter_of, order_of
from schema.mutations import Does, Refusal, mutation
from schema.nodes import Node
from schema.organisations import Organisation
from schema.paging import Connection, connection

AccountFilter = filter_of(ACCOUNTS)
AccountOrder = order_of(ACCOUNTS)
RoleGrantFilter = filter_of(ROLE_GRANTS)
InvitationFilter = filter_of(INVITATIONS)
InvitationOrder = order_of(INVITATIONS)
ServiceClientFilter = filter_of(SERVICE_CLIENTS)
ServiceClientOrder = order_of(SERVICE_CLIENTS)
IdentityProviderFilter = filter_of(IDENTITY_PROVIDERS)
described(
    Role,
    "What a person is in an organisation.",
    VIEWER="Reads the organisation's figures and those shared among members.",
    EDITOR="Enters and corrects figures as well.",
    APPROVER="Approves and publishes figures as well.",
    ORGANISATION_ADMIN="Manages people, clients, engagements and sign-in of the organisation.",
    SECRETARIAT="Runs the consortium: reads every figure, manages memberships and people.",
    ASSURER="Reads the figures of clients whose engagement covers them.",
    CERTIFICATION_BODY="Certifies; reads what is shown to it.",
    AUDITOR="Reads who changed what, everywhere.",
)
described(
    AuthMethod,
    "How a client proves who it is, by RFC 8414's names in capitals.",
    NONE="Not at all: a program that cannot keep a secret.",
    CLIENT_SECRET_BASIC="By its secret, in the header of the request.",  # noqa: S106  no secret
    CLIENT_SECRET_POST="By its secret, in the body of the request.",  # noqa: S106  as above
    PRIVATE_KEY_JWT="By a statement signed with its own key.",
)


@strawberry.type(description="A role of a person in an organisation.")
class RoleGrant:
    role: Role = strawberry.field(description="The role.")
    granted_at: datetime = strawberry.field(description="Since when.")
    account: "Account" = strawberry.field(description="Who.")
    organisation: Organisation = strawberry.field(description="Where.")


@strawberry.type(
    description="A person. Seen by itself and by who manages its organisation's people."
)
class Account(Node):
    name: str | None = strawberry.field(description="Its name.")
    email: str | None = strawberry.field(description="Its address; null once erased.")
    email_verified: bool = strawberry.field(description="Whether the address is known to be its.")
    second_factor: bool = strawberry.field(description="Whether it signs in with a second factor.")
    created_at: datetime = strawberry.field(description="When it was made.")
    disabled_at: datetime | None = strawberry.field(description="Since when it is shut out.")
    roles: list[RoleGrant] = strawberry.field(description="Its roles, as far as you may see them.")


@strawberry.type(description="An invitation. The link that takes it up is in the mail alone.")
class Invitation(Node):
    email: str = strawberry.field(description="Whom it was sent to.")
    roles: list[Role] = strawberry.field(description="What the person becomes.")
    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime = strawberry.field(description="Until when it can be taken up.")
    used_at: datetime | None = strawberry.field(description="When it was taken up.")
    revoked_at: datetime | None = strawberry.field(
        description="When it was taken back, or another sent in its place."
    )
    organisation: Organisation | None = strawberry.field(description="Into which organisation.")


@strawberry.type(description="A system that acts for the organisation it belongs to.")
class ServiceClient(Node):
    client_id: str = strawberry.field(description="Its `client_id` in OAuth 2.1.")
    name: str = strawberry.field(description="Its name.")
    auth_method: AuthMethod = strawberry.field(description="How it proves who it is.")
    scopes: list[str] = strawberry.field(description="What it may ask for.")
    created_at: datetime = strawberry.field(description="When it was made.")
    disabled_at: datetime | None = strawberry.field(description="Since when it is withdrawn.")
    organisation: Organisation | None = strawberry.field(description="For whom it acts.")


@strawberry.type(description="An OpenID provider by which an organisation's people sign in.")
class IdentityProvider(Node):
    name: str = strawberry.field(description="Its name, as people see it.")
    issuer: str = strawberry.field(description="Its issuer identifier.")
    client_id: str = strawberry.field(description="How this platform is known to it.")
    default_role: Role = strawberry.field(description="What its people are at first.")
    created_at: datetime = strawberry.field(description="When it was set up.")
    disabled_at: datetime | None = strawberry.field(description="Since when it is not used.")
    organisation: Organisation = strawberry.field(description="Whose.")


@strawberry.type(description="Who asks, as its token says.")
class Viewer:
    account: Account | None = strawberry.field(description="The person; null for a system.")
    organisation: Organisation | None = strawberry.field(
        description="The organisation that the token acts for."
    )
    roles: list[Role] = strawberry.field(description="The person's roles in that organisation.")
    permissions: list[str] = strawberry.field(
        description="What the token allows: of what the roles allow, what was asked for."
    )


@strawberry.type
class IdentityQuery:
    viewer: Viewer | None = strawberry.field(description="Who asks; null for the public.")
    accounts: Connection[Account] = connection(
        "People that you may see, by email address.", AccountFilter, AccountOrder
    )
    invitations: Connection[Invitation] = connection(
        "Invitations that you may see, as they were made.", InvitationFilter, InvitationOrder
    )
    service_clients: Connection[ServiceClient] = connection(
        "Service clients that you may see, as they were made.",
        ServiceClientFilter,
        ServiceClientOrder,
    )
    identity_providers: Connection[IdentityProvider] = connection(
        "Identity providers that you may see, as they were set up.", IdentityProviderFilter
    )


@strawberry.input(description="An invitation.")
class InvitePersonInput:
    email: str = strawberry.field(description="Whom to invite.")
    roles: list[Role] = strawberry.field(description="What the person becomes.")
    organisation: strawberry.ID | None = strawberry.field(
        description="Into which organisation; your own unless given.", default=strawberry.UNSET
    )


@strawberry.input(description="An invitation that was sent.")
class InvitationInput:
    invitation: strawberry.ID = strawberry.field(description="Which.")


@strawberry.input(description="A role of a person in an organisation.")
class RoleInput:
    account: strawberry.ID = strawberry.field(description="Who.")
    role: Role = strawberry.field(description="The role.")
    organisation: strawberry.ID | None = strawberry.field(
        description="Where; your own organisation unless given.", default=strawberry.UNSET
    )


@strawberry.input(description="The person to shut out.")
class DisableAccountInput:
    account: strawberry.ID = strawberry.field(description="Who.")


@strawberry.type(description="A service client with its secret, which is shown this once.")
class ServiceClientSecret:
    client: ServiceClient | None = strawberry.field(description="The client.")
    secret: str = strawberry.field(description="The secret. It is kept nowhere: write it down.")


@strawberry.input(description="A system that is to act for an organisation.")
class CreateServiceClientInput:
    name: str = strawberry.field(description="Its name, 1 to 100 characters.")
    scopes: list[str] = strawberry.field(description="What it may ask for, such as figures:read.")
    organisation: strawberry.ID | None = strawberry.field(
        description="For whom it acts; your own organisation unless given.",
        default=strawberry.UNSET,
    )


@strawberry.input(description="A service client.")
class ServiceClientInput:
    client: strawberry.ID = strawberry.field(description="Which.")


ServiceClientSecretResult = Annotated[
    ServiceClientSecret | Refusal,
    strawberry.union(
        "ServiceClientSecretResult", description="The client and its secret, or why there is none."
    ),
]
ServiceClientResult = Annotated[
    ServiceClient | Refusal,
    strawberry.union("ServiceClientResult", description="The client, or why nothing was changed."),
]
InvitationResult = Annotated[
    Invitation | Refusal,
    strawberry.union("InvitationResult", description="The invitation, or why there is none."),
]
AccountResult = Annotated[
    Account | Refusal,
    strawberry.union("AccountResult", description="The person, or why nothing was changed."),
]
_ROLE_IDS = {"account": ACCOUNTS, "organisation": ORGANISATIONS}


@strawberry.type
class IdentityMutation:
    invite_person: InvitationResult | None = mutation(
        "Invite somebody into an organisation, by mail.",
        Does(
            invite_person,
            InvitePerson,
            InvitePersonInput,
            INVITATIONS,
            {"organisation": ORGANISATIONS},
        ),
    )
    revoke_invitation: InvitationResult | None = mutation(
        "Take an invitation back: its link works no more, and its seat is free.",
        Does(
            revoke_invitation,
            InvitationOf,
            InvitationInput,
            INVITATIONS,
            {"invitation": INVITATIONS},
        ),
    )
    resend_invitation: InvitationResult | None = mutation(
        "Send another link, which works for a week, in place of an invitation's; the new one.",
        Does(
            resend_invitation,
            InvitationOf,
            InvitationInput,
            INVITATIONS,
            {"invitation": INVITATIONS},
        ),
    )
    grant_role: AccountResult | None = mutation(
        "Give a person a role; nothing happens if the person has it.",
        Does(grant_role, RoleOf, RoleInput, ACCOUNTS, _ROLE_IDS),
    )
    revoke_role: AccountResult | None = mutation(
        "Take a role back; null if you may not see the person any more.",
        Does(revoke_role, RoleOf, RoleInput, ACCOUNTS, _ROLE_IDS),
    )
    disable_account: AccountResult | None = mutation(
        "Shut a person out: sessions and refresh tokens end at once, access tokens in minutes.",
        Does(disable_account, DisableAccount, DisableAccountInput, ACCOUNTS, {"account": ACCOUNTS}),
    )
    create_service_client: ServiceClientSecretResult | None = mutation(
        "Make a system that acts for an organisation.",
        Does(
            create_service_client,
            CreateServiceClient,
            CreateServiceClientInput,
            SERVICE_CLIENTS,
            {"organisation": ORGANISATIONS},
            around="client",
        ),
    )
    rotate_client_secret: ServiceClientSecretResult | None = mutation(
        "Give a service client a new secret; the old one stops at once.",
        Does(
            rotate_client_secret,
            RotateClientSecret,
            ServiceClientInput,
            SERVICE_CLIENTS,
            {"client": SERVICE_CLIENTS},
            around="client",
        ),
    )
    disable_service_client: ServiceClientResult | None = mutation(
        "Withdraw a service client for good, with all that was granted to it.",
        Does(
            disable_service_client,
            DisableServiceClient,
            ServiceClientInput,
            SERVICE_CLIENTS,
            {"client": SERVICE_CLIENTS},
        ),
    )
