"""Two records of one organisation become one, and are two again as if nothing had been."""

import asyncio
from datetime import date
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from consortium.avoided.actions import check_totals, rebuild_all, refresh
from consortium.kernel.clock import utc_today
from consortium.kernel.errors import DomainError, NotFound, PermissionDenied
from consortium.kernel.principal import Permission, Principal, Rights
from consortium.membership.actions.profile import check_profile
from consortium.organisations.actions.parentage import ParentageConflict
from consortium.reorganisations.actions.merging import (
    MergeOrganisations,
    UnmergeOrganisations,
    merge_organisations,
    unmerge_organisations,
)
from consortium.reorganisations.actions.merging.references import references
from consortium.reorganisations.rules.memberships import MembershipsDisagree
from consortium.reorganisations.rules.merges import (
    BY_TABLE,
    DERIVED,
    WITHOUT_KEY,
    AlreadyMerged,
    MergeChangedSince,
    MergesItself,
    MergeUndone,
)
from consortium.storage.database import Database, transaction
from consortium.storage.raw import raw
from tests.factories import (
    create_account,
    create_alias,
    create_claim,
    create_engagement,
    create_invitation,
    create_membership,
    create_organisation,
    create_parentage,
    create_role,
)
from tests.factories.dumps import differing, dump
from tests.factories.worlds import Maker
from tests.served import TODAY

SECRETARY = Principal(Rights(permissions=frozenset({Permission.ORGANISATIONS_MANAGE})))
# The trail and the merges themselves stay.
RECORDS = ("audit_entry", "audit_change", "organisation_merge", "organisation_merge_change")


async def merge(database: Database, duplicate: int, into: int, by: Principal = SECRETARY) -> int:
    """Merge, as the secretariat."""
    with database.active():
        return await merge_organisations(by, MergeOrganisations(duplicate, into), TODAY)


async def unmerge(database: Database, merged: int, by: Principal = SECRETARY) -> int:
    """Undo that."""
    with database.active():
        return await unmerge_organisations(by, UnmergeOrganisations(merged), TODAY)


async def totals_hold(database: Database) -> bool:
    """Whether the kept sums, and those of the profile, are what a scan gives."""
    with database.active():
        return await check_totals(today=TODAY) == [] and await check_profile() == []


async def rows(database: Database, query: str, *values: object) -> list[tuple[Any, ...]]:
    """What a query finds."""
    return [tuple(row) for row in await database.pool.fetch(query, *values)]


