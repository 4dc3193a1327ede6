"""What was measured, as a table for people and as JSON."""

import os
import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from tests.bench.chains import ChainsMeasured
from tests.bench.directory import ORGANISATIONS
from tests.bench.measure import Effort, Seen, ratio
from tests.bench.queries import BY_NAME
from tests.bench.tokens import TokenCost

HERE = Path(__file__).parent
README = HERE.parents[1] / "README.md"
# Ratios that are told: one over the other.
COMPARED = (("api", "bare"), ("member", "bare"), ("api", "resolvers"))
# The README's part of each world, between marks of its own.
BEGIN, END = "<!-- {part}:start -->\n", "<!-- {part}:end -->"
CLAIMS, DIRECTORY, CHAINS = "bench", "bench-directory", "bench-chains"


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
    chains: ChainsMeasured | None = None

    def as_json(self) -> dict[str, Any]:
        """What was measured, with medians and ratios, each world with where and how."""
        found: dict[str, Any] = {}
        if self.queries:
            found[CLAIMS] = self._how() | {
                "claims": self.claims,
                "queries": {name: _query_json(seen) for name, seen in self.queries.items()},
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
        if self.directory:
            found[DIRECTORY] = self._how() | {
                "organisations": ORGANISATIONS,
                "queries": {
                    title: {
                        "by_id": by_id.medians(),
                        "asked": seen.medians(),
                        "time_ratio": ratio(by_id.per_second, seen.per_second),
                    }
                    for title, (by_id, seen) in self.directory.items()
                },
            }
        if self.chains:
            found[CHAINS] = self._how() | self.chains.as_json()
        return found

    def _how(self) -> dict[str, Any]:
        return {
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": {
                "processors": os.cpu_count(),
                "system": platform.platform(),
                "python": platform.python_version(),
                "postgresql": self.postgresql,
            },
            "effort": vars(self.effort),
        }

    def as_markdown(self) -> dict[str, str]:
        """The README's parts that were measured."""
        found: dict[str, str] = {}
        if self.queries:
            found[CLAIMS] = "\n".join(self._claims_lines()) + "\n"
        if self.directory:
            found[DIRECTORY] = "\n".join(self._directory_lines()) + "\n"
        if self.chains:
            found[CHAINS] = "\n".join(self.chains.as_markdown()) + "\n"
        return found

    def _conditions(self) -> str:
        return (
            f"{self.effort.connections} connections, one process each, PostgreSQL"
            f" {self.postgresql} and the load on the same {os.cpu_count()} processors; medians of"
            f" {self.effort.rounds} alternating rounds of {self.effort.seconds:g} s:"
        )

    def _claims_lines(self) -> list[str]:
        columns = (
            "| query | bare endpoint | this API | of bare | for a member | resolvers and loaders"
            " | API to resolvers | p50 / p99 of the API |"
        )
        head = f"{self.claims:,} claims, {self._conditions()}"
        lines = [head, "", columns, "|---|--:|--:|--:|--:|--:|--:|--:|"]
        lines += [_row(name, seen) for name, seen in self.queries.items()]
        lines += ["", *self._growth_lines()]
        return lines + ([str(self.tokens)] if self.tokens else [])

    def _growth_lines(self) -> list[str]:
        return [
            f"From {self.few_claims:,} to {self.claims:,} claims, {BY_NAME[name].title} takes"
            f" {ratio(few.per_second, everything.per_second):.2f} times as long."
            for name, (few, everything) in self.growth.items()
        ]

    def _directory_lines(self) -> list[str]:
        columns = (
            "| with a history each | one by id | this | times as long as one by id | p50 / p99 |"
        )
        head = f"{ORGANISATIONS:,} organisations, the API asked by anyone, {self._conditions()}"
        lines = [head, "", columns, "|---|--:|--:|--:|--:|"]
        for title, (by_id, seen) in self.directory.items():
            m = seen.medians()
            lines.append(
                f"| {title} | {_speed(by_id)} | {_speed(seen)}"
                f" | **{ratio(by_id.per_second, seen.per_second):.2f}**"
                f" | {m['p50']:.1f} / {m['p99']:.1f} ms |"
            )
        return lines

    def write(self) -> None:
        """Write results.json and the README's parts; what was not measured stays as it is."""
        options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        results = HERE / "results.json"
        kept = orjson.loads(results.read_bytes()) if results.exists() else {}
        results.write_bytes(orjson.dumps(kept | _rounded(self.as_json()), option=options))
        readme = README.read_text()
        for part, lines in self.as_markdown().items():
            before, begin, rest = readme.partition(BEGIN.format(part=part))
            end, after = rest.partition(END.format(part=part))[1:]
            if begin and end:
                readme = f"{before}{begin}{lines}{end}{after}"
        README.write_text(readme)


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
