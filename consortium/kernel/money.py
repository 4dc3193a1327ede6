"""Amounts of money: exact decimals in a currency of ISO 4217."""

from decimal import ROUND_HALF_UP, Decimal

from consortium.kernel.errors import BadInput

# Digits after the point by ISO 4217 (its "minor unit"), where they are not two. pycountry does not
# carry them.
_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_MINOR_DIGITS = {code: digits for digits, codes in _DIGITS.items() for code in codes.split()}
_USUAL_DIGITS = 2
# More digits than any amount of dues needs, and few enough for every ledger.
AMOUNT_BELOW = Decimal(10) ** 15


class AmountInvalid(BadInput):
    """An amount of money is above 0, and has no more decimals than its currency."""

    code = "AMOUNT_INVALID"
    constraint = "invoice_entry_amount_positive"


def minor_unit(currency: str) -> Decimal:
    """The smallest amount of a currency that can be paid: 0.01 EUR, 1 JPY."""
    return Decimal(1).scaleb(-_MINOR_DIGITS.get(currency, _USUAL_DIGITS))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The nearest amount that can be paid; a half goes up."""
    return amount.quantize(minor_unit(currency), ROUND_HALF_UP)


def payable(amount: Decimal, currency: str) -> Decimal:
    """The amount with its currency's decimals. Raises AmountInvalid where it cannot be paid."""
    if not 0 < amount < AMOUNT_BELOW or amount % minor_unit(currency):
        raise AmountInvalid(
            f"{amount:f} {currency} cannot be paid: an amount is above 0, below 10^15, and a"
            f" multiple of {minor_unit(currency)} {currency}."
        )
    return amount.quantize(minor_unit(currency))