class TwoRecords:
    """One company, recorded twice, with something of every sort on both records."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.survivor = self.duplicate = self.other = self.ada = 0

    async def make(self) -> "TwoRecords":
        pool = self.database.pool
        self.survivor = await create_organisation(pool, name="Alibaba", sector="Retail")
        self.duplicate = await create_organisation(
            pool, name="Alibaba Group", sector="Cloud", lei="5493001NTNQJDH60PM02"
        )
        self.other = await create_organisation(pool, name="Other", sector="Steel")
        await create_alias(pool, self.duplicate, "Ali Group")
        await create_membership(
            pool, self.survivor, starts_on=date(2020, 1, 1), ends_on=date(2021, 12, 31)
        )
        await create_membership(pool, self.duplicate, starts_on=date(2021, 6, 1))
        await create_membership(pool, self.other)
        for organisation, tonnes in ((self.survivor, 1), (self.duplicate, 10), (self.other, 100)):
            await create_claim(pool, organisation, value_kg_co2e=Decimal(tonnes * 1000))
        self.ada = await create_account(pool)
        bob = await create_account(pool)
        await create_role(pool, self.ada, self.survivor, "EDITOR")
        await create_role(pool, self.ada, self.duplicate, "EDITOR")
        await create_role(pool, bob, self.duplicate, "ORGANISATION_ADMIN")
        await create_invitation(pool, self.duplicate)
        await create_engagement(pool, self.other, self.duplicate)
        await create_engagement(pool, self.survivor, self.duplicate)
        with self.database.active():
            await rebuild_all(today=TODAY)
        return self


@pytest.fixture
async def two(database: Database) -> TwoRecords:
    """One company, recorded twice."""
    return await TwoRecords(database).make()


async def test_everything_is_the_survivors(two: TwoRecords) -> None:
    """Claims, people, invitations and engagements; the record points to where they are."""
    database, survivor = two.database, two.survivor
    await merge(database, two.duplicate, survivor)

    assert await rows(
        database, "SELECT count(*) FROM avoided_claim WHERE organisation_id = $1", survivor
    ) == [(2,)]
    assert await rows(
        database, "SELECT count(*) FROM single_use_link WHERE organisation_id = $1", survivor
    ) == [(1,)]
    assert await rows(
        database,
        "SELECT assurer_id, client_id FROM engagement ORDER BY id",
    ) == [(two.other, survivor), (survivor, two.duplicate)]
    assert await rows(
        database,
        "SELECT status, starts_on, ends_on FROM membership WHERE organisation_id = $1",
        survivor,
    ) == [("MEMBER", date(2020, 1, 1), None)]
    assert await rows(
        database, "SELECT merged_into_id, lei FROM organisation WHERE id = $1", two.duplicate
    ) == [(survivor, None)]
    assert await totals_hold(database)


async def test_a_doubled_role_stays_and_is_told(two: TwoRecords) -> None:
    """What the survivor has already stays with the duplicate, and the journal says so."""
    merged = await merge(two.database, two.duplicate, two.survivor)

    assert await rows(
        two.database,
        "SELECT organisation_id, role FROM role_grant ORDER BY organisation_id, role",
    ) == [
        (two.survivor, "EDITOR"),
        (two.survivor, "ORGANISATION_ADMIN"),
        (two.duplicate, "EDITOR"),
    ]
    assert await rows(
        two.database,
        "SELECT row_table FROM organisation_merge_change WHERE merge_id = $1 AND before = after"
        " ORDER BY 1",
        merged,
    ) == [("engagement",), ("role_grant",)]


async def test_sums_and_members_count_once(two: TwoRecords) -> None:
    """One member less, and what stood on the record that had left counts with the rest."""
    members = "SELECT count(DISTINCT organisation_id) FROM membership WHERE status = 'MEMBER'"
    total = "SELECT value_kg_co2e FROM avoided_total WHERE grouping = 0 AND owner_id = 0 ORDER BY 1"
    assert await rows(two.database, members) == [(3,)]
    assert await rows(two.database, total) == [(Decimal(110_000),)]
    await merge(two.database, two.duplicate, two.survivor)

    assert await rows(two.database, members) == [(2,)]
    assert await rows(two.database, total) == [(Decimal(111_000),)]
    assert await rows(
        two.database,
        "SELECT sector, value_kg_co2e FROM avoided_total WHERE grouping = 16 AND owner_id = 0"
        " AND claims > 0 AND audience = 7 ORDER BY 1",
    ) == [("Retail", Decimal(11_000)), ("Steel", Decimal(100_000))]


async def test_every_name_finds_the_survivor(two: TwoRecords) -> None:
    """The duplicate's name is an alias, and its record is found by no word."""
    await merge(two.database, two.duplicate, two.survivor)

    found = """
    SELECT id FROM organisation WHERE name_key = $1
    UNION SELECT organisation_id FROM organisation_alias WHERE name_key = $1
    """
    for name in ("alibaba", "alibaba group", "ali group"):
        assert await rows(two.database, found, name) == [(two.survivor,)]
    assert await rows(
        two.database, "SELECT id FROM organisation WHERE search @@ to_tsquery('simple', 'group')"
    ) == [(two.survivor,)]


async def test_undoing_gives_everything_back(two: TwoRecords) -> None:
    """Every table is as it was."""
    before = await dump(two.database, *RECORDS)
    merged = await merge(two.database, two.duplicate, two.survivor)
    await unmerge(two.database, merged)

    assert await dump(two.database, *RECORDS) == before
    assert await totals_hold(two.database)


async def test_both_are_in_the_trail(two: TwoRecords) -> None:
    """Two entries, with every row that was changed under them."""
    merged = await merge(two.database, two.duplicate, two.survivor)
    await unmerge(two.database, merged)

    entries = await rows(
        two.database,
        "SELECT action, organisation_id FROM audit_entry WHERE action LIKE 'organisation:%'"
        " ORDER BY id",
    )
    touched = await rows(
        two.database,
        "SELECT DISTINCT row_table FROM audit_change c JOIN audit_entry e ON e.id = c.entry_id"
        " WHERE e.action = 'organisation:unmerge' ORDER BY 1",
    )
    assert entries == [
        ("organisation:merge", two.survivor),
        ("organisation:unmerge", two.survivor),
    ]
    assert [one for (one,) in touched] == [
        "avoided_claim",
        "engagement",
        "membership",
        "organisation",
        "organisation_alias",
        "organisation_merge",
        "role_grant",
        "single_use_link",
    ]


