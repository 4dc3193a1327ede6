"""Whole small worlds, made at random from a seed: nulls, odd names, equal values, all rules met."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from consortium.identity.rules.roles import Role
from consortium.kernel.text import search_words
from tests.factories.applications import (
    create_application,
    create_decision,
    create_review,
    create_terms,
)
from tests.factories.avoided import create_claim, link_claim
from tests.factories.changes import CHANGES
from tests.factories.dues import (
    create_assignment,
    create_dues_year,
    create_entry,
    create_invoice,
    create_reminder,
)
from tests.factories.evidence import create_citation
from tests.factories.guidance import create_guidance
from tests.factories.identity import (
    create_account,
    create_identity_provider,
    create_invitation,
    create_role,
    create_service_client,
)
from tests.factories.initiatives import (
    create_chain_action,
    create_initiative,
    create_participant,
    create_target,
)
from tests.factories.inventory import create_inventory
from tests.factories.membership import create_engagement, create_membership
from tests.factories.organisations import (
    create_alias,
    create_organisation,
    create_parentage,
    create_period,
    create_rate,
    create_size,
)
from tests.factories.progress import create_pledge, create_pledge_terms
from tests.factories.rows import Connection, insert, number
from tests.factories.value_chains import create_chain, create_stage, create_stage_participant

NAMES = (
    "Électricité de l'Ouest",
    "electric GmbH & Co. KG",
    "Straße AG",
    "Ørsted-like A/S",
    "Ümit %100_Holding",
    'Quote "Inc"',
    "Back\\slash {Ltd}",
    "阿里巴巴",
    "Ζεύς S.A.",
    "a",
    "Semi;colon--Corp",
    "Tab\tand  spaces",
    "Emoji 🌍 Works",
    "İstanbul Su",
)
SECTORS = ("Energy", "energy", "Retail, online", "ÉNERGIE", None)
COUNTRIES = ("CN", "DE", "US", "FR", None)
CATEGORIES = ("Cloud", "cloud", "Heat pumps", "Rail % road", None, None)
LABELS = ("FY2021", "FY2022", "2022", "2023", "")
BOUNDS = ("EXACT", "EXACT", "EXACT", "AT_LEAST", "AT_MOST", "APPROXIMATE")
VISIBILITIES = ("PUBLIC",) * 5 + ("CONSORTIUM", "PRIVATE")
# What may be booked on an invoice of 1200.
BOOKED: tuple[tuple[tuple[str, str], ...], ...] = (
    (),
    (("PAYMENT", "1200"),),
    (("PAYMENT", "1500"), ("REFUND", "300")),
    (("PAYMENT", "1200.01"),),
    (("PAYMENT", "0.50"),),
    (("CREDIT", "1200"),),
    (("PAYMENT", "200"), ("CREDIT", "1000")),
    (("CREDIT", "1"),),
)
VERIFIERS = ("DNV", None, None)
SERIES = ("S1", "S2", None, None)

Span = tuple[date | None, date | None]


def _overlap(one: Span, two: Span) -> bool:
    """Whether two spans of days share one; an unknown end is open."""
    return (one[0] or date.min) <= (two[1] or date.max) and (two[0] or date.min) <= (
        one[1] or date.max
    )


@dataclass
class Maker:
    """Makes one world; `today` is the day around which its dates lie.

    Every other seed makes a dense one: few organisations and years, so that claims meet.
    """

    connection: Connection
    seed: int
    today: date
    organisations: list[int] = field(default_factory=list)
    citations: list[int] = field(default_factory=list)
    initiatives: list[int] = field(default_factory=list)
    chains: list[int] = field(default_factory=list)
    claims: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    accounts: list[int] = field(default_factory=list)
    roles: list[tuple[int, int, Role]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311
        self.dense = self.seed % 2 == 0

    def chance(self, share: float) -> bool:
        """True with that probability."""
        return self.random.random() < share

    def maybe(self, value: Any, share: float = 0.7) -> Any:
        """The value or None."""
        return value if self.chance(share) else None

    def one_of(self, values: Any) -> Any:
        """Any of the values."""
        return self.random.choice(values)

    def day(self, years: int = 6) -> date:
        """A day of the last years, or a little ahead."""
        return self.today + timedelta(days=self.random.randint(-365 * years, 200))

    def kg(self) -> Decimal:
        """A mass; few different ones, so that they tie, and some beyond binary floating point."""
        texts = ("0", "1000", "1000.00", "2500.5", "-10644000", "7700000000", "22907000000")
        exact = ("0.000000000001", "123456789012345678901234567890.5", "333.333")
        return Decimal(self.one_of(texts * 3 + exact))

    def source(self) -> int | None:
        """A citation or none."""
        found: int | None = self.maybe(self.one_of(self.citations))
        return found

    async def world(self) -> None:
        """Everything."""
        await self.organised()
        await self.shared()
        await self.measured()
        await self.claimed(60)
        await self.pledged()
        await self.identified()
        await self.sized()
        await self.owed()
        await self.guided()

    async def guided(self) -> None:
        """Versions of guidance in every status; each may replace one that was published."""
        earlier: int | None = None
        for status in ("RETIRED", "PUBLISHED", "PUBLISHED", "DRAFT", "DRAFT"):
            key = await create_guidance(
                self.connection,
                status,
                gates=self.random.randint(1, 3),
                edition=self.one_of(("", "Version 1")),
                issued_on=self.maybe(self.day(3)),
                replaces_id=self.maybe(earlier),
                citation_id=self.source(),
            )
            earlier = key if status != "DRAFT" else earlier

    async def owed(self) -> None:
        """Two years of dues, with invoices that are settled or not."""
        for year in (2026, 2027):
            tier = await create_dues_year(self.connection, year)
            owing = self.random.sample(self.organisations, k=5)
            for sequence, organisation in enumerate(owing, 1):
                await self._invoiced(organisation, tier, sequence, year)
            await create_assignment(self.connection, self.one_of(owing), tier, year=year)

    async def _invoiced(self, organisation: int, tier: int, sequence: int, year: int) -> None:
        due_on = self.today + timedelta(days=self.one_of((-90, -1, 0, 1, 90)))
        invoice = await create_invoice(
            self.connection,
            organisation,
            tier,
            sequence,
            year=year,
            issued_on=due_on - timedelta(days=30),
            due_on=due_on,
        )
        for at, (kind, amount) in enumerate(self.one_of(BOOKED)):
            bank = None if kind == "CREDIT" else f"bank {number()}"
            reason = self.one_of(("", "Goodwill")) if at else ""
            about = {"kind": kind, "amount": Decimal(amount), "bank_reference": bank}
            await create_entry(self.connection, invoice, reason=reason, **about)
        if self.chance(0.5):
            await create_reminder(self.connection, invoice)

    async def organised(self) -> None:
        """Sources, organisations, control, memberships."""
        for url, title in (("https://a.example", None), (None, "Title “x”"), ("https://b.x", "B")):
            self.citations.append(await create_citation(self.connection, url=url, title=title))
        for name in self.random.sample(NAMES, k=12):
            self.organisations.append(await self._organisation(name))
        for at, organisation in enumerate(self.random.sample(self.organisations, k=4)):
            await create_alias(self.connection, organisation, f"Alias {at} Ä{self.seed}")
        await self._controlled()
        for organisation in self.organisations:
            await self._memberships(organisation)

    async def _organisation(self, name: str) -> int:
        revenue = self.maybe(Decimal(self.one_of(("10", "10.5000", "8500000000.25"))), 0.6)
        sector = self.one_of(SECTORS)
        return await create_organisation(
            self.connection,
            name=name,
            country=self.one_of(COUNTRIES),
            sector=sector,
            lei=self.maybe(f"{number():020d}", 0.3),
            revenue_amount=revenue,
            revenue_currency=None if revenue is None else self.one_of(("USD", "EUR", "CNY")),
            revenue_year=self.maybe(2023),
            employees=self.maybe(self.one_of((0, 5, 5, 2**40)), 0.6),
            employees_year=self.maybe(2022, 0.4),
            notes=self.one_of(("", "A note")),
            citation_id=self.source(),
            size_citation_id=self.source(),
            search_text=search_words(f"{name} {sector or ''}"),
        )

    async def _controlled(self) -> None:
        """Chains of control, each child after its parent; a change of controller now and then."""
        for at, child in enumerate(self.organisations[1:8], 1):
            if not self.chance(0.7):
                continue
            parent, split = self.organisations[self.random.randrange(at)], self.day()
            dates: list[dict[str, Any]] = [{"starts_on": self.maybe(split, 0.5)}]
            if self.chance(0.4) and at > 1:
                dates = [{"ends_on": split - timedelta(days=1)}, {"starts_on": split}]
            for held in dates:
                await create_parentage(
                    self.connection,
                    child,
                    parent,
                    equity_share=self.maybe(Decimal("0.510")),
                    citation_id=self.source(),
                    **held,
                )
                parent = self.organisations[self.random.randrange(at)]
        for child, parent in zip(self.organisations[8:], self.organisations, strict=False):
            relation = self.one_of(("ASSOCIATE", "JOINT_VENTURE"))
            await create_parentage(self.connection, child, parent, relation=relation)

    async def _memberships(self, organisation: int) -> None:
        held: list[Span] = []
        for _ in range(self.one_of((1, 1, 2, 3, 0))):
            start, end = self.maybe(self.day(), 0.6), self.maybe(self.day(), 0.3)
            if start and end and start > end:
                start, end = end, start
            if any(_overlap((start, end), other) for other in held):
                continue
            held.append((start, end))
            await create_membership(
                self.connection,
                organisation,
                status=self.one_of(("MEMBER",) * 5 + ("PARTICIPANT", "FORMER")),
                starts_on=start,
                ends_on=end,
                evidence_as_of=self.one_of(("", "2020-10")),
                citation_id=self.source(),
            )

    async def shared(self) -> None:
        """Initiatives and chains."""
        for at in range(4):
            await self._initiative(at)
        for at in range(3):
            await self._chain(at)

    async def _initiative(self, at: int) -> None:
        initiative = await create_initiative(
            self.connection,
            name=f"{self.one_of(NAMES)} Initiative {at}",
            convenor=self.maybe("WBCSD", 0.5),
            start_year=self.maybe(self.one_of((2019, 2020)), 0.7),
            description=self.one_of(("", "Avoids much")),
            facts=self.one_of(("", "Facts")),
            citation_id=self.source(),
        )
        self.initiatives.append(initiative)
        for _ in range(self.random.randint(0, 4)):
            await create_participant(
                self.connection,
                initiative,
                name=f"{self.one_of(NAMES)} {number()}",
                organisation_id=self.maybe(self.one_of(self.organisations)),
                role=self.one_of(("PARTICIPANT", "CHAIR", "SUPPORTER")),
                as_of=self.one_of(("", "2024")),
                starts_on=self.maybe(self.day(), 0.4),
            )
        for _ in range(self.random.randint(0, 3)):
            await create_target(
                self.connection,
                initiative,
                target_year=self.maybe(self.one_of((2030, 2035))),
                quantity_kg_co2e=self.maybe(self.kg()),
                citation_id=self.source(),
            )

    async def _chain(self, at: int) -> None:
        chain = await create_chain(
            self.connection,
            name=f"Chain {self.one_of(NAMES)} {at}",
            description=self.one_of(("", "Spans all")),
            citation_id=self.source(),
        )
        self.chains.append(chain)
        stages: list[int] = []
        for position in range(1, self.random.randint(2, 6)):
            stage = await create_stage(
                self.connection,
                chain,
                position=self.one_of((1, position)),
                downstream_id=self.maybe(self.one_of(stages), 0.8) if stages else None,
            )
            stages.append(stage)
            for organisation in self.random.sample(self.organisations, k=self.random.randint(0, 3)):
                await create_stage_participant(
                    self.connection,
                    stage,
                    organisation,
                    role=self.one_of(("", "supplier")),
                    starts_on=self.maybe(self.day(), 0.3),
                )
        for initiative in self.random.sample(self.initiatives, k=2):
            await create_chain_action(
                self.connection,
                chain,
                initiative,
                stage_id=self.maybe(self.one_of(stages), 0.5),
                note=self.one_of(("", "acts")),
            )

    async def measured(self) -> None:
        """Inventories."""
        for _ in range(20):
            start, end = self.period()
            scopes = ("scope1", "scope2_location", "scope2_market", "scope2_unspecified", "scope3")
            await create_inventory(
                self.connection,
                self.one_of(self.organisations),
                period_start=start,
                period_end=end,
                label=self.one_of(LABELS) or "FY",
                parts_check=self.one_of(("ADDS_UP", "DIFFERS", "NOT_CHECKABLE")),
                quarantined=self.chance(0.1),
                visibility=self.one_of(VISIBILITIES),
                primary_source=self.one_of(("", "The report")),
                citation_id=self.source(),
                **{f"{one}_kg_co2e": self.maybe(self.kg(), 0.5) for one in (*scopes, "total")},
            )

    async def identified(self) -> None:
        """People with roles, engagements, clients, invitations and providers."""
        for at in range(8):
            account = await create_account(
                self.connection,
                name=self.one_of(("", "Ada", "Émile", 'O"Neil')),
                email=self.maybe(f"{self.one_of(('a', 'B', 'é'))}{at}.{number()}@example.org", 0.9),
                email_verified_at=self.maybe(datetime.now(UTC), 0.5),
                totp_confirmed_at=self.maybe(datetime.now(UTC), 0.3),
                disabled_at=self.maybe(datetime.now(UTC), 0.2),
            )
            self.accounts.append(account)
            for _ in range(self.random.randint(0, 3)):
                role = self.one_of(tuple(Role))
                organisation = self.one_of(self.organisations)
                held = (account, organisation, role)
                if held not in self.roles:
                    await create_role(self.connection, account, organisation, role)
                    self.roles.append(held)
        for _ in range(6):
            await create_invitation(
                self.connection,
                self.one_of(self.organisations),
                roles=self.one_of(("VIEWER", "EDITOR VIEWER", "")),
                purpose=self.one_of(("INVITATION", "INVITATION", "PASSWORD_RESET")),
                used_at=self.maybe(datetime.now(UTC), 0.3),
            )
            await create_service_client(
                self.connection,
                self.one_of(self.organisations),
                kind=self.one_of(("SERVICE", "SERVICE", "WEB")),
                scopes=self.one_of(("figures:read", "figures:read figures:write", "")),
                disabled_at=self.maybe(datetime.now(UTC), 0.3),
            )
            await create_identity_provider(self.connection, self.one_of(self.organisations))
        await self.engaged(14)
        await self.applied(8)

    async def engaged(self, count: int) -> None:
        """Engagements, most of which hold today."""
        for _ in range(count):
            assurer, client = self.random.sample(self.organisations, k=2)
            starts = self.today - timedelta(days=self.one_of((0, 30, 400, -1)))
            await create_engagement(
                self.connection,
                assurer,
                client,
                covers=self.one_of(("ALL_FIGURES", "CLAIMS", "INVENTORIES")),
                starts_on=starts,
                ends_on=starts + timedelta(days=self.one_of((0, 500, 500, 500))),
                ended_at=self.maybe(datetime.now(UTC), 0.2),
            )

    async def applied(self, count: int) -> None:
        """Applications, some of them from organisations that are known, and decisions."""
        stages = ("SUBMITTED", "IN_REVIEW", "MORE_ASKED", "APPROVED", "REJECTED", "RETRACTED")
        terms = await create_terms(self.connection, version="1")
        await create_terms(self.connection, version="2", in_force_from=date(2030, 1, 1))
        for _ in range(count):
            stage = self.one_of(stages)
            organisation = self.one_of(self.organisations) if stage == "APPROVED" else None
            application = await create_application(
                self.connection,
                stage=stage,
                organisation_id=organisation,
                name=f"{self.one_of((*NAMES, 'Nobody knows'))}{self.one_of(('', ' Inc.', ' AG'))}",
                domain=self.maybe(self.one_of(("a.example", "b.example"))),
                lei=self.maybe(self.one_of(("529900T8BM49AURSDO55", "1"))),
                asked=self.one_of(("", "Who?")),
            )
            await create_review(self.connection, application, self.one_of(self.accounts))
            if stage == "APPROVED":
                await insert(
                    self.connection,
                    "terms_acceptance",
                    application_id=application,
                    terms_id=terms,
                    signatory_name=self.one_of(("", "Ada")),
                    signatory_title="Director",
                    accepted_on=self.today,
                )
                await insert(
                    self.connection,
                    "application_conflict",
                    application_id=application,
                    account_id=self.one_of(self.accounts),
                    reason="A share",
                )
        for organisation in self.random.sample(self.organisations, k=6):
            await create_decision(
                self.connection, organisation, account_id=self.one_of(self.accounts)
            )
            await insert(
                self.connection,
                "organisation_domain",
                organisation_id=organisation,
                domain="a.example",
            )

    async def sized(self) -> None:
        """Rates, sizes of several years, and what organisations were before they changed."""
        for currency, year in (("EUR", 2021), ("EUR", 2022), ("EUR", 2023), ("CNY", 2023)):
            rate = Decimal(self.one_of(("0.9", "7.0809", "3")))
            await create_rate(
                self.connection, currency, year, per_usd=rate, citation_id=self.source()
            )
        for organisation in self.organisations:
            for year in self.random.sample((2019, 2020, 2021, 2025), k=self.random.randint(0, 3)):
                currency = self.maybe(self.one_of(("USD", "EUR", "EUR", "CNY", "JPY")), 0.8)
                await create_size(
                    self.connection,
                    organisation,
                    year,
                    revenue_amount=currency and Decimal(self.one_of(("0", "1", "70.5555"))),
                    revenue_currency=currency,
                    employees=self.one_of((0, 7, 2**40)),
                    citation_id=self.source(),
                )
            if self.chance(0.4):
                await create_period(
                    self.connection,
                    organisation,
                    self.day(3),
                    sector=self.one_of(SECTORS),
                    country=self.one_of((*COUNTRIES, "AQ")),
                )

    async def changed(self) -> None:
        """A few changes of what is there."""
        for sql in self.random.sample(CHANGES, k=4):
            await self.connection.execute(sql.format(at=self.random.randint(0, 6)))

    def period(self) -> tuple[date | None, date | None]:
        """A year, mostly; some fiscal, some of another length, some with an unknown end."""
        year = self.today.year - self.random.randint(1, 4)
        start, end = date(year, 1, 1), date(year, 12, 31)
        if self.dense:
            year = self.today.year - self.random.randint(1, 2)
            start, end = date(year, 1, 1), date(year, 12, 31)
        match self.random.randint(2 if self.dense else 0, 9):
            case 0:
                return None, self.maybe(end)
            case 1:
                return start, None
            case 2:
                return start, date(year, 6, 30)
            case 3 | 4:
                return date(year, 4, 1), date(year + 1, 3, 31)
            case _:
                return start, end

    async def claimed(self, families: int) -> None:
        """Claims alone, totals with parts, restatements and points of series, with their links."""
        for _ in range(families):
            key, values = await self._claim()
            if self.chance(0.4 if self.dense else 0.25):
                for _ in range(self.random.randint(1, 3)):
                    await self._claim(**self._part_of(key, values))
            if self.chance(0.4 if self.dense else 0.25):
                await self._claim(**self._restatement_of(key, values))
            if self.chance(0.1):  # two restatements of one figure, or one of another's
                await self._claim(**self._restatement_of(*self.one_of(self.claims)))
            if self.chance(0.1):  # a part of a part
                await self._claim(**self._part_of(*self.one_of(self.claims)))

    async def pledged(self) -> None:
        """Pledges beside the disclosed ones; some of them said something else before."""
        for organisation in self.organisations[: 4 if self.dense else 9]:
            pledge = await create_pledge(
                self.connection,
                organisation,
                visibility=self.one_of(VISIBILITIES),
                known_to=date(2022, 5, 1),
                citation_id=self.source(),
            )
            begins = date(self.today.year - self.random.randint(1, 5), self.one_of((1, 4, 7)), 1)
            await create_pledge_terms(
                self.connection,
                pledge,
                number=2,
                quantity_kg_co2e=self.one_of((Decimal(7_700_000_000), Decimal("333.333"))),
                starts_on=begins,
                ends_on=self.one_of((date(self.today.year, 6, 30), date(2035, 12, 31))),
                category=self.maybe("Cloud", 0.2),
                methodology=self.maybe(self.one_of(("GHGP", "Own")), 0.2),
                scope=self.one_of(("", "All products.")),
                known_from=self.one_of((date(2022, 5, 1), self.day(3))),
            )

    def _part_of(self, key: int, values: dict[str, Any]) -> dict[str, Any]:
        kept = ("kind", "record_type", "period_start", "period_end", "fiscal_label")
        given = {name: values[name] for name in kept}
        given["organisation_id"] = values["organisation_id"]
        for name in self.random.sample(sorted(given), k=self.random.randint(0, 1)):
            del given[name]
        if not {"period_start", "period_end"} <= set(given):
            given = {k: v for k, v in given.items() if k not in {"period_start", "period_end"}}
        return given | {"part_of_id": key}

    def _restatement_of(self, key: int, values: dict[str, Any]) -> dict[str, Any]:
        kept = ("kind", "period_start", "period_end", "fiscal_label", "organisation_id", "series")
        given = {name: values[name] for name in kept}
        later = {"known_on": values["known_on"] + timedelta(days=self.random.randint(0, 300))}
        return given | later | {"supersedes_id": key, "record_type": values["record_type"]}

    async def _claim(self, **given: Any) -> tuple[int, dict[str, Any]]:
        start, end = self.period()
        kind = self.one_of(("YEAR_ON_YEAR", "YEAR_ON_YEAR", "FORWARD_LOOKING", "CUMULATIVE"))
        values: dict[str, Any] = {
            "organisation_id": self.one_of(self.organisations[: 4 if self.dense else 9]),
            "kind": kind,
            "record_type": self.one_of(
                ("ACTUAL",) * (30 if self.dense else 8) + ("TARGET", "PROJECTION", "INCREMENT")
            ),
            "fiscal_label": self.one_of(LABELS),
            "period_start": start,
            "period_end": end,
            "bound": self.one_of(BOUNDS),
            "category": self.one_of(CATEGORIES),
            "methodology": self.maybe("GHGP", 0.3),
            "series": self.one_of(SERIES) if kind == "CUMULATIVE" else None,
            "verifier": self.one_of(VERIFIERS),
            "separate_from_parent": self.chance(0.1),
            "quarantined": self.chance(0.02 if self.dense else 0.06),
            "published_on": self.maybe(self.day(4)),
            "known_on": self.one_of((self.day(3), self.day(3), date(2021, 5, 31), self.today)),
            "visibility": self.one_of(VISIBILITIES),
            "as_published": self.one_of(("minimum 7.7 million", "10 % less", "ñandú 2025")),
            "qualifier": self.one_of(("", "more than")),
            "method_change_from_id": self.one_of(self.claims)[0] if self.claims else None,
            "citation_id": self.source(),
            **self._quantity(),
        } | given
        values.setdefault("organisation_id", self.one_of(self.organisations))
        key = await create_claim(
            self.connection, **values, search_text=search_words(values["as_published"])
        )
        await self._linked(key)
        year = await self.connection.fetchval("SELECT year FROM avoided_claim WHERE id = $1", key)
        self.claims.append((key, values | {"year": year}))
        return key, self.claims[-1][1]

    def _quantity(self) -> dict[str, Decimal | None]:
        """A value, a range, both or neither."""
        low, high = sorted((self.kg(), self.kg()))
        found: dict[int, tuple[Decimal | None, ...]] = {
            0: (None, low, high),
            1: (None, low, None),
            2: (low, low, high),
            3: (None, None, None),
        }
        chosen = found.get(self.random.randint(0, 9), (self.kg(), None, None))
        return dict(zip(("value_kg_co2e", "low_kg_co2e", "high_kg_co2e"), chosen, strict=True))

    async def _linked(self, claim: int) -> None:
        for initiative in self.random.sample(self.initiatives, k=self.one_of((0, 0, 1, 2))):
            await link_claim(self.connection, claim, initiative_id=initiative)
        for chain in self.random.sample(self.chains, k=self.one_of((0, 0, 0, 1, 2))):
            await link_claim(self.connection, claim, value_chain_id=chain)
