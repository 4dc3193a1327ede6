"""The query page's own client: PUBLIC, on this server's own address, with no consent asked."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# An address that begins with a slash is on this server, wherever that is. The scopes are all there
# are: what a person may not do is not granted.
CLIENT = """
INSERT INTO oauth_client
    (client_id, name, kind, auth_method, redirect_uris, post_logout_redirect_uris, scopes,
     first_party)
VALUES
    ('consortium-console', 'Query page', 'PUBLIC', 'NONE', '/', '/', '*', true)
"""


class Migration(migrations.Migration):
    """One row."""

    dependencies = [("consortium", "0004_identity")]

    operations = [ops.RunSQL(CLIENT)]
