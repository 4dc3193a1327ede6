"""Links that work once."""

from datetime import timedelta
from enum import StrEnum


class LinkPurpose(StrEnum):
    """What a link that was sent by mail is for."""

    INVITATION = "INVITATION"
    PASSWORD_RESET = "PASSWORD_RESET"  # noqa: S105  a word, no password
    EMAIL_CHANGE = "EMAIL_CHANGE"


LIFETIMES = {
    LinkPurpose.INVITATION: timedelta(days=7),
    LinkPurpose.PASSWORD_RESET: timedelta(hours=1),
    LinkPurpose.EMAIL_CHANGE: timedelta(hours=1),
}
