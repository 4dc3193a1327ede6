"""The audit trail is written by the database itself, and never changed."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# The entry that the changes of this transaction belong to. An action names its own in
# `consortium.audit_entry`; whatever is changed without one gets an entry that names the database's
# role. A name that is left from another transaction is not believed: an entry's time is that of its
# transaction, which no later one has.
ENTRY = """
CREATE FUNCTION audit_current_entry() RETURNS bigint LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    named text := current_setting('consortium.audit_entry', true);
    entry bigint;
BEGIN
    IF named ~ '^[0-9]{1,18}$' THEN
        SELECT id INTO entry FROM audit_entry
        WHERE id = named::bigint AND at = transaction_timestamp();
    END IF;
    IF entry IS NULL THEN
        INSERT INTO audit_entry (action, note) VALUES ('sql:change', 'database role ' || session_user)
        RETURNING id INTO entry;
        PERFORM set_config('consortium.audit_entry', entry::text, true);
    END IF;
    RETURN entry;
END $$;

CREATE FUNCTION audit_entry_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.at := transaction_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER audit_entry_time BEFORE INSERT ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_entry_time();
"""

# SQL of what is shown of a column: of a secret or personal one, that it has a value.
SHOWN = """
CASE WHEN c.key = ANY (withheld) AND c.value NOT IN ('null', '""') THEN '"[withheld]"' ELSE c.value END
"""


def known(columns: str) -> str:
    """SQL of a row's columns that are not empty. No function: it runs for every row."""
    plain = f"jsonb_strip_nulls({columns})"
    some = f"(SELECT jsonb_object_agg(c.key, {SHOWN}) FROM jsonb_each({plain}) c)"
    return f"CASE WHEN plain THEN {plain} ELSE {some} END"


def different(one: str, other: str) -> str:
    """SQL of the columns of one row that differ from those of another."""
    changed = f"c.value IS DISTINCT FROM {other} -> c.key"
    return f"(SELECT jsonb_object_agg(c.key, {SHOWN}) FROM jsonb_each({one}) c WHERE {changed})"


# One INSERT for each statement, however many rows it wrote. The entry is asked for once, and only
# where a row is to be written. Of a new or removed row all columns that are known are kept, of a
# changed one those that changed. Rows are paired by a FULL JOIN, so that an id that changes shows
# as one row removed and one added. It runs with its owner's rights: the application need not be
# able to write changes by itself, and nobody else may put it on a table.
CAPTURE = f"""
CREATE FUNCTION audit_capture() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET TimeZone = 'UTC' AS $$
DECLARE
    withheld text[] := TG_ARGV[0];
    unwatched text[] := TG_ARGV[1];
    plain boolean := withheld = '{{}}';
    gone record;
BEGIN
    CASE TG_OP
    WHEN 'INSERT' THEN
        INSERT INTO audit_change (entry_id, row_table, row_id, after)
        SELECT (SELECT audit_current_entry()), TG_TABLE_NAME, n.id,
            {known("to_jsonb(n) - unwatched")}
        FROM new_rows n;
    WHEN 'DELETE' THEN
        INSERT INTO audit_change (entry_id, row_table, row_id, before)
        SELECT (SELECT audit_current_entry()), TG_TABLE_NAME, o.id,
            {known("to_jsonb(o) - unwatched")}
        FROM old_rows o;
    WHEN 'UPDATE' THEN
        INSERT INTO audit_change (entry_id, row_table, row_id, before, after)
        SELECT (SELECT audit_current_entry()), TG_TABLE_NAME, coalesce(n.id, o.id),
            {different("o.columns", "n.columns")}, {different("n.columns", "o.columns")}
        FROM (SELECT r.id, to_jsonb(r) - unwatched AS columns FROM old_rows r OFFSET 0) o
        FULL JOIN (SELECT r.id, to_jsonb(r) - unwatched AS columns FROM new_rows r OFFSET 0) n
            ON n.id = o.id
        WHERE o.columns IS DISTINCT FROM n.columns;
    WHEN 'TRUNCATE' THEN
        FOR gone IN EXECUTE format(
            'SELECT o.id, to_jsonb(o) - $1 AS columns FROM %I.%I o', TG_TABLE_SCHEMA, TG_TABLE_NAME
        ) USING unwatched LOOP
            INSERT INTO audit_change (entry_id, row_table, row_id, before)
            SELECT audit_current_entry(), TG_TABLE_NAME, gone.id, {known("gone.columns")};
        END LOOP;
    END CASE;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION audit_capture() FROM PUBLIC;
"""

