"""An organisation for which no seats were set has those of its tier."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# As consortium.membership.rules.seats.granted. The tier of the day's year: of its invoice, else the
# one that was assigned.
GRANTED = """
CREATE OR REPLACE FUNCTION seats_granted(of_organisation bigint, day date) RETURNS int
LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        (SELECT s.seats FROM organisation_seats s
         WHERE s.organisation_id = of_organisation AND s.starts_on <= day
         ORDER BY s.starts_on DESC, s.id DESC LIMIT 1),
        (SELECT t.seats FROM tier t WHERE t.id = coalesce(
            (SELECT i.tier_id FROM invoice i
             WHERE i.organisation_id = of_organisation AND i.year = extract(year FROM day)
             ORDER BY i.id DESC LIMIT 1),
            (SELECT a.tier_id FROM tier_assignment a
             WHERE a.organisation_id = of_organisation AND a.year = extract(year FROM day))
        ))
    )
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("consortium", "0014_people")]

    initial = False

    operations = [ops.RunSQL(GRANTED)]
