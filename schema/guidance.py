"""Guidance as data: versions with their gates, criteria and evidence."""

from datetime import date
from typing import Annotated

import strawberry

from consortium.guidance.actions.drafts import (
    CreateGuidanceVersion,
    UpdateGuidanceVersion,
    create_guidance_version,
    update_guidance_version,
)
from consortium.guidance.actions.gates import (
    PutGuidanceGate,
    RemoveGuidanceGate,
    put_guidance_gate,
    remove_guidance_gate,
)
from consortium.guidance.actions.publishing import (
    PublishGuidanceVersion,
    RetireGuidanceVersion,
    publish_guidance_version,
    retire_guidance_version,
)
from consortium.guidance.reads import VERSIONS
from consortium.guidance.rules import EvidenceKind, GuidanceFact, GuidanceStatus
from schema.enums import described
from schema.evidence import Source
from schema.filters import filter_of, order_of
from schema.mutations import Does, Refusal, mutation
from schema.nodes import Node
from schema.paging import Connection, connection, field, optional

described(
    GuidanceStatus,
    "How far a version of a guidance is. It never goes back.",
    DRAFT="At work; seen by who manages guidance. Claims cannot name it.",
    PUBLISHED="In force, and never changed again.",
    RETIRED="For no new claim; claims that name it keep doing so.",
)
described(
    EvidenceKind,
    "What sort of thing shows that a criterion is met.",
    INVENTORY="An inventory of the company's own emissions.",
    ASSURANCE_STATEMENT="What an independent assurer states.",
    TARGET="A target for the company's own emissions.",
    PROGRESS_REPORT="A report of the progress towards targets.",
    SCIENTIFIC_REFERENCE="A scientific source, such as a report of the IPCC.",
    TAXONOMY_ENTRY="An activity in a taxonomy of sustainable activities.",
    DECLARATION="What the company declares, with its reason.",
    CAUSAL_EXPLANATION="How the solution brings the effect about.",
    SIGNIFICANCE="How much the solution contributes to the effect.",
    DOCUMENT="Any other document.",
)
described(
    GuidanceFact,
    "What a version of a guidance may leave unsaid of itself.",
    EDITION="Which edition it is.",
    ISSUED_ON="When its publisher issued it.",
    SOURCE="Its source, address and title.",
    REPLACES="The version that it replaces.",
)
GuidanceVersionFilter = filter_of(VERSIONS)
GuidanceVersionOrder = order_of(VERSIONS)
_VERSION = "The version number that you saw."
_KEY = "1 to 64 small letters and digits, with single hyphens or dots between"
_STAYS = "Left out, it stays."
_AS_COPIED = "Left out, it is as in the version that is copied."


@strawberry.type(description="What shows that a criterion is met.")
class GuidanceEvidence(Node):
    position: int = strawberry.field(description="Its place in the criterion, from 1.")
    kind: EvidenceKind = strawberry.field(description="What sort of thing it is.")
    must_hold: str = strawberry.field(description="What it must hold, in words.")
    required: bool = strawberry.field(description="Whether the criterion cannot be met without.")
    criterion: "GuidanceCriterion" = strawberry.field(description="What it shows.")


@strawberry.type(description="One thing that a gate asks.")
class GuidanceCriterion(Node):
    position: int = strawberry.field(description="Its place in the gate, from 1.")
    key: str = strawberry.field(description="Its key, of its own in the gate.")
    text: str = strawberry.field(description="What must be so.")
    required: bool = strawberry.field(description="Whether the gate cannot be passed without.")
    gate: "GuidanceGate" = strawberry.field(description="Of which gate.")
    evidence: list[GuidanceEvidence] = strawberry.field(
        description="What it asks for, in that order."
    )


@strawberry.type(description="A gate that a claim must pass to be published as assessed.")
class GuidanceGate(Node):
    position: int = strawberry.field(description="Its place in the version, from 1.")
    key: str = strawberry.field(description="Its key, of its own in the version.")
    title: str = strawberry.field(description="What it is called.")
    passes_when: str = strawberry.field(description="When a claim passes it.")
    valid_months: int | None = strawberry.field(
        description="For how many months a pass holds; null where it holds without end."
    )
    guidance_version: "GuidanceVersion" = strawberry.field(description="Of which version.")
    criteria: list[GuidanceCriterion] = strawberry.field(description="What it asks, in that order.")