async def test_what_was_added_since_stays(two: TwoRecords) -> None:
    """A claim of after the merge is the survivor's for good."""
    merged = await merge(two.database, two.duplicate, two.survivor)
    added = await create_claim(two.database.pool, two.survivor, reference="since")
    await create_alias(two.database.pool, two.survivor, "Since")
    await two.database.pool.execute(
        "UPDATE organisation SET search_text = search_text || ' since' WHERE id = $1", two.survivor
    )
    await unmerge(two.database, merged)

    assert await rows(
        two.database, "SELECT organisation_id FROM avoided_claim WHERE id = $1", added
    ) == [(two.survivor,)]
    assert await rows(
        two.database, "SELECT search_text FROM organisation WHERE id = $1", two.survivor
    ) == [("alibaba since",)]
    assert await totals_hold(two.database)


async def test_what_was_taken_away_since_stays_away(two: TwoRecords) -> None:
    """A role that was taken back is not given again."""
    merged = await merge(two.database, two.duplicate, two.survivor)
    await two.database.pool.execute("DELETE FROM role_grant WHERE role = 'ORGANISATION_ADMIN'")
    await unmerge(two.database, merged)

    assert await rows(
        two.database, "SELECT count(*) FROM role_grant WHERE role = 'ORGANISATION_ADMIN'"
    ) == [(0,)]


@pytest.mark.parametrize(
    ("since", "told"),
    [
        (
            "UPDATE avoided_claim SET organisation_id = $2 WHERE organisation_id = $1",
            "avoided claim",
        ),
        (
            "UPDATE membership SET ends_on = '2026-12-31' WHERE organisation_id = $1",
            "the membership",
        ),
        ("UPDATE organisation SET lei = NULL WHERE id = $1 AND $2 > 0", "lei"),
        ("UPDATE organisation_alias SET organisation_id = $2 WHERE organisation_id = $1", "alias"),
        (
            "UPDATE organisation SET name_key = 'alibaba group' WHERE id = $1 AND $2 > 0",
            "name or LEI",
        ),
    ],
)
async def test_what_was_changed_since_stands_in_the_way(
    two: TwoRecords, since: str, told: str
) -> None:
    """Nothing is undone, and it is said why."""
    merged = await merge(two.database, two.duplicate, two.survivor)
    values = (two.survivor, two.other) if "$2" in since else (two.survivor,)
    await two.database.pool.execute(since, *values)
    before = await dump(two.database)

    with pytest.raises(MergeChangedSince, match=told):
        await unmerge(two.database, merged)

    assert await dump(two.database) == before


@pytest.mark.parametrize(
    ("pair", "refused"),
    [
        (("survivor", "survivor"), MergesItself),
        (("survivor", "duplicate"), AlreadyMerged),
        (("duplicate", "other"), AlreadyMerged),
        (("nobody", "other"), NotFound),
    ],
)
async def test_what_cannot_be_merged(
    two: TwoRecords, pair: tuple[str, str], refused: type[DomainError]
) -> None:
    """A record into itself, one that was merged, into one that was merged, nothing there is."""
    await merge(two.database, two.duplicate, two.survivor)
    before = await dump(two.database)
    duplicate, into = (999_999 if one == "nobody" else getattr(two, one) for one in pair)

    with pytest.raises(refused):
        await merge(two.database, duplicate, into)

    assert await dump(two.database) == before


async def test_who_may(two: TwoRecords) -> None:
    """The secretariat; of the merges nobody else hears."""
    nobody = Principal()
    with pytest.raises(PermissionDenied):
        await merge(two.database, two.duplicate, two.survivor, nobody)
    merged = await merge(two.database, two.duplicate, two.survivor)
    before = await dump(two.database)

    with pytest.raises(NotFound):
        await unmerge(two.database, merged, nobody)

    assert await dump(two.database) == before


