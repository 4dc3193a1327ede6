"""A guidance as data: versions with gates, their criteria, and the evidence that each asks for.

A version is drafted, published, and at last retired. What was published never changes, so that a
claim made under it can be read as it was judged: a correction is a new version, which names the one
that it replaces.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from consortium.kernel.errors import BadInput, DomainError

GATES_MAX = 50
CRITERIA_MAX = 50
EVIDENCE_MAX = 20
KEY_MAX = 64
TITLE_MAX = 300
EDITION_MAX = 100
TEXT_MAX = 4_000
REASON_MAX = 1_000
VALID_MONTHS_MAX = 600
KEY = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")


class GuidanceStatus(StrEnum):
    """How far a version is; it never goes back."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    RETIRED = "RETIRED"


class EvidenceKind(StrEnum):
    """What sort of thing shows that a criterion is met."""

    INVENTORY = "INVENTORY"
    ASSURANCE_STATEMENT = "ASSURANCE_STATEMENT"
    TARGET = "TARGET"
    PROGRESS_REPORT = "PROGRESS_REPORT"
    SCIENTIFIC_REFERENCE = "SCIENTIFIC_REFERENCE"
    TAXONOMY_ENTRY = "TAXONOMY_ENTRY"
    DECLARATION = "DECLARATION"
    CAUSAL_EXPLANATION = "CAUSAL_EXPLANATION"
    SIGNIFICANCE = "SIGNIFICANCE"
    DOCUMENT = "DOCUMENT"


class GuidanceReferenceInvalid(BadInput):
    """A reference has 1 to 64 small letters and digits, with single hyphens or dots between."""

    code = "GUIDANCE_REFERENCE_INVALID"
    constraint = "guidance_version_reference_form"


class GuidanceReferenceTaken(DomainError):
    """There is a version of this reference: choose another."""

    code = "GUIDANCE_REFERENCE_TAKEN"
    constraint = "guidance_version_reference_key"


class GuidanceTextInvalid(BadInput):
    """A text is missing or too long; the message says how long it may be."""

    code = "GUIDANCE_TEXT_INVALID"


class GuidanceKeyInvalid(BadInput):
    """A key has 1 to 64 small letters and digits, with single hyphens or dots between."""

    code = "GUIDANCE_KEY_INVALID"


class GuidanceKeyTwice(BadInput):
    """Each gate of a version, and each criterion of a gate, has a key of its own."""

    code = "GUIDANCE_KEY_TWICE"


class GuidanceTooLarge(BadInput):
    """A version has at most 50 gates, a gate 50 criteria, and a criterion 20 sorts of evidence."""

    code = "GUIDANCE_TOO_LARGE"


class GuidanceValidityInvalid(BadInput):
    """A gate that was passed holds for 1 to 600 months; give none where it holds without end."""

    code = "GUIDANCE_VALIDITY_INVALID"
    constraint = "guidance_gate_valid_months_range"


class GuidancePositionInvalid(BadInput):
    """A gate stands at a place from 1 to the number of the version's gates."""

    code = "GUIDANCE_POSITION_INVALID"


class GuidanceGateUnknown(BadInput):
    """The version has no gate of this key."""

    code = "GUIDANCE_GATE_UNKNOWN"


class GuidancePublished(DomainError):
    """What was published never changes: make a new version, which replaces it."""

    code = "GUIDANCE_PUBLISHED"
    constraint = "guidance_published_stays"


class GuidanceNotPublished(DomainError):
    """Only a version that is published, and was not retired before, can be retired."""

    code = "GUIDANCE_NOT_PUBLISHED"


class GuidanceIncomplete(DomainError):
    """To be published, a version has a gate at least, and each gate a criterion at least."""

    code = "GUIDANCE_INCOMPLETE"
    constraint = "guidance_version_complete"


class GuidanceReplacesDraft(BadInput):
    """A version replaces one that was published; a draft is changed itself."""

    code = "GUIDANCE_REPLACES_DRAFT"
    constraint = "guidance_version_replaces_published"


class GuidanceFact(StrEnum):
    """What a version may leave unsaid of itself."""

    EDITION = "EDITION"
    ISSUED_ON = "ISSUED_ON"
    SOURCE = "SOURCE"
    REPLACES = "REPLACES"


class Evidence(NamedTuple):
    """What is asked for: its sort, and in words what it must hold."""

    kind: EvidenceKind
    must_hold: str
    required: bool = True


class Criterion(NamedTuple):
    """One thing that must be so (or, where it is not required, that a reviewer looks at)."""

    key: str
    text: str
    required: bool = True
    evidence: tuple[Evidence, ...] = ()


class Gate(NamedTuple):
    """A gate that a claim passes or does not; `valid_months` None: a pass holds without end."""

    key: str
    title: str
    passes_when: str
    valid_months: int | None = None
    criteria: tuple[Criterion, ...] = ()


class Head(NamedTuple):
    """What a version says of itself; `issued_on` is its publisher's day, not the consortium's."""

    reference: str
    title: str
    publisher: str
    edition: str = ""
    issued_on: date | None = None


