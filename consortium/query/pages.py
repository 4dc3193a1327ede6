"""Pages of a connection, by keyset.

A page costs what it holds, wherever it lies, in every ordering by columns that are never null. An
ordering by a column with unknown values costs what lies before the page as well.

One row more than asked for is read when somebody wants to know whether there are more.

Rows that hold words, in the list's own order, are found in two ways. Common words fill the page
from the rows right behind its start, which an index walks; where they do not, they are rare enough
to be found by the index of words and sorted. No statistics decide: the walk ends after WALKED rows,
or after WALKED_FAR where the first of them hold any. A source that keeps its rows by the beginnings
of their words (`Source.beginnings`) is walked among those with the right one, and less far.
"""

from dataclasses import dataclass, replace
from typing import Any

from consortium.kernel.errors import BadInput, PageSizeInvalid
from consortium.kernel.text import beginning
from consortium.query.ordering import (
    Fingerprint,
    Sort,
    beyond,
    cursor_sql,
    fingerprint,
    mark_sql,
    order_clause,
    sorts,
)
from consortium.query.pick import Args, Pick
from consortium.query.rows import from_item
from consortium.query.scope import Objects, Scope
from consortium.query.source import Many
from consortium.query.sqltypes import SqlType
from consortium.query.writer import Writer, conjunction, json_object, text

PAGE_DEFAULT = 20
PAGE_MAX = 1000
# How many rows are looked through for words, for each row that is asked for: at first, and where
# any of these holds them; and of those with a word that begins so.
WALKED, WALKED_FAR = 16, 200
BEGUN, BEGUN_FAR = 4, 64


