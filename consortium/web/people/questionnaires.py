"""The page of a questionnaire, for a supplier without software. It needs no account."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from starlette.responses import Response

from consortium.footprints.actions.questionnaires import (
    Asking,
    answer_questionnaire,
    look_at_questionnaire,
)
from consortium.footprints.rules.facts import DeclaredUnit
from consortium.footprints.rules.questionnaires import FIELDS, REPORTS, STANDARDS
from consortium.identity.actions.throttle import begin_attempt, take_back
from consortium.identity.rules.throttling import of_address
from consortium.storage.database import transaction
from consortium.storage.raw import raw
from consortium.web.people.visit import Visit

_T = TypeVar("_T")

CHOICES = {
    "unit": [unit.value for unit in DeclaredUnit],
    "standard": list(STANDARDS),
    "report": list(REPORTS),
}


async def questionnaire_page(visit: Visit) -> Response:
    """What is asked, with an empty form but for the product's name."""
    asking = await _counted(visit, lambda: look_at_questionnaire(_secret(visit), visit.at.date()))
    given = {"product": asking.product, "unit": "kilogram", "exempted": "0", "report": "AR6"}
    return _form(visit, asking, given, {}, 200)


async def questionnaire_sent(visit: Visit) -> Response:
    """File the answer; or tell what is wrong beside each field, with all that was typed."""
    today = visit.at.date()
    asking = await _counted(visit, lambda: look_at_questionnaire(_secret(visit), today))
    given = {name: visit.form.get(name, "") for name in FIELDS}
    faults = await answer_questionnaire(_secret(visit), given, today)
    if faults:
        return _form(visit, asking, given, faults, 400)
    return visit.page("questionnaire_done.html", asking=asking)


async def _counted(visit: Visit, look: Callable[[], Awaitable[_T]]) -> _T:
    """Look for a questionnaire; whoever guesses is slowed, by the address."""
    counted = of_address(visit.browser.address)
    await begin_attempt([counted], visit.at)
    found = await look()
    async with transaction() as client:
        await take_back(raw(client), counted, visit.at)
    return found


def _form(
    visit: Visit, asking: Asking, given: dict[str, str], faults: dict[str, str], status: int
) -> Response:
    error = None
    if faults:
        error = "Some answers need another look: each says what would be right."
        error = f"{faults['']} {error}" if "" in faults else error
    shown = {name: given.get(name, "") for name in FIELDS}
    return visit.page(
        "questionnaire.html",
        status,
        asking=asking,
        given=shown,
        faults=faults,
        choices=CHOICES,
        error=error,
    )


def _secret(visit: Visit) -> str:
    return str(visit.request.path_params["secret"])
