"""The regions of the world as the United Nations' statistics divide it: UN M49.

Source: UN Statistics Division, "Standard country or area codes for statistical use (M49)",
https://unstats.un.org/unsd/methodology/m49/, as joined with the codes of ISO 3166-1 in
github.com/lukes/ISO-3166-Countries-with-Regional-Codes (all.csv, 2024-06-30). M49 gives Antarctica
no region and does not list Taiwan: they have none here.
"""

from enum import StrEnum


class Region(StrEnum):
    """A region of UN M49, the division right below the world."""

    AFRICA = "AFRICA"
    AMERICAS = "AMERICAS"
    ASIA = "ASIA"
    EUROPE = "EUROPE"
    OCEANIA = "OCEANIA"


_COUNTRIES = {
    Region.AFRICA: (
        "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW IO KE KM LR "
        "LS LY MA MG ML MR MU MW MZ NA NE NG RE RW SC SD SH SL SN SO SS ST SZ TD TF TG TN "
        "TZ UG YT ZA ZM ZW"
    ),
    Region.AMERICAS: (
        "AG AI AR AW BB BL BM BO BQ BR BS BV BZ CA CL CO CR CU CW DM DO EC FK GD GF GL GP "
        "GS GT GY HN HT JM KN KY LC MF MQ MS MX NI PA PE PM PR PY SR SV SX TC TT US UY VC "
        "VE VG VI"
    ),
    Region.ASIA: (
        "AE AF AM AZ BD BH BN BT CN CY GE HK ID IL IN IQ IR JO JP KG KH KP KR KW KZ LA LB "
        "LK MM MN MO MV MY NP OM PH PK PS QA SA SG SY TH TJ TL TM TR UZ VN YE"
    ),
    Region.EUROPE: (
        "AD AL AT AX BA BE BG BY CH CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT "
        "JE LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS RU SE SI SJ SK SM UA VA"
    ),
    Region.OCEANIA: (
        "AS AU CC CK CX FJ FM GU HM KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TO TV UM VU WF WS"
    ),
}

# Country of ISO 3166-1 -> its region.
REGIONS = {
    country: region for region, countries in _COUNTRIES.items() for country in countries.split()
}
