"""Tables of partners, of what is shared with them, and of what travels."""

from consortium.exchange.models.events import ExchangeErrand, ExchangeEvent, ExchangeFault
from consortium.exchange.models.partners import Partner, PartnerShare

__all__ = ["ExchangeErrand", "ExchangeEvent", "ExchangeFault", "Partner", "PartnerShare"]

EXTRA_CONSTRAINTS = (
    "exchange_event_answer_key",
    "exchange_event_due_idx",
    "exchange_errand_due_idx",
    "partner_name_key",
)

WITHHELD = {"partner": ("client_secret_sealed",)}
UNWATCHED = {
    "exchange_event": "a log itself: what travels, each once and kept",
    "exchange_errand": "a log itself: what was asked of partners' systems",
    "exchange_fault": "what partners sent that was not taken",
}
