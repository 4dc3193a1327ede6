"""What can go wrong between the program and PostgreSQL, in words for the person who starts it.

StorageError
├── DatabaseUrlInvalid, DatabaseUnreachable, DatabaseLoginRefused, DatabaseMissing, DatabaseTooOld
├── SchemaTooOld, SchemaTooNew
└── EmbeddedError            the PostgreSQL that the program runs itself
    ├── EmbeddedUnavailable, EmbeddedFailed, ClusterVersionDiffers
    └── DataDirInUse, DataDirUnusable, DiskFull
"""

from consortium.kernel.errors import DomainError

OTHER_DATABASE = "set CONSORTIUM_DATABASE_URL to the address of a PostgreSQL 15 or newer"


class StorageError(DomainError):
    """The database cannot be used."""

    code = "STORAGE"


class DatabaseUrlInvalid(StorageError):
    """CONSORTIUM_DATABASE_URL is not an address like postgresql://user@host:5432/name."""

    code = "DATABASE_URL_INVALID"


class DatabaseUnreachable(StorageError):
    """The database does not answer."""

    code = "DATABASE_UNREACHABLE"


class DatabaseLoginRefused(StorageError):
    """The database refuses this user or password."""

    code = "DATABASE_LOGIN_REFUSED"


class DatabaseMissing(StorageError):
    """The server has no database of this name."""

    code = "DATABASE_MISSING"


class DatabaseTooOld(StorageError):
    """PostgreSQL 15 or newer is needed."""

    code = "DATABASE_TOO_OLD"


class SchemaTooOld(StorageError):
    """The database's tables are older than this program: run `consortium migrate`."""

    code = "SCHEMA_TOO_OLD"


class SchemaTooNew(StorageError):
    """The database's tables are newer than this program: install the newer program."""

    code = "SCHEMA_TOO_NEW"


class RightsMissing(StorageError):
    """The database's role has no right to the tables: run `consortium migrate` as their owner."""

    code = "DATABASE_RIGHTS_MISSING"


class MigrationFailed(StorageError):
    """A migration could not be applied; the database stays as it was before that migration."""

    code = "MIGRATION_FAILED"


class EmbeddedError(StorageError):
    """The program's own PostgreSQL cannot be used."""

    code = "EMBEDDED"


class EmbeddedUnavailable(EmbeddedError):
    """The program cannot run its own PostgreSQL here."""

    code = "EMBEDDED_UNAVAILABLE"

    def __init__(self, why: str) -> None:
        super().__init__(f"The program cannot run its own PostgreSQL here: {why}; {OTHER_DATABASE}")


class EmbeddedFailed(EmbeddedError):
    """PostgreSQL did not start."""

    code = "EMBEDDED_FAILED"


class ClusterVersionDiffers(EmbeddedError):
    """The data directory was made by another major version of PostgreSQL."""

    code = "CLUSTER_VERSION_DIFFERS"


class DataDirInUse(EmbeddedError):
    """Another process uses this data directory."""

    code = "DATA_DIR_IN_USE"


class DataDirUnusable(EmbeddedError):
    """The data directory cannot be written."""

    code = "DATA_DIR_UNUSABLE"


class DiskFull(EmbeddedError):
    """The disk is full."""

    code = "DISK_FULL"
