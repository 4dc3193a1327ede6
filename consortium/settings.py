"""The settings: read once from the environment (CONSORTIUM_...), checked, then fixed."""

import os
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import (
    Field,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from consortium.kernel.errors import DomainError

PREFIX = "CONSORTIUM_"


class SettingInvalid(DomainError):
    """A setting cannot be used."""

    code = "SETTING_INVALID"


def default_data_dir() -> Path:
    """Where the desktop keeps a program's data; for root, where a service keeps it."""
    if os.name == "posix" and os.geteuid() == 0:
        return Path("/var/lib/consortium/default")
    home = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(home).expanduser() / "consortium"


class Settings(BaseSettings):
    """Everything that can be set from outside."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, env_ignore_empty=True)

    database_url: str | None = Field(
        default=None,
        description="The address of a PostgreSQL 15 or newer, as postgresql://user@host:5432/name."
        " Without it the program runs a PostgreSQL of its own in `data_dir`.",
    )
    direct_database_url: str | None = Field(
        default=None,
        description="The address past a connection pooler and as the tables' owner, for migrations"
        " and notifications. With another role in `database_url`, the running program cannot change"
        " the audit trail.",
    )
    data_dir: Path = Field(
        default_factory=default_data_dir,
        description="The directory of the program's own PostgreSQL, of its logs, and of documents.",
    )
    host: str = Field(default="127.0.0.1", description="The address that the server listens on.")
    port: int = Field(
        default=8000, ge=0, le=65535, description="Its port; 0 takes any that is free."
    )
    public_url: str | None = Field(
        default=None,
        description="The address by which browsers and clients reach the server, without a path:"
        " the issuer of its tokens. Without it, the address that the server listens on.",
    )
    ssl_certfile: Path | None = Field(
        default=None,
        description="The certificate (PEM, with those in between) by which the server speaks HTTPS"
        " itself, together with `ssl_keyfile`. Without it, a proxy in front does.",
    )
    ssl_keyfile: Path | None = Field(
        default=None, description="The certificate's private key (PEM, without a password)."
    )
    trusted_proxies: str = Field(
        default="127.0.0.1",
        description="The addresses of the proxies in front, with commas between: what they say of"
        " the scheme (`X-Forwarded-Proto`) is believed, and of nobody else.",
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="32 random bytes in base64, as `openssl rand -base64 32` prints: encrypts"
        " signing keys and other secrets in the database. Needed with `database_url`; otherwise"
        " made once, in `data_dir`.",
    )
    mail_backend: Literal["console", "file", "smtp"] = Field(
        default="console",
        description="Where mail goes: to standard error, into files of `mail_directory`, or to a"
        " mail server.",
    )
    mail_from: str = Field(
        default="Consortium <consortium@localhost>", description="The sender of mail."
    )
    mail_directory: Path | None = Field(
        default=None, description="The directory of mail as files; `mail` in `data_dir` without it."
    )
    mail_smtp_host: str = Field(default="localhost", description="The mail server.")
    mail_smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    mail_smtp_starttls: bool = Field(
        default=True, description="Whether mail is sent only after the connection is encrypted."
    )
    mail_smtp_user: str | None = Field(default=None, description="The login at the mail server.")
    mail_smtp_password: SecretStr | None = Field(default=None, description="Its password.")
    federation_allow_loopback: bool = Field(
        default=False,
        description="Whether a member's identity provider may be on this machine, without TLS: for"
        " tests and demonstrations only.",
    )
    exchange_allow_private: bool = Field(
        default=False,
        description="Whether partners' systems may be on this machine or in a private network: for"
        " tests and closed networks.",
    )
    exchange_ca_file: Path | None = Field(
        default=None,
        description="Certificates (PEM) of further authorities that are believed when partners'"
        " systems are asked.",
    )
    webhook_allow_private: bool = Field(
        default=False,
        description="Whether webhooks may lead to this machine or into a private network: for tests"
        " and closed networks.",
    )
    webhook_ca_file: Path | None = Field(
        default=None,
        description="Certificates (PEM) of further authorities that are believed where webhooks"
        " lead.",
    )
    webhook_failing_days: PositiveInt = Field(
        default=5,
        description="After how many days in which nothing arrived a webhook is disabled, and its"
        " organisation's admins are told.",
    )
    webhook_log_days: PositiveInt = Field(
        default=30, description="For how many days the log of a webhook's messages is kept."
    )
    bulk_running_max: PositiveInt = Field(
        default=1, description="How many bulk operations of one organisation may run at once."
    )
    bulk_max_bytes: PositiveInt = Field(
        default=10_000_000_000, description="The largest result of a bulk operation, in bytes."
    )
    bulk_upload_max_bytes: PositiveInt = Field(
        default=100_000_000,
        description="The largest file of variables for a bulk mutation, in bytes.",
    )
    allowed_origins: str = Field(
        default="",
        description="From which other origins browsers' pages may open connections that stay open,"
        " such as WebSockets: addresses with commas between, or `*` for any. The server's own may"
        " always, and so may programs, which name none.",
    )
    max_subscriptions: PositiveInt = Field(
        default=5_000, description="How many subscriptions one process serves at once."
    )
    max_body_bytes: PositiveInt = Field(
        default=1_048_576, description="The largest request body that is read, in bytes."
    )
    max_address_bytes: PositiveInt = Field(
        default=32_768, description="The longest query string of a GET that is read, in bytes."
    )
    max_query_characters: PositiveInt = Field(
        default=100_000, description="The longest GraphQL document, in characters."
    )
    max_tokens: PositiveInt = Field(
        default=5_000, description="How many words and signs a document may have."
    )
    max_depth: PositiveInt = Field(
        default=24, description="How many fields deep an operation may be."
    )
    max_fields: PositiveInt = Field(
        default=5_000, description="How many fields an operation may ask for, fragments opened."
    )
    max_root_fields: PositiveInt = Field(
        default=100, description="How many root fields an operation may ask for."
    )
    max_aliases: PositiveInt = Field(
        default=500, description="How many aliases a document may have."
    )
    max_directives: PositiveInt = Field(
        default=200, description="How many directives a document may have."
    )
    max_definitions: PositiveInt = Field(
        default=200, description="How many operations and fragments a document may have."
    )
    max_variables: PositiveInt = Field(
        default=200, description="How many variables an operation may declare."
    )
    max_variable_values: PositiveInt = Field(
        default=20_000, description="How many values variables may hold, in lists and objects too."
    )
    max_variable_depth: PositiveInt = Field(
        default=64, description="How many lists and objects deep variables may be."
    )
    max_cost: PositiveInt = Field(
        default=500_000, description="How many points one operation may cost."
    )
    budget_anonymous: PositiveInt = Field(
        default=2_000_000,
        description="How many points whoever asks without a token may spend in a minute, by the"
        " address they ask from (of IPv6 by its /64).",
    )
    budget_signed_in: PositiveInt = Field(
        default=10_000_000,
        description="How many points a person or system with a token may spend in a minute.",
    )
    max_operations_at_once: PositiveInt = Field(
        default=8,
        description="How many operations of one caller run at once in one process; others wait for"
        " their turn. Fewer than `read_pool_size`, so that nobody takes all connections.",
    )
    body_timeout_seconds: PositiveFloat = Field(
        default=20, description="How long a request's body is waited for."
    )
    statement_timeout_seconds: PositiveFloat = Field(
        default=10,
        description="How long a statement of a query may run before PostgreSQL cancels it.",
    )
    introspection: Literal["everyone", "signed-in", "nobody"] = Field(
        default="everyone",
        description="Who may ask what the schema is, read it at `/schema.graphql`, and is told"
        " names of the schema in errors.",
    )
    documents: Literal["any", "trusted"] = Field(
        default="any",
        description="Which GraphQL documents `/graphql` runs: any, or only those that applications"
        " have registered (`consortium documents register`), and introspection by whoever may.",
    )
    max_document_bytes: PositiveInt = Field(
        default=25_000_000, description="The largest file that is kept as a document, in bytes."
    )
    max_upload_files: PositiveInt = Field(
        default=10,
        description="How many files a GraphQL request may bring, of `max_document_bytes` together.",
    )
    fonts_dir: Path | None = Field(
        default=None,
        description="A directory of further fonts for PDFs, such as those for Chinese, Japanese and"
        " Korean. Without it they have Latin, Greek and Cyrillic letters.",
    )
    read_pool_size: PositiveInt = Field(
        default=10, description="How many statements of queries may run at once in one process."
    )
    write_pool_size: PositiveInt = Field(
        default=5, description="How many transactions may write at once in one process."
    )
    solver_processes: PositiveInt = Field(
        default=1,
        description="How many systems of value chains may be solved at once, each in a process of"
        " its own beside the server.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="The least severe kind of event that is logged."
    )
    log_format: Literal["auto", "json", "text"] = Field(
        default="auto",
        description="Whether a line of the log is JSON or a text; `auto` takes text on a terminal"
        " only.",
    )
    log_requests: bool = Field(
        default=False,
        description="Whether every request is a line of the log: its id, route, status, duration"
        " and bytes, the operation's name and hash, and the ids of who asked.",
    )
    slow_ms: PositiveInt | None = Field(
        default=None,
        description="Operations that take this long, in milliseconds, are logged, with the plan"
        " of a query's longest statement.",
    )
    metrics_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        description="The port on which Prometheus reads `/metrics`, apart from everything else."
        " Without it nothing is counted.",
    )
    metrics_host: str = Field(
        default="127.0.0.1",
        description="The address of that port: never one that the public can reach.",
    )
    otlp_endpoint: str | None = Field(
        default=None,
        description="The OpenTelemetry collector that traces are sent to, as"
        " http://127.0.0.1:4318. `OTEL_EXPORTER_OTLP_ENDPOINT` names it too, and other `OTEL_...`"
        " say the rest.",
    )
    shutdown_delay_seconds: NonNegativeInt = Field(
        default=0,
        description="How long the server goes on taking requests after SIGTERM while"
        " `/health/ready` says 503, so that a load balancer sends no more.",
    )
    shutdown_seconds: PositiveInt = Field(
        default=10,
        description="How long requests that are under way then have to be answered, in seconds.",
    )

    @field_validator("public_url")
    @classmethod
    def _bare_address(cls, url: str | None) -> str | None:
        """An issuer is compared as a text (RFC 8414, section 2), so it has one spelling only."""
        if url is None:
            return None
        parts = urlsplit(url)
        bare = f"{parts.scheme}://{parts.netloc}"
        named = bool(parts.hostname) and "@" not in parts.netloc
        if parts.scheme not in {"http", "https"} or not named or url not in {bare, f"{bare}/"}:
            raise ValueError("it is an address like https://data.example.org, without a path")
        return bare

    @field_validator("otlp_endpoint")
    @classmethod
    def _address(cls, url: str | None) -> str | None:
        if url is not None and (
            urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname
        ):
            raise ValueError("it is an address like http://127.0.0.1:4318")
        return url

    @field_validator("ssl_certfile", "ssl_keyfile", "exchange_ca_file", "webhook_ca_file")
    @classmethod
    def _file(cls, file: Path | None) -> Path | None:
        if file is not None and not file.is_file():
            raise ValueError("there is no such file")
        return file

    @field_validator("fonts_dir")
    @classmethod
    def _directory(cls, fonts: Path | None) -> Path | None:
        if fonts is not None and not fonts.is_dir():
            raise ValueError("there is no such directory")
        return fonts

    @property
    def url(self) -> str:
        """The address that the server is known by, without a path."""
        return self.public_url or f"{self.scheme}://{self.host}:{self.port}"

    @property
    def scheme(self) -> str:
        """What the server itself speaks."""
        return "http" if self.ssl_certfile is None else "https"


def check_certificate(settings: Settings) -> None:
    """Refuse a certificate without its key, or one that is not there. Raises SettingInvalid."""
    files = {"ssl_certfile": settings.ssl_certfile, "ssl_keyfile": settings.ssl_keyfile}
    for name, file in files.items():
        setting = PREFIX + name.upper()
        if file is None and any(files.values()):
            raise SettingInvalid(f"{setting} is missing: a certificate and its key go together.")
        if file is not None and not file.is_file():
            raise SettingInvalid(f"{setting} cannot be used: there is no such file.")


def load_settings() -> Settings:
    """The settings of this process.

    Raises:
        SettingInvalid: the first setting that is wrong, by its name in the environment.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + ".".join(str(part) for part in first["loc"]).upper()
        reason = first["msg"][:1].lower() + first["msg"][1:]
        raise SettingInvalid(f"{name} cannot be used: {reason}") from None
