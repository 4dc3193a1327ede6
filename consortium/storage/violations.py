"""The one place where a violated constraint becomes its domain error."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager

import asyncpg
from tortoise.exceptions import IntegrityError

from consortium.kernel.errors import DomainError


@contextmanager
def told_violations() -> Generator[None]:
    """Raise the DomainError whose `constraint` is the one that was violated; others stay bugs."""
    try:
        yield
    except (asyncpg.IntegrityConstraintViolationError, IntegrityError) as error:
        told = _error_of(_constraint(error))
        if told is None:
            raise
        raise told from error


def _constraint(error: BaseException) -> str | None:
    """The constraint's name; Tortoise wraps the error of asyncpg."""
    inner = error.args[0] if isinstance(error, IntegrityError) and error.args else error
    name: str | None = getattr(inner, "constraint_name", None)
    return name


def _error_of(constraint: str | None) -> DomainError | None:
    if constraint is None:
        return None
    return next((one() for one in _family(DomainError) if one.constraint == constraint), None)


def _family(error: type[DomainError]) -> Iterator[type[DomainError]]:
    for child in error.__subclasses__():
        yield child
        yield from _family(child)
