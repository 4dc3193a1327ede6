"""What is read where footprints and chains meet: which stands on which, and what is outdated."""

from consortium.footprints.reads.footprints import FOOTPRINTS
from consortium.footprints.rules.vocabulary import OutdatedReason
from consortium.kernel.principal import Rights
from consortium.query.source import Column, Many, One, Source
from consortium.query.sqltypes import SqlType
from consortium.value_chains.reads import ACTIVITIES, CHAIN_VERSIONS
from consortium.value_chains.reads.systems import version_visible_to

# Of a version, and of its organisation's later ones that were copied from it.
_OUTDATED = """
WITH RECURSIVE later (id) AS (
    SELECT v.id FROM chain_version v JOIN chain_version o
        ON o.id = v.copied_from_id AND o.organisation_id = v.organisation_id
    WHERE v.copied_from_id = {version}
    UNION SELECT v.id FROM later l JOIN chain_version o ON o.id = l.id
        JOIN chain_version v ON v.copied_from_id = l.id AND v.organisation_id = o.organisation_id)
SELECT row_number() OVER (ORDER BY found.activity_id, found.later_id NULLS FIRST) AS id,
    {version} AS version_id, found.*
FROM (
    SELECT a.id AS activity_id, 'FOOTPRINT_DEPRECATED' AS reason, f.id AS footprint_id,
        n.id AS newer_id, NULL::bigint AS later_id
    FROM activity a JOIN footprint f ON f.id = a.footprint_id AND f.status = 'DEPRECATED'
        LEFT JOIN footprint n ON n.preceding_id = f.id
    WHERE a.chain_version_id = {version}
    UNION ALL
    SELECT a.id, 'REPLACED', a.footprint_id, b.footprint_id, v.id
    FROM later l JOIN chain_version v ON v.id = l.id AND v.status = 'PUBLISHED'
        JOIN activity b ON b.chain_version_id = v.id AND b.footprint_id IS NOT NULL
        JOIN activity a ON a.chain_version_id = {version} AND a.code = b.code
            AND a.footprint_id IS DISTINCT FROM b.footprint_id
) found
"""
# Told to whoever sees the footprint, and no more than this of its chain.
RESTS_ON_DEPRECATED = """
EXISTS (SELECT FROM activity a JOIN footprint f ON f.id = a.footprint_id
    WHERE a.chain_version_id = {t}.chain_version_id AND f.status = 'DEPRECATED')
"""


def _outdated_visible_to(rights: Rights) -> str:
    """Who sees the version, and the later one if there is one."""
    rule = version_visible_to(rights)
    if rule == "true":
        return rule
    inner = rule.replace("{t}", "above")
    seen = f"IN (SELECT above.id FROM chain_version above WHERE {inner})"
    return f"{{t}}.version_id {seen} AND ({{t}}.later_id IS NULL OR {{t}}.later_id {seen})"


def outdated(version: str) -> Many:
    """Activities of a version of which something newer is known."""
    table = _OUTDATED.replace("{version}", version)
    return Many(
        Source(
            name="outdated_activity",
            table=lambda _, __: table,
            visible_to=_outdated_visible_to,
            fields={
                "reason": Column("{t}.reason", nullable=False, enum=OutdatedReason),
                "activity": One(ACTIVITIES, "{u}.id = {t}.activity_id"),
                "footprint": One(FOOTPRINTS, "{u}.id = {t}.footprint_id"),
                "newer": One(FOOTPRINTS, "{u}.id = {t}.newer_id"),
                "later_version": One(CHAIN_VERSIONS, "{u}.id = {t}.later_id"),
            },
        )
    )


ACTIVITIES.relate(
    footprint=One(FOOTPRINTS, "{u}.id = {t}.footprint_id"),
    computed_footprints=Many(FOOTPRINTS, "{u}.activity_id = {t}.id"),
)
# Not by `relate`: what is made from each row is nothing to filter by.
FOOTPRINTS.fields["activity"] = One(ACTIVITIES, "{u}.id = {t}.activity_id")
FOOTPRINTS.fields["rests_on_deprecated"] = Column(
    RESTS_ON_DEPRECATED, SqlType.BOOLEAN, nullable=False
)
