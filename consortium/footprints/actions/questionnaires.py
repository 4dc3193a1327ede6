"""The questionnaire behind a link: look at it, and answer it once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from asyncpg import Record as Row

from consortium.audit.actions import audited
from consortium.footprints.actions.recording import Record, record
from consortium.footprints.actions.requests import end_request
from consortium.footprints.rules.questionnaires import Questionnaire, read_answer
from consortium.footprints.rules.requests import QuestionnaireOver
from consortium.footprints.rules.vocabulary import FootprintOrigin, RequestStatus
from consortium.identity.proofs.tokens import sha256
from consortium.kernel.principal import ANONYMOUS
from consortium.storage.database import transaction
from consortium.storage.raw import Connection, raw

FIND = """
SELECT r.id, r.organisation_id, o.name AS organisation, r.product_id, r.product_name,
    r.product_urns, r.comment, r.due_on, r.expires_on
FROM footprint_request r JOIN organisation o ON o.id = r.organisation_id
WHERE r.secret_sha256 = $1 AND r.status = 'OPEN' AND $2 <= r.expires_on
"""


@dataclass(frozen=True, slots=True)
class Asking:
    """What the page of an open questionnaire tells: who asks, for what, by when."""

    organisation: str
    product: str
    comment: str
    due_on: date
    until: date


async def look_at_questionnaire(secret: str, today: date) -> Asking:
    """What an open questionnaire asks; it stays open. Raises QuestionnaireOver."""
    async with transaction() as client:
        found = await _found(raw(client), secret, today, lock=False)
    told = (found["organisation"], found["product_name"], found["comment"])
    return Asking(*told, found["due_on"], found["expires_on"])


async def answer_questionnaire(
    secret: str, given: Mapping[str, str], today: date
) -> dict[str, str]:
    """Record what a form states as a footprint of whoever asked; what is wrong, by its fields.

    Where anything is wrong nothing is recorded, and the questionnaire stays open. Of two answers at
    once the second finds it over. Raises QuestionnaireOver.
    """
    async with transaction() as client:
        # Most forms are faulty at first: nobody waits for a lock, and nothing is entered.
        found = await _found(raw(client), secret, today, lock=False)
    urns = tuple(found["product_urns"]) or (f"urn:uuid:{uuid4()}",)
    about = Questionnaire(
        pact_id=uuid4(), company_urn=f"urn:uuid:{uuid4()}", product_urns=urns, today=today
    )
    facts, faults = read_answer(given, about)
    if facts is None:
        return faults
    owner = found["organisation_id"]
    async with audited(ANONYMOUS, "questionnaire:answer", organisation_id=owner) as open_:
        locked = await _found(open_, secret, today, lock=True)
        of = Record(
            organisation_id=owner,
            origin=FootprintOrigin.QUESTIONNAIRE,
            product_id=locked["product_id"],
            received_from=facts.company_name,
        )
        key = await record(open_, facts, of, today)
        await end_request(open_, locked["id"], RequestStatus.ANSWERED, today, footprint=key)
    return {}


async def _found(connection: Connection, secret: str, today: date, *, lock: bool) -> Row:
    statement = f"{FIND} FOR UPDATE OF r" if lock else FIND
    row = await connection.fetchrow(statement, sha256(secret), today)
    if row is None:
        raise QuestionnaireOver
    return row