@strawberry.type(
    description="A version of a guidance on avoided emissions. Once published it never changes: a"
    " correction is a new version, which names the one that it replaces."
)
class GuidanceVersion(Node):
    reference: str = strawberry.field(description="Its reference, such as wbcsd-2023.")
    title: str = strawberry.field(description="Its title.")
    publisher: str = strawberry.field(description="Who issued it.")
    edition: str | None = strawberry.field(
        description="Which edition it is, as its publisher says."
    )
    issued_on: date | None = strawberry.field(description="When its publisher issued it, if known.")
    status: GuidanceStatus = strawberry.field(description="How far it is.")
    published_on: date | None = strawberry.field(description="When it was published here.")
    retired_on: date | None = strawberry.field(description="When it was retired here.")
    retired_because: str | None = strawberry.field(description="Why it was retired.")
    version: int = strawberry.field(description="Grows with each change; to be sent with the next.")
    source: Source | None = strawberry.field(description="Where it was issued, or is told of.")
    replaces: "GuidanceVersion | None" = strawberry.field(description="The one it replaces.")
    replaced_by: list["GuidanceVersion"] = strawberry.field(
        description="Those that replace it, by their references."
    )
    gates: list[GuidanceGate] = strawberry.field(description="Its gates, in that order.")


@strawberry.type
class GuidanceQuery:
    guidance_version: GuidanceVersion | None = field(
        "One version of a guidance, by its id or its reference.",
        optional("id", strawberry.ID, "Its global id."),
        optional("reference", str, "Its reference, such as wbcsd-2023."),
    )
    guidance_versions: Connection[GuidanceVersion] = connection(
        "Versions of guidance, by their references.", GuidanceVersionFilter, GuidanceVersionOrder
    )


@strawberry.input(description="A draft of a version, from nothing or as a copy.")
class CreateGuidanceVersionInput:
    reference: str = strawberry.field(description=f"Its reference: {_KEY}.")
    title: str | None = strawberry.field(
        description=f"Its title, 1 to 300 characters. {_AS_COPIED}", default=strawberry.UNSET
    )
    publisher: str | None = strawberry.field(
        description=f"Who issued it, 1 to 300 characters. {_AS_COPIED}", default=strawberry.UNSET
    )
    edition: str | None = strawberry.field(
        description=f"Which edition, at most 100 characters. {_AS_COPIED}",
        default=strawberry.UNSET,
    )
    issued_on: date | None = strawberry.field(
        description=f"When its publisher issued it. {_AS_COPIED}", default=strawberry.UNSET
    )
    source_url: str | None = strawberry.field(
        description=f"The address of its source. {_AS_COPIED}", default=strawberry.UNSET
    )
    source_title: str | None = strawberry.field(
        description=f"The title of its source. {_AS_COPIED}", default=strawberry.UNSET
    )
    replaces: strawberry.ID | None = strawberry.field(
        description="The version that it replaces, which was published.", default=strawberry.UNSET
    )
    copy_of: strawberry.ID | None = strawberry.field(
        description="The version whose gates, criteria and evidence it begins with.",
        default=strawberry.UNSET,
    )


@strawberry.input(description="What a draft says of itself.")
class UpdateGuidanceVersionInput:
    guidance_version: strawberry.ID = strawberry.field(description="Which draft.")
    version: int = strawberry.field(description=_VERSION)
    reference: str | None = strawberry.field(
        description=f"Its reference: {_KEY}. Left out, it stays.", default=strawberry.UNSET
    )
    title: str | None = strawberry.field(
        description="Its title, 1 to 300 characters. Left out, it stays.",
        default=strawberry.UNSET,
    )
    publisher: str | None = strawberry.field(
        description="Who issued it, 1 to 300 characters. Left out, it stays.",
        default=strawberry.UNSET,
    )
    edition: str | None = strawberry.field(
        description=f"Which edition, at most 100 characters. {_STAYS}", default=strawberry.UNSET
    )
    issued_on: date | None = strawberry.field(
        description=f"When its publisher issued it. {_STAYS}", default=strawberry.UNSET
    )
    source_url: str | None = strawberry.field(
        description=f"The address of its source. {_STAYS}", default=strawberry.UNSET
    )
    source_title: str | None = strawberry.field(
        description=f"The title of its source. {_STAYS}", default=strawberry.UNSET
    )
    replaces: strawberry.ID | None = strawberry.field(
        description=f"The version that it replaces, which was published. {_STAYS}",
        default=strawberry.UNSET,
    )
    clear: list[GuidanceFact] | None = strawberry.field(
        description="What it is to leave unsaid.", default=strawberry.UNSET
    )


