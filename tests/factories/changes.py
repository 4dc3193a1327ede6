"""What may happen to the rows of a world after they were written."""

# Each changes the rows whose id leaves a certain remainder.
CHANGES = (
    "UPDATE membership SET status = 'FORMER' WHERE id % 7 = {at}",
    "UPDATE membership SET status = 'MEMBER' WHERE id % 3 = {at} % 3",
    (
        "UPDATE membership SET status = 'MEMBER', ends_on = NULL WHERE id % 5 = {at} AND id ="
        " (SELECT max(m.id) FROM membership m WHERE m.organisation_id = membership.organisation_id)"
        " AND NOT EXISTS (SELECT FROM membership m WHERE m.organisation_id ="
        " membership.organisation_id AND m.id <> membership.id)"
    ),
    "UPDATE membership SET ends_on = starts_on WHERE id % 7 = {at} AND ends_on > starts_on",
    "DELETE FROM membership WHERE id % 23 = {at}",
    "UPDATE parentage SET relation = 'ASSOCIATE' WHERE id % 13 = {at}",
    "DELETE FROM parentage WHERE id % 17 = {at}",
    "UPDATE organisation SET sector = 'Energy', country = 'CN' WHERE id % 11 = {at}",
    (
        "UPDATE avoided_claim SET value_kg_co2e = value_kg_co2e * 2 WHERE id % 11 = {at}"
        " AND low_kg_co2e IS NULL"
    ),
    "UPDATE avoided_claim SET quarantined = NOT quarantined WHERE id % 17 = {at}",
    "UPDATE avoided_claim SET visibility = 'PUBLIC' WHERE id % 9 = {at}",
    "UPDATE avoided_claim SET part_of_id = NULL WHERE id % 13 = {at}",
    "UPDATE avoided_claim SET known_on = known_on - 90 WHERE id % 11 = {at}",
    "UPDATE avoided_claim SET verifier = 'DNV', category = 'Cloud' WHERE id % 13 = {at}",
    "DELETE FROM avoided_claim_initiative WHERE id % 9 = {at}",
    "UPDATE avoided_claim_value_chain SET claim_id = claim_id WHERE id % 3 = {at}",
)

# Of what the profile tells beside memberships.
SIZE_CHANGES = (
    "UPDATE organisation_size SET revenue_amount = revenue_amount * 2 WHERE id % 7 = {at}",
    "UPDATE organisation_size SET year = year - 1 WHERE year = 2020 AND id % 5 = {at}",
    "DELETE FROM organisation_size WHERE id % 13 = {at}",
    "UPDATE exchange_rate SET per_usd = per_usd * 3 WHERE id % 4 = {at}",
    "DELETE FROM exchange_rate WHERE id % 7 = {at}",
    "UPDATE organisation_period SET sector = 'Energy', country = NULL WHERE id % 3 = {at}",
)
