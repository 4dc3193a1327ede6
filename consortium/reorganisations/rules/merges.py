"""What becomes of the rows of an organisation that proves to be another one, by table."""

from enum import StrEnum

from consortium.kernel.errors import BadInput, DomainError


class Becomes(StrEnum):
    """What a merge does with the rows that refer to the duplicate."""

    # They refer to the survivor; a row that the database refuses there (the survivor has the same
    # role, relation or number already) stays with the duplicate. So do rows of unknown tables.
    MOVED = "MOVED"
    # They are about the record itself.
    STAYED = "STAYED"
    # On each day the stronger status: see `memberships`.
    JOINED = "JOINED"


# Tables whose rows do not simply move.
BY_TABLE = {
    "membership": Becomes.JOINED,
    # What the duplicate was called, and where it was: the survivor has a history of its own.
    "organisation_period": Becomes.STAYED,
    "organisation_merge": Becomes.STAYED,
    # How many people each record was given: of the survivor its own number holds, which a later
    # one of the duplicate would replace.
    "organisation_seats": Becomes.STAYED,
}
# Where the survivor has a row of the same key, the duplicate's stays with the old record, and that
# is right: the invoice of a year that both were sent (to be paid or credited, reminded of by
# nobody), the contact, sizes, tier and seat in a working group that the survivor has already.

# Columns that hold organisations' ids without a foreign key, or look so, and why they need no rule.
DERIVED = {
    ("delegacy", "group_id"): "a working group",
    ("meeting", "group_id"): "a working group",
    ("avoided_standing", "organisation_id"): "recomputed from the claims",
    ("avoided_standing", "group_id"): "recomputed from the claims",
    ("avoided_total", "organisation_id"): "recomputed from the claims",
    ("avoided_total", "group_id"): "recomputed from the claims",
    ("avoided_total", "owner_id"): "recomputed from the claims",
    ("avoided_stale", "organisation_id"): "what waits to be recomputed",
    ("assessed_standing", "organisation_id"): "recomputed from the claims",
    ("assessed_standing", "group_id"): "recomputed from the claims",
    ("assessed_total", "organisation_id"): "recomputed from the claims",
    ("assessed_total", "group_id"): "recomputed from the claims",
    ("assessed_contributor", "organisation_id"): "recomputed from the claims",
    ("effect", "organisation_id"): "as of the solution",
    ("product_identifier", "organisation_id"): "as of the product",
    ("footprint", "organisation_id"): "as of the product",
    ("profile_span", "organisation_id"): "recomputed from memberships, periods and sizes",
    ("profile_stale", "organisation_id"): "what waits to be recomputed",
    ("webhook_event", "organisation_id"): "handed out in seconds, to the survivor as well",
    ("audit_entry", "organisation_id"): "the trail tells what was, and is never changed",
    ("audit_entry", "acting_organisation_id"): "the trail tells what was, and is never changed",
}
# Such columns whose rows move as those with a foreign key do.
WITHOUT_KEY: tuple[tuple[str, str], ...] = ()


class MergesItself(BadInput):
    """An organisation cannot be merged into itself: name the other record."""

    code = "MERGES_ITSELF"
    constraint = "organisation_merge_of_another"


class AlreadyMerged(DomainError):
    """This record was merged into another one: take that, or undo the merge first."""

    code = "ALREADY_MERGED"
    constraint = "organisation_standing"


class MergeUndone(DomainError):
    """This merge has been undone already."""

    code = "MERGE_UNDONE"


class MergeChangedSince(DomainError):
    """What was changed since the merge stands in the way: put that back first."""

    code = "MERGE_CHANGED_SINCE"


def hidden_key(name_key: str, organisation_id: int) -> str:
    """The search key of a record that was merged: nobody asks for it, the name is free again.

    Keys of names are in lower case; this one is not, so no name can have it.
    """
    return f"{name_key} MERGED {organisation_id}"


def becomes(table: str) -> Becomes:
    """What becomes of a table's rows; of one that nobody knows, as of most."""
    return BY_TABLE.get(table, Becomes.MOVED)
