"""The two dates that a question can be asked with."""

from datetime import date
from typing import Any

from consortium.query.pick import Bind, Inputs
from consortium.query.sqltypes import SqlType
from consortium.query.writer import Writer


def _today(inputs: Inputs) -> object:
    return inputs.today


def day_of(value: object, inputs: Inputs) -> date:
    """The date that was given, else the day on which the statement runs."""
    given = value.get(inputs) if isinstance(value, Bind) else value
    return given if isinstance(given, date) else inputs.today


def date_or_today(writer: Writer, value: Any) -> str:
    """SQL of the date that was given, else of the day on which the statement runs."""
    return writer.bind(Bind(_today) if value is None else value, SqlType.DATE)