@strawberry.input(description="What shows that a criterion is met.")
class GuidanceEvidenceInput:
    kind: EvidenceKind = strawberry.field(description="What sort of thing it is.")
    must_hold: str = strawberry.field(description="What it must hold, 1 to 4000 characters.")
    required: bool = strawberry.field(
        description="Whether the criterion cannot be met without.", default=True
    )


@strawberry.input(description="One thing that a gate asks.")
class GuidanceCriterionInput:
    key: str = strawberry.field(description=f"Its key, of its own in the gate: {_KEY}.")
    text: str = strawberry.field(description="What must be so, 1 to 4000 characters.")
    required: bool = strawberry.field(
        description="Whether the gate cannot be passed without.", default=True
    )
    evidence: list[GuidanceEvidenceInput] = strawberry.field(
        description="What it asks for, in that order; at most 20."
    )


@strawberry.input(description="A gate of a draft as a whole, in place of the one of this key.")
class PutGuidanceGateInput:
    guidance_version: strawberry.ID = strawberry.field(description="Of which draft.")
    version: int = strawberry.field(description=_VERSION)
    key: str = strawberry.field(description=f"Its key, of its own in the version: {_KEY}.")
    title: str = strawberry.field(description="What it is called, 1 to 300 characters.")
    passes_when: str = strawberry.field(description="When a claim passes it, 1 to 4000 characters.")
    criteria: list[GuidanceCriterionInput] = strawberry.field(
        description="What it asks, in that order; at most 50."
    )
    position: int | None = strawberry.field(
        description="Its place among the gates, from 1; left out: where it is, or last.",
        default=strawberry.UNSET,
    )
    valid_months: int | None = strawberry.field(
        description="For how many months a pass holds, 1 to 600; left out: without end.",
        default=strawberry.UNSET,
    )


@strawberry.input(description="The gate to take out of a draft, with all that it asks.")
class RemoveGuidanceGateInput:
    guidance_version: strawberry.ID = strawberry.field(description="Of which draft.")
    version: int = strawberry.field(description=_VERSION)
    key: str = strawberry.field(description="The gate's key.")


@strawberry.input(description="The draft to publish.")
class PublishGuidanceVersionInput:
    guidance_version: strawberry.ID = strawberry.field(description="Which draft.")
    version: int = strawberry.field(description=_VERSION)


@strawberry.input(description="The version to retire.")
class RetireGuidanceVersionInput:
    guidance_version: strawberry.ID = strawberry.field(description="Which.")
    version: int = strawberry.field(description=_VERSION)
    reason: str = strawberry.field(description="Why, 1 to 1000 characters.")


GuidanceVersionResult = Annotated[
    GuidanceVersion | Refusal,
    strawberry.union(
        "GuidanceVersionResult", description="The version, or why nothing was changed."
    ),
]
_IDS = {"guidance_version": VERSIONS}


@strawberry.type
class GuidanceMutation:
    create_guidance_version: GuidanceVersionResult | None = mutation(
        "Draft a version of a guidance, from nothing or as a copy of another version.",
        Does(
            create_guidance_version,
            CreateGuidanceVersion,
            CreateGuidanceVersionInput,
            VERSIONS,
            {"replaces": VERSIONS, "copy_of": VERSIONS},
        ),
    )
    update_guidance_version: GuidanceVersionResult | None = mutation(
        "Correct what a draft says of itself.",
        Does(
            update_guidance_version,
            UpdateGuidanceVersion,
            UpdateGuidanceVersionInput,
            VERSIONS,
            _IDS | {"replaces": VERSIONS},
        ),
    )
    put_guidance_gate: GuidanceVersionResult | None = mutation(
        "Put a gate into a draft with its criteria and their evidence, in place of the one of that"
        " key; or move it.",
        Does(put_guidance_gate, PutGuidanceGate, PutGuidanceGateInput, VERSIONS, _IDS),
    )
    remove_guidance_gate: GuidanceVersionResult | None = mutation(
        "Take a gate out of a draft.",
        Does(remove_guidance_gate, RemoveGuidanceGate, RemoveGuidanceGateInput, VERSIONS, _IDS),
    )
    publish_guidance_version: GuidanceVersionResult | None = mutation(
        "Publish a draft for everyone. It cannot be changed from then on.",
        Does(
            publish_guidance_version,
            PublishGuidanceVersion,
            PublishGuidanceVersionInput,
            VERSIONS,
            _IDS,
        ),
    )
    retire_guidance_version: GuidanceVersionResult | None = mutation(
        "Retire a published version: it is for no new claim, and stays readable.",
        Does(
            retire_guidance_version,
            RetireGuidanceVersion,
            RetireGuidanceVersionInput,
            VERSIONS,
            _IDS,
        ),
    )
