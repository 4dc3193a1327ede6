"""How long before an organisation leaves it has to say so, and until when it may appeal."""

from datetime import date, timedelta

from consortium.kernel.errors import BadInput, DomainError

NOTICE = timedelta(days=90)


class NoticeTooShort(BadInput):
    """A notice is given 90 days before the last day; the secretariat may shorten it, saying why."""

    code = "NOTICE_TOO_SHORT"


class AppealTooLate(DomainError):
    """The last day for an appeal against the expulsion is over."""

    code = "APPEAL_TOO_LATE"


def check_notice(last_day: date, today: date, *, may_shorten: bool, reason: str) -> None:
    """Refuse a notice that is too short. Raises NoticeTooShort, which names the first day."""
    first = today + NOTICE
    if last_day >= first or (may_shorten and reason):
        return
    message = f"The notice runs {NOTICE.days} days: the last day is {first} or later."
    if may_shorten:
        message += " For an earlier one, say why."
    raise NoticeTooShort(message).at("lastDay")


def check_appeal(deadline: date | None, effective_on: date) -> None:
    """Refuse an appeal that would take effect after the last day. Raises AppealTooLate."""
    if deadline is not None and effective_on > deadline:
        raise AppealTooLate(f"The last day for an appeal was {deadline}.")
