"""The sheets of a value chain's file: one declaration for readers, templates and exports."""

from typing import Final

from consortium.documents.sheets import CellKind, Sheet, SheetColumn

# What a workbook holds in all its sheets together; a larger system comes as CSV.
WORKBOOK_ROWS_MAX: Final = 100_000
CSV_ROWS_MAX: Final = 2_000_000

_NUMBER: Final = CellKind.NUMBER
_UNCERTAINTY: Final = SheetColumn(
    "uncertainty",
    "Half the 95 % interval over the amount: 20 % is 0.2. Blank: not known.",
    _NUMBER,
    unit="fraction",
    example="0.1",
)
_ERROR_SOURCE: Final = SheetColumn(
    "error_source", "Amounts with the same one err together, as with one meter or one data set."
)


def _source(url: str = "", title: str = "") -> tuple[SheetColumn, ...]:
    return (
        SheetColumn("source_url", "Address of the source.", example=url),
        SheetColumn("source_title", "Title of the source.", example=title),
    )


def _needed(name: str, about: str, example: str, kind: CellKind = CellKind.TEXT) -> SheetColumn:
    return SheetColumn(name, about, kind, required=True, example=example)


ACTIVITIES: Final = Sheet(
    "activities",
    "An activity: what makes an amount of one product. A process with several products is as many"
    " rows, each with its share.",
    (
        _needed("code", "A key of your own, once in the file.", "steel"),
        SheetColumn(
            "process",
            "Activities with the same one are the products of one process. Blank: the code.",
        ),
        _needed("name", "What is done.", "Making steel in an electric arc furnace"),
        _needed("product", "What comes out.", "Crude steel"),
        _needed("unit", "The unit of the product.", "t"),
        _needed("output", "How much of it the activity makes; not 0.", "1", _NUMBER),
        SheetColumn(
            "share",
            "The product's part of what its process takes and emits; 1 together. Blank: 1.",
            _NUMBER,
            unit="fraction",
        ),
        SheetColumn("organisation", "Whose activity it is, by a name on record."),
        SheetColumn("stage", "The stage of the value chain, by its name."),
        SheetColumn(
            "geography",
            "GLOBAL, a region such as EUROPE, or a country of ISO 3166-1.",
            example="SE",
        ),
        SheetColumn("period_start", "First day of what it describes.", CellKind.DATE),
        SheetColumn("period_end", "Last day.", CellKind.DATE),
        *_source("https://example.org/steel", "An invented example"),
    ),
)
EXCHANGES: Final = Sheet(
    "exchanges",
    "What an activity takes of another's product, for all that its process makes; below 0 it is"
    " given.",
    (
        _needed(
            "consumer",
            "Who takes it: the code of an activity, or its process.",
            "steel",
        ),
        _needed(
            "supplier",
            "Who makes it: the code of an activity, or a product that only one of them makes.",
            "steel",
        ),
        _needed("amount", "How much.", "0.02", _NUMBER),
        SheetColumn("unit", "Its unit. Blank: that of the supplier's product.", example="t"),
        _UNCERTAINTY,
        _ERROR_SOURCE,
        *_source(),
    ),
)
EMISSIONS: Final = Sheet(
    "emissions",
    "What an activity itself emits of a gas, for all that its process makes; below 0 it takes up.",
    (
        _needed("activity", "Who emits it: a code, or its process.", "steel"),
        _needed("gas", "The gas, such as CO2, CH4_FOSSIL, N2O, HFC134a or CO2E_AR6.", "CO2"),
        _needed("mass", "How much.", "60", _NUMBER),
        SheetColumn("unit", "A unit of mass. Blank: kg.", example="kg"),
        _UNCERTAINTY,
        _ERROR_SOURCE,
    ),
)
CHAIN_SHEETS: Final = (ACTIVITIES, EXCHANGES, EMISSIONS)