async def test_undone_once(two: TwoRecords) -> None:
    """The second time is refused; merging again is not."""
    merged = await merge(two.database, two.duplicate, two.survivor)
    await unmerge(two.database, merged)
    with pytest.raises(MergeUndone):
        await unmerge(two.database, merged)

    assert await merge(two.database, two.duplicate, two.survivor) > merged


async def test_two_secretaries_at_once(two: TwoRecords) -> None:
    """One merges, the other hears that it was merged; nothing is done twice."""
    done = await asyncio.gather(
        merge(two.database, two.duplicate, two.survivor),
        merge(two.database, two.duplicate, two.survivor),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in done) == ["AlreadyMerged", "int"]
    assert await rows(two.database, "SELECT count(*) FROM organisation_merge") == [(1,)]
    assert await totals_hold(two.database)


async def test_the_one_into_the_other_and_back_at_once(two: TwoRecords) -> None:
    """Each of the two into the other: one is done, and nobody waits for ever."""
    done = await asyncio.gather(
        merge(two.database, two.duplicate, two.survivor),
        merge(two.database, two.survivor, two.duplicate),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in done) == ["AlreadyMerged", "int"]
    assert await totals_hold(two.database)


async def test_merges_of_merges_are_undone_from_the_last(two: TwoRecords) -> None:
    """The survivor itself proves to be a third one; the first record points there then."""
    before = await dump(two.database, *RECORDS)
    first = await merge(two.database, two.duplicate, two.survivor)
    second = await merge(two.database, two.survivor, two.other)

    assert await rows(
        two.database,
        "SELECT DISTINCT merged_into_id FROM organisation WHERE merged_into_id IS NOT NULL",
    ) == [(two.other,)]
    with pytest.raises(AlreadyMerged):
        await unmerge(two.database, first)
    await unmerge(two.database, second)
    await unmerge(two.database, first)
    assert await dump(two.database, *RECORDS) == before


async def test_a_ring_of_control_is_refused(two: TwoRecords) -> None:
    """The duplicate controls the other, which controls the survivor: it would control itself."""
    await create_parentage(two.database.pool, two.other, two.duplicate)
    await create_parentage(two.database.pool, two.survivor, two.other)
    before = await dump(two.database)

    with pytest.raises(ParentageConflict):
        await merge(two.database, two.duplicate, two.survivor)

    assert await dump(two.database) == before


async def test_procedures_that_do_not_fit_are_refused(two: TwoRecords) -> None:
    """One record is being expelled while the other was a member until yesterday's decision."""
    pool = two.database.pool
    await pool.execute("DELETE FROM membership WHERE organisation_id = $1", two.duplicate)
    for status, starts, ends in (
        ("MEMBER", None, date(2020, 6, 1)),
        ("UNDER_EXPULSION", date(2020, 6, 2), date(2020, 12, 31)),
        ("UNDER_APPEAL", date(2021, 1, 1), None),
    ):
        await create_membership(pool, two.duplicate, status=status, starts_on=starts, ends_on=ends)
    before = await dump(two.database)

    with pytest.raises(MembershipsDisagree):
        await merge(two.database, two.duplicate, two.survivor)

    assert await dump(two.database) == before


UNKNOWN = """
CREATE TABLE badge (
    id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    holder_id bigint NOT NULL REFERENCES organisation,
    given_by_id bigint REFERENCES organisation,
    year int NOT NULL,
    UNIQUE (holder_id, year),
    CHECK (given_by_id <> holder_id)
);
CREATE TABLE stone (
    id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisation
);
CREATE FUNCTION stone_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'set in stone' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER stone_stays BEFORE UPDATE ON stone FOR EACH ROW EXECUTE FUNCTION stone_stays();
GRANT ALL ON badge, stone TO PUBLIC;
"""


