"""`consortium providers`: members' own identity providers, and whose a domain is."""

from typing import TYPE_CHECKING, Annotated

import typer

from consortium.cli.opening import DataDir, settings_with
from consortium.cli.secret_key import secret_key
from consortium.cli.working import organisation_named, run_over
from consortium.identity.rules.roles import Role

if TYPE_CHECKING:
    from consortium.kernel.principal import Principal

providers = typer.Typer(
    name="providers",
    help="Members' own sign-in: add a provider, verify a domain.",
    no_args_is_help=True,
)
Organisation = Annotated[str, typer.Argument(help="The organisation's name.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(providers)


@providers.command()
def add(
    organisation: Organisation,
    issuer: Annotated[str, typer.Argument(help="The provider's issuer, an https address.")],
    client_id: Annotated[str, typer.Argument(help="What the provider knows this server as.")],
    name: Annotated[
        str | None, typer.Option(help="What people see; the organisation's name without it.")
    ] = None,
    role: Annotated[
        Role, typer.Option(case_sensitive=False, help="What its people are at first.")
    ] = Role.VIEWER,
    data_dir: DataDir = None,
    *,
    secret: Annotated[
        bool, typer.Option("--secret", help="Ask for the client's secret, which is then encrypted.")
    ] = False,
) -> None:
    """Let an organisation's people sign in at its own OpenID provider."""
    from consortium.identity.actions.federation import NewProvider, add_identity_provider
    from consortium.identity.proofs.sealing import Sealer

    settings = settings_with(data_dir=data_dir)
    sealer = Sealer(secret_key(settings).get_secret_value())
    given = typer.prompt("Client secret", hide_input=True) if secret else None

    async def work() -> int:
        new = NewProvider(
            organisation_id=await organisation_named(organisation),
            name=name or organisation,
            issuer=issuer,
            client_id=client_id,
            client_secret=given,
            default_role=role,
        )
        loopback = settings.federation_allow_loopback
        return await add_identity_provider(_operator(), new, sealer, loopback=loopback)

    run_over(settings, work)
    typer.echo(
        f"People of {organisation} sign in at {issuer}, once a domain of theirs is verified:\n"
        f"  consortium providers verify-domain {organisation!r} example.org"
    )


@providers.command("verify-domain")
def verify(
    organisation: Organisation,
    domain: Annotated[str, typer.Argument(help="The part after @ of its people's addresses.")],
    data_dir: DataDir = None,
) -> None:
    """Note that mail addresses of a domain are an organisation's, as you have made sure."""
    from consortium.identity.actions.federation import verify_domain

    async def work() -> None:
        await verify_domain(_operator(), await organisation_named(organisation), domain)

    run_over(settings_with(data_dir=data_dir), work)
    typer.echo(f"Addresses of {domain} are {organisation}'s.")


def _operator() -> "Principal":
    """Whoever runs commands here could write into the database as well."""
    from consortium.kernel.principal import Permission, Principal, Rights

    return Principal(Rights(permissions=frozenset({Permission.ORGANISATIONS_MANAGE})))
