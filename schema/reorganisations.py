"""What becomes of organisations: changes with their days, groups, mergers, splits, merges."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from consortium.organisations.reads import ORGANISATIONS, PARENTAGES
from consortium.organisations.rules import ParentageRelation
from consortium.reorganisations.actions import changes, groups, merging, successions
from consortium.reorganisations.reads.histories import PERIODS
from consortium.reorganisations.reads.merges import MERGE_CHANGES, MERGES
from consortium.reorganisations.rules.successions import SuccessionKind
from schema.enums import described
from schema.evidence import Source
from schema.filters import filter_of, order_of
from schema.membership import ON_DATE
from schema.mutations import Does, Refusal, mutation
from schema.nodes import Node, extends
from schema.organisations import Organisation, Parentage
from schema.paging import Connection, connection, field
from schema.scalars import BigInt, CountryCode, Json

MergeFilter = filter_of(MERGES)
MergeOrder = order_of(MERGES)
MergeChangeFilter = filter_of(MERGE_CHANGES)
OrganisationPeriodFilter = filter_of(PERIODS)
described(
    SuccessionKind,
    "How one organisation follows another.",
    MERGER="It became part of the other.",
    SPLIT="The other came out of it.",
)


@strawberry.type(description="What an organisation was from one day to another, both included.")
class OrganisationPeriod:
    starts_on: date | None = strawberry.field(description="First day; null: since it began.")
    ends_on: date | None = strawberry.field(description="Last day; null: until today.")
    name: str = strawberry.field(description="The name it went by.")
    country: CountryCode | None = strawberry.field(description="Country of its headquarters.")
    sector: str | None = strawberry.field(description="Sector, in its source's words.")
    source: Source | None = strawberry.field(
        description="Where the change that ended it was published."
    )


@strawberry.type(description="From a day on, one organisation is what became of another.")
class Succession:
    kind: SuccessionKind = strawberry.field(description="How it follows.")
    effective_on: date = strawberry.field(description="First day.")
    recorded_at: datetime = strawberry.field(description="When it was recorded here.")
    predecessor: Organisation = strawberry.field(description="What was before.")
    successor: Organisation = strawberry.field(description="What became of it, or of a part.")
    source: Source | None = strawberry.field(description="Where this was published.")


@extends(Organisation)
class OrganisationHistory:
    periods: list[OrganisationPeriod] = strawberry.field(
        description="What it was from day to day, earliest first; the last period is today's."
    )
    period: OrganisationPeriod | None = field("What it was on a day.", ON_DATE)
    predecessors: list[Succession] = strawberry.field(
        description="What it was made of or came out of, earliest first."
    )
    successors: list[Succession] = strawberry.field(
        description="What became of it or came out of it, earliest first."
    )
    merged_into: Organisation | None = strawberry.field(
        description="Where it proved to be recorded twice: the organisation that has its rows now."
    )


@strawberry.type(description="A row that a merge was about: the columns concerned.")
class OrganisationMergeChange:
    table: str = strawberry.field(description="The table in the database.")
    row_id: BigInt = strawberry.field(description="The row's key there.")
    before: Json | None = strawberry.field(description="Before the merge; null: it was added.")
    after: Json | None = strawberry.field(description="After it; null: it was taken away.")
    stayed: bool = strawberry.field(
        description="Whether it stayed with the duplicate, since the other has such a row already."
    )


@strawberry.type(
    description="A record of an organisation that proved to be recorded twice. Its rows became the"
    " survivor's; undoing gives them back. Seen by those who manage organisations."
)
class OrganisationMerge(Node):
    reason: str | None = strawberry.field(description="Why they are one and the same.")
    merged_at: datetime = strawberry.field(description="When they were merged.")
    undone_at: datetime | None = strawberry.field(description="When that was undone.")
    duplicate: Organisation = strawberry.field(description="The record that was merged.")
    survivor: Organisation = strawberry.field(description="The one that has its rows now.")
    changes: Connection[OrganisationMergeChange] = connection(
        "Every row that it was about.", MergeChangeFilter
    )


@strawberry.type
class ReorganisationsQuery:
    organisation_merges: Connection[OrganisationMerge] = connection(
        "Merges of organisations that were recorded twice, latest first.", MergeFilter, MergeOrder
    )


_URL = "Address of the page or document where this was published."
_TITLE = "Its title, as cited."


@strawberry.input(description="Another name from a day on.")
class RenameOrganisationInput:
    organisation: strawberry.ID = strawberry.field(description="Which.")
    name: str = strawberry.field(description="The new name. The old one still finds it.")
    effective_on: date = strawberry.field(description="First day: today or earlier.")
    source_url: str | None = strawberry.field(description=_URL, default=strawberry.UNSET)
    source_title: str | None = strawberry.field(description=_TITLE, default=strawberry.UNSET)


@strawberry.input(description="Headquarters in another country from a day on.")
class MoveOrganisationInput:
    organisation: strawberry.ID = strawberry.field(description="Which.")
    country: CountryCode = strawberry.field(description="The new country.")
    effective_on: date = strawberry.field(description="First day: today or earlier.")
    source_url: str | None = strawberry.field(description=_URL, default=strawberry.UNSET)
    source_title: str | None = strawberry.field(description=_TITLE, default=strawberry.UNSET)


@strawberry.input(description="Another sector from a day on.")
class ReclassifyOrganisationInput:
    organisation: strawberry.ID = strawberry.field(description="Which.")
    sector: str = strawberry.field(description="The new sector.")
    effective_on: date = strawberry.field(description="First day: today or earlier.")
    source_url: str | None = strawberry.field(description=_URL, default=strawberry.UNSET)
    source_title: str | None = strawberry.field(description=_TITLE, default=strawberry.UNSET)


@strawberry.input(description="What was recorded wrongly, as it should be; the rest stays.")
class CorrectOrganisationInput:
    organisation: strawberry.ID = strawberry.field(description="Which.")
    name: str | None = strawberry.field(description="Its name.", default=strawberry.UNSET)
    country: CountryCode | None = strawberry.field(
        description="Its country.", default=strawberry.UNSET
    )
    sector: str | None = strawberry.field(description="Its sector.", default=strawberry.UNSET)
    notes: str | None = strawberry.field(description="Remarks.", default=strawberry.UNSET)


@strawberry.input(description="Who belongs to whom, from when to when.")
class RecordParentageInput:
    child: strawberry.ID = strawberry.field(description="The organisation that belongs.")
    parent: strawberry.ID = strawberry.field(description="The organisation it belongs to.")
    relation: ParentageRelation = strawberry.field(description="How it belongs.")
    share: Decimal | None = strawberry.field(
        description="Share of equity, 0 to 1.", default=strawberry.UNSET
    )
    starts_on: date | None = strawberry.field(
        description="First day, if known: today or earlier.", default=strawberry.UNSET
    )
    ends_on: date | None = strawberry.field(
        description="Last day, if it has ended: today or earlier.", default=strawberry.UNSET
    )
    source_url: str | None = strawberry.field(description=_URL, default=strawberry.UNSET)
    source_title: str | None = strawberry.field(description=_TITLE, default=strawberry.UNSET)


@strawberry.input(description="The last day of a relation that holds on it.")
class EndParentageInput:
    child: strawberry.ID = strawberry.field(description="The organisation that belongs.")
    parent: strawberry.ID = strawberry.field(description="The organisation it belongs to.")
    ends_on: date = strawberry.field(description="Last day: today or earlier.")
    source_url: str | None = strawberry.field(description=_URL, default=strawberry.UNSET)
    source_title: str | None = strawberry.field(description=_TITLE, default=strawberry.UNSET)


@strawberry.input(description="Two companies that became one.")
class RecordMergerInput:
    absorbed: strawberry.ID = strawberry.field(description="The one that became part.")
    into: strawberry.ID = strawberry.field(description="The one that goes on.")
    effective_on: date = strawberry.field(description="First day: today or earlier.")
    source_url: str | None = strawberry.field(description=_URL, default=strawberry.UNSET)
    source_title: str | None = strawberry.field(description=_TITLE, default=strawberry.UNSET)


@strawberry.input(description="Companies that came out of one; one at least is named.")
class RecordSplitInput:
    organisation: strawberry.ID = strawberry.field(description="The one that was split.")
    effective_on: date = strawberry.field(description="First day: today or earlier.")
    into: list[strawberry.ID] | None = strawberry.field(
        description="Those that are on record.", default=strawberry.UNSET
    )
    new_names: list[str] | None = strawberry.field(
        description="The names of those that are not.", default=strawberry.UNSET
    )
    source_url: str | None = strawberry.field(description=_URL, default=strawberry.UNSET)
    source_title: str | None = strawberry.field(description=_TITLE, default=strawberry.UNSET)


@strawberry.input(description="Two records of one organisation.")
class MergeOrganisationsInput:
    duplicate: strawberry.ID = strawberry.field(description="The record that goes.")
    into: strawberry.ID = strawberry.field(description="The one that gets its rows.")
    reason: str | None = strawberry.field(
        description="Why they are one and the same.", default=strawberry.UNSET
    )


@strawberry.input(description="The merge to undo.")
class UnmergeOrganisationsInput:
    merge: strawberry.ID = strawberry.field(description="Which.")


OrganisationResult = Annotated[
    Organisation | Refusal,
    strawberry.union(
        "OrganisationResult", description="The organisation, or why nothing was done."
    ),
]
ParentageResult = Annotated[
    Parentage | Refusal,
    strawberry.union("ParentageResult", description="The relation, or why nothing was done."),
]
OrganisationMergeResult = Annotated[
    OrganisationMerge | Refusal,
    strawberry.union("OrganisationMergeResult", description="The merge, or why nothing was done."),
]
_ONE = {"organisation": ORGANISATIONS}
_GROUP = {"child": ORGANISATIONS, "parent": ORGANISATIONS}


@strawberry.type
class ReorganisationsMutation:
    rename_organisation: OrganisationResult | None = mutation(
        "Give an organisation another name from a day on. The old one stays one of its names, and"
        " what it was called before stays on record.",
        Does(
            changes.rename_organisation,
            changes.RenameOrganisation,
            RenameOrganisationInput,
            ORGANISATIONS,
            _ONE,
        ),
    )
    move_organisation: OrganisationResult | None = mutation(
        "Move an organisation to another country from a day on. Figures of periods that ended"
        " before stay with the country that it was in.",
        Does(
            changes.move_organisation,
            changes.MoveOrganisation,
            MoveOrganisationInput,
            ORGANISATIONS,
            _ONE,
        ),
    )
    reclassify_organisation: OrganisationResult | None = mutation(
        "Put an organisation into another sector from a day on. Figures of periods that ended"
        " before stay with the sector that it was in.",
        Does(
            changes.reclassify_organisation,
            changes.ReclassifyOrganisation,
            ReclassifyOrganisationInput,
            ORGANISATIONS,
            _ONE,
        ),
    )
    correct_organisation: OrganisationResult | None = mutation(
        "Put right what is recorded of an organisation as it is today. Nothing is kept of the"
        " mistake but the trail.",
        Does(
            changes.correct_organisation,
            changes.CorrectOrganisation,
            CorrectOrganisationInput,
            ORGANISATIONS,
            _ONE,
        ),
    )
    record_parentage: ParentageResult | None = mutation(
        "Record that one organisation belongs to another, or correct the relation that begins on"
        " that day.",
        Does(groups.record_group, groups.RecordParentage, RecordParentageInput, PARENTAGES, _GROUP),
    )
    end_parentage: ParentageResult | None = mutation(
        "End the relation between two organisations that holds on a day; that is its last day.",
        Does(groups.end_parentage, groups.EndParentage, EndParentageInput, PARENTAGES, _GROUP),
    )
    record_merger: OrganisationResult | None = mutation(
        "Record that one company became part of another. Its figures stay its own and are in the"
        " other's group from the day on; its membership ends.",
        Does(
            successions.record_merger,
            successions.RecordMerger,
            RecordMergerInput,
            ORGANISATIONS,
            {"absorbed": ORGANISATIONS, "into": ORGANISATIONS},
        ),
    )
    record_split: OrganisationResult | None = mutation(
        "Record what came out of a company. Control that it had of them ends the day before.",
        Does(
            successions.record_split,
            successions.RecordSplit,
            RecordSplitInput,
            ORGANISATIONS,
            {"organisation": ORGANISATIONS, "into": ORGANISATIONS},
        ),
    )
    merge_organisations: OrganisationMergeResult | None = mutation(
        "Merge two records of one organisation: everything of the duplicate becomes the other's,"
        " and its record points there. It can be undone.",
        Does(
            merging.merge_organisations,
            merging.MergeOrganisations,
            MergeOrganisationsInput,
            MERGES,
            {"duplicate": ORGANISATIONS, "into": ORGANISATIONS},
        ),
    )
    unmerge_organisations: OrganisationMergeResult | None = mutation(
        "Undo a merge: every row is what it was before, unless somebody has changed it since.",
        Does(
            merging.unmerge_organisations,
            merging.UnmergeOrganisations,
            UnmergeOrganisationsInput,
            MERGES,
            {"merge": MERGES},
        ),
    )
