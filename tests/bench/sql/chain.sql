-- A value chain with its tree of stages, six tiers deep. Tried as well, and slower: finding all stages
-- first, recursively, and joining them tier by tier.
-- $1 bigint: the key of the chain
SELECT json_build_object('valueChain', (
    SELECT json_build_object(
        'id', 'chain_' || c.id,
        'name', c.name,
        'endStages', (
            SELECT coalesce(json_agg(json_build_object(
                'id', 'stage_' || s1.id,
                'name', s1.name,
                'position', s1.position,
                'participants', (
                    SELECT coalesce(json_agg(json_build_object(
                        'role', nullif(p.role, ''),
                        'organisation', json_build_object('id', 'org_' || o.id, 'name', o.name)
                    ) ORDER BY p.id), '[]')
                    FROM value_chain_participant p
                    JOIN organisation o ON o.id = p.organisation_id
                    WHERE p.stage_id = s1.id
                ),
                'upstream', (
                    SELECT coalesce(json_agg(json_build_object(
                        'id', 'stage_' || s2.id,
                        'name', s2.name,
                        'position', s2.position,
                        'participants', (
                            SELECT coalesce(json_agg(json_build_object(
                                'role', nullif(p.role, ''),
                                'organisation', json_build_object('id', 'org_' || o.id, 'name', o.name)
                            ) ORDER BY p.id), '[]')
                            FROM value_chain_participant p
                            JOIN organisation o ON o.id = p.organisation_id
                            WHERE p.stage_id = s2.id
                        ),
                        'upstream', (
                            SELECT coalesce(json_agg(json_build_object(
                                'id', 'stage_' || s3.id,
                                'name', s3.name,
                                'position', s3.position,
                                'participants', (
                                    SELECT coalesce(json_agg(json_build_object(
                                        'role', nullif(p.role, ''),
                                        'organisation', json_build_object('id', 'org_' || o.id, 'name', o.name)
                                    ) ORDER BY p.id), '[]')
                                    FROM value_chain_participant p
                                    JOIN organisation o ON o.id = p.organisation_id
                                    WHERE p.stage_id = s3.id
                                ),
                                'upstream', (
                                    SELECT coalesce(json_agg(json_build_object(
                                        'id', 'stage_' || s4.id,
                                        'name', s4.name,
                                        'position', s4.position,
                                        'participants', (
                                            SELECT coalesce(json_agg(json_build_object(
                                                'role', nullif(p.role, ''),
                                                'organisation', json_build_object('id', 'org_' || o.id, 'name', o.name)
                                            ) ORDER BY p.id), '[]')
                                            FROM value_chain_participant p
                                            JOIN organisation o ON o.id = p.organisation_id
                                            WHERE p.stage_id = s4.id
                                        ),
                                        'upstream', (
                                            SELECT coalesce(json_agg(json_build_object(
                                                'id', 'stage_' || s5.id,
                                                'name', s5.name,
                                                'position', s5.position,
                                                'participants', (
                                                    SELECT coalesce(json_agg(json_build_object(
                                                        'role', nullif(p.role, ''),
                                                        'organisation', json_build_object('id', 'org_' || o.id, 'name', o.name)
                                                    ) ORDER BY p.id), '[]')
                                                    FROM value_chain_participant p
                                                    JOIN organisation o ON o.id = p.organisation_id
                                                    WHERE p.stage_id = s5.id
                                                ),
                                                'upstream', (
                                                    SELECT coalesce(json_agg(json_build_object(
                                                        'id', 'stage_' || s6.id,
                                                        'name', s6.name,
                                                        'position', s6.position,
                                                        'participants', (
                                                            SELECT coalesce(json_agg(json_build_object(
                                                                'role', nullif(p.role, ''),
                                                                'organisation', json_build_object('id', 'org_' || o.id, 'name', o.name)
                                                            ) ORDER BY p.id), '[]')
                                                            FROM value_chain_participant p
                                                            JOIN organisation o ON o.id = p.organisation_id
                                                            WHERE p.stage_id = s6.id
                                                        )
                                                    ) ORDER BY s6.position, s6.id), '[]')
                                                    FROM value_chain_stage s6
                                                    WHERE s6.downstream_id = s5.id
                                                )
                                            ) ORDER BY s5.position, s5.id), '[]')
                                            FROM value_chain_stage s5
                                            WHERE s5.downstream_id = s4.id
                                        )
                                    ) ORDER BY s4.position, s4.id), '[]')
                                    FROM value_chain_stage s4
                                    WHERE s4.downstream_id = s3.id
                                )
                            ) ORDER BY s3.position, s3.id), '[]')
                            FROM value_chain_stage s3
                            WHERE s3.downstream_id = s2.id
                        )
                    ) ORDER BY s2.position, s2.id), '[]')
                    FROM value_chain_stage s2
                    WHERE s2.downstream_id = s1.id
                )
            ) ORDER BY s1.position, s1.id), '[]')
            FROM value_chain_stage s1
            WHERE s1.value_chain_id = c.id AND s1.downstream_id IS NULL
        )
    )
    FROM value_chain c
    WHERE c.id = $1::bigint
))
