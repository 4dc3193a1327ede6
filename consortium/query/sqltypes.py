"""PostgreSQL's types, as far as parameters and columns need them."""

from enum import StrEnum


class SqlType(StrEnum):
    """PostgreSQL's name of a type; a bound value is always cast to one."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    INTEGERS = "integer[]"
    BIGINT = "bigint"
    NUMERIC = "numeric"
    TEXT = "text"
    TEXTS = "text[]"
    DATE = "date"
    TIMESTAMP = "timestamptz"
    JSON = "json"
    JSONB = "jsonb"
