"""The key that encrypts secrets in the database: from the environment, or made once."""

import base64
import os
import secrets
from pathlib import Path
from tempfile import NamedTemporaryFile

from pydantic import SecretStr

from consortium.kernel.errors import DomainError
from consortium.settings import Settings

FILE = "secret.key"


class SecretKeyMissing(DomainError):
    """CONSORTIUM_SECRET_KEY is needed beside CONSORTIUM_DATABASE_URL: `openssl rand -base64 32`."""

    code = "SECRET_KEY_MISSING"


class SecretKeyUnreadable(DomainError):
    """The file with the secret key cannot be read or made."""

    code = "SECRET_KEY_UNREADABLE"


def with_secret_key(settings: Settings) -> Settings:
    """The settings with a key. Raises as `secret_key`."""
    return settings.model_copy(update={"secret_key": secret_key(settings)})


def secret_key(settings: Settings) -> SecretStr:
    """The key of the settings; over the program's own database else the one of its directory.

    Raises:
        SecretKeyMissing: the database is elsewhere, and so must the key be.
        SecretKeyUnreadable: the directory does not let the file be read or made.
    """
    if settings.secret_key is not None:
        return settings.secret_key
    if settings.database_url is not None:
        raise SecretKeyMissing
    path = settings.data_dir / FILE
    try:
        key = _read_or_made(path)
    except OSError as error:
        reason = os.strerror(error.errno or 0).lower()
        raise SecretKeyUnreadable(f"{path} cannot be read or made: {reason}") from None
    return SecretStr(key)


def _read_or_made(path: Path) -> str:
    """The file's key; of several processes that make it at once, one makes it for all."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Readable by its owner alone, and whole before it has its name.
        with NamedTemporaryFile("w", dir=path.parent, prefix=f".{FILE}-", delete=False) as file:
            file.write(base64.b64encode(secrets.token_bytes(32)).decode())
        try:
            os.link(file.name, path)
        except FileExistsError:
            pass
        finally:
            Path(file.name).unlink()
    return path.read_text(encoding="ascii").strip()