# `withheld` columns show as changed, without their values; `unwatched` ones, which are derived or
# change all the time, are left out, so that a change of nothing else is no change. For the migrations of later tables, and again when a table gets such a column.
WATCH = """
CREATE FUNCTION audit_watch(
    watched regclass, withheld text[] DEFAULT '{}', unwatched text[] DEFAULT '{}'
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    events text[][] := ARRAY[
        ['insert', 'AFTER INSERT', 'REFERENCING NEW TABLE AS new_rows'],
        ['update', 'AFTER UPDATE', 'REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows'],
        ['delete', 'AFTER DELETE', 'REFERENCING OLD TABLE AS old_rows'],
        ['truncate', 'BEFORE TRUNCATE', '']
    ];
    event text[];
BEGIN
    FOREACH event SLICE 1 IN ARRAY events LOOP
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER audit_%s %s ON %s %s FOR EACH STATEMENT'
            ' EXECUTE FUNCTION audit_capture(%L, %L)',
            event[1], event[2], watched, event[3], withheld, unwatched
        );
    END LOOP;
END $$;
"""

# For everybody, the owner of the tables included; ALWAYS, so that a replica's mode changes nothing.
APPEND_ONLY = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is append-only: % of % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_change_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_change
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_append_only;
ALTER TABLE audit_change ENABLE ALWAYS TRIGGER audit_change_append_only;
"""

# Search forms of other columns.
DERIVED = ("name_key", "search", "search_text")

# Table -> columns that are withheld, columns that are left out.
WATCHED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "citation": ((), ()),
    "organisation": ((), DERIVED),
    "organisation_alias": ((), DERIVED),
    "parentage": ((), DERIVED),
    "membership": ((), DERIVED),
    "value_chain": ((), DERIVED),
    "value_chain_stage": ((), DERIVED),
    "value_chain_participant": ((), DERIVED),
    "value_chain_initiative": ((), ()),
    "initiative": ((), DERIVED),
    "initiative_participant": ((), DERIVED),
    "initiative_target": ((), ()),
    "inventory": ((), ()),
    # What the parts of a claim add up to is derived from the claims.
    "avoided_claim": ((), (*DERIVED, "parts_kg_co2e", "parts_difference_kg_co2e")),
    "avoided_claim_initiative": ((), ()),
    "avoided_claim_value_chain": ((), ()),
    "account": (
        ("email", "name", "password_hash", "totp_secret_sealed"),
        ("totp_last_step",),
    ),
    "recovery_code": (("code_sha256",), ()),
    "role_grant": ((), ()),
    "session": (("address", "token_sha256", "user_agent"), ("last_seen_at",)),
    "single_use_link": (("email", "token_sha256"), ()),
    "oauth_client": (("secret_sha256",), ()),
    "identity_provider": (("client_secret_sealed",), ()),
    "verified_domain": ((), ()),
    # An identity provider may know its people by their addresses.
    "federated_identity": (("subject",), ()),
    "oauth_grant": ((), ()),
    "consent": ((), ()),
    "signing_key": (("private_key_sealed",), ()),
}


def array(names: tuple[str, ...]) -> str:
    """SQL of a list of names."""
    return "'{" + ",".join(names) + "}'"


WATCHES = "".join(
    f"SELECT audit_watch('{table}', {array(withheld)}, {array(unwatched)});\n"
    for table, (withheld, unwatched) in WATCHED.items()
)

# Whoever is erased keeps a row under a pseudonym, with nothing personal on it.
ERASED = """
ALTER TABLE account ADD CONSTRAINT account_erased_is_blank CHECK (
    erased_at IS NULL OR (
        email IS NULL AND email_verified_at IS NULL AND name = '' AND password_hash IS NULL
        AND totp_secret_sealed IS NULL AND totp_confirmed_at IS NULL AND totp_last_step IS NULL
    )
);
"""


class Migration(migrations.Migration):
    """Triggers of the trail, and the constraint of erasure."""

    dependencies = [("consortium", "0004_identity")]

    operations = [ops.RunSQL(sql) for sql in (ENTRY, CAPTURE, WATCH, APPEND_ONLY, WATCHES, ERASED)]
