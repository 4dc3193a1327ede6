"""Enter a footprint by hand, correct it by another one, deprecate it, and show it to others."""

from datetime import UTC, date, datetime, time
from typing import NamedTuple
from uuid import UUID, uuid4

from consortium.audit.actions import audited
from consortium.footprints.actions.common import own_footprint, own_product
from consortium.footprints.actions.recording import Record, deprecate, record
from consortium.footprints.rules.errors import FootprintDeprecated, FootprintNotOwn
from consortium.footprints.rules.facts import FootprintFacts, PcfFacts, PfStatus
from consortium.footprints.rules.texts import checked_text, optional_text
from consortium.footprints.rules.vocabulary import FootprintOrigin, FootprintStatus
from consortium.kernel.principal import Principal
from consortium.kernel.visibility import Visibility, check_visibility_change
from consortium.storage.raw import Connection

SPEC_VERSION = "3.0.3"
# What came from others is theirs to correct.
_OWN = (FootprintOrigin.ENTERED, FootprintOrigin.COMPUTED, FootprintOrigin.IMPORTED)

STATED = """
SELECT o.name AS company, o.lei, p.name, p.description,
    ARRAY(SELECT i.urn FROM product_identifier i WHERE i.product_id = p.id ORDER BY i.id) AS urns
FROM product p JOIN organisation o ON o.id = p.organisation_id WHERE p.id = $1
"""
# Whoever was shown what is corrected is shown what corrects it.
SHARE_ALIKE = """
INSERT INTO footprint_share (footprint_id, organisation_id, shared_on)
SELECT $2, s.organisation_id, $3 FROM footprint_share s
WHERE s.footprint_id = $1 AND s.organisation_id IS NOT NULL
"""
SHOW = "UPDATE footprint SET visibility = $2, version = version + 1 WHERE id = $1"


class About(NamedTuple):
    """What is told of a footprint beside the carbon footprint."""

    company_ids: tuple[str, ...] | None = None
    product_classifications: tuple[str, ...] | None = None
    validity_period_start: datetime | None = None
    validity_period_end: datetime | None = None
    comment: str | None = None


class RecordFootprint(NamedTuple):
    """A footprint of a product of the caller's organisation."""

    product: int
    pcf: PcfFacts
    about: About | None = None
    visibility: Visibility | None = None


class CorrectFootprint(NamedTuple):
    """What a footprint of the caller's should have said. `version` as the caller saw it."""

    footprint: int
    version: int
    pcf: PcfFacts
    about: About | None = None


class DeprecateFootprint(NamedTuple):
    """A footprint that is not to be used any more, and why."""

    footprint: int
    version: int
    reason: str


class SetFootprintVisibility(NamedTuple):
    """Who shall see a footprint."""

    footprint: int
    version: int
    visibility: Visibility


async def record_footprint(by: Principal, command: RecordFootprint, today: date) -> int:
    """Enter a footprint, PRIVATE unless told; returns its id.

    Raises:
        NotFound, PermissionDenied: of the product; or the caller may not publish.
        FootprintFaulty: it does not mean what PACT's specification says.
    """
    async with audited(by, "footprint:record", organisation_id=by.organisation_id) as open_:
        kept = await own_product(open_, by, command.product, today)
        owner, shown = kept["organisation_id"], command.visibility or Visibility.PRIVATE
        check_visibility_change(by, owner, Visibility.PRIVATE, shown)
        facts = await whole_footprint(
            open_, command.product, command.pcf, command.about, None, today
        )
        of = Record(
            organisation_id=owner,
            origin=FootprintOrigin.ENTERED,
            product_id=command.product,
            visibility=shown,
        )
        return await record(open_, facts, of, today)


async def correct_footprint(by: Principal, command: CorrectFootprint, today: date) -> int:
    """Put another footprint in the place of one, which is deprecated; returns the new one's id.

    Whoever saw the old one sees the new one.

    Raises:
        NotFound, PermissionDenied, ChangedMeanwhile: of the old one.
        FootprintNotOwn: others stated it.
        FootprintDeprecated: it is deprecated already.
        FootprintFaulty: the new one does not mean what PACT's specification says.
    """
    key = command.footprint
    async with audited(by, "footprint:correct", organisation_id=by.organisation_id) as open_:
        kept = await own_footprint(open_, by, key, command.version, today)
        origin = FootprintOrigin(kept["origin"])
        if origin not in _OWN:
            raise FootprintNotOwn
        _check_active(kept["status"])
        before = kept["pact_id"]
        facts = await whole_footprint(
            open_, kept["product_id"], command.pcf, command.about, before, today
        )
        of = Record(
            organisation_id=kept["organisation_id"],
            origin=origin,
            product_id=kept["product_id"],
            visibility=Visibility(kept["visibility"]),
        )
        corrected = await record(open_, facts, of, today)
        await open_.execute(SHARE_ALIKE, key, corrected, today)
    return corrected


async def deprecate_footprint(by: Principal, command: DeprecateFootprint, today: date) -> int:
    """Say that a footprint is not to be used any more; returns its id.

    Raises:
        NotFound, PermissionDenied, ChangedMeanwhile: of it.
        FootprintDeprecated, ProductTextMissing: as they say.
    """
    key = command.footprint
    async with audited(by, "footprint:deprecate", organisation_id=by.organisation_id) as open_:
        kept = await own_footprint(open_, by, key, command.version, today)
        _check_active(kept["status"])
        await deprecate(open_, [key], checked_text(command.reason, "reason"), today)
    return key


async def set_footprint_visibility(
    by: Principal, command: SetFootprintVisibility, today: date
) -> int:
    """Show a footprint to more or fewer; returns its id.

    Raises:
        NotFound, PermissionDenied, ChangedMeanwhile: of it.
    """
    key, shown = command.footprint, command.visibility
    async with audited(by, "footprint:set-visibility", organisation_id=by.organisation_id) as open_:
        kept = await own_footprint(open_, by, key, command.version, today)
        before = Visibility(kept["visibility"])
        check_visibility_change(by, kept["organisation_id"], before, shown)
        if before is not shown:
            await open_.execute(SHOW, key, shown.value)
    return key


async def whole_footprint(
    connection: Connection,
    product: int,
    pcf: PcfFacts,
    told: About | None,
    preceding: UUID | None,
    today: date,
) -> FootprintFacts:
    """The whole footprint: with the product and the company as they are known here."""
    row = await connection.fetchrow(STATED, product)
    assert row is not None  # noqa: S101  it was locked by the caller
    about = told or About()
    company = [f"urn:lei:{row['lei'].lower()}"] if row["lei"] else []
    return FootprintFacts(
        id=uuid4(),
        spec_version=SPEC_VERSION,
        preceding_pf_ids=(preceding,) if preceding else None,
        created=datetime.combine(today, time(), UTC),
        status=PfStatus.ACTIVE,
        validity_period_start=about.validity_period_start,
        validity_period_end=about.validity_period_end,
        company_name=row["company"],
        company_ids=about.company_ids or tuple(company),
        product_description=row["description"],
        product_ids=tuple(row["urns"]),
        product_classifications=about.product_classifications or None,
        product_name_company=row["name"],
        comment=optional_text(about.comment, "about", "comment") or None,
        pcf=pcf,
    )


def _check_active(status: str) -> None:
    if FootprintStatus(status) is not FootprintStatus.ACTIVE:
        raise FootprintDeprecated
