-- What counts today for everyone, of one kind, by year, by sector and by category, from the sums
-- that are kept ready; nothing on a day for which they do not hold.
-- $1 text: the kind
SELECT json_build_object(
    'byYear', json_build_object('groups', (
        SELECT coalesce(json_agg(json_build_object(
            'key', json_build_object('kind', $1::text, 'year', g.year),
            'total', json_build_object(
                'value', CASE WHEN g.value_count = g.claims
                    THEN trim_scale(g.value_kg_co2e * 0.001)::text END,
                'low', CASE WHEN g.low_count = g.claims
                    THEN trim_scale(g.low_kg_co2e * 0.001)::text END,
                'high', CASE WHEN g.high_count = g.claims
                    THEN trim_scale(g.high_kg_co2e * 0.001)::text END,
                'bound', CASE WHEN g.at_least > 0 THEN 'AT_LEAST'
                    WHEN g.approximate > 0 THEN 'APPROXIMATE' ELSE 'EXACT' END
            ),
            'claims', g.claims,
            'verifiedShare', CASE WHEN g.value_count = g.claims THEN trim_scale(
                round(g.verified_kg_co2e / nullif(g.value_kg_co2e, 0), 12))::text END
        ) ORDER BY g.since, g.series_key, g.year), '[]')
        FROM (
            SELECT
                t.since, t.series_key, t.year,
                sum(t.claims)::bigint AS claims,
                sum(t.value_kg_co2e) AS value_kg_co2e,
                sum(t.value_count) AS value_count,
                sum(t.low_kg_co2e) AS low_kg_co2e,
                sum(t.low_count) AS low_count,
                sum(t.high_kg_co2e) AS high_kg_co2e,
                sum(t.high_count) AS high_count,
                sum(t.verified_kg_co2e) AS verified_kg_co2e,
                sum(t.at_least) AS at_least,
                sum(t.approximate) AS approximate
            FROM avoided_total t
            WHERE t.grouping = 1 AND t.kind = $1::text AND t.claims > 0 AND t.audience & 1 <> 0 AND t.year IS NOT NULL
                AND EXISTS (
                    SELECT FROM avoided_total_state s
                    WHERE s.valid_from <= current_date
                        AND (s.valid_until IS NULL OR current_date < s.valid_until)
                )
            GROUP BY t.since, t.series_key, t.year
        ) g
    )),
    'bySector', json_build_object('groups', (
        SELECT coalesce(json_agg(json_build_object(
            'key', json_build_object('kind', $1::text, 'sector', g.sector),
            'total', json_build_object(
                'value', CASE WHEN g.value_count = g.claims
                    THEN trim_scale(g.value_kg_co2e * 0.001)::text END,
                'low', CASE WHEN g.low_count = g.claims
                    THEN trim_scale(g.low_kg_co2e * 0.001)::text END,
                'high', CASE WHEN g.high_count = g.claims
                    THEN trim_scale(g.high_kg_co2e * 0.001)::text END,
                'bound', CASE WHEN g.at_least > 0 THEN 'AT_LEAST'
                    WHEN g.approximate > 0 THEN 'APPROXIMATE' ELSE 'EXACT' END
            ),
            'claims', g.claims,
            'verifiedShare', CASE WHEN g.value_count = g.claims THEN trim_scale(
                round(g.verified_kg_co2e / nullif(g.value_kg_co2e, 0), 12))::text END
        ) ORDER BY g.since, g.series_key, g.sector), '[]')
        FROM (
            SELECT
                t.since, t.series_key, t.sector,
                sum(t.claims)::bigint AS claims,
                sum(t.value_kg_co2e) AS value_kg_co2e,
                sum(t.value_count) AS value_count,
                sum(t.low_kg_co2e) AS low_kg_co2e,
                sum(t.low_count) AS low_count,
                sum(t.high_kg_co2e) AS high_kg_co2e,
                sum(t.high_count) AS high_count,
                sum(t.verified_kg_co2e) AS verified_kg_co2e,
                sum(t.at_least) AS at_least,
                sum(t.approximate) AS approximate
            FROM avoided_total t
            WHERE t.grouping = 16 AND t.kind = $1::text AND t.claims > 0 AND t.audience & 1 <> 0
                AND EXISTS (
                    SELECT FROM avoided_total_state s
                    WHERE s.valid_from <= current_date
                        AND (s.valid_until IS NULL OR current_date < s.valid_until)
                )
            GROUP BY t.since, t.series_key, t.sector
        ) g
    )),
    'byCategory', json_build_object('groups', (
        SELECT coalesce(json_agg(json_build_object(
            'key', json_build_object('kind', $1::text, 'category', g.category, 'notBrokenDown', g.not_broken_down),
            'total', json_build_object(
                'value', CASE WHEN g.value_count = g.claims
                    THEN trim_scale(g.value_kg_co2e * 0.001)::text END,
                'low', CASE WHEN g.low_count = g.claims
                    THEN trim_scale(g.low_kg_co2e * 0.001)::text END,
                'high', CASE WHEN g.high_count = g.claims
                    THEN trim_scale(g.high_kg_co2e * 0.001)::text END,
                'bound', CASE WHEN g.at_least > 0 THEN 'AT_LEAST'
                    WHEN g.approximate > 0 THEN 'APPROXIMATE' ELSE 'EXACT' END
            ),
            'claims', g.claims,
            'verifiedShare', CASE WHEN g.value_count = g.claims THEN trim_scale(
                round(g.verified_kg_co2e / nullif(g.value_kg_co2e, 0), 12))::text END
        ) ORDER BY g.since, g.series_key, g.category, g.not_broken_down), '[]')
        FROM (
            SELECT
                t.since, t.series_key, t.category, t.not_broken_down,
                sum(t.claims)::bigint AS claims,
                sum(t.value_kg_co2e) AS value_kg_co2e,
                sum(t.value_count) AS value_count,
                sum(t.low_kg_co2e) AS low_kg_co2e,
                sum(t.low_count) AS low_count,
                sum(t.high_kg_co2e) AS high_kg_co2e,
                sum(t.high_count) AS high_count,
                sum(t.verified_kg_co2e) AS verified_kg_co2e,
                sum(t.at_least) AS at_least,
                sum(t.approximate) AS approximate
            FROM avoided_total t
            WHERE t.grouping = 64 AND t.kind = $1::text AND t.claims > 0 AND t.audience & 1 <> 0
                AND EXISTS (
                    SELECT FROM avoided_total_state s
                    WHERE s.valid_from <= current_date
                        AND (s.valid_until IS NULL OR current_date < s.valid_until)
                )
            GROUP BY t.since, t.series_key, t.category, t.not_broken_down
        ) g
    ))
)
