# pyright: basic
"""Tables of what travels: events, errands to partners' systems, and what could not be taken."""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.exchange.models.partners import Partner
from consortium.exchange.rules.events import EventKind
from consortium.exchange.rules.vocabulary import Direction, Errand, ErrandState, EventState
from consortium.footprints.models import FootprintRequest
from consortium.storage.fields import IdField, KeyField, word_field


class ExchangeEvent(Model):
    """An event that a partner sent or is to get. It is here before it is answered or leaves."""

    id = IdField()
    partner: fields.ForeignKeyRelation[Partner] = fields.ForeignKeyField(
        "consortium.Partner", on_delete=fields.RESTRICT, related_name="events"
    )
    direction = word_field(Direction)
    kind = word_field(EventKind)
    # As the sender gave it; an answer echoes it.
    event_id: fields.Field[str] = KeyField()
    # Of a received one the registered address that it named: answers go there.
    address = fields.TextField()
    said_at = fields.DatetimeField()
    # JSON as it travels.
    data = fields.TextField()
    # The request that it answers.
    request: fields.ForeignKeyNullableRelation["ExchangeEvent"] = fields.ForeignKeyField(
        "consortium.ExchangeEvent", null=True, on_delete=fields.RESTRICT, related_name="answers"
    )
    # A member's request for a footprint that it carries.
    asked_by: fields.OneToOneNullableRelation[FootprintRequest] = fields.OneToOneField(
        "consortium.FootprintRequest",
        null=True,
        on_delete=fields.RESTRICT,
        related_name="carried_by",
    )
    state = word_field(EventState)
    attempts = fields.IntField(default=0, db_default=0)
    due_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    # What went wrong last, or why it was rejected.
    told = fields.TextField(default="", db_default="")
    recorded_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "exchange_event"
        unique_together = (("partner_id", "direction", "event_id"),)
        indexes = (Index(fields=("request_id",), name="exchange_event_request_idx"),)


class ExchangeErrand(Model):
    """Something to be asked of a partner's system: a fetch, or a check of its registration."""

    id = IdField()
    partner: fields.ForeignKeyRelation[Partner] = fields.ForeignKeyField(
        "consortium.Partner", on_delete=fields.RESTRICT, related_name="errands"
    )
    errand = word_field(Errand)
    # JSON of the criteria as they travel.
    criteria = fields.TextField(default="{}", db_default="{}")
    state = word_field(ErrandState, default=ErrandState.WAITING, db_default="WAITING")
    pages = fields.IntField(default=0, db_default=0)
    received = fields.IntField(default=0, db_default=0)
    recorded = fields.IntField(default=0, db_default=0)
    faulty = fields.IntField(default=0, db_default=0)
    attempts = fields.IntField(default=0, db_default=0)
    due_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    told = fields.TextField(default="", db_default="")
    asked_at = fields.DatetimeField(auto_now_add=True, db_default=Now())
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "exchange_errand"
        indexes = (Index(fields=("partner_id",), name="exchange_errand_partner_idx"),)


class ExchangeFault(Model):
    """Why a footprint that a partner gave was not taken: a field of it, and what would be right."""

    id = IdField()
    partner: fields.ForeignKeyRelation[Partner] = fields.ForeignKeyField(
        "consortium.Partner", on_delete=fields.RESTRICT, related_name="faults"
    )
    # Its id as given, whatever that is.
    pf_id = fields.TextField(null=True)
    # PACT's names of fields, with dots between.
    field = fields.TextField()
    message = fields.TextField()
    found_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "exchange_fault"
        indexes = (Index(fields=("partner_id",), name="exchange_fault_partner_idx"),)
