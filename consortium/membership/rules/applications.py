"""What an application needs to be taken, decided and accepted."""

import re
from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum

from consortium.kernel import texts
from consortium.kernel.errors import BadInput, DomainError
from consortium.kernel.principal import Principal

NAME_MAX = 300
TEXT_MAX = 10_000
ALIASES_MAX = 20
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])")


class Vote(StrEnum):
    """What a secretary thinks of an application."""

    APPROVE = "APPROVE"
    REJECT = "REJECT"
    ABSTAIN = "ABSTAIN"


class ApplicationInvalid(BadInput):
    """An application cannot be taken as it is; the message says what is missing or wrong."""

    code = "APPLICATION_INVALID"


class ApplicationKeyInvalid(BadInput):
    """No application has this key: it was shown once, when the application was made."""

    code = "APPLICATION_KEY_INVALID"


class TextMissing(texts.TextMissing):
    """Say why: a text of 1 to 10 000 characters is needed here."""

    code = "TEXT_MISSING"


class DayInThePast(BadInput):
    """This day is over: name today or a later one."""

    code = "DAY_IN_THE_PAST"


class PersonNeeded(DomainError):
    """A person has to do this, signed in with an account of their own; a system cannot."""

    code = "PERSON_NEEDED"


class ConflictOfInterest(DomainError):
    """You declared a conflict of interest: somebody else has to vote and decide."""

    code = "CONFLICT_OF_INTEREST"


class ApprovalWithoutVote(DomainError):
    """An approval needs a vote in favour, and more votes in favour than against."""

    code = "APPROVAL_WITHOUT_VOTE"


class OrganisationKnown(DomainError):
    """The applicant is known here already: name the organisation that it is."""

    code = "ORGANISATION_KNOWN"


class AcceptanceIncomplete(BadInput):
    """Whoever accepts may bind the organisation, says so, and acknowledges competition law."""

    code = "ACCEPTANCE_INCOMPLETE"


class TermsMissing(DomainError):
    """No terms are in force yet that could be accepted: the secretariat has to publish some."""

    code = "TERMS_MISSING"


class TermsOutdated(BadInput):
    """Only the terms that are in force today can be accepted."""

    code = "TERMS_OUTDATED"


class TermsPublished(DomainError):
    """There are terms of this version, or for this day, already; what was published stays."""

    code = "TERMS_PUBLISHED"
    constraint = "terms_version_key"


def read_text(text: str, field: str) -> str:
    """A text that may not be empty. Raises TextMissing."""
    plain = text.strip()
    if not 0 < len(plain) <= TEXT_MAX:
        raise TextMissing().at(field)
    return plain


def read_name(name: str, field: str = "name") -> str:
    """A name of an organisation or a person. Raises ApplicationInvalid."""
    plain = " ".join(name.split())
    if not 0 < len(plain) <= NAME_MAX or not plain.isprintable():
        message = f"A name has 1 to {NAME_MAX} characters, none of them a control character."
        raise ApplicationInvalid(message).at(field)
    return plain


def read_aliases(aliases: Collection[str]) -> tuple[str, ...]:
    """Other names. Raises ApplicationInvalid."""
    if len(aliases) > ALIASES_MAX:
        message = f"At most {ALIASES_MAX} other names can be given."
        raise ApplicationInvalid(message).at("aliases")
    return tuple(dict.fromkeys(read_name(one, "aliases") for one in aliases))


def read_web_domain(text: str) -> str:
    """The domain of a website: "https://www.Example.org/about" is example.org.

    Raises ApplicationInvalid.
    """
    bare = text.strip().lower().split("://")[-1].split("/")[0].removeprefix("www.").rstrip(".")
    if len(bare) > 253 or not _DOMAIN.fullmatch(bare):
        raise ApplicationInvalid("A domain is written like example.org.").at("domain")
    return bare


def check_person(by: Principal) -> int:
    """The account of the person who acts. Raises PersonNeeded."""
    if by.account_id is None:
        raise PersonNeeded
    return by.account_id


def check_unbiased(account_id: int, conflicted: Collection[int]) -> None:
    """Refuse whoever declared a conflict of interest. Raises ConflictOfInterest."""
    if account_id in conflicted:
        raise ConflictOfInterest


def check_approval(votes: Mapping[int, Vote], conflicted: Collection[int]) -> None:
    """Refuse an approval that the votes do not carry: account -> its last vote.

    Votes of people with a conflict of interest do not count. Raises ApprovalWithoutVote.
    """
    counted = [vote for account, vote in votes.items() if account not in conflicted]
    approve, reject = counted.count(Vote.APPROVE), counted.count(Vote.REJECT)
    if approve > reject:
        return
    needed = max(1, reject + 1)
    raise ApprovalWithoutVote(
        f"There are {approve} votes in favour and {reject} against, of people without a conflict"
        f" of interest; {needed} in favour are needed."
    )


def check_deadline(day: date | None, today: date, field: str) -> None:
    """Refuse a day that is over. Raises DayInThePast."""
    if day is not None and day < today:
        raise DayInThePast(f"{day} is over: give {today} or a later day.").at(field)


def check_acceptance(*, authorised: bool, competition_law: bool) -> None:
    """Refuse an acceptance that binds nobody. Raises AcceptanceIncomplete."""
    if not authorised:
        message = "Whoever accepts has to be authorised to bind the organisation, and to say so."
        raise AcceptanceIncomplete(message).at("authorised")
    if not competition_law:
        message = "The rules of competition law have to be acknowledged."
        raise AcceptanceIncomplete(message).at("competitionLaw")
