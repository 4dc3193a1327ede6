-- As total.sql, and of every group the first five figures that went in, with their sources, and the
-- first five that did not, with the reason.
-- $1 text: the name of the member, $2 text: its search form
WITH members AS MATERIALIZED (
    SELECT array_agg(m.organisation_id) AS ids
    FROM membership m
    WHERE m.status = 'MEMBER'
        AND (m.starts_on IS NULL OR m.starts_on <= current_date)
        AND (m.ends_on IS NULL OR current_date <= m.ends_on)
)
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
            round(g.verified_kg_co2e / nullif(g.value_kg_co2e, 0), 12))::text END,
        'contributions', json_build_object('edges', contributions.edges),
        'leftOut', json_build_object('edges', left_out.edges)
    ) ORDER BY g.year
), '[]')))
FROM (
    SELECT
        t.year,
        o.id AS organisation_id,
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
    GROUP BY t.year, o.id
) g
CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(json_build_object('node', json_build_object(
        'claim', json_build_object(
            'id', 'claim_' || c.id,
            'asPublished', nullif(c.as_published, ''),
            'source', CASE WHEN b.id IS NOT NULL
                THEN json_build_object('url', b.url, 'title', b.title) END
        ),
        'counted', json_build_object('value', trim_scale(s.value_kg_co2e * 0.001)::text)
    )) ORDER BY s.id), '[]') AS edges
    FROM (
        SELECT s.id, s.claim_id, s.value_kg_co2e
        FROM avoided_standing s
        WHERE s.organisation_id = g.organisation_id AND s.kind = 'YEAR_ON_YEAR' AND s.year = g.year
            -- The days for which the sums hold are those for which counts_now does.
            AND s.counts_now AND s.audience & 1 <> 0
            AND (s.view = 0 OR (s.view = 1) = (s.divides & 5 = 0))
        ORDER BY s.id
        LIMIT 5
    ) s
    JOIN avoided_claim c ON c.id = s.claim_id AND c.visibility = 'PUBLIC'
    LEFT JOIN citation b ON b.id = c.citation_id
) contributions
CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(json_build_object('node', json_build_object(
        'claim', json_build_object('id', 'claim_' || c.id),
        'reason', s.reason
    )) ORDER BY s.id), '[]') AS edges
    FROM (
        SELECT s.id, s.claim_id, coalesce(s.reason, CASE
            WHEN s.view = 1 AND s.divides & 5 <> 0 THEN 'COUNTED_BY_PARTS'
            WHEN s.view = 2 AND s.divides & 5 = 0 THEN 'PART_OF_TOTAL'
            WHEN s.organisation_id <> ALL ((SELECT ids FROM members)::bigint[]) THEN 'NOT_A_MEMBER'
            ELSE 'SUBSIDIARY_OF_COUNTED_PARENT'
        END) AS reason
        FROM avoided_standing s
        WHERE s.organisation_id = g.organisation_id AND s.kind = 'YEAR_ON_YEAR' AND s.year = g.year
            AND NOT (s.counts_now AND (s.view = 0 OR (s.view = 1) = (s.divides & 5 = 0)))
            AND s.known_to IS NULL AND NOT s.not_broken_down AND s.audience & 1 <> 0
        ORDER BY s.id
        LIMIT 5
    ) s
    JOIN avoided_claim c ON c.id = s.claim_id AND c.visibility = 'PUBLIC'
) left_out
