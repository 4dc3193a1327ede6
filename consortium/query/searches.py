"""Full-text search over several sources at once, best match first.

Words are matched by their beginnings, without regard to case and accents, all of them. The words
are folded here and in what is stored, so that no setting of the server changes the answer.
"""

from typing import Any

from consortium.kernel.errors import BadInput
from consortium.kernel.text import search_words
from consortium.query.pages import page_size
from consortium.query.pick import Pick
from consortium.query.rows import rule
from consortium.query.scope import Objects
from consortium.query.source import Search
from consortium.query.sqltypes import SqlType
from consortium.query.writer import Writer, conjunction, json_object, text

_WORDS_MAX = 16
_CHARACTERS_MAX = 1_000
_NOTHING = "SELECT ''::text AS type, 0::bigint AS key, 0::real AS rank WHERE false"


def words_query(value: Any) -> str:
    """A tsquery that cannot fail to parse: quoted words, each matched by its beginning."""
    asked = str(value)
    words = search_words(asked[:_CHARACTERS_MAX]).split()
    if len(words) > _WORDS_MAX or len(asked) > _CHARACTERS_MAX:
        message = f"Search for at most {_WORDS_MAX} words of {_CHARACTERS_MAX} letters together."
        raise BadInput(message)
    quoted = ("'" + word.replace("\\", "").replace("'", "''") + "':*" for word in words)
    return " & ".join(quoted)


def matching(writer: Writer, alias: str, asked: Any) -> str:
    """SQL: the words that a caller looks for are all in the row's column `search`."""
    return f"{alias}.search @@ {_query(writer, asked)}"


def _query(writer: Writer, asked: Any) -> str:
    # A sub-select hides the words from the planner, which would make a plan for each anew.
    return f"(SELECT to_tsquery('simple', {writer.bind(asked, SqlType.TEXT, words_query)}))"


def search(compiler: Objects, targets: Search, pick: Pick) -> str:
    """SQL of `{nodes, totalCount}`: the best `first` rows of every source that match."""
    writer = compiler.writer
    size = page_size(pick.args.get("first"))
    wanted = pick.args.get("types")
    if wanted is None:
        wanted = list(targets.targets)
    query = _query(writer, pick.args["query"])
    found = " UNION ALL ".join(
        _matches(compiler, typename, targets, query)
        for typename in targets.targets
        if typename in {str(one) for one in wanted}
    )
    found = found or _NOTHING
    pairs = [(part.key, _part(compiler, targets, part, found, size)) for part in pick.picks]
    return json_object(pairs)


def _matches(compiler: Objects, typename: str, targets: Search, query: str) -> str:
    source = targets.targets[typename]
    alias = compiler.writer.alias()
    visible = rule(compiler.writer, source, alias)
    return (
        f"SELECT {text(typename)} AS type, {alias}.{source.key} AS key,"
        f" ts_rank({alias}.search, {query}) AS rank FROM {source.table} {alias}"
        f" WHERE {conjunction([f'{alias}.search @@ {query}', visible])}"
    )


def _part(compiler: Objects, targets: Search, part: Pick, found: str, size: int) -> str:
    alias = compiler.writer.alias()
    match part.name:
        case "total_count":
            return f"(SELECT count(*) FROM ({found}) {alias})"
        case "nodes":
            ways = [
                f"WHEN {text(typename)} THEN "
                + compiler.row(source, part.by_type[typename], f"{{t}}.{source.key} = {alias}.key")
                for typename, source in targets.targets.items()
            ]
            order = f"{alias}.rank DESC, {alias}.type, {alias}.key"
            return (
                f"(SELECT coalesce(json_agg(CASE {alias}.type {' '.join(ways)} END"
                f" ORDER BY {order}), '[]')"
                f" FROM (SELECT * FROM ({found}) {alias} ORDER BY {order} LIMIT {size}) {alias})"
            )
        case _:
            return text(part.typename)
