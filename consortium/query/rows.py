"""How a source's rows enter a statement: as a FROM item, joined, within the caller's rights."""

from consortium.query.pick import Args
from consortium.query.source import Join, Source
from consortium.query.writer import Writer


def joined(writer: Writer, on: Join, args: Args, t: str, u: str) -> str:
    """SQL of the condition that ties row `u` to row `t`."""
    return writer.fill(on, t, u) if isinstance(on, str) else on(writer, args, t, u)


def rule(writer: Writer, source: Source, alias: str) -> str:
    """SQL of the condition that keeps the rows that the caller may see."""
    return writer.fill(source.visible_to(writer.rights), alias)


def from_item(writer: Writer, source: Source, args: Args, alias: str, t: str = "") -> str:
    """SQL of the source under an alias; a derived one may be made from the row `t`."""
    if isinstance(source.table, str):
        return f"{source.table} {alias}"
    # Not `format`: the SQL of a question may hold braces of its own.
    return f"LATERAL ({source.table(writer, args).replace('{t}', t)}) {alias}"
