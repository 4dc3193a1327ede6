"""The family of errors that people can act on.

DomainError
├── BadInput               a value that the caller gave
│   ├── CursorInvalid
│   ├── IdInvalid
│   └── PageSizeInvalid
├── ChangedMeanwhile       what the caller saw is no longer so
├── NotFound               nothing there that the caller may see
├── PermissionDenied       something is there, and the caller may not do this to it
└── (every feature and door adds its own, in its own module)

Anything else that is raised is a bug: it reaches the client masked and the log whole.
"""

from inspect import cleandoc
from typing import ClassVar, Self


class DomainError(Exception):
    """The request cannot be carried out."""

    code: ClassVar[str] = "DOMAIN_ERROR"
    # The constraint of the database whose violation it tells, if there is one.
    constraint: ClassVar[str | None] = None
    # Where in the input the fault lies, if it is known.
    path: tuple[str, ...] = ()

    def __init__(self, message: str | None = None) -> None:
        """Take `message`, or else what the class says of itself."""
        super().__init__(message or self.meaning())

    @classmethod
    def meaning(cls) -> str:
        """The first paragraph of the class's docstring."""
        return cleandoc(cls.__doc__ or "").split("\n\n")[0].replace("\n", " ")

    def at(self, *path: str) -> Self:
        """The same error, with the place in the input where the fault lies."""
        self.path = path
        return self

    @property
    def message(self) -> str:
        """One sentence: what is wrong and what would be right."""
        return str(self)


class BadInput(DomainError):
    """A value that was given cannot be used."""

    code = "BAD_USER_INPUT"


class CursorInvalid(BadInput):
    """This cursor is of another list: filter and ordering must be those it was given under."""

    code = "CURSOR_INVALID"


class IdInvalid(BadInput):
    """This is not an id of this API: take the `id` field of a node."""

    code = "ID_INVALID"


class PageSizeInvalid(BadInput):
    """A page holds 0 or more items, up to the limit of the server."""

    code = "PAGE_SIZE_INVALID"


class ChangedMeanwhile(DomainError):
    """It was changed since you read it: read it again and decide anew."""

    code = "CHANGED_MEANWHILE"


class NotFound(DomainError):
    """There is nothing of that id that you may see."""

    code = "NOT_FOUND"


class PermissionDenied(DomainError):
    """You may not do this."""

    code = "PERMISSION_DENIED"


def check_seen(seen: int, now: int, *path: str) -> None:
    """Refuse who saw another version or edition than there is now. Raises ChangedMeanwhile."""
    if seen != now:
        raise ChangedMeanwhile(
            f"It was changed since you read it: you saw version {seen}, it is {now} now. Read it"
            " again and decide anew."
        ).at(*path)
