"""Public figures to start with, and what loads them: the importers that users have."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from consortium.documents.imports import Report
from consortium.guidance.actions.files import publish_loaded
from consortium.importing import Origin, import_file, was_imported
from consortium.kernel.clock import utc_today
from consortium.kernel.errors import DomainError
from consortium.kernel.principal import Permission, Principal, Rights
from consortium.storage.database import Database

DATA = Path(__file__).parent / "data"

# In this order every file finds the names that it uses: members with their aliases, groups, then
# figures (whose companies become organisations), then who takes part in what.
FILES = (
    ("exchange-rates", "exchange_rates.csv"),
    ("members", "members.csv"),
    ("corporate-groups", "corporate_groups.csv"),
    ("avoided-emissions", "avoided_emissions.csv"),
    ("inventories", "inventories.csv"),
    ("value-chains", "value_chains.csv"),
    ("initiatives", "initiatives.csv"),
    ("initiative-targets", "initiative_targets.csv"),
    ("value-chain-initiatives", "value_chain_initiatives.csv"),
    ("guidance", "guidance.csv"),
)
# Versions of guidance load as drafts; these are published at once.
PUBLISHED = ("wbcsd-2023",)
SECRETARY = Principal(Rights(permissions=frozenset({Permission.GUIDANCE_MANAGE})))

DEMO = Origin(words="the demo")

# Called with the kind of file, the rows done, and the rows in all.
Progress = Callable[[str, int, int], None]


class DemoDataRefused(DomainError):
    """The demo data do not fit what the database holds."""

    code = "DEMO_DATA_REFUSED"


@dataclass(slots=True)
class DemoReport:
    """What became of each file."""

    files: list[Report] = field(default_factory=list[Report])

    @property
    def created(self) -> int:
        """Rows that were new, over all files."""
        return sum(report.created for report in self.files)


async def load(database: Database, progress: Progress | None = None) -> DemoReport:
    """Load the public figures, each file once: what was changed since then stays as it is.

    Raises DemoDataRefused.
    """
    answer = DemoReport()
    with database.active():
        for kind, name in FILES:
            if await was_imported(kind, DATA / name):
                continue
            report = await import_file(
                kind, DATA / name, progress=_for_kind(kind, progress), origin=DEMO
            )
            if not report.loaded:
                raise DemoDataRefused(f"{name}: {report.rejected[0]}.")
            answer.files.append(report)
        for reference in PUBLISHED:
            await publish_loaded(SECRETARY, reference, utc_today())
    return answer


def _for_kind(kind: str, progress: Progress | None) -> Callable[[int, int], None]:
    def tell(done: int, total: int) -> None:
        if progress is not None:
            progress(kind, done, total)

    return tell
