"""What can be read: a table (or a derived one), who sees which rows, and the names of its fields.

SQL in a declaration is a template: `{t}` stands for the row's alias, `{u}` for the related row's;
`{caller_organisation}`, `{caller_account}`, `{caller_client}` for the bound ids of who asks, and
`{today}` for the day on which the statement runs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from consortium.kernel.principal import Rights
from consortium.query.pick import Args
from consortium.query.sqltypes import SqlType
from consortium.query.writer import Writer

EnumType = type[StrEnum]
RowRule = Callable[[Rights], str]


def everyone(_: Rights) -> str:
    """The row rule of what is public by nature, such as the name of an organisation."""
    return "true"


@dataclass(frozen=True, slots=True)
class Column:
    """One value of a row.

    `prefix` makes it a global id; `mass` a quantity in kg CO2e that is shown in the unit asked for;
    `folded` names the stored search form of a text (case and accents removed), by which it is
    matched and sorted.
    """

    sql: str
    type: SqlType = SqlType.TEXT
    nullable: bool = True
    enum: EnumType | None = None
    prefix: str | None = None
    mass: bool = False
    folded: str | None = None
    # No two rows have the same.
    unique: bool = False
    # Of a global id of any type: the SQL of the table's name and of the key, and the tables of the
    # prefixes.
    row: "AnyRow | None" = None


@dataclass(frozen=True, slots=True)
class AnyRow:
    """Where a column that names rows of several tables finds their tables and keys."""

    table: str
    key: str
    tables: Mapping[str, str]


def any_row(table: str, key: str, tables: Mapping[str, str]) -> Column:
    """The global id of a row of one of several tables (by their prefixes); null of any other."""
    ways = " ".join(f"WHEN '{name}' THEN '{prefix}_'" for prefix, name in tables.items())
    return Column(f"(CASE {table} {ways} END || {key})", row=AnyRow(table, key, tables))


@dataclass(frozen=True, slots=True)
class Embedded:
    """An object made of columns of the same row; null where `present` does not hold."""

    fields: Mapping[str, "Field"]
    present: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """An object whose arguments are read by the derived sources below it."""

    fields: Mapping[str, "Field"]


@dataclass(frozen=True, slots=True)
class Computed:
    """An object of values that are computed from the arguments before the statement runs.

    The computation of that name answers with one JSON object, `{t}.answer` in the templates below
    (of type jsonb), or with nothing: then the object is null. It tells only what the caller may
    know; what is joined to it is read within the caller's rights.
    """

    name: str
    fields: Mapping[str, "Field"]


# Names of columns or orderings, and whether each descends.
Order = tuple[tuple[str, bool], ...]

# A join condition, or what writes one from the arguments of the field and of its `Asked` object.
Join = str | Callable[[Writer, Args, str, str], str]


@dataclass(frozen=True, slots=True)
class One:
    """At most one row of another source."""

    target: "Source"
    on: Join


@dataclass(frozen=True, slots=True)
class Link:
    """A table between two. `near` holds this side's key (`key`, a template), `far` the other's."""

    table: str
    near: str
    far: str
    key: str = "{t}.id"


@dataclass(frozen=True, slots=True)
class Many:
    """Any number of rows of another source, read as a list or in pages.

    `order` is how they are sorted unless the reader says otherwise; else as the target is. `link`
    is the table that the condition goes through, if it does: a filter joins it.
    """

    target: "Source"
    on: Join = "true"
    order: Order | None = None
    link: Link | None = None


def linked(target: "Source", link: Link, order: Order | None = None) -> Many:
    """Rows of another source that a table between the two names."""
    found = f"SELECT link.{link.far} FROM {link.table} link WHERE link.{link.near} = {link.key}"
    return Many(target, f"{{u}}.id IN ({found})", order, link)


@dataclass(frozen=True, slots=True)
class Lookup:
    """One row found by exactly one of several arguments: argument -> condition with `{value}`."""

    target: "Source"
    by: Mapping[str, "Key"]


@dataclass(frozen=True, slots=True)
class Key:
    """A way to find a row: the condition, the type of its value, and how the value is prepared."""

    sql: str
    type: SqlType = SqlType.TEXT
    prepare: Callable[[object], object] | None = None


@dataclass(frozen=True, slots=True)
class AnyOf:
    """A row of one of several sources, found by its global id."""

    many: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """Rows of several sources whose column `search` matches words, best first, by type name."""

    targets: Mapping[str, "Source"]


Field = Column | Embedded | Asked | Computed | One | Many | Lookup | AnyOf | Search

# The columns that tell the rows of a question apart, from its arguments.
KeyColumns = Callable[[Args], tuple[str, ...]]

# The SQL of a FROM item, written from the arguments. `{t}` in it is the row that it is read from;
# what is made from a row cannot be filtered by.
Derived = Callable[[Writer, Args], str]


@dataclass(eq=False, slots=True)
class Source:
    """A readable set of rows.

    `visible_to` is part of every statement that touches the rows, in filters, orderings and counts
    too. `orders` maps a name to the columns it sorts by; every ordering ends in `key`, or in a
    column without two equal values. `filters`
    lists the fields that may be filtered by. Rows that are made by a question, and have no key of
    their own, are told apart by the columns that `key_of` names. `beginnings` is a table that holds
    the rows' keys by the beginnings of their words (`consortium.kernel.text.beginning`) and by the
    columns of the default ordering: `beginning`, those, `row_id`.
    """

    name: str
    table: str | Derived
    visible_to: RowRule
    fields: dict[str, Field]
    key: str = "id"
    key_of: KeyColumns | None = None
    prefix: str | None = None
    filters: tuple[str, ...] = ()
    orders: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    default_order: Order = ()
    beginnings: str | None = None
    # Fields that later features brought.
    related: set[str] = field(default_factory=set[str])

    def relate(self, **fields: Field) -> None:
        """Add fields that a later feature brings, such as an organisation's claims.

        Rows can be filtered by them as well.
        """
        for name, added in fields.items():
            if name in self.fields:
                message = f"{self.name} already has a field {name}"
                raise ValueError(message)
            self.fields[name] = added
        self.related |= fields.keys()
        own = (name for name in self.filters if name not in self.related)
        # In alphabetical order: a feature that is imported earlier must not change the contract.
        self.filters = (*own, *sorted(self.related))

    def column(self, name: str) -> Column:
        """The column of that name; anything else is a mistake in a declaration."""
        found = self.fields[name]
        if not isinstance(found, Column):
            message = f"{self.name}.{name} is not a column"
            raise TypeError(message)
        return found
