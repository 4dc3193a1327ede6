"""Logs on standard error: lines of JSON for machines, colours for a terminal."""

import logging
import sys
from typing import Literal

import structlog
from structlog.typing import Processor

# Libraries that log addresses, headers, statements and messages with all that is in them: nobody's
# secrets shall be in a log, whatever its level. uvicorn's logger is the one of its WebSockets.
_TELLING = (
    "authlib",
    "httpcore",
    "httpx",
    "procrastinate",
    "tortoise",
    "urllib3",
    "uvicorn.error",
    "websockets",
)


def configure_logs(level: str, form: Literal["auto", "json", "text"] = "auto") -> None:
    """Let structlog and the libraries' own logging say the same kind of line."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(form),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in _TELLING:
        logging.getLogger(name).setLevel(logging.WARNING)
    if level != "DEBUG":
        # Its starts and stops are told by the command itself.
        logging.getLogger("uvicorn").setLevel(logging.WARNING)


def _rendering(form: Literal["auto", "json", "text"]) -> list[Processor]:
    if form == "text" or (form == "auto" and sys.stderr.isatty()):
        return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
