"""What goes wrong with products, footprints and requests."""

from collections.abc import Sequence

from consortium.footprints.rules.meaning import Fault
from consortium.kernel.errors import BadInput, DomainError

_TOLD_MAX = 3


class FootprintFaulty(BadInput):
    """A footprint is faulty: every field must mean what PACT's specification says of it."""

    code = "FOOTPRINT_FAULTY"

    def __init__(self, faults: Sequence[Fault] = ()) -> None:
        self.faults = tuple(faults)
        told = " ".join(fault.message for fault in self.faults[:_TOLD_MAX])
        more = len(self.faults) - _TOLD_MAX
        super().__init__(f"{told} And {more} more." if more > 0 else told or None)
        if self.faults:
            self.path = tuple(str(part) for part in self.faults[0].path)


class FootprintExists(DomainError):
    """Your organisation has a footprint of this id: correct it by one of another id."""

    code = "FOOTPRINT_EXISTS"
    constraint = "footprint_key"


class FootprintStays(DomainError):
    """A footprint stays as it was recorded: correct it by another one, which deprecates it."""

    code = "FOOTPRINT_STAYS"
    constraint = "footprint_stays"


class FootprintDeprecated(DomainError):
    """This footprint is deprecated, and stays so: take the one that corrects it, if there is."""

    code = "FOOTPRINT_DEPRECATED"


class ChainHoldsFootprint(DomainError):
    """The version holds a footprint that fewer may see: show that to as many first, or leave it."""

    code = "CHAIN_HOLDS_FOOTPRINT"
    constraint = "chain_version_holds_footprint"


class FootprintNotOwn(DomainError):
    """This footprint came from others: whoever stated it corrects it."""

    code = "FOOTPRINT_NOT_OWN"


class IdentifierTaken(DomainError):
    """Another product of your organisation has this identifier: one of the two is mistaken."""

    code = "IDENTIFIER_TAKEN"
    constraint = "product_identifier_key"
