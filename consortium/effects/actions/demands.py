"""What demands on value chains emit, as amounts of items of a comparison."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, TypeAlias

from consortium.kernel.errors import DomainError
from consortium.kernel.gases import GasNotInSet, GwpSet
from consortium.kernel.principal import Principal
from consortium.storage.raw import Connection
from consortium.value_chains.computing.demands import (
    Demanded,
    DemandFootprint,
    TooManyVersions,
    demanded,
    footprints_of,
)
from consortium.value_chains.rules.demands import Demand

# Of an item: of the reference and of the solution; None where there is none on that side.
Demands: TypeAlias = tuple[Demand | None, Demand | None]


class Computed(NamedTuple):
    """What the demands of an item emit; None where there is none on that side."""

    reference: DemandFootprint | None
    solution: DemandFootprint | None

    @property
    def is_drawn(self) -> bool:
        """Whether the chain of one of them says how uncertain it is."""
        return any(side is not None and side.draws is not None for side in self)


async def computed_of(
    connection: Connection,
    by: Principal,
    items: Sequence[Demands],
    gwp_set: GwpSet,
    today: date,
) -> list[Computed]:
    """What the demands of each item emit; an error names its place in the input.

    Raises:
        NotFound, PermissionDenied, ChainVersionNotInForce: of an activity, as `demanded`.
        TooManyVersions, GasNotInSet, SolverBusy and the like: as `footprints_of`.
    """
    held = await _held(connection, by, items, today)
    sides = [side for item in items for side in item]
    demands = [one for one in sides if one is not None]
    try:
        found = iter(await footprints_of(connection, demands, held, gwp_set))
    except GasNotInSet as error:
        raise error.at("gwpSet") from None
    except TooManyVersions as error:
        raise error.at("items") from None
    each = [None if one is None else next(found) for one in sides]
    return [Computed(*pair) for pair in zip(each[::2], each[1::2], strict=True)]


async def _held(
    connection: Connection, by: Principal, items: Sequence[Demands], today: date
) -> dict[int, Demanded]:
    """The activities that are demanded of; an error names the first place of one."""
    held: dict[int, Demanded] = {}
    for at, item in enumerate(items):
        for name, one in zip(("referenceDemand", "solutionDemand"), item, strict=True):
            if one is None or one.activity in held:
                continue
            try:
                held[one.activity] = await demanded(connection, by, one.activity, today)
            except DomainError as error:
                raise error.at("items", str(at), name, "activity") from None
    return held
