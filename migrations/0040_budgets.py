"""How much callers asked lately: leaky buckets, shared by all processes."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# Not logged: what is lost in a crash is a minute's count.
BUDGETS = """
CREATE UNLOGGED TABLE request_budget (
    caller bytea PRIMARY KEY,
    used double precision NOT NULL CHECK (used >= 0),
    as_of timestamptz NOT NULL
);
"""


class Migration(migrations.Migration):
    dependencies = [("consortium", "0039_bulk")]

    initial = False

    operations = [ops.RunSQL(BUDGETS)]
