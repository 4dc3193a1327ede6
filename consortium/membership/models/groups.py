# pyright: basic
"""Tables of working groups, of who works in them, of their meetings and of who came."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.identity.models import Account
from consortium.membership.rules.groups import Office
from consortium.membership.rules.meetings import Presence
from consortium.organisations.models import Organisation
from consortium.storage.fields import IdField, KeyField, word_field


class WorkingGroup(Model):
    """People of several organisations at work on one thing, from one day to another."""

    id = IdField()
    name = fields.TextField()
    name_key: fields.Field[str] = KeyField(unique=True)
    mandate = fields.TextField(default="", db_default="")
    starts_on = fields.DateField()
    ends_on = fields.DateField(null=True)
    # Grows with each change, so that of two who change it at once one is told.
    version = fields.IntField(default=1, db_default=1)
    created_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "working_group"


class Delegacy(Model):
    """A person in an office of a working group, for an organisation, from one day to another.

    What ends early keeps its first day; what is taken back before it begins keeps its days and
    holds on none.
    """

    id = IdField()
    group: fields.ForeignKeyRelation[WorkingGroup] = fields.ForeignKeyField(
        "consortium.WorkingGroup", on_delete=fields.RESTRICT, related_name="delegacies"
    )
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="delegacies"
    )
    # A person goes by the account alone, so that erasure leaves a pseudonym.
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "consortium.Account", on_delete=fields.RESTRICT, related_name="delegacies"
    )
    office = word_field(Office)
    starts_on = fields.DateField()
    ends_on = fields.DateField()
    withdrawn_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=1, db_default=1)
    appointed_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "delegacy"
        indexes = (
            Index(fields=("group_id",), name="delegacy_group_idx"),
            Index(fields=("organisation_id",), name="delegacy_organisation_idx"),
            Index(fields=("account_id",), name="delegacy_account_idx"),
        )


class Meeting(Model):
    """A meeting of a working group."""

    id = IdField()
    group: fields.ForeignKeyRelation[WorkingGroup] = fields.ForeignKeyField(
        "consortium.WorkingGroup", on_delete=fields.RESTRICT, related_name="meetings"
    )
    title = fields.TextField()
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    # By the tz database, such as Europe/Berlin: where it is held, or meant.
    time_zone = fields.CharField(max_length=64)
    # The day on which it starts there.
    held_on = fields.DateField()
    place = fields.TextField(default="", db_default="")
    link = fields.TextField(default="", db_default="")
    agenda = fields.TextField(default="", db_default="")
    minutes = fields.TextField(default="", db_default="")
    cancelled_at = fields.DatetimeField(null=True)
    cancelled_because = fields.TextField(default="", db_default="")
    version = fields.IntField(default=1, db_default=1)
    created_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "meeting"
        indexes = (Index(fields=("group_id", "held_on"), name="meeting_group_idx"),)


class Attendance(Model):
    """Whether somebody who was in office came to a meeting."""

    id = IdField()
    meeting: fields.ForeignKeyRelation[Meeting] = fields.ForeignKeyField(
        "consortium.Meeting", on_delete=fields.CASCADE, related_name="attendance"
    )
    delegacy: fields.ForeignKeyRelation[Delegacy] = fields.ForeignKeyField(
        "consortium.Delegacy", on_delete=fields.CASCADE, related_name="attendance"
    )
    presence = word_field(Presence)

    class Meta:
        table = "attendance"
        unique_together = (("meeting_id", "delegacy_id"),)
        indexes = (Index(fields=("delegacy_id",), name="attendance_delegacy_idx"),)
