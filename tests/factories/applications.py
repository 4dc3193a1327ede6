"""Applications, their review, terms and decisions."""

from datetime import date
from typing import Any

from consortium.identity.proofs.tokens import sha256
from consortium.kernel.text import name_key
from tests.factories.rows import Connection, insert, number

# How an application comes to each stage.
PATHS = {
    "SUBMITTED": (),
    "IN_REVIEW": ("IN_REVIEW",),
    "MORE_ASKED": ("IN_REVIEW", "MORE_ASKED"),
    "APPROVED": ("IN_REVIEW", "APPROVED"),
    "ACCEPTED": ("IN_REVIEW", "APPROVED", "ACCEPTED"),
    "REJECTED": ("REJECTED",),
    "RETRACTED": ("RETRACTED",),
}


def key_of(reference: str) -> str:
    """The key of an application that was made here."""
    return f"key of {reference}"


async def create_application(
    connection: Connection, *, stage: str = "SUBMITTED", **values: Any
) -> int:
    """An application, brought to its stage by steps that are possible."""
    reference = values.get("reference", f"A-2025-{number():04d}")
    name = values.get("name", f"Applicant {reference}")
    defaults = {
        "reference": reference,
        "stage": "SUBMITTED",
        "name": name,
        "name_key": name_key(name),
        "country": "DE",
        "contact_name": "Ada",
        "contact_email": "ada@applicant.example",
        "key_sha256": sha256(key_of(reference)),
        "submitted_on": date(2026, 11, 1),
    }
    row = await insert(connection, "membership_application", **defaults | values)
    for one in PATHS[stage]:
        await connection.execute(
            f"UPDATE membership_application SET stage = '{one}' WHERE id = {row}"  # noqa: S608
        )
    return row


async def create_review(connection: Connection, application: int, account: int) -> None:
    """Everything that belongs to an application, once; the account votes in favour."""
    of = {"application_id": application}
    by = of | {"account_id": account}
    day = {"taken_on": date(2026, 11, 1)}
    await insert(connection, "application_step", step="SUBMIT", after="SUBMITTED", **of, **day)
    await insert(connection, "application_note", text="A note", **by)
    await insert(connection, "application_vote", vote="REJECT", **by)
    await insert(connection, "application_vote", vote="APPROVE", reason="It fits", **by)
    alias = f"Also {application}"
    await insert(connection, "application_alias", name=alias, name_key=name_key(alias), **of)
    document = await insert(
        connection,
        "document",
        name="Statutes.pdf",
        media_type="application/pdf",
        size_bytes=5,
        sha256=f"{application:064x}",
    )
    await insert(connection, "application_document", document_id=document, **of)


async def create_terms(connection: Connection, **values: Any) -> int:
    """Terms that have been in force for long."""
    defaults = {
        "version": f"{number()}",
        "text": "Share your figures.",
        "competition_law": "No talk of prices.",
        "in_force_from": date(2020, 1, 1),
    }
    return await insert(connection, "terms", **defaults | values)


async def create_decision(connection: Connection, organisation_id: int, **values: Any) -> int:
    """A decision that suspended a member."""
    defaults = {
        "step": "SUSPEND",
        "before": "MEMBER",
        "after": "SUSPENDED",
        "effective_on": date(2026, 1, 1),
        "reason": "Dues are open",
        "organisation_id": organisation_id,
    }
    return await insert(connection, "membership_decision", **defaults | values)
