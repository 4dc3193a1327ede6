"""A process that keeps systems and solves them: frames come in on its input, answers go out.

A frame is eight bytes of length and a pickle. Only the server that started it speaks to it.
"""

import pickle
import struct
import sys
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, BinaryIO, Final, NamedTuple, TypeAlias, cast

from numpy.typing import NDArray

from consortium.kernel.errors import DomainError
from consortium.value_chains.rules.building import Recorded, chain_of, check_computes
from consortium.value_chains.rules.comparisons import compared
from consortium.value_chains.rules.questions import (
    Answer,
    Chain,
    Question,
    Tick,
    answered,
    of_products,
    silent,
)
from consortium.value_chains.rules.scenarios import EmissionChange, ExchangeChange, changed
from consortium.value_chains.rules.solving import LoopNeverEnds
from consortium.value_chains.rules.suppliers import Hop, hop
from consortium.value_chains.rules.vocabulary import ComputedAnswer

TELL_SECONDS: Final = 0.5
HEAD: Final = struct.Struct(">Q")
# Activities and exchanges that are kept at most; the longest unused goes first.
KEPT_MAX: Final = 3_000_000


class Version(NamedTuple):
    """A version of a chain at one moment: its id, and how often it had been changed."""

    id: int
    changes: int


class Side(NamedTuple):
    """A version with what is changed in it for this question, and the question."""

    version: Version
    exchanges: tuple[ExchangeChange, ...]
    emissions: tuple[EmissionChange, ...]
    question: Question


class Task(NamedTuple):
    """What is to be answered of one side, or of two in parts; and rows that were missing."""

    wanted: ComputedAnswer
    sides: tuple[Side, ...]
    parts: frozenset[str]
    rows: Mapping[Version, Recorded]


class Check(NamedTuple):
    """Whether rows compute, as every version does that is published."""

    rows: Recorded


class Drawn(NamedTuple):
    """How many draws were taken of a task that is still being answered."""

    draws: int


class Missing(NamedTuple):
    """The answer where rows are needed first."""

    versions: tuple[Version, ...]


class Refused(NamedTuple):
    """The answer where a rule refuses what was asked."""

    kind: type[DomainError]
    message: str
    path: tuple[str, ...]
    # Of a loop that never ends.
    activities: tuple[int, ...] = ()


# What ends a task.
Reply: TypeAlias = Answer | Hop | Refused


@dataclass(slots=True)
class Keeper:
    """The versions that are at hand, and what is answered of them."""

    kept: OrderedDict[Version, tuple[Recorded, Chain]] = field(
        default_factory=OrderedDict[Version, tuple[Recorded, Chain]]
    )

    def done(self, task: Task, tick: Tick = silent) -> Reply | Missing:
        """The answer of a task, why there is none, or what is missing; a tick for each draw."""
        wanted = {side.version for side in task.sides}
        missing = tuple(sorted(wanted - self.kept.keys() - task.rows.keys()))
        if missing:
            return Missing(missing)
        chain = None
        try:
            for version, rows in task.rows.items():
                self._keep(version, rows)
            found: list[tuple[Chain, Question]] = []
            for side in task.sides:
                chain = self._chain(side)
                found.append((chain, side.question))
            return _replied(task, found, tick)
        except DomainError as error:
            return _refused(error, None if chain is None else chain.ids)

    def _keep(self, version: Version, rows: Recorded) -> None:
        self.kept[version] = (rows, chain_of(rows))
        while sum(map(_weight, self.kept.values())) > KEPT_MAX and len(self.kept) > 2:
            self.kept.popitem(last=False)

    def _chain(self, side: Side) -> Chain:
        self.kept.move_to_end(side.version)
        rows, chain = self.kept[side.version]
        if not side.exchanges and not side.emissions:
            return chain
        return chain_of(changed(rows, side.exchanges, side.emissions))


def _replied(task: Task, found: list[tuple[Chain, Question]], tick: Tick) -> Reply:
    match task.wanted:
        case ComputedAnswer.FOOTPRINT:
            return answered(*found[0], tick)
        case ComputedAnswer.COMPARISON:
            return compared(found[0], found[1], task.parts, tick)
        case ComputedAnswer.PRODUCTS:
            return of_products(*found[0])
        case ComputedAnswer.SUPPLIERS:
            return hop(*found[0])


def checked(check: Check) -> Refused | None:
    """Why rows do not compute; None where they do."""
    try:
        check_computes(check.rows)
    except DomainError as error:
        return _refused(error, check.rows.activities["id"])
    return None


def _refused(error: DomainError, ids: NDArray[Any] | None) -> Refused:
    """A refusal; of a loop that never ends, with the ids of its activities."""
    named: tuple[int, ...] = ()
    if ids is not None and isinstance(error, LoopNeverEnds):
        named = tuple(ids[error.activities].tolist())
    return Refused(type(error), error.message, error.path, named)


def _weight(kept: tuple[Recorded, Chain]) -> int:
    return len(kept[0].activities) + len(kept[0].exchanges)


def read_frame(stream: BinaryIO) -> object:
    """The next frame; EOFError at the end."""
    head = stream.read(HEAD.size)
    if len(head) < HEAD.size:
        raise EOFError
    [length] = HEAD.unpack(head)
    return pickle.loads(stream.read(length))  # noqa: S301  from the server that started it


def frame(value: object) -> bytes:
    """A value as a frame."""
    body = pickle.dumps(value, protocol=5)
    return HEAD.pack(len(body)) + body


class _Telling:
    """Tells how many draws were taken, now and then."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._draws = 0
        self._told = monotonic()

    def __call__(self) -> None:
        self._draws += 1
        if monotonic() - self._told >= TELL_SECONDS:
            self._told = monotonic()
            self._out.write(frame(Drawn(self._draws)))
            self._out.flush()


def main() -> None:
    """Answer until the input ends."""
    keeper = Keeper()
    out = sys.stdout.buffer
    # Whatever a library prints must not stand between frames.
    sys.stdout = sys.stderr
    while True:
        try:
            asked = cast("Task | Check", read_frame(sys.stdin.buffer))
        except EOFError:
            return
        told = _Telling(out)
        out.write(frame(checked(asked) if isinstance(asked, Check) else keeper.done(asked, told)))
        out.flush()