def checked_text(
    text: str | None, where: str, longest: int = TEXT_MAX, *, blank: bool = False
) -> str:
    """The text without blanks around it. Raises GuidanceTextInvalid."""
    told = (text or "").strip()
    if len(told) > longest or (not told and not blank):
        least = 0 if blank else 1
        raise GuidanceTextInvalid(f"A text of {least} to {longest} characters is needed.").at(where)
    return told


def checked_head(head: Head) -> Head:
    """The head with its texts trimmed. Raises GuidanceReferenceInvalid, GuidanceTextInvalid."""
    reference = (head.reference or "").strip()
    if not _is_key(reference):
        raise GuidanceReferenceInvalid().at("reference")
    return Head(
        reference,
        checked_text(head.title, "title", TITLE_MAX),
        checked_text(head.publisher, "publisher", TITLE_MAX),
        checked_text(head.edition, "edition", EDITION_MAX, blank=True),
        head.issued_on,
    )


def checked_gate(gate: Gate) -> Gate:
    """The gate with its texts trimmed; what is refused names its place in the gate.

    Raises GuidanceKeyInvalid, GuidanceKeyTwice, GuidanceTextInvalid, GuidanceValidityInvalid and
    GuidanceTooLarge.
    """
    months = gate.valid_months
    if months is not None and not 1 <= months <= VALID_MONTHS_MAX:
        raise GuidanceValidityInvalid().at("validMonths")
    if len(gate.criteria) > CRITERIA_MAX:
        raise GuidanceTooLarge().at("criteria")
    return Gate(
        _checked_key(gate.key, "key"),
        checked_text(gate.title, "title", TITLE_MAX),
        checked_text(gate.passes_when, "passesWhen"),
        months,
        tuple(_checked_criteria(gate.criteria)),
    )


def _checked_criteria(criteria: Sequence[Criterion]) -> Iterable[Criterion]:
    seen = set[str]()
    for at, criterion in enumerate(criteria):
        try:
            told = _checked_criterion(criterion)
            if told.key in seen:
                raise GuidanceKeyTwice().at("key")
        except DomainError as error:
            raise error.at("criteria", str(at), *error.path) from None
        seen.add(told.key)
        yield told


def _checked_criterion(criterion: Criterion) -> Criterion:
    if len(criterion.evidence) > EVIDENCE_MAX:
        raise GuidanceTooLarge().at("evidence")
    evidence = list[Evidence]()
    for at, one in enumerate(criterion.evidence):
        try:
            told = checked_text(one.must_hold, "mustHold")
        except DomainError as error:
            raise error.at("evidence", str(at), *error.path) from None
        evidence.append(one._replace(must_hold=told))
    return Criterion(
        _checked_key(criterion.key, "key"),
        checked_text(criterion.text, "text"),
        criterion.required,
        tuple(evidence),
    )


def _checked_key(key: str, where: str) -> str:
    if not _is_key(key.strip()):
        raise GuidanceKeyInvalid().at(where)
    return key.strip()


def _is_key(text: str) -> bool:
    return len(text) <= KEY_MAX and KEY.fullmatch(text) is not None


def placed(keys: Sequence[str], key: str, position: int | None) -> list[str]:
    """The gates' keys in their order, with this one at its place; None: where it is, or last.

    Raises GuidancePositionInvalid and GuidanceTooLarge.
    """
    others = [one for one in keys if one != key]
    if len(others) >= GATES_MAX:
        raise GuidanceTooLarge
    if position is None:
        return list(keys) if key in keys else [*keys, key]
    if not 1 <= position <= len(others) + 1:
        raise GuidancePositionInvalid(
            f"The gate's place is one from 1 to {len(others) + 1}, not {position}."
        ).at("position")
    return [*others[: position - 1], key, *others[position - 1 :]]


def check_draft(status: GuidanceStatus) -> None:
    """Refuse a change of what was published. Raises GuidancePublished."""
    if status is not GuidanceStatus.DRAFT:
        raise GuidancePublished


def check_replaced(status: GuidanceStatus) -> None:
    """Refuse to replace what was never published. Raises GuidanceReplacesDraft."""
    if status is GuidanceStatus.DRAFT:
        raise GuidanceReplacesDraft().at("replaces")


def check_complete(criteria: Sequence[tuple[str, int]]) -> None:
    """Refuse to publish gates (each with the number of its criteria) that decide nothing.

    Raises GuidanceIncomplete.
    """
    if not criteria:
        raise GuidanceIncomplete("The version has no gate: put one before it is published.")
    empty = [key for key, count in criteria if not count]
    if empty:
        raise GuidanceIncomplete(
            f"There is no criterion in: {', '.join(empty)}. Put one into each gate, or remove it."
        )


def check_retirable(status: GuidanceStatus) -> None:
    """Refuse to retire a draft, or a second time. Raises GuidanceNotPublished."""
    if status is not GuidanceStatus.PUBLISHED:
        raise GuidanceNotPublished
