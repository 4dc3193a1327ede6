"""Small worlds of assessed claims that meet in every way, made at random from a seed."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from tests.factories.assessed import (
    Part,
    assure,
    create_accepted_claim,
    create_published_claim,
    end,
)
from tests.factories.initiatives import create_initiative, create_target
from tests.factories.membership import create_engagement, create_membership
from tests.factories.organisations import create_organisation, create_parentage, create_period
from tests.factories.progress import create_pledge, name_initiative
from tests.factories.shares import create_allocation, create_shared_effect, create_shared_solution
from tests.factories.value_chains import create_chain

# How an effect is shared: the shares of its parties (None: jointly), and what is left.
DIVISIONS: tuple[tuple[tuple[str | None, ...], str], ...] = (
    ((None, None, None), "1"),
    (("0.5", "0.3", "0.2"), "0"),
    (("0.5", "0.3"), "0.2"),
    (("0.4", None, None), "0.6"),
    (("0.333333333333", "0.333333333333", "0.333333333333"), "0.000000000001"),
)
OUTSIDERS: tuple[tuple[tuple[str, str], ...], ...] = ((), (("Acme", "0.1"),))


@dataclass
class AssessedMaker:
    """Makes one world; `today` is the day around which its dates lie."""

    connection: Any
    seed: int
    today: date
    organisations: list[int] = field(default_factory=list)
    chains: list[int] = field(default_factory=list)
    initiatives: list[int] = field(default_factory=list)
    solutions: list[int] = field(default_factory=list)
    claims: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311  the same world every time

    def day(self, before: int = 300, after: int = -1) -> date:
        """A day from so many before today to so many after."""
        return self.today + timedelta(days=self.random.randint(-before, after))

    async def organised(self) -> None:
        """Members of all times, one that never was, groups and past sectors."""
        for at in range(6):
            organisation = await create_organisation(
                self.connection,
                country=self.random.choice(["DE", "US", None]),
                sector=self.random.choice(["Steel", "Power", None]),
            )
            self.organisations.append(organisation)
            if at < 5:
                ends = self.random.choice([None, None, None, self.day(60, 60)])
                await create_membership(
                    self.connection, organisation, starts_on=self.day(900, -301), ends_on=ends
                )
        first, second, third, *_, last = self.organisations
        await create_parentage(self.connection, second, first, ends_on=date(2024, 12, 31))
        await create_parentage(self.connection, third, second)
        await create_period(
            self.connection, third, ends_on=date(2024, 6, 30), sector="Coal", country="FR"
        )
        for client in (first, second):
            await create_engagement(self.connection, last, client, covers="CLAIMS")
        self.chains = [await create_chain(self.connection) for _ in range(2)]
        await self._aimed()

    async def _aimed(self) -> None:
        """Initiatives with targets, and a pledge of every organisation."""
        for year in (2024, 2030):
            initiative = await create_initiative(self.connection)
            self.initiatives.append(initiative)
            mass = Decimal(5_000_000)
            await create_target(
                self.connection, initiative, target_year=year, quantity_kg_co2e=mass
            )
        for at, organisation in enumerate(self.organisations):
            await create_pledge(
                self.connection,
                organisation,
                starts_on=date(2023 + at % 2, 1, 1),
                ends_on=date(2025 + at, 6, 30),
                visibility=self.random.choice(["PUBLIC", "CONSORTIUM"]),
            )

    async def claimed(self, effects: int = 8) -> None:
        """Effects with their claims, most of them published."""
        for _ in range(effects):
            await self._effect()

    async def _effect(self) -> None:
        random = self.random
        owner = random.choice(self.organisations)
        category = random.choice(["Heating", "Cloud"])
        solution = await create_shared_solution(self.connection, owner, category=category)
        self.solutions.append(solution)
        year = random.choice([2023, 2024, 2025])
        values: dict[str, Any] = {
            "solution_id": solution,
            "tonnes": str(random.choice([-50, 900, 1000, Decimal("0.001")])),
            "sold_years": (year,),
            "value_chain_id": random.choice([None, *self.chains]),
            "period_start": date(year, 1, 1),
            "period_end": date(year, 12, 31),
            "timeframe": random.choice(["YEAR_ON_YEAR", "FORWARD_LOOKING"]),
            "specificity": random.choice(["SPECIFIC", "REGIONAL", "GLOBAL_AVERAGE"]),
            "uncertainty": random.choice([None, *map(Decimal, ("0.1", "0.25", "1.5"))]),
        }
        effect = await create_shared_effect(self.connection, owner, **values)
        named = random.sample(self.initiatives, random.randint(0, 2))
        for initiative in named:
            await name_initiative(self.connection, effect, initiative)
        parts = await self._parts(effect, owner)
        restated = effect
        if random.random() < 0.3:
            # What it was restated by may be claimed by others than the first, for a while.
            values["tonnes"] = str(random.choice([700, 1100]))
            restated = await create_shared_effect(
                self.connection, owner, **values, restates_id=effect
            )
            for initiative in named[:1]:
                await name_initiative(self.connection, restated, initiative)
        for organisation, part in parts:
            await self._claim(organisation, random.choice([effect, restated]), part)

    async def _parts(self, effect: int, owner: int) -> list[tuple[int, Part]]:
        if self.random.random() < 0.2:
            return [(owner, Part())]
        shares, rest = self.random.choice(DIVISIONS)
        parties = self.random.sample(self.organisations, len(shares))
        outside = self.random.choice(OUTSIDERS)
        remainder = Decimal(rest)
        lines: list[tuple[int | str, str | None]] = list(zip(parties, shares, strict=True))
        if outside and remainder >= Decimal("0.2"):
            lines += outside
            remainder -= Decimal("0.1")
        key = await create_allocation(
            self.connection, effect, owner, lines, remainder=str(remainder)
        )
        return [
            (party, Part(None if share is None else Decimal(share), remainder, key))
            for party, share in zip(parties, shares, strict=True)
        ]

    async def _claim(self, organisation: int, effect: int, part: Part) -> None:
        random, chance = self.random, self.random.random()
        if chance < 0.1:
            return
        if chance < 0.2:
            await create_accepted_claim(self.connection, organisation, effect, part)
            return
        published = self.day()
        claim = await create_published_claim(
            self.connection,
            organisation,
            effect,
            part,
            published_on=published,
            visibility=random.choice(["PUBLIC", "CONSORTIUM"]),
            assured_on=random.choice([None, published, self.day(0, 0)]),
        )
        self.claims.append(claim)

    async def changed(self) -> None:
        """One change of what totals depend on."""
        random = self.random
        organisation = random.choice(self.organisations)
        claim = random.choice(self.claims)
        match random.randrange(8):
            case 0 if await self._published(claim):
                await end(self.connection, claim, self.today, random.choice(["WITHDRAWN"]))
                self.claims.remove(claim)
            case 1 if await self._published(claim):
                await assure(self.connection, claim, self.today)
            case 2 if await self._published(claim):
                await self.connection.execute(
                    f"UPDATE assessed_claim SET visibility = 'PUBLIC' WHERE id = {claim}"  # noqa: S608
                )
            case 3:
                await self.connection.fetch(
                    "UPDATE membership SET status = CASE status WHEN 'MEMBER' THEN 'FORMER'"
                    " ELSE 'MEMBER' END WHERE organisation_id = $1",
                    organisation,
                )
            case 4:
                await self.connection.execute(
                    f"UPDATE organisation SET sector = 'Cement' WHERE id = {organisation}"  # noqa: S608
                )
            case 5:
                await self.connection.execute(
                    "UPDATE parentage SET ends_on = '2023-12-31' WHERE ends_on IS NULL"
                )
            case 6:
                solution = random.choice(self.solutions)
                await self.connection.execute(
                    f"UPDATE solution SET category = 'Rail' WHERE id = {solution}"  # noqa: S608
                )
            case _:
                await self._effect()

    async def _published(self, claim: int) -> bool:
        status = await self.connection.fetchval(
            "SELECT status FROM assessed_claim WHERE id = $1", claim
        )
        return bool(status == "PUBLISHED")
