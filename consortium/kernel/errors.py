"""The family of errors that people can act on.

DomainError
├── BadInput               a value that the caller gave
│   ├── CursorInvalid
│   ├── IdInvalid
│   └── PageSizeInvalid
└── (every feature and door adds its own, in its own module)

Anything else that is raised is a bug: it reaches the client masked and the log whole.
"""

from inspect import cleandoc
from typing import ClassVar


class DomainError(Exception):
    """The request cannot be carried out."""

    code: ClassVar[str] = "DOMAIN_ERROR"

    def __init__(self, message: str | None = None) -> None:
        """Take `message`, or else what the class says of itself."""
        super().__init__(message or self.meaning())

    @classmethod
    def meaning(cls) -> str:
        """The first paragraph of the class's docstring."""
        return cleandoc(cls.__doc__ or "").split("\n\n")[0].replace("\n", " ")

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
