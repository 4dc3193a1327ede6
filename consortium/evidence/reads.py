"""What can be read of sources: everyone may. Of documents: whoever may see what they belong to."""

from consortium.evidence.models import Citation, Document
from consortium.query.source import Column, RowRule, Source, everyone
from consortium.query.tables import columns

CITATIONS = Source(
    name="source",
    table="citation",
    visible_to=everyone,
    fields=columns(Citation, None, ("url", "title")),
    filters=("url", "title"),
)


def documents(visible_to: RowRule) -> Source:
    """Documents, as far as a feature shows its own; they are fetched at `url`."""
    return Source(
        name="document",
        table="document",
        visible_to=visible_to,
        fields=columns(
            Document, None, ("name", "media_type", "size_bytes", "sha256", "uploaded_at")
        )
        | {"url": Column("('/documents/' || {t}.id)", nullable=False)},
        filters=("name", "media_type", "size_bytes", "sha256", "uploaded_at"),
    )
