"""Tables of partners, of what is shared with them, and of what travels."""

from consortium.exchange.models.events import ExchangeErrand, ExchangeEvent, ExchangeFault
from consortium.exchange.models.partners import Partner, PartnerShare

__all__ = ["ExchangeErrand", "ExchangeEvent", "ExchangeFault", "Partner", "PartnerShare"]

EXTRA_CONSTRAINTS = (
    "partner_credentials_whole",
    "partner_removed_whole",
    "exchange_event_ended",
    "exchange_event_answers",
    "exchange_event_open",
    "exchange_errand_ended",
)

UNWATCHED = {"exchange_fault": "what partners sent that was not taken"}
