"""Pick and order the stops of a date with OR-Tools CP-SAT.

Hard: Σ cost ≤ budget; each stay inside one opening window and as long as the row says; no overlap and time for the way
between; meals at meal times, one a mealtime; one stop of a family (two cafés are no variety). Soft, as the objective:
fit of the stops, a meal when the date spans a mealtime, short ways, little waiting.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rag.scenarios.candidates import Candidate

STEP = 5
NEAR_MINUTES, FAR_MINUTES = 15, 60
"""Minutes allowed for the way: to something nearby, and between districts. No map is consulted; the plan says so."""
_WAIT = 30
_FIRST_WAIT = 60
_MEAL_BONUS, _FAR_PENALTY, _WAIT_PENALTY, _SPEND_BONUS = 450, 300, 6, 200
_NOISE = 0.22
_GAP = 0.02
"""A plan within 2 % of the best possible worth is good enough to stop."""
_EFFORT = 0.5
"""Deterministic time limit of CP-SAT: the same on every machine, so that a seed names a plan."""


@dataclass(frozen=True)
class Stop:
    """A chosen candidate with its stay in minutes after midnight of the date."""

    candidate: Candidate
    start: int
    end: int


@dataclass(frozen=True)
class Frame:
    """The limits of a plan: minutes after midnight, hundredths of the currency, and the number of stops."""

    first: int
    last: int
    budget: int
    fewest: int
    most: int


Aim = Literal["best", "cheapest", "shortest"]


def solve(
    candidates: Sequence[Candidate],
    frame: Frame,
    *,
    seed: int = 0,
    aim: Aim = "best",
    unlike: Collection[int] = (),
) -> list[Stop] | None:
    """The stops in order, or None when nothing satisfies the frame.

    `aim` replaces the objective by the least cost (the budget is then not a limit) or the earliest end. Stops whose
    passage id is in `unlike` count half, so that another seed gives another plan. The same arguments give the same
    stops.
    """
    from ortools.sat.python import cp_model

    options = [(one, low, high) for one in candidates for low, high in one.windows]
    if not options:
        return None
    model: Any = cp_model.CpModel()
    places = range(frame.most)
    used = [model.new_bool_var(f"used{p}") for p in places]
    chosen = {(o, p): model.new_bool_var(f"x{o}_{p}") for o in range(len(options)) for p in places}
    start = [model.new_int_var(frame.first // STEP, frame.last // STEP, f"start{p}") for p in places]
    stay = [model.new_int_var(0, (frame.last - frame.first) // STEP, f"stay{p}") for p in places]

    # 1. One option at each used place, used places first, each row once.
    for p in places:
        model.add(sum(chosen[o, p] for o in range(len(options))) == used[p])
        if p:
            model.add_implication(used[p], used[p - 1])
    model.add(sum(used) >= frame.fewest)
    for positions in _groups(options, lambda o: options[o][0].stored.passage_id).values():
        model.add_at_most_one(chosen[o, p] for o in positions for p in places)

    # 2. Variety: one of a family; meals may be two when they are at different mealtimes.
    meals = {o for o, (one, _, _) in enumerate(options) if one.is_meal}
    for positions in _groups(options, lambda o: options[o][0].family).values():
        if not meals.intersection(positions):
            model.add_at_most_one(chosen[o, p] for o in positions for p in places)
    for lunch in (True, False):
        model.add_at_most_one(chosen[o, p] for o in meals for p in places if is_lunch(options[o][1]) is lunch)

    # 3. Hours and length of the stay.
    for p in places:
        terms = [(chosen[o, p], *options[o]) for o in range(len(options))]
        model.add(start[p] >= sum(_up(low) * x for x, _, low, _ in terms))
        unused = (frame.last // STEP) * (1 - used[p])
        model.add(start[p] + stay[p] <= sum((high // STEP) * x for x, _, _, high in terms) + unused)
        model.add(stay[p] >= sum(_up(one.stay[0]) * x for x, one, _, _ in terms))
        model.add(stay[p] <= sum(max(_up(one.stay[0]), one.stay[1] // STEP) * x for x, one, _, _ in terms))

    # 4. Order, the way between stops, and how long one may wait. A generic activity is done where one already is, so
    #    the area of the last named place is carried on.
    areas = _groups(options, lambda o: options[o][0].area)
    areas.pop(None, None)
    areas = {area: positions for area, positions in areas.items() if len(_groups_of_rows(options, positions)) > 1}
    named = [sum(chosen[o, p] for o in range(len(options)) if options[o][0].item.kind == "place") for p in places]
    located = [model.new_bool_var(f"located{p}") for p in places]
    inside = {(area, p): model.new_bool_var(f"in{area}_{p}") for area in areas for p in places}
    far = [model.new_bool_var(f"far{p}") for p in places]
    for p in places:
        model.add(located[p] >= named[p])
        for area, positions in areas.items():
            here = sum(chosen[o, p] for o in positions)
            if not p:
                model.add(inside[area, p] <= here)
                continue
            model.add(inside[area, p] <= here + inside[area, p - 1])
            model.add(inside[area, p] <= here + 1 - named[p])
    for p in places[1:]:
        model.add(located[p] >= located[p - 1])
        same = []
        for area, positions in areas.items():
            both = model.new_bool_var(f"same{area}_{p}")
            model.add(both <= inside[area, p - 1])
            model.add(both <= sum(chosen[o, p] for o in positions))
            same.append(both)
        model.add(far[p] >= named[p] + located[p - 1] - 1 - sum(same))
        way = NEAR_MINUTES // STEP + ((FAR_MINUTES - NEAR_MINUTES) // STEP) * far[p]
        leave = start[p - 1] + stay[p - 1] + way
        slack = (frame.last // STEP) * 2 * (1 - used[p])
        model.add(start[p] >= leave - slack)
        model.add(start[p] <= leave + _WAIT // STEP + slack)
    model.add(start[0] <= frame.first // STEP + _FIRST_WAIT // STEP + 1)

    # 5. Money and the objective.
    cost = sum(options[o][0].cost * x for (o, _), x in chosen.items())
    if aim != "cheapest":
        model.add(cost <= frame.budget)
    end = model.new_int_var(frame.first // STEP, frame.last // STEP, "end")
    for p in places:
        model.add(end >= start[p] + stay[p] - (frame.last // STEP) * 2 * (1 - used[p]))
    if aim == "cheapest":
        model.minimize(cost)
    elif aim == "shortest":
        model.minimize(end)
    else:
        worth = _worth(options, seed, unlike)
        value = sum(worth[o] * x for (o, _), x in chosen.items())
        value += _MEAL_BONUS * sum(x for (o, _), x in chosen.items() if _spans_meal(frame, options[o]))
        value -= _FAR_PENALTY * sum(far[1:])
        waiting = end - frame.first // STEP - sum(stay) - (NEAR_MINUTES // STEP) * (sum(used) - 1)
        value -= _WAIT_PENALTY * waiting
        value += 2 * sum(stay)
        value += sum(_spend(options[o][0].cost, frame.budget) * x for (o, _), x in chosen.items())
        model.maximize(value)

    # 6. Solve, the same way every time.
    solver: Any = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    if aim == "best":  # the least cost and the least time are told to the user and must be exact
        solver.parameters.relative_gap_limit = _GAP
    solver.parameters.linearization_level = 2  # five times faster here: the bounds of money and time are linear
    for effort in (_EFFORT, 10 * _EFFORT):  # "nothing found yet" is not "nothing exists", nor is "found" the least
        solver.parameters.max_deterministic_time = effort
        status = solver.solve(model)
        if status != cp_model.UNKNOWN and (aim == "best" or status != cp_model.FEASIBLE):
            break
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    stops = []
    for p in places:
        for o, (one, _, _) in enumerate(options):
            if solver.boolean_value(chosen[o, p]):
                begin = solver.value(start[p]) * STEP
                stops.append(Stop(one, begin, begin + solver.value(stay[p]) * STEP))
    return stops


def way_minutes(before: Sequence[Candidate], after: Candidate) -> int:
    """Minutes allowed for the way to `after` from the stops `before` it: short unless the last named place among them
    is in another district, or one of the two districts is unknown."""
    if after.item.kind != "place":
        return NEAR_MINUTES
    for one in reversed(before):
        if one.item.kind == "place":
            return NEAR_MINUTES if one.area is not None and one.area == after.area else FAR_MINUTES
    return NEAR_MINUTES


def is_lunch(start: int) -> bool:
    """Whether a meal that starts then, in minutes after midnight, is lunch; otherwise it is dinner."""
    return start < 16 * 60


def _groups(options: Sequence[Any], key: Any) -> dict[Any, list[int]]:
    grouped: dict[Any, list[int]] = defaultdict(list)
    for position in range(len(options)):
        grouped[key(position)].append(position)
    return grouped


def _groups_of_rows(options: Sequence[Any], positions: Sequence[int]) -> set[int]:
    return {options[o][0].stored.passage_id for o in positions}


def _up(minutes: int) -> int:
    return -(-minutes // STEP)


def _spans_meal(frame: Frame, option: tuple[Candidate, int, int]) -> bool:
    """Whether the date covers the heart of the mealtime this option is for: 12:00-13:00 or 18:30-19:30."""
    one, low, _ = option
    heart = (12 * 60, 13 * 60) if is_lunch(low) else (18 * 60 + 30, 19 * 60 + 30)
    return one.is_meal and frame.first <= heart[0] and heart[1] <= frame.last


def _spend(cost: int, budget: int) -> int:
    return min(_SPEND_BONUS, round(_SPEND_BONUS * cost / budget)) if budget > 0 else 0


def _worth(options: Sequence[tuple[Candidate, int, int]], seed: int, unlike: Collection[int]) -> list[int]:
    """Scores with the seed's own taste: up to 22 % up or down, and half for what another plan already uses."""
    worth = []
    for one, _, _ in options:
        taste = random.Random(f"{seed}:{one.stored.document}:{one.stored.locator}:{one.item.name}").uniform(-1, 1)
        value = one.score * (1 + (_NOISE * taste if seed else 0))
        worth.append(round(value / 2 if one.stored.passage_id in unlike else value))
    return worth
