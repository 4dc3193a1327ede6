-- The first 50 members of today, by name, that have at least so many employees; of each the first
-- five public claims and the first 20 parts in initiatives.
-- $1 bigint: the number of employees
SELECT json_build_object('members', json_build_object('nodes', coalesce(json_agg(
    json_build_object(
        'id', 'org_' || o.id,
        'name', o.name,
        'country', o.country,
        'sector', o.sector,
        'claims', json_build_object('nodes', claims.nodes),
        'initiatives', json_build_object('nodes', initiatives.nodes)
    ) ORDER BY o.name_key, o.id
), '[]')))
FROM (
    SELECT o.id, o.name, o.name_key, o.country, o.sector
    FROM organisation o
    WHERE o.employees >= $1::bigint
        AND EXISTS (
            SELECT FROM membership m
            WHERE m.organisation_id = o.id AND m.status = 'MEMBER'
                AND (m.starts_on IS NULL OR m.starts_on <= current_date)
                AND (m.ends_on IS NULL OR current_date <= m.ends_on)
        )
    ORDER BY o.name_key, o.id
    LIMIT 50
) o
CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(json_build_object(
        'id', 'claim_' || c.id,
        'reference', c.reference,
        'kind', c.kind,
        'periodEnd', c.period_end,
        'quantity', json_build_object('value', trim_scale(c.value_kg_co2e * 0.001)::text)
    )), '[]') AS nodes
    FROM (
        SELECT c.id, c.reference, c.kind, c.period_end, c.value_kg_co2e
        FROM avoided_claim c
        WHERE c.organisation_id = o.id AND c.visibility = 'PUBLIC'
        ORDER BY c.period_end, c.id
        LIMIT 5
    ) c
) claims
CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(json_build_object(
        'role', p.role,
        'initiative', json_build_object('id', 'initiative_' || i.id, 'name', i.name)
    ) ORDER BY p.id), '[]') AS nodes
    FROM (
        SELECT p.id, p.initiative_id, p.role
        FROM initiative_participant p
        WHERE p.organisation_id = o.id
        ORDER BY p.id
        LIMIT 20
    ) p
    JOIN initiative i ON i.id = p.initiative_id
) initiatives
