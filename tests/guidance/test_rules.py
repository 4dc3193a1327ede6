"""What a version may say, how its gates are put in order, and when it is whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consortium.guidance.rules import (
    CRITERIA_MAX,
    EVIDENCE_MAX,
    GATES_MAX,
    Criterion,
    Evidence,
    EvidenceKind,
    Gate,
    GuidanceIncomplete,
    GuidanceKeyInvalid,
    GuidanceKeyTwice,
    GuidanceNotPublished,
    GuidancePositionInvalid,
    GuidancePublished,
    GuidanceReferenceInvalid,
    GuidanceReplacesDraft,
    GuidanceStatus,
    GuidanceTextInvalid,
    GuidanceTooLarge,
    GuidanceValidityInvalid,
    Head,
    check_complete,
    check_draft,
    check_replaced,
    check_retirable,
    checked_gate,
    checked_head,
    placed,
)
from consortium.kernel.errors import DomainError

TARGET = Evidence(EvidenceKind.TARGET, "Who validated it.")
CRITERION = Criterion("targets", "There are targets.", evidence=(TARGET,))
GATE = Gate("credibility", "Credibility", "It has targets.", 12, (CRITERION,))
HEAD = Head("wbcsd-2023", "Guidance", "WBCSD")
KEYS = st.lists(st.text("abc", min_size=1, max_size=3), unique=True, max_size=8)


@pytest.mark.parametrize("reference", ["a", "wbcsd-2023", "wbcsd-2023.v1", "2023", "a" * 64])
def test_references_are_short_and_plain(reference: str) -> None:
    assert checked_head(HEAD._replace(reference=f" {reference} ")).reference == reference


@pytest.mark.parametrize(
    "reference", ["", " ", "WBCSD", "a b", "-a", "a-", "a--b", "a_b", "é", "a" * 65, "a\nb"]
)
def test_other_references_are_refused(reference: str) -> None:
    with pytest.raises(GuidanceReferenceInvalid) as refused:
        checked_head(HEAD._replace(reference=reference))

    assert refused.value.path == ("reference",)


@pytest.mark.parametrize(
    ("head", "path"),
    [
        (HEAD._replace(title=" "), ("title",)),
        (HEAD._replace(title="a" * 301), ("title",)),
        (HEAD._replace(publisher=""), ("publisher",)),
        (HEAD._replace(edition="a" * 101), ("edition",)),
    ],
)
def test_a_version_has_a_title_and_a_publisher(head: Head, path: tuple[str, ...]) -> None:
    """An edition may be left out."""
    with pytest.raises(GuidanceTextInvalid) as refused:
        checked_head(head)

    assert refused.value.path == path


@pytest.mark.parametrize(
    ("gate", "error", "path"),
    [
        (GATE._replace(key="A"), GuidanceKeyInvalid, "key"),
        (GATE._replace(title=""), GuidanceTextInvalid, "title"),
        (GATE._replace(passes_when="\n"), GuidanceTextInvalid, "passesWhen"),
        (GATE._replace(passes_when="a" * 4001), GuidanceTextInvalid, "passesWhen"),
        (GATE._replace(valid_months=0), GuidanceValidityInvalid, "validMonths"),
        (GATE._replace(valid_months=601), GuidanceValidityInvalid, "validMonths"),
        (
            GATE._replace(criteria=(CRITERION,) * (CRITERIA_MAX + 1)),
            GuidanceTooLarge,
            "criteria",
        ),
        (
            GATE._replace(criteria=(CRITERION, CRITERION._replace(key=" targets "))),
            GuidanceKeyTwice,
            "criteria 1 key",
        ),
        (
            GATE._replace(criteria=(CRITERION._replace(key="no key"),)),
            GuidanceKeyInvalid,
            "criteria 0 key",
        ),
        (
            GATE._replace(criteria=(CRITERION._replace(text=""),)),
            GuidanceTextInvalid,
            "criteria 0 text",
        ),
        (
            GATE._replace(criteria=(CRITERION._replace(evidence=(TARGET,) * (EVIDENCE_MAX + 1)),)),
            GuidanceTooLarge,
            "criteria 0 evidence",
        ),
        (
            GATE._replace(
                criteria=(CRITERION._replace(evidence=(TARGET, TARGET._replace(must_hold=" "))),)
            ),
            GuidanceTextInvalid,
            "criteria 0 evidence 1 mustHold",
        ),
    ],
)
def test_what_is_wrong_with_a_gate_names_its_place(
    gate: Gate, error: type[DomainError], path: str
) -> None:
    with pytest.raises(error) as refused:
        checked_gate(gate)

    assert " ".join(refused.value.path) == path


def test_texts_of_a_gate_are_trimmed() -> None:
    """And nothing else of it is changed."""
    padded = GATE._replace(
        title=" Credibility ",
        criteria=(
            CRITERION._replace(
                key=" targets", evidence=(TARGET._replace(must_hold="Who validated it. \n"),)
            ),
        ),
    )

    assert checked_gate(padded) == GATE
    assert checked_gate(GATE._replace(valid_months=None, criteria=())).valid_months is None


@given(KEYS, st.data())
def test_a_gate_stands_where_it_was_put(keys: list[str], data: st.DataObject) -> None:
    """New or moved: at its place, and the others keep their order among them."""
    key = data.draw(st.sampled_from([*keys, "new"]))
    others = [one for one in keys if one != key]
    position = data.draw(st.integers(1, len(others) + 1))

    found = placed(keys, key, position)

    assert found[position - 1] == key
    assert [one for one in found if one != key] == others
    assert len(found) == len(others) + 1


@given(KEYS)
def test_a_gate_without_a_place_stays_or_comes_last(keys: list[str]) -> None:
    for key in keys:
        assert placed(keys, key, None) == keys
    assert placed(keys, "new", None) == [*keys, "new"]


@pytest.mark.parametrize("position", [-1, 0, 3])
def test_there_is_no_place_beyond_the_gates(position: int) -> None:
    """Two gates have two places; a third one would leave a gap."""
    with pytest.raises(GuidancePositionInvalid, match="from 1 to 2"):
        placed(["a", "b"], "b", position)


def test_a_version_has_so_many_gates() -> None:
    """One more is refused; one of them can still be moved."""
    keys = [f"gate-{at}" for at in range(GATES_MAX)]

    assert placed(keys, keys[-1], 1)[0] == keys[-1]
    with pytest.raises(GuidanceTooLarge):
        placed(keys, "new", None)


def test_a_version_is_whole_with_a_criterion_in_every_gate() -> None:
    check_complete([("a", 1), ("b", 2)])
    with pytest.raises(GuidanceIncomplete, match="no gate"):
        check_complete([])
    with pytest.raises(GuidanceIncomplete, match="in: b, c"):
        check_complete([("a", 1), ("b", 0), ("c", 0)])


def test_a_version_goes_forward_only() -> None:
    """A draft is changed and published, what is published is retired, and that is all."""
    draft, published, retired = GuidanceStatus
    check_draft(draft)
    check_retirable(published)
    for status in (published, retired):
        check_replaced(status)
        with pytest.raises(GuidancePublished):
            check_draft(status)
    for status in (draft, retired):
        with pytest.raises(GuidanceNotPublished):
            check_retirable(status)
    with pytest.raises(GuidanceReplacesDraft):
        check_replaced(draft)
