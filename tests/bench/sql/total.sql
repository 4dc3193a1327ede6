-- What counts today for everyone of one member, year on year, by year, from the sums that are kept
-- ready; nothing on a day for which they do not hold.
-- $1 text: the name of the member, $2 text: its search form
SELECT json_build_object('avoidedEmissions', json_build_object('groups', coalesce(json_agg(
    json_build_object(
        'key', json_build_object('year', g.year, 'kind', 'YEAR_ON_YEAR'),
        'total', json_build_object(
            'value', CASE WHEN g.value_count = g.claims
                THEN trim_scale(g.value_kg_co2e * 0.001)::text END,
            'low', CASE WHEN g.low_count = g.claims
                THEN trim_scale(g.low_kg_co2e * 0.001)::text END,
            'high', CASE WHEN g.high_count = g.claims
                THEN trim_scale(g.high_kg_co2e * 0.001)::text END
        ),
        'claims', g.claims,
        'verifiedShare', CASE WHEN g.value_count = g.claims THEN trim_scale(
            round(g.verified_kg_co2e / nullif(g.value_kg_co2e, 0), 12))::text END
    ) ORDER BY g.year
), '[]')))
FROM (
    SELECT
        t.year,
        sum(t.claims)::bigint AS claims,
        sum(t.value_kg_co2e) AS value_kg_co2e,
        sum(t.value_count) AS value_count,
        sum(t.low_kg_co2e) AS low_kg_co2e,
        sum(t.low_count) AS low_count,
        sum(t.high_kg_co2e) AS high_kg_co2e,
        sum(t.high_count) AS high_count,
        sum(t.verified_kg_co2e) AS verified_kg_co2e
    FROM organisation o
    JOIN avoided_total t ON t.organisation_id = o.id
    WHERE o.name_key = $2::text AND o.name = $1::text
        AND t.grouping = 5 AND t.kind = 'YEAR_ON_YEAR' AND t.since IS NULL AND t.series_key = ''
        AND t.year IS NOT NULL AND t.claims > 0 AND t.audience & 1 <> 0
        AND EXISTS (
            SELECT FROM avoided_total_state s
            WHERE s.valid_from <= current_date
                AND (s.valid_until IS NULL OR current_date < s.valid_until)
        )
    GROUP BY t.year
) g
