"""What was measured, as a table for people and as JSON."""

import os
import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from tests.bench.directory import ORGANISATIONS
from tests.bench.measure import Effort, Seen, ratio
from tests.bench.queries import BY_NAME
from tests.bench.tokens import TokenCost

HERE = Path(__file__).parent
README = HERE.parents[1] / "README.md"
# Ratios that are told: one over the other.
COMPARED = (("api", "bare"), ("member", "bare"), ("api", "resolvers"))
BEGIN, END = "<!-- bench:start -->", "<!-- bench:end -->"


@dataclass
class Report:
    """All results of a run."""

    claims: int
    few_claims: int
    effort: Effort
    postgresql: str
    # By the name of the query: bare, api, member (the API asked by a member's system), resolvers.
    queries: dict[str, dict[str, Seen]] = field(default_factory=dict)
    # By the name of the query: the API over few and over all claims.
    growth: dict[str, tuple[Seen, Seen]] = field(default_factory=dict)
    # By the title of the query: a reading by id and the query, over organisations with histories.
    directory: dict[str, tuple[Seen, Seen]] = field(default_factory=dict)
    tokens: TokenCost | None = None

    def as_json(self) -> dict[str, Any]:
        """Everything, with medians and ratios."""
        return {
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": {
                "processors": os.cpu_count(),
                "system": platform.platform(),
                "python": platform.python_version(),
                "postgresql": self.postgresql,
            },
            "claims": self.claims,
            "effort": vars(self.effort),
            "queries": {name: _query_json(seen) for name, seen in self.queries.items()},
            "directory": {
                title: {
                    "organisations": ORGANISATIONS,
                    "by_id": by_id.medians(),
                    "asked": seen.medians(),
                    "time_ratio": ratio(by_id.per_second, seen.per_second),
                }
                for title, (by_id, seen) in self.directory.items()
            },
            "tokens": self.tokens and self.tokens._asdict(),
            "growth": {
                name: {
                    "claims": [self.few_claims, self.claims],
                    "few": few.medians(),
                    "all": everything.medians(),
                    "time_ratio": ratio(few.per_second, everything.per_second),
                }
                for name, (few, everything) in self.growth.items()
            },
        }

    def as_markdown(self) -> str:
        """The table for the README."""
        head = (
            f"{self.claims:,} claims, {self.effort.connections} connections, one process each,"
            f" PostgreSQL {self.postgresql} and the load on the same {os.cpu_count()} processors;"
            f" medians of {self.effort.rounds} alternating rounds of {self.effort.seconds:g} s:"
        )
        columns = (
            "| query | bare endpoint | this API | of bare | for a member | resolvers and loaders"
            " | API to resolvers | p50 / p99 of the API |"
        )
        lines = [head, "", columns, "|---|--:|--:|--:|--:|--:|--:|--:|"]
        lines += [_row(name, seen) for name, seen in self.queries.items()]
        lines += ["", *self._growth_lines(), *self._directory_lines()]
        lines += [str(self.tokens)] if self.tokens else []
        return "\n".join(lines) + "\n"

    def _growth_lines(self) -> list[str]:
        return [
            f"From {self.few_claims:,} to {self.claims:,} claims, {BY_NAME[name].title} takes"
            f" {ratio(few.per_second, everything.per_second):.2f} times as long."
            for name, (few, everything) in self.growth.items()
        ]

    def _directory_lines(self) -> list[str]:
        if not self.directory:
            return []
        columns = (
            "| with a history each | one by id | this | times as long as one by id | p50 / p99 |"
        )
        head = f"{ORGANISATIONS:,} organisations, the API asked by anyone:"
        lines = ["", head, "", columns, "|---|--:|--:|--:|--:|"]
        for title, (by_id, seen) in self.directory.items():
            m = seen.medians()
            lines.append(
                f"| {title} | {_speed(by_id)} | {_speed(seen)}"
                f" | **{ratio(by_id.per_second, seen.per_second):.2f}**"
                f" | {m['p50']:.1f} / {m['p99']:.1f} ms |"
            )
        return [*lines, ""]

    def write(self) -> None:
        """Write results.json, results.md and the README's part between its marks."""
        options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        (HERE / "results.json").write_bytes(orjson.dumps(_rounded(self.as_json()), option=options))
        (HERE / "results.md").write_text(self.as_markdown())
        readme = README.read_text() if README.exists() else ""
        if BEGIN in readme and END in readme:
            before, _, rest = readme.partition(BEGIN)
            after = rest.partition(END)[2]
            README.write_text(f"{before}{BEGIN}\n{self.as_markdown()}{END}{after}")


def _query_json(seen: dict[str, Seen]) -> dict[str, Any]:
    found: dict[str, Any] = {kind: one.medians() for kind, one in seen.items()}
    for one, other in COMPARED:
        if one in seen and other in seen:
            over, under = seen[one].per_second, seen[other].per_second
            pairs = [a / b for a, b in zip(over, under, strict=True)]
            found[f"{one}_to_{other}"] = {"median": ratio(over, under), "rounds": pairs}
    return found


def _ratio(seen: dict[str, Seen], one: str, other: str) -> float | None:
    if one not in seen or other not in seen:
        return None
    return ratio(seen[one].per_second, seen[other].per_second)


def _row(name: str, seen: dict[str, Seen]) -> str:
    api = seen["api"].medians()
    cells = [
        BY_NAME[name].title,
        _speed(seen.get("bare")),
        _speed(seen["api"]),
        _told(_ratio(seen, "api", "bare"), "**{:.3f}**"),
        _told(_ratio(seen, "member", "bare"), "**{:.3f}**"),
        _speed(seen.get("resolvers")),
        _told(_ratio(seen, "api", "resolvers"), "{:.0f} x"),
        f"{api['p50']:.1f} / {api['p99']:.1f} ms",
    ]
    return f"| {' | '.join(cells)} |"


def _told(value: float | None, form: str) -> str:
    return "" if value is None else form.format(value)


def _speed(seen: Seen | None) -> str:
    if seen is None:
        return ""
    speed = seen.medians()["per_second"]
    return f"{speed:,.0f}/s" if speed >= 100 else f"{speed:.1f}/s"


def _rounded(value: Any) -> Any:
    """Four significant digits are more than the machine's noise leaves."""
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value
