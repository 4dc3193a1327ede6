"""How the command line ends: one sentence for a person, a log for a bug, no traceback."""

import signal
import sys
import tempfile
import traceback
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from consortium.kernel.errors import DomainError

FAILED = 1
# What a shell reports for a process that a signal ended: 128 and the signal's number.
SIGNALLED = 128

_directory = [Path(tempfile.gettempdir())]


def log_to(directory: Path) -> None:
    """Where the log of a bug goes, once the settings are known."""
    _directory.append(directory)


@contextmanager
def reported() -> Generator[None]:
    """End the process the same way for every command.

    SIGTERM unwinds the program as Ctrl-C does, so that the database is stopped too.
    """
    # Whoever started this may have left Ctrl-C ignored, as shells do for jobs in the background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    except DomainError as error:
        _end(str(error))
    except KeyboardInterrupt:
        sys.exit(SIGNALLED + signal.SIGINT)
    except BrokenPipeError:
        # The reader of a pipe, such as `head`, has seen enough.
        sys.stderr.close()
        sys.exit(FAILED)
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        _end(f"Something unexpected happened ({_short(error)}); the details are in {_log(error)}")


def _terminate(number: int, _: FrameType | None) -> None:
    sys.exit(SIGNALLED + number)


def _end(sentence: str) -> None:
    line = sentence if sentence.endswith((".", ")")) else f"{sentence}."
    sys.stderr.write(f"consortium: {line}\n")
    sys.exit(FAILED)


def _short(error: Exception) -> str:
    first = str(error).strip().splitlines()
    return f"{type(error).__name__}: {first[0]}" if first else type(error).__name__


def _log(error: Exception) -> Path:
    """Write the whole story where it can be found."""
    story = "".join(traceback.format_exception(error))
    entry = f"{datetime.now(UTC).isoformat()} {' '.join(sys.argv)}\n{story}\n"
    with suppress(OSError):
        path = _directory[-1] / "error.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.write(entry)
        return path
    with tempfile.NamedTemporaryFile(
        "w", prefix="consortium-", suffix=".log", delete=False
    ) as file:
        file.write(entry)
        return Path(file.name)
