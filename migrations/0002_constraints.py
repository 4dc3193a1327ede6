"""What Tortoise cannot write: exclusions, checks, keys in which NULLs are equal, partial indexes."""

from tortoise import migrations
from tortoise.migrations import operations as ops

CITATION = """
ALTER TABLE citation
    ADD CONSTRAINT citation_url_title_key UNIQUE NULLS NOT DISTINCT (url, title);
"""

ORGANISATION = """
ALTER TABLE organisation
    ADD CONSTRAINT organisation_revenue_whole
        CHECK ((revenue_amount IS NULL) = (revenue_currency IS NULL)),
    ADD CONSTRAINT organisation_sizes_positive
        CHECK (revenue_amount <> 'NaN' AND revenue_amount >= 0 AND employees >= 0);

ALTER TABLE parentage
    ADD CONSTRAINT parentage_not_itself CHECK (child_id <> parent_id),
    ADD CONSTRAINT parentage_equity_share_range CHECK (equity_share BETWEEN 0 AND 1),
    ADD CONSTRAINT parentage_dates_ordered CHECK (starts_on <= ends_on),
    ADD CONSTRAINT parentage_one_controller EXCLUDE USING gist (
        int8range(child_id, child_id, '[]') WITH &&, daterange(starts_on, ends_on, '[]') WITH &&
    ) WHERE (relation = 'CONTROL');
"""

MEMBERSHIP = """
ALTER TABLE membership
    ADD CONSTRAINT membership_dates_ordered CHECK (starts_on <= ends_on),
    ADD CONSTRAINT membership_one_at_a_time EXCLUDE USING gist (
        int8range(organisation_id, organisation_id, '[]') WITH &&,
        daterange(starts_on, ends_on, '[]') WITH &&
    );
"""

VALUE_CHAIN = """
ALTER TABLE value_chain_stage
    ADD CONSTRAINT value_chain_stage_not_itself CHECK (downstream_id <> id),
    ADD CONSTRAINT value_chain_stage_chain_key UNIQUE (id, value_chain_id),
    ADD CONSTRAINT value_chain_stage_same_chain FOREIGN KEY (downstream_id, value_chain_id)
        REFERENCES value_chain_stage (id, value_chain_id);

ALTER TABLE value_chain_participant
    ADD CONSTRAINT value_chain_participant_dates_ordered CHECK (starts_on <= ends_on);
"""

INITIATIVE = """
ALTER TABLE initiative_participant
    ADD CONSTRAINT initiative_participant_dates_ordered CHECK (starts_on <= ends_on),
    ADD CONSTRAINT initiative_participant_key UNIQUE NULLS NOT DISTINCT (initiative_id, name, role);

ALTER TABLE initiative_target
    ADD CONSTRAINT initiative_target_finite
        CHECK (quantity_kg_co2e NOT IN ('NaN', 'Infinity', '-Infinity'));

ALTER TABLE value_chain_initiative
    ADD CONSTRAINT value_chain_initiative_key
        UNIQUE NULLS NOT DISTINCT (value_chain_id, initiative_id, stage_id);
"""

INVENTORY = """
ALTER TABLE inventory
    ADD CONSTRAINT inventory_dates_ordered CHECK (period_start <= period_end),
    ADD CONSTRAINT inventory_finite CHECK (
        scope1_kg_co2e NOT IN ('NaN', 'Infinity', '-Infinity')
        AND scope2_location_kg_co2e NOT IN ('NaN', 'Infinity', '-Infinity')
        AND scope2_market_kg_co2e NOT IN ('NaN', 'Infinity', '-Infinity')
        AND scope2_unspecified_kg_co2e NOT IN ('NaN', 'Infinity', '-Infinity')
        AND scope3_kg_co2e NOT IN ('NaN', 'Infinity', '-Infinity')
        AND total_kg_co2e NOT IN ('NaN', 'Infinity', '-Infinity')
    );
"""

# A target may be words alone; anything else states a value, a range or at least a text.
AVOIDED = """
ALTER TABLE avoided_claim
    ADD CONSTRAINT avoided_claim_finite CHECK (
        value_kg_co2e NOT IN ('NaN', 'Infinity', '-Infinity')
        AND low_kg_co2e NOT IN ('NaN', 'Infinity', '-Infinity')
        AND high_kg_co2e NOT IN ('NaN', 'Infinity', '-Infinity')
    ),
    ADD CONSTRAINT avoided_claim_dates_ordered CHECK (period_start <= period_end),
    ADD CONSTRAINT avoided_claim_range_ordered CHECK (low_kg_co2e <= high_kg_co2e),
    ADD CONSTRAINT avoided_claim_states_something CHECK (
        num_nonnulls(value_kg_co2e, low_kg_co2e, high_kg_co2e) > 0 OR as_published <> ''
    ),
    ADD CONSTRAINT avoided_claim_not_its_own CHECK (
        part_of_id <> id AND supersedes_id <> id AND method_change_from_id <> id
    );

CREATE INDEX avoided_standing_counted_idx ON avoided_standing (kind, year) WHERE reason IS NULL;

ALTER TABLE avoided_total
    ADD CONSTRAINT avoided_total_key UNIQUE NULLS NOT DISTINCT (
        grouping, kind, since, series_key, year, fiscal_label, organisation_id, group_id, sector,
        country, category, not_broken_down, initiative_id, value_chain_id, verified, audience
    );

CREATE INDEX avoided_total_member_idx ON avoided_total (organisation_id, grouping);

ALTER TABLE avoided_total_state ADD CONSTRAINT avoided_total_state_one_row CHECK (id = 1);
INSERT INTO avoided_total_state (id, valid_from) VALUES (1, current_date);
"""

# Orderings of whole lists. Descending, the unknown comes last too, so the index says so.
ORDERINGS = """
CREATE INDEX avoided_claim_period_idx ON avoided_claim (period_end, id);
CREATE INDEX avoided_claim_value_idx
    ON avoided_claim (value_kg_co2e DESC NULLS LAST, id DESC);
CREATE INDEX avoided_claim_published_idx
    ON avoided_claim (published_on DESC NULLS LAST, id DESC);
CREATE INDEX inventory_period_idx ON inventory (period_end, id);
"""


class Migration(migrations.Migration):
    """Constraints of the first tables."""

    dependencies = [("consortium", "0001_initial")]

    operations = [
        ops.RunSQL(sql)
        for sql in (
            CITATION,
            ORGANISATION,
            MEMBERSHIP,
            VALUE_CHAIN,
            INITIATIVE,
            INVENTORY,
            AVOIDED,
            ORDERINGS,
        )
    ]
