"""What other programs call greenhouse gases: names of elementary flows, and CAS numbers.

Names are those of the openLCA reference lists, of ecoinvent (ecospold) and of ILCD. CAS numbers are
of the Chemical Abstracts Service, as the IPCC's Sixth Assessment Report lists them beside the gases
(working group I, chapter 7, supplementary table 7.SM.7).
"""

import re
from functools import cache
from typing import Final

from consortium.kernel.gases import gases

# What takes carbon dioxide out of the air: a resource, not an emission.
UPTAKE: Final = "carbon dioxide, in air"

_NAMES: Final = {
    "CO2": (
        "carbon dioxide",
        "carbon dioxide, fossil",
        "carbon dioxide (fossil)",
        "carbon dioxide, land transformation",
        "carbon dioxide (land use change)",
        "carbon dioxide, from soil or biomass stock",
        "carbon dioxide, to soil or biomass stock",
    ),
    "CO2_BIOGENIC": (
        UPTAKE,
        "carbon dioxide, biogenic",
        "carbon dioxide (biogenic)",
        "carbon dioxide, non-fossil",
        "carbon dioxide, non-fossil, resource correction",
        "carbon dioxide (biogenic-100yr)",
    ),
    # Methane of an origin that is not said counts as fossil, which is the higher of both.
    "CH4_FOSSIL": (
        "methane",
        "methane, fossil",
        "methane (fossil)",
        "methane, land transformation",
        "methane (land use change)",
    ),
    "CH4_NON_FOSSIL": (
        "methane, biogenic",
        "methane (biogenic)",
        "methane, non-fossil",
        "methane, from soil or biomass stock",
    ),
    "N2O": ("dinitrogen monoxide", "nitrous oxide", "dinitrogen oxide", "laughing gas"),
    "SF6": ("sulfur hexafluoride", "sulphur hexafluoride"),
    "NF3": ("nitrogen trifluoride", "nitrogen fluoride"),
    "CF4": ("tetrafluoromethane", "perfluoromethane", "cfc-14", "hfc-14", "r-14", "pfc-14"),
    "C2F6": ("hexafluoroethane", "perfluoroethane", "cfc-116", "hfc-116", "r-116", "pfc-116"),
    "C3F8": ("perfluoropropane", "octafluoropropane", "pfc-218", "r-218"),
    "C4F10": ("perfluorobutane",),
    "C5F12": ("perfluoropentane",),
    "C6F14": ("perfluorohexane",),
    "cC4F8": ("perfluorocyclobutane", "octafluorocyclobutane"),
    "CCl4": ("tetrachloromethane", "carbon tetrachloride", "r-10", "cfc-10"),
    "CH3Cl": ("chloromethane", "methyl chloride", "r-40"),
    "CH2Cl2": ("dichloromethane", "methylene chloride", "hcc-30", "r-30"),
    "CHCl3": ("chloroform", "trichloromethane", "hcc-20"),
    "CH3Br": ("bromomethane", "methyl bromide", "halon 1001", "halon-1001"),
    "CH3CCl3": ("1,1,1-trichloroethane", "hcfc-140", "hcfc-140a", "hcc-140"),
    "SO2F2": ("sulfuryl fluoride", "sulphuryl fluoride"),
}
_CAS: Final = {
    "CO2": "124-38-9",
    "CH4_FOSSIL": "74-82-8",
    "N2O": "10024-97-2",
    "SF6": "2551-62-4",
    "NF3": "7783-54-2",
    "CF4": "75-73-0",
    "C2F6": "76-16-4",
    "C3F8": "76-19-7",
    "C4F10": "355-25-9",
    "C5F12": "678-26-2",
    "C6F14": "355-42-0",
    "cC4F8": "115-25-3",
    "HFC23": "75-46-7",
    "HFC32": "75-10-5",
    "HFC41": "593-53-3",
    "HFC125": "354-33-6",
    "HFC134": "359-35-3",
    "HFC134a": "811-97-2",
    "HFC143": "430-66-0",
    "HFC143a": "420-46-2",
    "HFC152": "624-72-6",
    "HFC152a": "75-37-6",
    "HFC161": "353-36-6",
    "HFC227ea": "431-89-0",
    "HFC236fa": "690-39-1",
    "HFC245fa": "460-73-1",
    "HFC365mfc": "406-58-6",
    "HFC4310mee": "138495-42-8",
    "CFC11": "75-69-4",
    "CFC12": "75-71-8",
    "CFC13": "75-72-9",
    "CFC113": "76-13-1",
    "CFC114": "76-14-2",
    "CFC115": "76-15-3",
    "HCFC22": "75-45-6",
    "HCFC123": "306-83-2",
    "HCFC124": "2837-89-0",
    "HCFC141b": "1717-00-6",
    "HCFC142b": "75-68-3",
    "Halon1211": "353-59-3",
    "Halon1301": "75-63-8",
    "Halon2402": "124-73-2",
    "CCl4": "56-23-5",
    "CH3Br": "74-83-9",
    "CH2Cl2": "75-09-2",
    "CH3CCl3": "71-55-6",
    "CH3Cl": "74-87-3",
    "CHCl3": "67-66-3",
    "SO2F2": "2699-79-8",
}
# As in "Ethane, 1,1,1,2-tetrafluoro-, HFC-134a".
_CODE: Final = re.compile(
    r"(?:^|[\s,(])((?:hfc|hcfc|cfc|halon|hfe|hcc|pfc|r)[- ]?[0-9][0-9a-z-]*)\)?$"
)


def gas_named(name: str, cas: str = "") -> str | None:
    """The gas of a flow by its name, as in the list of gases or elsewhere, or else its CAS number.

    None where it is none of them.
    """
    if name in gases():
        return name
    folded = " ".join(name.casefold().split())
    found = _by_name().get(folded) or _by_code(folded)
    return found or _by_cas().get(cas.strip().lstrip("0"))


def _by_code(folded: str) -> str | None:
    match = _CODE.search(folded)
    if match is None:
        return None
    code = match[1]
    return _by_name().get(code) or _by_name().get(code.replace("-", "").replace(" ", ""))


@cache
def _by_name() -> dict[str, str]:
    own = {gas.casefold(): gas for gas in gases()}
    return own | {alias: gas for gas, aliases in _NAMES.items() for alias in aliases}


@cache
def _by_cas() -> dict[str, str]:
    return {number: gas for gas, number in _CAS.items()}
