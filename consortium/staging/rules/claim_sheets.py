"""The workbook of drafts of claims: what the reader takes, and what the template offers."""

from typing import Final

from consortium.documents.sheets import Sheet
from consortium.guidance.rules import EvidenceKind
from consortium.staging.rules.columns import column, needed, source, word

CLAIMS = Sheet(
    "claims",
    "A draft of a claim on an effect; its evidence in evidence. Who sees it is said when it is"
    " published.",
    (
        needed("reference", "Its own among the claims of your organisation.", "pumps-2026"),
        column(
            "solution",
            "Reference of your solution; blank where effect is an id.",
            "pump-1",
        ),
        needed(
            "effect",
            "Reference of the effect of that solution; or an id, as effect_12, or of an allocation"
            " that names your organisation, as allocation_3.",
            "sold-2026",
        ),
        needed("guidance", "Reference of the version of the guidance.", "wbcsd-2025"),
        needed(
            "statement",
            "The wording that may be used once the claim is published.",
            "Our heat pumps avoid emissions against gas boilers.",
        ),
    ),
)
EVIDENCE = Sheet(
    "evidence",
    "A source that shows that a criterion is met. Files are added to the draft.",
    (
        needed("claim", "Reference of the claim.", "pumps-2026"),
        needed("gate", "Key of the gate, as the guidance has it.", "credibility"),
        needed("criterion", "Key of the criterion within the gate.", "targets"),
        word("kind", "What sort of thing it is.", "TARGET", EvidenceKind),
        needed("title", "What it is.", "Our target"),
        *source("https://targets.example", "Targets"),
    ),
)

# In the order in which rows stand on one another.
CLAIM_SHEETS: Final = (CLAIMS, EVIDENCE)
