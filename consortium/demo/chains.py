"""An example of a chain that computes: a car of steel and power, which need one another.

Its figures are made up, nobody's, and say so; members see it.
"""

from datetime import date
from decimal import Decimal

from consortium.evidence.actions import Cited
from consortium.kernel.principal import Permission, Principal, Rights
from consortium.kernel.text import name_key
from consortium.kernel.visibility import Visibility
from consortium.storage.database import Database, transaction
from consortium.storage.raw import raw
from consortium.value_chains.actions.activities import (
    ChangeActivity,
    EmissionOf,
    ExchangeOf,
    RecordActivity,
    change_activity,
    record_activity,
)
from consortium.value_chains.actions.versions import (
    ChangeChainVersion,
    CreateChainVersion,
    CreateValueChain,
    SetChainVersionVisibility,
    create_chain_version,
    create_value_chain,
    publish_chain_version,
    set_chain_version_visibility,
)

# As of the other examples: a real member, whom the demo's accounts act for.
OWNER, CHAIN, REFERENCE = "Alibaba Group", "Example: cars", "example-car"
MADE_UP = Cited(title="An example with made-up figures")

_MEMBER = """
SELECT o.id FROM organisation o JOIN membership m ON m.organisation_id = o.id
WHERE o.name_key = $1 AND m.status = 'MEMBER'
"""
_KNOWN = """
SELECT EXISTS (SELECT FROM chain_version WHERE organisation_id = $1 AND reference = $2)
"""
_KNOWN_CHAIN = "SELECT id FROM value_chain WHERE name_key = $1"
_MAY = frozenset({Permission.FIGURES_READ, Permission.FIGURES_WRITE, Permission.FIGURES_APPROVE})


_POWER = RecordActivity(
    chain_version=0,
    version=1,
    code="power",
    name="Make power",
    product="Power",
    unit="kWh",
    output=Decimal(1000),
    geography="CN",
    emissions=(EmissionOf("CO2", Decimal(550), uncertainty=Decimal("0.1")),),
)
_STEEL = RecordActivity(
    chain_version=0,
    version=2,
    code="steel",
    name="Make steel",
    product="Steel",
    unit="t",
    output=Decimal(1),
    geography="CN",
    inputs=(ExchangeOf("power", Decimal("0.4"), "MWh", Decimal("0.2")),),
    emissions=(
        EmissionOf("CO2", Decimal("1.8"), "t", Decimal("0.1")),
        EmissionOf("CH4_FOSSIL", Decimal("0.6")),
    ),
)
_CAR = RecordActivity(
    chain_version=0,
    version=4,
    code="car",
    name="Make cars",
    product="Car",
    unit="pcs",
    output=Decimal(1),
    geography="CN",
    inputs=(
        ExchangeOf("steel", Decimal(900), "kg", Decimal("0.05")),
        ExchangeOf("power", Decimal(5400), "MJ"),
    ),
)
# Power plants are made of steel: 2 kg for a MWh.
_OF_STEEL = (ExchangeOf("steel", Decimal(2), "kg"),)


async def show_chain(database: Database, today: date) -> None:
    """Record the example unless it is there; nothing where the demo's member is not."""
    with database.active():
        owner = await _found(_MEMBER, name_key(OWNER))
        if owner is None or await _found(_KNOWN, owner, REFERENCE):
            return
        rights = Rights(is_member=True, has_organisation=True, permissions=_MAY)
        by = Principal(rights, owner)
        chain = await _found(_KNOWN_CHAIN, name_key(CHAIN))
        if chain is None:
            told = "Steel needs power, power needs steel, a car needs both. Figures are made up."
            chain = await create_value_chain(by, CreateValueChain(CHAIN, told), today)
        made = CreateChainVersion(chain, REFERENCE, "Example: a car (made up)", MADE_UP)
        version = await create_chain_version(by, made, today)
        power = await record_activity(by, _POWER._replace(chain_version=version), today)
        await record_activity(by, _STEEL._replace(chain_version=version), today)
        whole = _POWER._replace(version=3, inputs=_OF_STEEL)._asdict()
        del whole["chain_version"]
        await change_activity(by, ChangeActivity(activity=power, **whole), today)
        await record_activity(by, _CAR._replace(chain_version=version), today)
        await publish_chain_version(by, ChangeChainVersion(version, 5), today)
        shown = SetChainVersionVisibility(version, 6, Visibility.CONSORTIUM)
        await set_chain_version_visibility(by, shown, today)


async def _found(query: str, *values: object) -> int | None:
    async with transaction() as client:
        found: int | None = await raw(client).fetchval(query, *values)
    return found
