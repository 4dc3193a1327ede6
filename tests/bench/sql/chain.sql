-- A value chain with its tree of stages, six tiers deep. The stages are found once and joined tier by
-- tier, from the far end, in place of a search below every stage.
-- $1 bigint: the key of the chain
WITH RECURSIVE stage AS MATERIALIZED (
    SELECT s.id, s.name, s.position, s.downstream_id, 1 AS tier
    FROM value_chain_stage s
    WHERE s.value_chain_id = $1::bigint AND s.downstream_id IS NULL
    UNION ALL
    SELECT s.id, s.name, s.position, s.downstream_id, d.tier + 1
    FROM stage d JOIN value_chain_stage s ON s.downstream_id = d.id
    WHERE d.tier < 6
),
participants AS MATERIALIZED (
    SELECT p.stage_id, json_agg(json_build_object(
        'role', nullif(p.role, ''),
        'organisation', json_build_object('id', 'org_' || o.id, 'name', o.name)
    ) ORDER BY p.id) AS nodes
    FROM stage s
    JOIN value_chain_participant p ON p.stage_id = s.id
    JOIN organisation o ON o.id = p.organisation_id
    GROUP BY p.stage_id
),
t6 AS (
    SELECT s.downstream_id, json_agg(json_build_object(
        'id', 'stage_' || s.id,
        'name', s.name,
        'position', s.position,
        'participants', coalesce(p.nodes, '[]')
    ) ORDER BY s.position, s.id) AS nodes
    FROM stage s
    LEFT JOIN participants p ON p.stage_id = s.id
    WHERE s.tier = 6
    GROUP BY s.downstream_id
),
t5 AS (
    SELECT s.downstream_id, json_agg(json_build_object(
        'id', 'stage_' || s.id,
        'name', s.name,
        'position', s.position,
        'participants', coalesce(p.nodes, '[]'),
        'upstream', coalesce(t6.nodes, '[]')
    ) ORDER BY s.position, s.id) AS nodes
    FROM stage s
    LEFT JOIN participants p ON p.stage_id = s.id
    LEFT JOIN t6 ON t6.downstream_id = s.id
    WHERE s.tier = 5
    GROUP BY s.downstream_id
),
t4 AS (
    SELECT s.downstream_id, json_agg(json_build_object(
        'id', 'stage_' || s.id,
        'name', s.name,
        'position', s.position,
        'participants', coalesce(p.nodes, '[]'),
        'upstream', coalesce(t5.nodes, '[]')
    ) ORDER BY s.position, s.id) AS nodes
    FROM stage s
    LEFT JOIN participants p ON p.stage_id = s.id
    LEFT JOIN t5 ON t5.downstream_id = s.id
    WHERE s.tier = 4
    GROUP BY s.downstream_id
),
t3 AS (
    SELECT s.downstream_id, json_agg(json_build_object(
        'id', 'stage_' || s.id,
        'name', s.name,
        'position', s.position,
        'participants', coalesce(p.nodes, '[]'),
        'upstream', coalesce(t4.nodes, '[]')
    ) ORDER BY s.position, s.id) AS nodes
    FROM stage s
    LEFT JOIN participants p ON p.stage_id = s.id
    LEFT JOIN t4 ON t4.downstream_id = s.id
    WHERE s.tier = 3
    GROUP BY s.downstream_id
),
t2 AS (
    SELECT s.downstream_id, json_agg(json_build_object(
        'id', 'stage_' || s.id,
        'name', s.name,
        'position', s.position,
        'participants', coalesce(p.nodes, '[]'),
        'upstream', coalesce(t3.nodes, '[]')
    ) ORDER BY s.position, s.id) AS nodes
    FROM stage s
    LEFT JOIN participants p ON p.stage_id = s.id
    LEFT JOIN t3 ON t3.downstream_id = s.id
    WHERE s.tier = 2
    GROUP BY s.downstream_id
),
t1 AS (
    SELECT s.downstream_id, json_agg(json_build_object(
        'id', 'stage_' || s.id,
        'name', s.name,
        'position', s.position,
        'participants', coalesce(p.nodes, '[]'),
        'upstream', coalesce(t2.nodes, '[]')
    ) ORDER BY s.position, s.id) AS nodes
    FROM stage s
    LEFT JOIN participants p ON p.stage_id = s.id
    LEFT JOIN t2 ON t2.downstream_id = s.id
    WHERE s.tier = 1
    GROUP BY s.downstream_id
)
SELECT json_build_object('valueChain', (
    SELECT json_build_object(
        'id', 'chain_' || c.id,
        'name', c.name,
        'endStages', coalesce((SELECT t1.nodes FROM t1), '[]')
    )
    FROM value_chain c
    WHERE c.id = $1::bigint
))