async def test_a_table_nobody_has_heard_of(two: TwoRecords, owner_dsn: str) -> None:
    """Its rows move; those that may not be two of a kind there, or may not change, stay."""
    async with Database.open(owner_dsn, max_size=1, write_size=1) as owner:
        await owner.pool.execute(UNKNOWN)
    pool = two.database.pool
    add = "INSERT INTO badge (holder_id, given_by_id, year) VALUES ($1, $2, $3)"
    for holder, giver, year in (
        (two.survivor, None, 2024),
        (two.duplicate, None, 2024),
        (two.duplicate, two.other, 2025),
        (two.duplicate, two.survivor, 2026),
        *((two.duplicate, None, year) for year in range(2030, 2060)),
    ):
        await pool.execute(add, holder, giver, year)
    await pool.execute("INSERT INTO stone (organisation_id) VALUES ($1)", two.duplicate)
    before = await dump(two.database, *RECORDS)
    merged = await merge(two.database, two.duplicate, two.survivor)

    years = "SELECT year FROM badge WHERE holder_id = $1 ORDER BY 1"
    assert await rows(two.database, years, two.duplicate) == [(2024,), (2026,)]
    assert len(await rows(two.database, years, two.survivor)) == 32
    assert await rows(two.database, "SELECT organisation_id FROM stone") == [(two.duplicate,)]
    await unmerge(two.database, merged)
    assert await dump(two.database, *RECORDS) == before


NAMES_OF_ORGANISATIONS = """
SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0
    AND NOT a.attisdropped AND a.attname ~ '(organisation|group|owner|member)_id$'
"""
WITHOUT_ID = """
SELECT c.relname FROM pg_class c WHERE c.relname = ANY ($1) AND NOT EXISTS (
    SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'id'
        AND a.atttypid = 'bigint'::regtype)
"""
GUARDED = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'organisation_standing'"
OF_MEMBERSHIPS = """
SELECT conrelid::regclass::text FROM pg_constraint
WHERE contype = 'f' AND confrelid = 'membership'::regclass
"""


async def test_every_column_that_names_organisations_is_found(database: Database) -> None:
    """By its foreign key, or it is listed with the reason why it needs no rule."""
    with database.active():
        async with transaction() as client:
            found = {tuple(one) for one in await references(raw(client))}
    named = set(await rows(database, NAMES_OF_ORGANISATIONS))

    assert named - found == set(DERIVED)
    assert not set(DERIVED) & set(WITHOUT_KEY)
    assert set(BY_TABLE) <= {table for table, _ in found}
    assert await rows(database, WITHOUT_ID, [table for table, _ in found]) == []
    # Nothing is added to a record that was merged, but what tells of merges.
    guarded = {table for (table,) in await rows(database, GUARDED)}
    assert {table for table, _ in found} - guarded == {"organisation", "organisation_merge"}
    # Joining writes memberships anew: what names one by its number would need a rule.
    assert await rows(database, OF_MEMBERSHIPS) == []


LAW = settings(
    max_examples=8,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


@LAW
@given(data=st.data())
def test_merging_and_unmerging_changes_nothing(dsn: str, data: st.DataObject) -> None:
    """In any world, any two records, and a third one after them: each table is as it was."""
    asyncio.run(_there_and_back(dsn, data))


async def _there_and_back(dsn: str, data: st.DataObject) -> None:
    async with Database.open(dsn, max_size=2, write_size=2) as database:
        organisations = [row[0] for row in await database.pool.fetch(STANDING)]
        if not organisations:
            async with database.pool.acquire() as connection:
                maker = Maker(connection, 7, TODAY)
                await maker.world()
            organisations = maker.organisations
            with database.active():
                await rebuild_all(today=utc_today())
        pairs = data.draw(
            st.lists(st.sampled_from(list(permutations(organisations, 2))), min_size=1, max_size=3)
        )
        before = await dump(database, *RECORDS)
        done: list[int] = []
        for duplicate, survivor in pairs:
            try:
                done.append(await merge(database, duplicate, survivor))
            except (AlreadyMerged, ParentageConflict, MembershipsDisagree):
                continue
            assert await totals_hold(database)
        for merged in reversed(done):
            await unmerge(database, merged)
            assert await totals_hold(database)

        assert differing(before, await dump(database, *RECORDS)) == {}


STANDING = "SELECT id FROM organisation WHERE merged_into_id IS NULL ORDER BY id"


async def test_standings_are_those_of_a_rebuild(two: TwoRecords) -> None:
    """After a merge, computing everything anew gives what is kept."""
    await merge(two.database, two.duplicate, two.survivor)
    before = await dump(two.database, *RECORDS)
    with two.database.active():
        await refresh(today=TODAY)
        await rebuild_all(today=TODAY)

    assert await dump(two.database, *RECORDS) == before
