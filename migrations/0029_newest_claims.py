"""Assessed claims by when they were published or recorded."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# Descending, the unknown comes last too, so the index says so.
NEWEST = """
CREATE INDEX assessed_claim_published_idx
    ON assessed_claim (published_on DESC NULLS LAST, id DESC);
CREATE INDEX assessed_claim_recorded_idx ON assessed_claim (recorded_at, id);
"""


class Migration(migrations.Migration):
    dependencies = [("consortium", "0028_covers")]

    initial = False

    operations = [ops.RunSQL(NEWEST)]
