-- The first 1000 public claims of one organisation, by the end of their period.
-- $1 bigint: the key of the organisation
SELECT json_build_object('claims', json_build_object('nodes', coalesce(json_agg(
    json_build_object(
        'id', 'claim_' || c.id,
        'reference', c.reference,
        'kind', c.kind,
        'recordType', c.record_type,
        'periodStart', c.period_start,
        'periodEnd', c.period_end,
        'year', c.year,
        'quantity', json_build_object('value', trim_scale(c.value_kg_co2e * 0.001)::text),
        'category', c.category,
        'asPublished', nullif(c.as_published, '')
    )
), '[]')))
FROM (
    SELECT
        c.id, c.reference, c.kind, c.record_type, c.period_start, c.period_end, c.year,
        c.value_kg_co2e, c.category, c.as_published
    FROM avoided_claim c
    WHERE c.organisation_id = $1::bigint AND c.visibility = 'PUBLIC'
    ORDER BY c.period_end, c.id
    LIMIT 1000
) c
