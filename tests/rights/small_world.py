"""A small world with rows of every kind and of every visibility, and everyone who may ask."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg

from consortium.avoided.actions import rebuild_all
from consortium.footprints.rules.identifiers import identifier_of
from consortium.identity.rules.roles import Role, permissions_of
from consortium.kernel.principal import ANONYMOUS, Permission, Principal, Rights
from consortium.kernel.visibility import Visibility
from consortium.storage.database import Database
from tests.factories import (
    advance_guidance,
    create_account,
    create_alias,
    create_assignment,
    create_chain,
    create_chain_action,
    create_chain_version,
    create_citation,
    create_claim,
    create_comparison,
    create_criterion,
    create_delegacy,
    create_dues_year,
    create_effect,
    create_engagement,
    create_entry,
    create_evidence,
    create_gate,
    create_group,
    create_guidance,
    create_identity_provider,
    create_initiative,
    create_inventory,
    create_invitation,
    create_invoice,
    create_item,
    create_meeting,
    create_membership,
    create_merge,
    create_organisation,
    create_parentage,
    create_participant,
    create_period,
    create_rate,
    create_reminder,
    create_role,
    create_scenario,
    create_series,
    create_service_client,
    create_solution,
    create_stage,
    create_stage_participant,
    create_succession,
    create_target,
    link_claim,
)
from tests.factories.applications import (
    create_application,
    create_decision,
    create_review,
    create_terms,
)
from tests.factories.assessment import create_assessed_claim
from tests.factories.footprints import GTIN, create_footprint, create_product, whole
from tests.factories.rows import insert
from tests.factories.shares import create_allocation
from tests.served import TODAY

APPLICATIONS = ("submitted", "in review", "voted", "more asked", "approved", "rejected")
VISIBILITIES = ("PUBLIC", "CONSORTIUM", "PRIVATE")
# The organisations that ask; all but the last four are members.
ORGANISATIONS = (
    "owner",
    "other",
    "secretariat",
    "participant",
    "assurer",
    "past",
    "future",
    "ended",
    "certifier",
    "auditors",
    "claims_only",
    "inventories_only",
)
MEMBERS = ("owner", "other")
# Engagements for the owner's figures: from when, to when, for what, whether ended early.
ENGAGED = {
    "assurer": (date(2026, 1, 1), TODAY, "ALL_FIGURES", False),
    "past": (date(2025, 1, 1), date(2026, 11, 22), "ALL_FIGURES", False),
    "future": (date(2026, 11, 24), date(2027, 12, 31), "ALL_FIGURES", False),
    "ended": (date(2026, 1, 1), date(2027, 12, 31), "ALL_FIGURES", True),
    "claims_only": (date(2026, 1, 1), date(2027, 12, 31), "CLAIMS", False),
    "inventories_only": (date(2026, 1, 1), date(2027, 12, 31), "INVENTORIES", False),
}
# People: who, where, as what.
PEOPLE: dict[str, tuple[str, Role]] = {
    "viewer": ("owner", Role.VIEWER),
    "editor": ("owner", Role.EDITOR),
    "approver": ("owner", Role.APPROVER),
    "admin": ("owner", Role.ORGANISATION_ADMIN),
    "other_viewer": ("other", Role.VIEWER),
    "other_approver": ("other", Role.APPROVER),
    "other_admin": ("other", Role.ORGANISATION_ADMIN),
    "participant": ("participant", Role.VIEWER),
    "assurer": ("assurer", Role.ASSURER),
    "assurer_past": ("past", Role.ASSURER),
    "assurer_future": ("future", Role.ASSURER),
    "assurer_ended": ("ended", Role.ASSURER),
    "assurer_claims": ("claims_only", Role.ASSURER),
    "assurer_inventories": ("inventories_only", Role.ASSURER),
    "assurer_as_viewer": ("assurer", Role.VIEWER),
    "certifier": ("certifier", Role.CERTIFICATION_BODY),
    "auditor": ("auditors", Role.AUDITOR),
    "secretariat": ("secretariat", Role.SECRETARIAT),
}
# Tokens that carry less than the roles allow, and systems: where, with which permissions.
TOKENS: dict[str, tuple[str, frozenset[Permission]]] = {
    "no_scope": ("owner", frozenset()),
    "write_scope": ("owner", frozenset({Permission.FIGURES_WRITE})),
    "assure_scope": ("assurer", frozenset({Permission.FIGURES_ASSURE})),
    "service_reads": ("owner", frozenset({Permission.FIGURES_READ})),
    "service_writes": (
        "owner",
        frozenset({Permission.FIGURES_READ, Permission.FIGURES_WRITE}),
    ),
}
CALLERS = ("public", "nobody", *PEOPLE, *TOKENS)


@dataclass
class SmallWorld:
    """The ids of what there is, by names, and the database that holds it."""

    database: Database
    ids: dict[str, int]

    def id(self, kind: str, name: str) -> str:
        """The global id of a row."""
        return f"{kind}_{self.ids[f'{kind} {name}']}"

    def caller(self, name: str) -> Principal:
        """Who asks: a person by its role, a person without organisation, a system, the public."""
        if name == "public":
            return ANONYMOUS
        if name == "nobody":
            return Principal(account_id=self.ids["account nobody"])
        if name in PEOPLE:
            where, role = PEOPLE[name]
            return self._principal(where, permissions_of([role]), account=name)
        where, permissions = TOKENS[name]
        account = None if name.startswith("service") else "editor"
        return self._principal(where, permissions, account=account)

    def _principal(
        self, where: str, permissions: frozenset[Permission], *, account: str | None
    ) -> Principal:
        reads = Permission.FIGURES_READ in permissions
        return Principal(
            Rights(
                is_member=reads and where in MEMBERS,
                has_organisation=reads,
                permissions=permissions,
            ),
            self.ids[f"org {where}"],
            None if account is None else self.ids[f"account {account}"],
            self.ids["client owner"],
        )


async def small_world(database: Database) -> SmallWorld:
    """Everything once, figures once for each visibility and member."""
    world = SmallWorld(database, {})
    connection = await asyncpg.connect(database.dsn)
    try:
        maker = _Maker(connection, world.ids)
        await maker.organisations()
        await maker.shared()
        await maker.figures()
        await maker.people()
        await maker.exchanged()
        await maker.hooked()
        await maker.bulk()
        await maker.overlapping()
        await maker.applicants()
        await maker.dues()
        await maker.work()
        await maker.guidance()
        await maker.assessed()
    finally:
        await connection.close()
    with database.active():
        await rebuild_all(today=TODAY)
    return world


@dataclass
class _Maker:
    connection: Any
    ids: dict[str, int]

    async def organisations(self) -> None:
        """Who there is, with a source, another name, control and memberships."""
        source = await create_citation(self.connection, url="https://a.example", title="A")
        self.ids["citation"] = source
        await create_rate(
            self.connection, "EUR", 2024, per_usd=Decimal("0.9242"), citation_id=source
        )
        for name in ORGANISATIONS:
            self.ids[f"org {name}"] = await create_organisation(
                self.connection,
                name=f"The {name}",
                sector="Energy",
                country="DE",
                revenue_amount=Decimal(10),
                revenue_currency="EUR",
                revenue_year=2024,
                employees=5,
                citation_id=source,
                size_citation_id=source,
            )
        await create_alias(self.connection, self.ids["org owner"], "Alias of the owner")
        await create_parentage(
            self.connection, self.ids["org participant"], self.ids["org owner"], citation_id=source
        )
        await self._reorganised(source)
        for name in ORGANISATIONS[:4]:
            status = "MEMBER" if name in MEMBERS else "PARTICIPANT"
            self.ids[f"membership {name}"] = await create_membership(
                self.connection, self.ids[f"org {name}"], status=status, citation_id=source
            )

    async def _reorganised(self, source: int) -> None:
        """The owner had another name, came out of another one, and was recorded twice."""
        c, owner = self.connection, self.ids["org owner"]
        await create_period(c, owner, date(2020, 12, 31), name="The founder", citation_id=source)
        await create_succession(
            c, self.ids["org participant"], owner, kind="SPLIT", citation_id=source
        )
        twice = await create_organisation(c, name="The owner again", merged_into_id=owner)
        merge = await create_merge(c, twice, owner)
        await insert(
            c,
            "organisation_merge_change",
            merge_id=merge,
            row_table="organisation_alias",
            row_id=1,
            before='{"organisation_id": 1}',
            after='{"organisation_id": 1}',
        )
        self.ids |= {"org twice": twice, "merge twice": merge}

    async def shared(self) -> None:
        """An initiative, a chain with two stages, and who is at work on them."""
        c, owner, source = self.connection, self.ids["org owner"], self.ids["citation"]
        initiative = await create_initiative(c, name="Initiative", citation_id=source)
        chain = await create_chain(c, name="Chain", citation_id=source)
        self.ids |= {"initiative one": initiative, "chain one": chain}
        await create_participant(c, initiative, organisation_id=owner)
        await create_target(c, initiative, citation_id=source, quantity_kg_co2e=Decimal(1))
        last = await create_stage(c, chain, name="Last")
        first = await create_stage(c, chain, name="First", downstream_id=last, position=2)
        self.ids |= {"stage last": last, "stage first": first}
        await create_stage_participant(c, last, owner)
        await create_chain_action(c, chain, initiative, stage_id=first)

    async def figures(self) -> None:
        """Claims of 1, 10 and 100 t and inventories; a public total with a private part."""
        for owner in MEMBERS:
            organisation = self.ids[f"org {owner}"]
            for visibility, tonnes in zip(VISIBILITIES, (1, 10, 100), strict=True):
                name = f"{owner} {visibility}"
                claim = await create_claim(
                    self.connection,
                    organisation,
                    reference=f"claim {name}",
                    value_kg_co2e=Decimal(tonnes * 1000),
                    visibility=visibility,
                    category=name,
                    search_text=f"claim {name.lower()}",
                    citation_id=self.ids["citation"],
                )
                await link_claim(
                    self.connection,
                    claim,
                    initiative_id=self.ids["initiative one"],
                    value_chain_id=self.ids["chain one"],
                )
                self.ids[f"claim {name}"] = claim
                self.ids[f"inventory {name}"] = await create_inventory(
                    self.connection,
                    organisation,
                    reference=f"inventory {name}",
                    visibility=visibility,
                    total_kg_co2e=Decimal(tonnes),
                    citation_id=self.ids["citation"],
                )
            await self._related(owner)
        await self._footprints()
        await self._modelled()
        for owner in MEMBERS:
            await self._solved(owner)
        await self._pledged()
        await self._allocated()
        await self._imported()

    async def _modelled(self) -> None:
        """Versions of the chain, published with every visibility; and a draft copied from one.

        In that for members a footprint stands for an activity, and is deprecated since.
        """
        c, ids = self.connection, self.ids
        for owner in MEMBERS:
            organisation = ids[f"org {owner}"]
            about: dict[str, Any] = {"organisation_id": organisation, "stage_id": ids["stage last"]}
            about |= {"geography": "DE", "period_start": date(2025, 1, 1)}
            stands = {"CONSORTIUM": ids[f"footprint {owner} CONSORTIUM"]}
            for visibility in (*VISIBILITIES, "draft"):
                name = f"{owner} {visibility}"
                shown = (
                    {"status": "DRAFT", "copied_from_id": ids[f"chainversion {owner} PRIVATE"]}
                    if visibility == "draft"
                    else {"visibility": visibility}
                )
                found = await create_chain_version(
                    c,
                    ids["chain one"],
                    organisation,
                    reference=f"version-{visibility}",
                    citation_id=ids["citation"],
                    about=about | {"footprint_id": stands.get(visibility)},
                    **shown,
                )
                ids |= {f"chainversion {name}": found[0], f"activity {name}": found[1]}
                ids[f"activity {name} used"] = found[2]
            deprecate = (
                "UPDATE footprint SET status = 'DEPRECATED', deprecated_on = $2 WHERE id = $1"
            )
            await c.fetchval(deprecate, stands["CONSORTIUM"], TODAY)
        asked = {"organisation_id": ids["org owner"], "question": "{}", "draws_wanted": 100}
        ids["computation own"] = await insert(c, "chain_computation", **asked)

    async def _allocated(self) -> None:
        """The owner's public effect, shared with a non-member; its hidden one, with the other."""
        c, ids, owner = self.connection, self.ids, self.ids["org owner"]
        ids["allocation own"] = await create_allocation(
            c, ids["effect owner PUBLIC"], owner, [(owner, "0.6"), ("Acme", "0.1")], remainder="0.3"
        )
        lines = [(owner, "0.25"), (ids["org other"], None)]
        ids["allocation both"] = await create_allocation(
            c,
            ids["effect owner hidden"],
            owner,
            lines,
            remainder="0.75",
            status="PROPOSED",
            answer="PENDING",
            decided_on=None,
            explanation="By cost.",
        )

    async def overlapping(self) -> None:
        """The owner's public solution is part of its private one: one decided, and another."""
        c, ids = self.connection, self.ids
        pair = sorted((ids["effect owner PUBLIC"], ids["effect owner PRIVATE"]))
        decided = {
            "earlier_id": pair[0],
            "later_id": pair[1],
            "kind": "PART_AND_WHOLE",
            "decision": "ATTRIBUTE",
            "deducted_effect_id": ids["effect owner PUBLIC"],
            "deducted_share": Decimal("0.25"),
            "reason": "By weight.",
            "account_id": ids["account secretariat"],
            "decided_on": date(2026, 5, 1),
            "earlier_computed_at": datetime(2026, 1, 1, tzinfo=UTC),
            "later_computed_at": datetime(2026, 1, 1, tzinfo=UTC),
        }
        superseded = decided | {"superseded_on": date(2026, 6, 1)}
        await insert(c, "effect_overlap_decision", number=1, **superseded)
        ids["overlapdecision owner"] = await insert(
            c, "effect_overlap_decision", number=2, **decided
        )

    async def _pledged(self) -> None:
        """A pledge of every visibility, of which the first said something else before."""
        c, ids = self.connection, self.ids
        for owner in MEMBERS:
            for visibility in VISIBILITIES:
                name = f"{owner} {visibility}"
                ids[f"pledge {name}"] = key = await insert(
                    c,
                    "pledge",
                    organisation_id=ids[f"org {owner}"],
                    reference=f"pledge-{visibility}",
                    visibility=visibility,
                )
                said: dict[str, Any] = {
                    "pledge_id": key,
                    "number": 1,
                    "statement": "Much.",
                    "quantity_kg_co2e": Decimal(7_000_000),
                    "starts_on": date(2020, 4, 1),
                    "ends_on": date(2034, 12, 31),
                    "citation_id": ids["citation"],
                    "known_from": date(2021, 1, 1),
                }
                if visibility == "PUBLIC":
                    await insert(c, "pledge_terms", **{**said, "known_to": date(2024, 1, 1)})
                    said |= {"number": 2, "scope": "All.", "known_from": date(2024, 1, 1)}
                await insert(c, "pledge_terms", **said)

    async def _footprints(self) -> None:
        """Products and footprints of every visibility, one shared, and a request between them."""
        for owner in MEMBERS:
            for visibility in VISIBILITIES:
                await self._footprint(f"{owner} {visibility}", owner, visibility)
        shared = await self._footprint("owner shared", "owner", "PRIVATE")
        c, ids = self.connection, self.ids
        other = ids["org other"]
        about = {"footprint_id": shared, "organisation_id": other, "shared_on": date(2026, 3, 1)}
        await insert(c, "footprint_share", **about)
        asked = {
            "organisation_id": ids["org owner"],
            "way": "MEMBER",
            "asked_id": other,
            "product_id": ids["product owner PRIVATE"],
            "product_name": "Paper",
            "product_urns": [GTIN],
            "asked_on": date(2026, 11, 1),
            "due_on": date(2026, 12, 1),
            "expires_on": date(2026, 12, 31),
        }
        ids["pfrequest one"] = await insert(c, "footprint_request", **asked)
        answered = {
            "asked_id": None,
            "way": "QUESTIONNAIRE",
            "secret_sha256": "c" * 64,
            "asked_email": "supplier@example.com",
            "comment": "Please.",
            "status": "ANSWERED",
            "ended_on": date(2026, 11, 2),
            "footprint_id": shared,
        }
        ids["pfrequest two"] = await insert(c, "footprint_request", **asked | answered)
        match = {
            "product_id": ids["product owner PRIVATE"],
            "other_id": ids["product other PUBLIC"],
        }
        decided = {"decision": "CONFIRMED", "reason": "SIMILAR_NAME", "decided_on": TODAY}
        await insert(c, "product_match", **match, **decided)

    async def _footprint(self, name: str, owner: str, visibility: str) -> int:
        """A product with a code of its own and a footprint that says all that there is to say."""
        c, ids = self.connection, self.ids
        organisation = ids[f"org {owner}"]
        ids[f"product {name}"] = product = await create_product(
            c,
            organisation,
            name=f"Fine coated paper by {name}",
            description="Coated.",
            unit="kilogram",
            visibility=visibility,
        )
        codes = [f"urn:pact:{owner}.example:supplier-id:{product}"]
        codes += [GTIN] if visibility == "PUBLIC" else []
        for urn in codes:
            found = identifier_of(urn)
            await insert(
                c,
                "product_identifier",
                product_id=product,
                organisation_id=organisation,
                urn=urn,
                kind=found.kind.value,
                key=found.key,
            )
        kept = {"product_id": product, "visibility": Visibility(visibility)}
        key = await create_footprint(c, organisation, whole(), **kept)
        ids[f"footprint {name}"] = key
        return key

    async def _imported(self) -> None:
        """A file of the owner's with a row that can be recorded, and a fault that was."""
        c, ids = self.connection, self.ids
        document = await insert(
            c, "document", name="in.csv", media_type="text/csv", size_bytes=1, sha256="a" * 64
        )
        ids["import own"] = key = await insert(
            c,
            "staged_import",
            organisation_id=ids["org owner"],
            document_id=document,
            row_count=1,
            fault_count=1,
        )
        cells = {
            "reference": "sent",
            "name": "Sent",
            "category": "Heating",
            "function": "To heat",
            "functional_unit": "A flat",
            "unit": "piece",
            "lifetime_years": "5",
        }
        row = {"sheet": "solutions", "number": 2, "position": 1}
        await insert(c, "staged_row", staged_import_id=key, cells=json.dumps(cells), **row)
        await insert(
            c, "staged_fault", staged_import_id=key, code="WRONG", message="It is wrong.", **row
        )

    async def exchanged(self) -> None:
        """The owner's partner, with something shared, asked for, fetched and refused."""
        c, ids = self.connection, self.ids
        ids["partner own"] = partner = await insert(
            c,
            "partner",
            organisation_id=ids["org owner"],
            company_id=ids["org other"],
            name="Buyer",
            base_url="https://buyer.example",
            event_sources="https://a.example https://b.example",
            oauth_client_id=ids["client owner"],
            client_id="us",
            client_secret_sealed="PROOF-partner",  # noqa: S106  no secret
        )
        of = {"partner_id": partner}
        await insert(c, "partner_share", footprint_id=ids["footprint owner PRIVATE"], **of)
        ids["exchange own"] = await insert(
            c,
            "exchange_event",
            direction="RECEIVED",
            kind="REQUEST_CREATED",
            event_id="asked/1",
            address="https://buyer.example",
            said_at=datetime(2026, 11, 1, tzinfo=UTC),
            data="{}",
            state="OPEN",
            **of,
        )
        over = {"state": "DONE", "ended_at": datetime(2026, 11, 2, tzinfo=UTC)}
        ids["errand own"] = await insert(c, "exchange_errand", errand="FETCH", **of, **over)
        fault = {"pf_id": "x", "field": "id", "message": "`id` is a UUID."}
        await insert(c, "exchange_fault", **of, **fault)

    async def hooked(self) -> None:
        """The owner's webhooks: one with a message that was sent and one not yet; one rests."""
        c, ids = self.connection, self.ids
        given = {
            "organisation_id": ids["org owner"],
            "url": "https://hooks.example/in",
            "events": ["CLAIM_PUBLISHED", "INVOICE_ISSUED"],
            "query": "query ($id: ID!) { node(id: $id) { id } }",
            "permissions": ["figures:read"],
            "secret_sealed": "PROOF-webhook",
        }
        ids["webhook own"] = webhook = await insert(c, "webhook", description="Stock", **given)
        rests = {"disabled_at": datetime(2026, 11, 1, tzinfo=UTC), "disabled_because": "ASKED"}
        ids["webhook resting"] = await insert(c, "webhook", **given, **rests)
        about = {"webhook_id": webhook, "kind": "CLAIM_PUBLISHED", "subject": "assessed_1"}
        at = datetime(2026, 11, 2, tzinfo=UTC)
        over = {"state": "FAILED", "sent_at": at, "ended_at": at, "told": "It answered 500."}
        ids["delivery own"] = sent = await insert(
            c, "webhook_delivery", message_id="msg_1", attempts=1, **about, **over
        )
        await insert(c, "webhook_delivery", message_id="msg_2", **about)
        attempt = {"status": 500, "took_ms": 12, "answer": "out of order"}
        await insert(c, "webhook_attempt", delivery_id=sent, attempted_at=at, **attempt)

    async def bulk(self) -> None:
        """A list that the owner's approver asked for, and a file of variables of the same."""
        c, ids = self.connection, self.ids
        by = {"organisation_id": ids["org owner"], "account_id": ids["account approver"]}
        ids["bulk own"] = await insert(
            c,
            "bulk_operation",
            kind="QUERY",
            document="{ footprints { nodes { id } } }",
            permissions=["figures:read"],
            is_member=True,
            **by,
        )
        ids["upload own"] = await insert(c, "bulk_upload", digest="a" * 64, size_bytes=1, **by)

    async def _solved(self, owner: str) -> None:
        """Solutions of every visibility, each with what it stands on, and an effect.

        The last contains the first. Effects may be shown to more or fewer than their solution is,
        and so may the value chains that amounts are computed of.
        """
        c, ids, source = self.connection, self.ids, self.ids["citation"]
        organisation = ids[f"org {owner}"]
        series = ids[f"series {owner}"] = await create_series(c, organisation, citation_id=source)
        item = 0
        for visibility, of_chain in zip(VISIBILITIES, reversed(VISIBILITIES), strict=True):
            name = f"{owner} {visibility}"
            solution = ids[f"solution {name}"] = await create_solution(
                c, organisation, name=name, visibility=visibility
            )
            scenario = ids[f"scenario {name}"] = await create_scenario(
                c, solution, citation_id=source, legal_citation_id=source
            )
            comparison = ids[f"comparison {name}"] = await create_comparison(c, solution, scenario)
            by_factor = {"factor_series_id": series, "reference_quantity": Decimal(2)}
            item = await create_item(c, comparison, citation_id=source, **by_factor)
            demanded = {"reference_activity_id": ids[f"activity {owner} {of_chain}"]}
            await create_item(c, comparison, reference_demand=Decimal(2), **demanded)
            ids[f"effect {name}"] = await self._effect(comparison, item, visibility=visibility)
            chain = {"value_chain_id": ids["chain one"], "stage_id": ids["stage last"]}
            await insert(
                c, "solution_role", solution_id=solution, role="END_USE", explanation="It.", **chain
            )
            finding = {"objective": "WATER", "finding": "NOT_ASSESSED", "explanation": "Later."}
            await insert(
                c, "solution_side_effect", solution_id=solution, citation_id=source, **finding
            )
        # Public, though its solution is not.
        ahead = ids[f"comparison {owner} CONSORTIUM"]
        ids[f"effect {owner} ahead"] = await self._effect(
            ahead, item, visibility="PUBLIC", geography="CN"
        )
        hidden = ids[f"comparison {owner} PUBLIC"]
        ids[f"effect {owner} hidden"] = await self._effect(
            hidden, item, visibility="PRIVATE", geography="CN"
        )
        await insert(
            c,
            "solution_part",
            containing_id=ids[f"solution {owner} PRIVATE"],
            contained_id=ids[f"solution {owner} PUBLIC"],
        )

    async def _effect(self, comparison: int, item: int, **values: Any) -> int:
        c, chain = self.connection, self.ids["chain one"]
        effect = await create_effect(c, comparison, value_chain_id=chain, **values)
        await insert(
            c, "effect_initiative", effect_id=effect, initiative_id=self.ids["initiative one"]
        )
        await insert(c, "effect_cohort", effect_id=effect, sold_year=2026, units=Decimal(1))
        [point] = await c.fetch("SELECT id FROM factor_point LIMIT 1")
        line = {
            "kind": "ITEM",
            "item_id": item,
            "stage": "USE",
            "sold_year": 2026,
            "year_of_life": 0,
            "units": Decimal(1),
            "part_of_year": Decimal(1),
            "factor_point_id": point[0],
            "reference_kg_co2e": Decimal(3000),
            "solution_kg_co2e": Decimal(1000),
        }
        await insert(c, "effect_line", effect_id=effect, position=1, **line)
        return effect

    async def _related(self, owner: str) -> None:
        """A public total of 1 000 t with a private part, restated for members alone."""
        organisation = self.ids[f"org {owner}"]
        total = await create_claim(
            self.connection, organisation, reference=f"total {owner}", category=f"{owner} total"
        )
        part = await create_claim(
            self.connection,
            organisation,
            reference=f"part {owner}",
            part_of_id=total,
            value_kg_co2e=Decimal(300_000),
            visibility="PRIVATE",
            category=f"{owner} part",
        )
        restated = await create_claim(
            self.connection,
            organisation,
            reference=f"restated {owner}",
            supersedes_id=self.ids[f"claim {owner} PUBLIC"],
            method_change_from_id=part,
            value_kg_co2e=Decimal(2_000),
            visibility="CONSORTIUM",
            known_on=date(2025, 1, 1),
        )
        self.ids |= {f"claim {owner} total": total, f"claim {owner} part": part}
        self.ids[f"claim {owner} restated"] = restated

    async def dues(self) -> None:
        """A year with an invoice of each member, and the next one, of which there are none yet."""
        tier = self.ids["tier everybody"] = await create_dues_year(self.connection)
        await create_dues_year(self.connection, 2027, revenue_currency="EUR")
        for sequence, name in enumerate(MEMBERS, 1):
            organisation = self.ids[f"org {name}"]
            invoice = await create_invoice(self.connection, organisation, tier, sequence)
            self.ids[f"invoice {name}"] = invoice
            await create_entry(self.connection, invoice)
            await create_reminder(self.connection, invoice)
            self.ids[f"assignment {name}"] = await create_assignment(
                self.connection, organisation, tier
            )

    async def work(self) -> None:
        """A working group of the owner and the participant, its meetings, seats and contacts."""
        c, ids = self.connection, self.ids
        group = ids["group one"] = await create_group(c, name="Group one")
        for name, where, person, office in (
            ("owner chair", "owner", "approver", "CHAIR"),
            ("owner delegate", "owner", "editor", "DELEGATE"),
            ("participant delegate", "participant", "participant", "DELEGATE"),
        ):
            who = (ids[f"org {where}"], ids[f"account {person}"])
            ids[f"delegacy {name}"] = await create_delegacy(c, group, *who, office=office)
        ids["meeting held"] = await create_meeting(c, group, held_on=date(2026, 11, 2))
        ids["meeting planned"] = await create_meeting(c, group, held_on=date(2026, 12, 1))
        for name in ("owner chair", "participant delegate"):
            await insert(
                c,
                "attendance",
                meeting_id=ids["meeting held"],
                delegacy_id=ids[f"delegacy {name}"],
                presence="PRESENT" if name == "owner chair" else "EXCUSED",
            )
        for name in MEMBERS:
            organisation = ids[f"org {name}"]
            await insert(
                c,
                "organisation_seats",
                organisation_id=organisation,
                seats=20,
                starts_on=date(2026, 1, 1),
            )

        # The owner has none, so that its last administrator cannot leave.
        await insert(
            c,
            "organisation_contact",
            organisation_id=ids["org other"],
            name="Contact of the other",
            email="contact@example.org",
            since=date(2026, 1, 1),
        )

    async def guidance(self) -> None:
        """A version in each status, down to the evidence; each replaces the one before."""
        c, replaces = self.connection, None
        for status in ("RETIRED", "PUBLISHED", "DRAFT"):
            name = status.lower()
            version = await create_guidance(
                c,
                gates=0,
                reference=f"guidance-{name}",
                replaces_id=replaces,
                citation_id=self.ids["citation"],
            )
            gate = await create_gate(c, version)
            criterion = await create_criterion(c, gate)
            evidence = await create_evidence(c, criterion)
            await advance_guidance(c, version, status)
            self.ids[f"guidance {name}"] = replaces = version
            self.ids[f"gate {name}"] = gate
            self.ids[f"criterion {name}"] = criterion
            self.ids[f"evidence {name}"] = evidence

    async def assessed(self) -> None:
        """Claims of the owner in every status, in work and published; one of the other's."""
        ids = self.ids
        account = ids["account secretariat"]
        for name, owner, effect, status, share in (
            ("draft", "owner", "owner PRIVATE", "DRAFT", "1"),
            ("owner PUBLIC", "owner", "owner PUBLIC", "PUBLISHED", "0.5"),
            ("submitted", "owner", "owner PUBLIC", "SUBMITTED", "0.5"),
            ("owner CONSORTIUM", "owner", "owner CONSORTIUM", "PUBLISHED", "1"),
            ("asked", "owner", "owner CONSORTIUM", "CLARIFICATION", "1"),
            ("reviewed", "owner", "owner hidden", "IN_REVIEW", "1"),
            ("accepted", "other", "other PRIVATE", "ACCEPTED", "1"),
        ):
            key = ids[f"assessed {name}"] = await create_assessed_claim(
                self.connection,
                ids[f"org {owner}"],
                ids[f"effect {effect}"],
                ids["guidance published"],
                status=status,
                visibility=name.removeprefix("owner "),
                share=share,
                account_id=account,
                reference=name.replace(" ", "-"),
            )
            [proof] = await self.connection.fetch(
                "SELECT id FROM claim_evidence WHERE claim_id = $1", key
            )
            ids[f"proof {name}"] = proof[0]

    async def people(self) -> None:
        """One person for each kind of caller, and what organisations set up for them."""
        self.ids["account nobody"] = await create_account(self.connection)
        for name, (where, role) in PEOPLE.items():
            account = await create_account(
                self.connection,
                name=name,
                email=f"{name}@example.org",
                email_verified_at=datetime(2026, 1, 1, tzinfo=UTC),
                password_hash="PROOF-password",  # noqa: S106  told nowhere: that is what is tested
                totp_secret_sealed="PROOF-totp",  # noqa: S106
            )
            self.ids[f"account {name}"] = account
            await create_role(self.connection, account, self.ids[f"org {where}"], role.value)
        # Somebody who belongs to both members.
        await create_role(
            self.connection, self.ids["account editor"], self.ids["org other"], "VIEWER"
        )
        for name in MEMBERS:
            organisation = self.ids[f"org {name}"]
            self.ids[f"invitation {name}"] = await create_invitation(
                self.connection, organisation, token_sha256=f"PROOF-{name}"
            )
            self.ids[f"client {name}"] = await create_service_client(
                self.connection, organisation, secret_sha256=f"PROOF-{name}"
            )
            self.ids[f"provider {name}"] = await create_identity_provider(
                self.connection, organisation, client_secret_sealed=f"PROOF-{name}"
            )
        await insert(
            self.connection,
            "audit_entry",
            action="owner:noted",
            organisation_id=self.ids["org owner"],
        )
        for name, (starts_on, ends_on, covers, ended) in ENGAGED.items():
            self.ids[f"engagement {name}"] = await create_engagement(
                self.connection,
                self.ids[f"org {name}"],
                self.ids["org owner"],
                starts_on=starts_on,
                ends_on=ends_on,
                covers=covers,
                ended_at=datetime(2026, 6, 1, tzinfo=UTC) if ended else None,
            )

    async def applicants(self) -> None:
        """An application in each stage, terms, and decisions about memberships."""
        c, secretary = self.connection, self.ids["account secretariat"]
        self.ids["terms one"] = await create_terms(c, version="1")
        for name in APPLICATIONS:
            stage = "IN_REVIEW" if name == "voted" else name.upper().replace(" ", "_")
            self.ids[f"application {name}"] = await create_application(
                c,
                reference=name,
                stage=stage,
                organisation_id=self.ids["org past"] if name == "approved" else None,
                name="Alias of the owner" if name == "submitted" else f"Applicant {name}",
                revenue_amount=Decimal(10),
                revenue_currency="EUR",
                asked="Who owns you?" if name == "more asked" else "",
            )
        await create_review(c, self.ids["application voted"], secretary)
        await insert(
            c,
            "application_conflict",
            application_id=self.ids["application voted"],
            account_id=self.ids["account auditor"],
            reason="A share",
        )
        await insert(
            c,
            "terms_acceptance",
            application_id=self.ids["application rejected"],
            terms_id=self.ids["terms one"],
            signatory_name="Grace",
            signatory_title="Director",
            accepted_on=TODAY,
        )
        for owner in MEMBERS:
            self.ids[f"decision {owner}"] = await create_decision(
                c, self.ids[f"org {owner}"], account_id=secretary
            )
        await self._ending()

    async def _ending(self) -> None:
        """A member that has given notice, and one that has appealed against its expulsion."""
        for name, spans in {
            "leaving": (("MEMBER", date(2026, 12, 31)), ("FORMER", None)),
            "appealing": (
                ("MEMBER", date(2026, 10, 31)),
                ("UNDER_EXPULSION", date(2026, 11, 9)),
                ("UNDER_APPEAL", None),
            ),
        }.items():
            organisation = await create_organisation(self.connection, name=f"The {name}")
            self.ids[f"org {name}"] = organisation
            starts_on = None
            for status, ends_on in spans:
                row = await create_membership(
                    self.connection,
                    organisation,
                    status=status,
                    starts_on=starts_on,
                    ends_on=ends_on,
                )
                self.ids[f"membership {name} {status}"] = row
                starts_on = ends_on and ends_on + timedelta(days=1)
