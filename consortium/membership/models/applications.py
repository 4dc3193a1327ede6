# pyright: basic
"""Tables of applications, of their review and of the terms that members accept.

What was decided, said and voted stays: those rows are never changed or removed.
"""

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from consortium.evidence.models import Document
from consortium.identity.models import Account
from consortium.membership.rules.applications import Vote
from consortium.membership.rules.transitions import ApplicationStage, Step
from consortium.organisations.models import Organisation
from consortium.storage.fields import IdField, KeyField, word_field


def _account(related_name: str) -> fields.ForeignKeyNullableRelation[Account]:
    """Who did it."""
    return fields.ForeignKeyField(
        "consortium.Account", null=True, on_delete=fields.RESTRICT, related_name=related_name
    )


class MembershipApplication(Model):
    """An organisation that wants to become a member, as the applicant describes it.

    `version` counts its changes. The applicant proves itself by a key, of which the hash is kept.
    """

    id = IdField()
    reference: fields.Field[str] = KeyField(unique=True)
    stage = word_field(ApplicationStage)
    version = fields.IntField(default=1, db_default=1)
    name = fields.TextField()
    name_key: fields.Field[str] = KeyField()
    country = fields.CharField(max_length=2)
    lei = fields.CharField(max_length=20, null=True)
    domain: fields.Field[str | None] = KeyField(null=True)
    sector: fields.Field[str | None] = KeyField(null=True)
    revenue_amount = fields.DecimalField(max_digits=24, decimal_places=4, null=True)
    revenue_currency = fields.CharField(max_length=3, null=True)
    revenue_year = fields.IntField(null=True)
    employees = fields.BigIntField(null=True)
    message = fields.TextField(default="", db_default="")
    # Blank once erased.
    contact_name = fields.TextField()
    contact_email: fields.Field[str] = KeyField()
    key_sha256: fields.Field[str] = KeyField(unique=True)
    # What the applicant is asked, and until when it should answer.
    asked = fields.TextField(default="", db_default="")
    asked_until = fields.DateField(null=True)
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", null=True, on_delete=fields.RESTRICT, related_name="applications"
    )
    submitted_on = fields.DateField()
    submitted_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "membership_application"
        indexes = (
            Index(fields=("organisation_id",), name="membership_application_organisation_idx"),
            Index(fields=("stage", "id"), name="membership_application_stage_idx"),
            Index(fields=("contact_email",), name="membership_application_contact_idx"),
        )


def _application(related_name: str) -> fields.ForeignKeyRelation[MembershipApplication]:
    """Of which application."""
    return fields.ForeignKeyField(
        "consortium.MembershipApplication", on_delete=fields.RESTRICT, related_name=related_name
    )


class ApplicationAlias(Model):
    """Another name that an applicant goes by."""

    id = IdField()
    application = _application("aliases")
    name = fields.TextField()
    name_key: fields.Field[str] = KeyField()

    class Meta:
        table = "application_alias"
        unique_together = (("application_id", "name_key"),)


class ApplicationStep(Model):
    """A step of an application. Never changed."""

    id = IdField()
    application = _application("steps")
    step = word_field(Step)
    before = word_field(ApplicationStage, null=True)
    after = word_field(ApplicationStage)
    reason = fields.TextField(default="", db_default="")
    deadline = fields.DateField(null=True)
    taken_on = fields.DateField()
    account = _account("application_steps")
    taken_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "application_step"
        indexes = (Index(fields=("application_id",), name="application_step_application_idx"),)


class ApplicationNote(Model):
    """A remark of the secretariat, which the applicant does not see. Never changed."""

    id = IdField()
    application = _application("notes")
    text = fields.TextField()
    account = _account("application_notes")
    noted_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "application_note"
        indexes = (Index(fields=("application_id",), name="application_note_application_idx"),)


class ApplicationConflict(Model):
    """A secretary who has an interest in the applicant, and so neither votes nor decides."""

    id = IdField()
    application = _application("conflicts")
    account = _account("application_conflicts")
    reason = fields.TextField()
    declared_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "application_conflict"
        unique_together = (("application_id", "account_id"),)


class ApplicationVote(Model):
    """A vote. A person's last one counts; earlier ones stay. Never changed."""

    id = IdField()
    application = _application("votes")
    account = _account("application_votes")
    vote = word_field(Vote)
    reason = fields.TextField(default="", db_default="")
    voted_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "application_vote"
        indexes = (Index(fields=("application_id",), name="application_vote_application_idx"),)


class ApplicationDocument(Model):
    """A document that belongs to an application."""

    id = IdField()
    application = _application("documents")
    document: fields.ForeignKeyRelation[Document] = fields.ForeignKeyField(
        "consortium.Document", on_delete=fields.RESTRICT, related_name="applications"
    )

    class Meta:
        table = "application_document"
        unique_together = (("application_id", "document_id"),)
        indexes = (Index(fields=("document_id",), name="application_document_document_idx"),)


class Terms(Model):
    """What a member agrees to, from a day on until the next terms are in force. Never changed."""

    id = IdField()
    version: fields.Field[str] = KeyField(unique=True)
    text = fields.TextField()
    competition_law = fields.TextField()
    in_force_from = fields.DateField(unique=True)
    account = _account("terms")
    published_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "terms"


class TermsAcceptance(Model):
    """That an authorised person bound the applicant to terms. Only the person can be erased."""

    id = IdField()
    application = _application("acceptances")
    terms: fields.ForeignKeyRelation[Terms] = fields.ForeignKeyField(
        "consortium.Terms", on_delete=fields.RESTRICT, related_name="acceptances"
    )
    signatory_name = fields.TextField()
    signatory_title = fields.TextField()
    accepted_on = fields.DateField()
    accepted_at = fields.DatetimeField(auto_now_add=True, db_default=Now())

    class Meta:
        table = "terms_acceptance"
        unique_together = (("application_id",),)
        indexes = (Index(fields=("terms_id",), name="terms_acceptance_terms_idx"),)


class OrganisationDomain(Model):
    """A domain of an organisation's website, as it was told on approval."""

    id = IdField()
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consortium.Organisation", on_delete=fields.RESTRICT, related_name="web_domains"
    )
    domain: fields.Field[str] = KeyField()

    class Meta:
        table = "organisation_domain"
        unique_together = (("organisation_id", "domain"),)
        indexes = (Index(fields=("domain",), name="organisation_domain_domain_idx"),)
