"""Imports of several kinds: what was sent until now are effects."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from consortium.staging.rules.kinds import ImportKind
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("consortium", "0026_progress")]

    initial = False

    operations = [
        ops.AddField(
            model_name="StagedImport",
            name="kind",
            field=fields.CharEnumField(
                default=ImportKind.EFFECTS,
                description="",
                db_default="EFFECTS",
                enum_type=ImportKind,
                max_length=20,
            ),
        ),
    ]
