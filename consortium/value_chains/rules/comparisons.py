"""A scenario against its baseline: what differs, and how sure the difference is."""

from typing import TypeAlias

import numpy as np

from consortium.value_chains.rules.footprints import emitted
from consortium.value_chains.rules.questions import (
    LIST_MAX,
    Answer,
    Chain,
    Part,
    Question,
    Tick,
    answered,
    drawn,
    interval_of,
    number,
    silent,
)
from consortium.value_chains.rules.systems import Floats

# A chain, and what is asked of it.
Asked: TypeAlias = tuple[Chain, Question]


def compared(
    baseline: Asked, scenario: Asked, parts: frozenset[str], tick: Tick = silent
) -> Answer:
    """Both answers, what the scenario emits less (below 0: more), and by which activities.

    Activities of two versions are the same where their codes are, as in a copy.
    The interval is that of the difference draw by draw: sources of error of the same name err
    together on both sides.

    Raises:
        as `answered`.
    """
    both = answered(*baseline, tick), answered(*scenario, tick)
    whole = [float(one["kg_co2e"]) for one in both]
    answer: Answer = {
        "baseline": both[0],
        "scenario": both[1],
        "avoided_kg_co2e": number(whole[0] - whole[1]),
        "share": number((whole[0] - whole[1]) / whole[0]) if whole[0] else None,
    }
    if Part.ACTIVITIES in parts:
        answer["activities"] = _by_activity(baseline, scenario)
    if Part.UNCERTAINTY in parts:
        draws = [drawn(*baseline, tick), drawn(*scenario, tick)]
        answer["uncertainty"] = interval_of(_difference(draws, whole))
    return answer


def _difference(draws: list[Floats | None], whole: list[float]) -> Floats | None:
    """Draw by draw; a side without uncertain amounts is the same in every draw."""
    if draws[0] is None and draws[1] is None:
        return None
    before, after = (
        mass if drawn_one is None else drawn_one
        for drawn_one, mass in zip(draws, whole, strict=True)
    )
    return np.asarray(before - after, dtype=np.float64)


def _by_activity(*sides: Asked) -> list[Answer]:
    ids: dict[int, int] = {}
    masses: list[dict[int, float]] = []
    for chain, asked in sides:
        supply = chain.solver.supply(asked.amounts_in(chain))
        direct = emitted(chain.solver.system, supply, asked.factors_of(chain))
        masses.append(dict(zip(chain.codes.tolist(), direct.tolist(), strict=True)))
        ids = dict(zip(chain.codes.tolist(), chain.ids.tolist(), strict=True)) | ids
    before, after = masses
    less = {one: before.get(one, 0.0) - after.get(one, 0.0) for one in ids}
    order = sorted((one for one in less if less[one]), key=lambda one: (-abs(less[one]), ids[one]))
    return [
        {
            "position": at,
            "activity_id": ids[one],
            "baseline_kg_co2e": number(before[one]) if one in before else None,
            "scenario_kg_co2e": number(after[one]) if one in after else None,
            "avoided_kg_co2e": number(less[one]),
        }
        for at, one in enumerate(order[:LIST_MAX])
    ]