def page_size(value: Any, *, default: int = PAGE_DEFAULT) -> int:
    """The size asked for; below 0 or above PAGE_MAX raises PageSizeInvalid."""
    if value is None:
        return default
    if not 0 <= value <= PAGE_MAX:
        message = f"A page holds 0 to {PAGE_MAX} items; {value} were asked for."
        raise PageSizeInvalid(message)
    return int(value)


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for, and in which order."""

    columns: list[Sort]
    mark: Fingerprint
    size: int
    backwards: bool
    after: object
    before: object

    def starts_inside(self) -> bool:
        """Whether the page begins at a cursor, hence something lies behind."""
        return (self.before if self.backwards else self.after) is not None

    def order(self) -> str:
        """The ORDER BY list in the direction of reading."""
        return order_clause(self.columns, backwards=self.backwards)

    def bounds(self, writer: Writer) -> list[str]:
        """The conditions that the cursors set."""
        return [
            beyond(writer, self.columns, cursor, self.mark, backwards=backwards)
            for cursor, backwards in ((self.after, False), (self.before, True))
            if cursor is not None
        ]


def _page(many: Many, args: Args, alias: str, question: Args) -> Page:
    first, last = args.get("first"), args.get("last")
    if first is not None and last is not None:
        message = "Give `first` or `last`, not both."
        raise BadInput(message)
    columns = sorts(many, alias, args.get("order_by"), question)
    asked = {name: args[name] for name in ("search",) if args.get(name) is not None}
    return Page(
        columns=columns,
        mark=fingerprint(many.target, columns, alias, args.get("where"), asked),
        size=page_size(first if last is None else last),
        backwards=last is not None,
        after=args.get("after"),
        before=args.get("before"),
    )


def connection(compiler: Objects, many: Many, pick: Pick, scope: Scope) -> str:
    """SQL of a connection object: nodes, edges, pageInfo, totalCount, in the order asked for."""
    if all(part.name in {"total_count", "__typename"} for part in pick.picks):
        return json_object(
            [(part.key, _apart(compiler, many, pick, part, scope)) for part in pick.picks]
        )
    return _PageWriter.of(compiler, many, pick, scope).sql()


def _apart(compiler: Objects, many: Many, pick: Pick, part: Pick, scope: Scope) -> str:
    """A part that needs no page."""
    if part.name == "__typename":
        return text(part.typename)
    other = compiler.writer.alias()
    where = compiler.conditions(many, pick.args, scope.alias, other)
    item = from_item(compiler.writer, many.target, pick.args, other, scope.alias)
    return f"(SELECT count(*) FROM {item} WHERE {where})"


@dataclass(slots=True)
class _PageWriter:
    compiler: Objects
    many: Many
    pick: Pick
    outer: Scope
    inner: Scope
    page: Page

    @classmethod
    def of(cls, compiler: Objects, many: Many, pick: Pick, outer: Scope) -> "_PageWriter":
        alias = compiler.writer.alias()
        return cls(
            compiler,
            many,
            pick,
            outer,
            Scope(alias),
            _page(many, pick.args, alias, compiler.writer.asked),
        )

    def sql(self) -> str:
        value = json_object([(part.key, self._part(part)) for part in self.pick.picks])
        if not self._reads_rows():
            return value
        return f"(SELECT {value} FROM {self.inner.from_sql(self._rows())})"

    def _rows(self) -> str:
        """The rows of the page, and one more if somebody asks whether there are more."""
        alias, writer = self.inner.alias, self.compiler.writer
        item = from_item(writer, self.many.target, self.pick.args, alias, self.outer.alias)
        kept = self.compiler.conditions(self.many, self.pick.args, self.outer.alias, alias)
        bounds = self.page.bounds(writer)
        order = self.page.order()
        limit = self.page.size + int(self._asks_for_more())
        # No column of any table ends so.
        place = f", row_number() OVER (ORDER BY {order}) AS place_" if self._counts_places() else ""
        sought = f"SELECT {alias}.* FROM {item} WHERE {conjunction([kept, *bounds])}"
        if self._walks():
            walks = self._walks_of(item, kept, bounds, limit)
            item = _walked_or_sought(walks, sought, alias, order, limit)
            return f"(SELECT {alias}.*{place} FROM {item} ORDER BY {order} LIMIT {limit}) {alias}"
        found = sought.replace(f"{alias}.*", f"{alias}.*{place}", 1)
        return f"({found} ORDER BY {order} LIMIT {limit}) {alias}"

    def _walks_of(self, item: str, kept: str, bounds: list[str], limit: int) -> list[str]:
        """SQL of ever longer walks through the list, each with the rows that it finds."""
        alias, writer, page = self.inner.alias, self.compiler.writer, self.page
        walk = f"SELECT {alias}.* FROM {item}"
        lengths = [WALKED, WALKED_FAR]
        beginnings = self.many.target.beginnings
        if beginnings is not None and self.many.order is None:
            begun = writer.alias()
            page = replace(page, columns=sorts(self.many, begun, None, writer.asked))
            pairs = zip(page.columns, self.page.columns, strict=True)
            # So PostgreSQL knows that the rows come as they are to be sorted.
            same = [f"{one.sql} = {other.sql}" for one, other in pairs]
            on = conjunction([f"{begun}.row_id = {alias}.id", *same])
            walk += f" JOIN {beginnings} {begun} ON {on}"
            begins = writer.bind(self.pick.args["search"], SqlType.TEXT, beginning)
            bounds = [f"{begun}.beginning = (SELECT {begins})", *page.bounds(writer)]
            lengths = [BEGUN, BEGUN_FAR]
        walk += f" WHERE {conjunction(bounds)} ORDER BY {self.page.order()}"
        return [
            f"SELECT {alias}.* FROM ({walk} LIMIT {limit * length}) {alias} WHERE {kept}"
            for length in lengths
        ]

    def _walks(self) -> bool:
        """Whether rows are sought by words in the list's own order."""
        args = self.pick.args
        return args.get("search") is not None and not args.get("order_by")

    def _counts_places(self) -> bool:
        """Whether anything asked for needs to know a row's place in the page."""
        names = {one.name for part in self.pick.picks for one in part.picks}
        return self._asks_for_more() or not names.isdisjoint({"start_cursor", "end_cursor"})

    def _reads_rows(self) -> bool:
        """Whether anything asked for depends on the rows of the page."""
        names = {one.name for part in self.pick.picks for one in (part, *part.picks)}
        cursors = {"start_cursor", "end_cursor"}
        return self._asks_for_more() or not names.isdisjoint({"edges", "nodes", *cursors})

    def _asks_for_more(self) -> bool:
        more = "has_previous_page" if self.page.backwards else "has_next_page"
        infos = [part for part in self.pick.picks if part.name == "page_info"]
        return any(one.name == more for info in infos for one in info.picks)

    def _kept(self) -> str:
        """Leaves out the row that was read only to know that it is there."""
        if not self._asks_for_more():
            return ""
        return f" FILTER (WHERE {self.inner.alias}.place_ <= {self.page.size})"

    def _part(self, part: Pick) -> str:
        match part.name:
            case "edges":
                pairs = [(one.key, self._edge(one)) for one in part.picks]
                return self._array(json_object(pairs))
            case "nodes":
                target = self.many.target
                return self._array(self.compiler.object_of(target.fields, part.picks, self.inner))
            case "page_info":
                return json_object([(one.key, self._info(one)) for one in part.picks])
            case _:
                return _apart(self.compiler, self.many, self.pick, part, self.outer)

    def _array(self, value: str) -> str:
        # The order of the rows as they come, so that PostgreSQL need not sort them again.
        order = f"ORDER BY {order_clause(self.page.columns)}"
        return f"coalesce(json_agg({value} {order}){self._kept()}, '[]')"

    def _edge(self, part: Pick) -> str:
        match part.name:
            case "node":
                target = self.many.target
                return self.compiler.object_of(target.fields, part.picks, self.inner)
            case "cursor":
                return cursor_sql(self.page.columns, self._mark())
            case _:
                return text(part.typename)

    def _mark(self) -> str:
        return mark_sql(self.compiler.writer, self.page.mark)

    def _info(self, part: Pick) -> str:
        page = self.page
        match part.name:
            case "has_next_page" | "has_previous_page" as name:
                if (name == "has_previous_page") == page.backwards:
                    return f"count(*) > {page.size}"
                return "true" if page.starts_inside() else "false"
            case "start_cursor" | "end_cursor" as name:
                return self._end(last=(name == "end_cursor") != page.backwards)
            case _:
                return text(part.typename)

    def _end(self, *, last: bool) -> str:
        """The cursor of the row read last or first; null on an empty page."""
        order = f"ORDER BY {self.inner.alias}.place_{' DESC' if last else ''}"
        # Aggregate the few sort columns, and make one cursor of the row at the end.
        ends = [
            Sort(f"(array_agg({one.sql} {order}){self._kept()})[1]", one.type, one.nullable, False)
            for one in self.page.columns
        ]
        present = f"count(*){self._kept()} > 0"
        return f"CASE WHEN {present} THEN {cursor_sql(ends, self._mark())} END"


def _walked_or_sought(walks: list[str], sought: str, alias: str, order: str, limit: int) -> str:
    """SQL of a FROM item: the page by the first walk that fills it; else sought.

    Where a walk finds none, no longer one is tried.
    """
    page = f"ORDER BY {order} LIMIT {limit}"
    counts = [f"(SELECT count(*) FROM walk{at})" for at, _ in enumerate(walks)]
    promising = ["true", *(f"{count} BETWEEN 1 AND {limit - 1}" for count in counts)]
    walked = [
        f"walk{at} AS MATERIALIZED ({walk} AND {tried} {page})"
        for at, (walk, tried) in enumerate(zip(walks, promising, strict=False))
    ]
    filled = [f"SELECT * FROM walk{at} WHERE {count} = {limit}" for at, count in enumerate(counts)]
    unfilled = conjunction([f"{count} < {limit}" for count in counts])
    # OFFSET 0 keeps PostgreSQL, which cannot know how rare the words are, from walking once more.
    found = f"SELECT {alias}.* FROM ({sought} OFFSET 0) {alias}"
    last = f"SELECT * FROM ({found} {page}) {alias} WHERE {unfilled}"
    return f"(WITH {', '.join(walked)} {' UNION ALL '.join([*filled, last])}) {alias}"
