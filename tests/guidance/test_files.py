"""A draft is what its file says, whatever it was before."""

from datetime import date
from random import Random

import pytest

from consortium.guidance.actions.files import GuidanceFacts, record_guidance_version
from consortium.guidance.actions.rows import gates_of, locked
from consortium.guidance.rules import Criterion, Evidence, EvidenceKind, Gate, Head
from consortium.storage.database import Database, transaction
from consortium.storage.raw import raw
from tests.asking import House


def facts(random: Random) -> GuidanceFacts:
    """A version with some of four gates, in any order, with some of three criteria each."""

    def evidence() -> tuple[Evidence, ...]:
        kinds = random.choices(list(EvidenceKind), k=random.randint(0, 3))
        return tuple(Evidence(kind, f"It holds {at}.", at == 1) for at, kind in enumerate(kinds))

    def criteria() -> tuple[Criterion, ...]:
        keys = random.sample("xyz", k=random.randint(0, 3))
        return tuple(Criterion(key, f"So it is {key}.", key != "x", evidence()) for key in keys)

    keys = random.sample("abcd", k=random.randint(0, 4))
    gates = [
        Gate(key, f"Gate {key}", "It is so.", random.choice((None, 12)), criteria()) for key in keys
    ]
    head = Head("law", "A law", "A publisher", random.choice(("", "1")), date(2023, 3, 22))
    return GuidanceFacts(head, tuple(gates), None, random.choice((("", ""), ("", "A page"))))


@pytest.mark.parametrize("seed", range(3))
async def test_a_draft_is_what_its_file_says(database: Database, seed: int) -> None:
    """After any other file; and the same file changes nothing more."""
    random = Random(seed)  # noqa: S311  no secret
    house = House(database)
    for _ in range(12):
        wanted = facts(random)
        with database.active():
            async with transaction() as client:
                await record_guidance_version(raw(client), wanted)
            before = await house.digest()
            async with transaction() as client:
                again = await record_guidance_version(raw(client), wanted)
                version = await locked(raw(client), 1)
                gates = await gates_of(raw(client), 1)

        assert again == "unchanged"
        assert await house.digest() == before
        assert (version.head, tuple(gates)) == (wanted.head, wanted.gates)
