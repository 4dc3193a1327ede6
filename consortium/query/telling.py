"""What many callers are told of what has changed, in one statement for all of them.

They ask the same and have the same rights, and differ only by who they are: so that is a row of the
statement, as the changed rows are, and not a parameter of it. It answers with the place of the
caller in `Inputs.told`, the row and the finished JSON, of those rows alone that the caller sees.
"""

from dataclasses import dataclass, replace
from typing import cast

from consortium.kernel.errors import DomainError
from consortium.kernel.principal import Principal, Rights
from consortium.query.compiler import Compiler
from consortium.query.pick import Bind, Inputs, Pick
from consortium.query.rows import from_item, rule
from consortium.query.scope import Scope
from consortium.query.source import Source
from consortium.query.sqltypes import SqlType
from consortium.query.statement import Statement, statement_of
from consortium.query.writer import OF_CALLER, Writer, conjunction, json_object, text

_TOLD = "told"


class NotFollowed(DomainError):
    """What has to be computed cannot be followed: ask for it when you are told of a change."""

    code = "NOT_FOLLOWED"


@dataclass(frozen=True, slots=True)
class Telling:
    """The statement, and by what of who they are its callers' answers differ."""

    statement: Statement
    differs_by: frozenset[str]
    # Of single rows: the key of the answer, and what is picked of `{id, node}`.
    key: str = ""
    prefix: str = ""
    picks: tuple[Pick, ...] = ()

    def who(self, principal: Principal) -> tuple[int | None, ...]:
        """What tells a caller apart: two with the same are told the same."""
        ids = (principal.organisation_id, principal.account_id, principal.client_id)
        named = zip(OF_CALLER, ids, strict=True)
        return tuple(one for name, one in named if name in self.differs_by)

    def gone(self, row: int) -> dict[str, dict[str, str | None]]:
        """What is told of a row that is not there, for all that its reader may see."""
        known = {"id": f"{self.prefix}_{row}", "node": None}
        told = {one.key: known.get(one.name, one.typename) for one in self.picks}
        return {self.key: told}


def tell_rows(
    source: Source,
    pick: Pick,
    rights: Rights,
    nodes: dict[str, Source],
    *,
    each: bool,
) -> Telling:
    """Tell of single rows: `pick` is of `{id, node}`. With `each`, one row to each caller."""
    writer = Writer(rights, callers=_TOLD)
    compiler = Compiler(writer, nodes)
    told, row = _told(writer) if each else _told_of_all(writer), writer.alias()
    on = conjunction([f"{row}.{source.key} = {_TOLD}.row_id", rule(writer, source, row)])
    scope = Scope(row, [f"JOIN {from_item(writer, source, {}, row)} ON {on}"])

    def value(one: Pick) -> str:
        match one.name:
            case "__typename":
                return text(one.typename)
            case "id":
                return f"{text(f'{source.prefix}_')} || {_TOLD}.row_id"
            case _:
                return compiler.object_of(source.fields, one.picks, scope)

    change = json_object([(one.key, value(one)) for one in pick.picks])
    telling = _telling(writer, json_object([(pick.key, change)]), scope.from_sql(told))
    return replace(telling, key=pick.key, prefix=str(source.prefix), picks=pick.picks)


def tell_answer(root: Source, pick: Pick, rights: Rights, nodes: dict[str, Source]) -> Telling:
    """Tell what a field of the root answers now."""
    writer = Writer(rights, assuming=True, callers=_TOLD)
    telling = _answer(writer, root, pick, nodes)
    if not writer.assumptions:
        return telling
    careful = _answer(Writer(rights, callers=_TOLD), root, pick, nodes)
    statement = replace(telling.statement, otherwise=careful.statement)
    return Telling(statement, telling.differs_by | careful.differs_by)


def _answer(writer: Writer, root: Source, pick: Pick, nodes: dict[str, Source]) -> Telling:
    """Its JSON is null where what the writer assumed does not hold."""
    scope = Scope("root")
    told = _told(writer)
    value = Compiler(writer, nodes).object_of(root.fields, (pick,), scope)
    if writer.assumptions:
        value = f"CASE WHEN {' AND '.join(writer.assumptions)} THEN {value} END"
    item = scope.from_sql(f"{told} CROSS JOIN (VALUES (1)) root (id)")
    return _telling(writer, value, item)


def _told(writer: Writer) -> str:
    """The FROM item of who is told of what, one row (or none) to each."""
    row = writer.bind_array(Bind(lambda inputs: [row for _, row in inputs.told]), SqlType.BIGINT)
    columns = ", ".join([row, *_callers(writer)])
    return f"unnest({columns}) WITH ORDINALITY {_TOLD} (row_id, {', '.join(OF_CALLER)}, place)"


def _told_of_all(writer: Writer) -> str:
    """The FROM item of who is told of what, all rows to everybody."""
    rows = writer.bind_array(Bind(lambda inputs: inputs.rows), SqlType.BIGINT)
    callers = (
        f"unnest({', '.join(_callers(writer))}) WITH ORDINALITY c ({', '.join(OF_CALLER)}, place)"
    )
    return f"(SELECT * FROM {callers} CROSS JOIN unnest({rows}) r (row_id)) {_TOLD}"


def _callers(writer: Writer) -> list[str]:
    return [writer.bind_array(one, SqlType.BIGINT) for one in _COLUMNS]


_COLUMNS = (
    Bind(lambda inputs: [one.organisation_id for one, _ in inputs.told]),
    Bind(lambda inputs: [one.account_id for one, _ in inputs.told]),
    Bind(lambda inputs: [one.client_id for one, _ in inputs.told]),
)


def _telling(writer: Writer, value: str, item: str) -> Telling:
    if writer.computations:
        raise NotFollowed
    order = f"{_TOLD}.place, {_TOLD}.row_id"
    sql = f"SELECT {_TOLD}.place - 1, {_TOLD}.row_id, {value} FROM {item} ORDER BY {order}"
    return Telling(statement_of(sql, writer.slots), frozenset(writer.of_callers))


def asked_values(telling: Telling, inputs: Inputs) -> tuple[object, ...]:
    """The values of the parameters that are the same for all who are told, as a key."""
    values = telling.statement.values(inputs._replace(told=()))
    return tuple(
        tuple(cast("list[object]", one)) if isinstance(one, list) else one for one in values
    )
