"""Who an applicant may be already: one statement, by the indexes of names, domains and LEIs."""

# Reason -> what an application has in common with an organisation.
_ORGANISATIONS = """
    SELECT n.application_id, o.id AS organisation_id, NULL::bigint AS other_id,
        CASE WHEN o.name_key = n.name_key THEN 'NAME' ELSE 'SIMILAR_NAME' END AS reason
    FROM names n JOIN organisation o ON match_key(o.name_key) = n.match_key
    UNION
    SELECT n.application_id, x.organisation_id, NULL,
        CASE WHEN x.name_key = n.name_key THEN 'NAME' ELSE 'SIMILAR_NAME' END
    FROM names n JOIN organisation_alias x ON match_key(x.name_key) = n.match_key
    UNION
    SELECT a.id, o.id, NULL, 'LEI'
    FROM membership_application a JOIN organisation o ON o.lei = a.lei
    UNION
    SELECT a.id, d.organisation_id, NULL, 'DOMAIN'
    FROM membership_application a JOIN organisation_domain d ON d.domain = a.domain
    UNION
    SELECT a.id, d.organisation_id, NULL, 'DOMAIN'
    FROM membership_application a JOIN verified_domain d ON d.domain = a.domain"""
# The same with another application, so long as it is open.
_APPLICATIONS = """
    SELECT n.application_id, NULL::bigint, m.application_id,
        CASE WHEN m.name_key = n.name_key THEN 'NAME' ELSE 'SIMILAR_NAME' END
    FROM names n JOIN names m ON m.match_key = n.match_key AND m.application_id <> n.application_id
        JOIN open_application o ON o.id = m.application_id
    UNION
    SELECT a.id, NULL, o.id, 'LEI'
    FROM membership_application a JOIN open_application o ON o.lei = a.lei AND o.id <> a.id
    UNION
    SELECT a.id, NULL, o.id, 'DOMAIN'
    FROM membership_application a JOIN open_application o ON o.domain = a.domain AND o.id <> a.id"""
_NAMES = """
    SELECT a.id AS application_id, a.name_key, match_key(a.name_key) AS match_key
    FROM membership_application a
    UNION ALL
    SELECT x.application_id, x.name_key, match_key(x.name_key) FROM application_alias x"""
_OPEN = """
    SELECT a.id, a.lei, a.domain FROM membership_application a
    WHERE a.stage IN ('SUBMITTED', 'IN_REVIEW', 'MORE_ASKED', 'APPROVED')"""
_FOUND = _ORGANISATIONS + "\n    UNION" + _APPLICATIONS


def duplicates_sql() -> str:
    """SQL of what each application may be a duplicate of, organisations first, with the reasons.

    An application's own organisation is none. A name that is the same is not also similar.
    """
    found = _FOUND.replace("JOIN names m", f"JOIN ({_NAMES}) m")
    found = found.replace("FROM names n", f"FROM ({_NAMES}) n")
    found = found.replace("JOIN open_application o", f"JOIN ({_OPEN}) o")
    return (
        "SELECT row_number() OVER (PARTITION BY f.application_id"
        " ORDER BY f.organisation_id, f.other_id) AS id,"
        " f.application_id, f.organisation_id, f.other_id,"
        " json_agg(f.reason ORDER BY f.reason) FILTER (WHERE NOT (f.reason = 'SIMILAR_NAME'"
        " AND f.same)) AS reasons"
        " FROM (SELECT x.*, bool_or(x.reason = 'NAME') OVER (PARTITION BY x.application_id,"
        f" x.organisation_id, x.other_id) AS same FROM ({found}) x) f"
        " JOIN membership_application own ON own.id = f.application_id"
        " WHERE f.organisation_id IS DISTINCT FROM own.organisation_id OR f.organisation_id IS NULL"
        " GROUP BY f.application_id, f.organisation_id, f.other_id"
    )
