"""How a feature says what waits for somebody; the secretariat's inbox is made of all of these."""

from typing import NamedTuple

from consortium.membership.rules.inbox import WaitKind, WaitsFor


class Waiting(NamedTuple):
    """One sort of thing that waits, declared beside its table and listed in `reads/inbox.py`.

    `rows` is SQL, in which `{today}` is the day, of the columns `key` (of the thing, whose global
    id has the prefix `thing`), `organisation_id` (or null), `since` (null: not known) and `due_on`
    (or null).
    """

    kind: WaitKind
    waits_for: WaitsFor
    thing: str
    rows: str
