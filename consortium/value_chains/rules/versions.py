"""Versions of chains: what may become of them, and what must hold of one that is published."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from consortium.kernel.errors import BadInput, DomainError
from consortium.kernel.texts import checked_text
from consortium.value_chains.rules.vocabulary import ChainVersionStatus

CODE_MAX: Final = 200


class ValueChainExists(DomainError):
    """There is a value chain of that name: make a version of it."""

    code = "VALUE_CHAIN_EXISTS"
    constraint = "value_chain_name_key_key"


class StageInvalid(BadInput):
    """Stages have different names; one supplies another stage of the chain, and never itself."""

    code = "STAGE_INVALID"


class StageOfAnotherChain(BadInput):
    """An activity is in a stage of the chain that its version is of."""

    code = "STAGE_UNKNOWN"


class ChainVersionPublished(DomainError):
    """The version is published, and stays as it is: make a copy and change that."""

    code = "CHAIN_VERSION_PUBLISHED"
    constraint = "chain_version_kept"


class ChainVersionNotPublished(DomainError):
    """Only a published version can be retired."""

    code = "CHAIN_VERSION_NOT_PUBLISHED"


class ChainVersionDraft(DomainError):
    """A draft is its organisation's alone: publish it before you show it to others."""

    code = "CHAIN_VERSION_DRAFT"
    constraint = "chain_version_draft_private"


class ChainVersionCopied(DomainError):
    """Another version says that it was copied from this draft: discard that one first."""

    code = "CHAIN_VERSION_COPIED"


class ChainReferenceTaken(DomainError):
    """Your organisation has a version of that reference already: choose another."""

    code = "CHAIN_VERSION_REFERENCE_TAKEN"


class SystemEmpty(BadInput):
    """A version without activities computes nothing: record at least one."""

    code = "SYSTEM_EMPTY"


class ActivityTwice(BadInput):
    """Each activity of a version has a code of its own: this one is taken."""

    code = "ACTIVITY_TWICE"


class ActivityUsed(DomainError):
    """Other activities take of its product: change them first."""

    code = "ACTIVITY_USED"


class EmissionTwice(BadInput):
    """A gas stands once in an activity's emissions: give the sum."""

    code = "EMISSION_TWICE"


class SharesNotOne(BadInput):
    """The shares of a process's products are parts of 1, and add up to 1."""

    code = "SHARES_NOT_ONE"
    constraint = "activity_possible"


class CodeTooLong(BadInput):
    """A code has at most 200 characters."""

    code = "CODE_TOO_LONG"


def check_draft(status: ChainVersionStatus) -> None:
    """Refuse to change what is published. Raises ChainVersionPublished."""
    if status is not ChainVersionStatus.DRAFT:
        raise ChainVersionPublished


def checked_code(given: str, *path: str) -> str:
    """The code without blanks around it. Raises TextMissing or CodeTooLong."""
    code = checked_text(given, *path)
    if len(code) > CODE_MAX:
        raise CodeTooLong().at(*path)
    return code


def check_share(share: Decimal) -> None:
    """Refuse what is no part of a process. Raises SharesNotOne."""
    if not 0 <= share <= 1:
        raise SharesNotOne().at("share")


def check_shares(off: Mapping[str, Decimal]) -> None:
    """Refuse processes whose products' shares, as they add up, are not 1. Raises SharesNotOne."""
    for process, together in off.items():
        raise SharesNotOne(
            f"The shares of the products of process “{process}” add up to {together:f}, and must"
            " be 1."
        )
