"""Greenhouse gases, and what a kg of each is in kg CO2e over 100 years (GWP100).

`gwp100.csv` has a line for each gas and a column for each set. Sources:

* SAR to AR6: https://github.com/openclimatedata/globalwarmingpotentials, v0.13.2 (IPCC's tables).
* SF6 in AR6: 24 300, IPCC's corrected value that GHG Protocol lists (the draft of 2021 had 25 200).
* Methane: AR5 and AR6 tell fossil (30 and 29.8) from other (28 and 27.0; AR6, chapter 7, table
  7.15), AR5 with feedback likewise by 2 more (table 8.7); in older sets both are the same.
* Carbon dioxide of biogenic origin is told apart and is 0 here (GHG Protocol: reported apart).
* `CO2E_` and a set: what is known as CO2e of that set alone. In no other set it has a value.
"""

import csv
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

from consortium.kernel.errors import BadInput

GAS_LENGTH_MAX: Final = 40
BIOGENIC_CO2: Final = "CO2_BIOGENIC"


class GwpSet(StrEnum):
    """The IPCC assessment report whose GWP100 values were used; AR5_CCF: with climate feedback."""

    SAR = "SAR"
    TAR = "TAR"
    AR4 = "AR4"
    AR5 = "AR5"
    AR5_CCF = "AR5_CCF"
    AR6 = "AR6"


class GasUnknown(BadInput):
    """A gas is named as in the list of gases, such as CO2, CH4_FOSSIL, N2O, HFC134a or CO2E_AR6."""

    code = "GAS_UNKNOWN"


class GasNotInSet(BadInput):
    """This GWP set has no value for the gas: choose a set that has one, or enter the gases."""

    code = "GAS_NOT_IN_SET"


@cache
def gases() -> Mapping[str, Mapping[GwpSet, Decimal]]:
    """All gases in the order of the list, with their kg CO2e for a kg by set, where they have."""
    lines = (files("consortium.kernel") / "gwp100.csv").read_text("utf-8").splitlines()
    return {
        line["gas"]: {one: Decimal(line[one]) for one in GwpSet if line[one]}
        for line in csv.DictReader(lines)
    }


def gas_known(gas: str) -> str:
    """The gas of that name; raises GasUnknown, with what was given."""
    if gas not in gases():
        raise GasUnknown(f"{GasUnknown.meaning()} Given was “{gas[:GAS_LENGTH_MAX]}”.")
    return gas
