"""What can be read of sources: everyone may."""

from consortium.evidence.models import Citation
from consortium.query.source import Source, everyone
from consortium.query.tables import columns

CITATIONS = Source(
    name="source",
    table="citation",
    visible_to=everyone,
    fields=columns(Citation, None, ("url", "title")),
    filters=("url", "title"),
)
