"""The smallest change of one condition that makes an impossible request possible."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from decimal import Decimal

from rag.money import format_money
from rag.scenarios.candidates import Candidate, Dropped, money
from rag.scenarios.solver import Frame, solve
from rag.scenarios.wording import say
from rag.schema import DateRequest, Relaxation

FindCandidates = Callable[[DateRequest], tuple[list[Candidate], Dropped]]
_LONGEST_HOURS = 8.0
_OTHER_STARTS = (dt.time(10), dt.time(11, 30), dt.time(14), dt.time(17), dt.time(18, 30))
_TWO_STOPS = 2


def find_relaxation(
    request: DateRequest,
    candidates: Sequence[Candidate],
    dropped: Dropped,
    find: FindCandidates,
    *,
    now: dt.datetime | None = None,
) -> Relaxation:
    """The change of one field, smallest first in its kind: budget, time, start, indoors, what is avoided, date.

    `find` gives the candidates of another request; an earlier start than `now` is not proposed.
    """
    return (
        _more_budget(request, candidates)
        or _more_hours(request, find)
        or _other_start(request, find, now)
        or _anywhere(request, find)
        or _avoid_less(request, find)
        or _other_date(request, find)
        or _other_catalogue(request, candidates, dropped)
    )


def _more_budget(request: DateRequest, candidates: Sequence[Candidate]) -> Relaxation | None:
    stops = solve(candidates, _frame(request), aim="cheapest")
    if not stops:
        return None
    needed = money(sum(stop.candidate.cost for stop in stops))
    more = needed - request.budget
    shown = {"needed": format_money(needed, request.currency, request.lang),
             "more": format_money(more, request.currency, request.lang)}  # fmt: skip
    return Relaxation(
        field="budget", value=_as_given(needed, request), change=f"+{more:f} {request.currency}",
        message=say("relax_budget", request.lang, **shown),
    )  # fmt: skip


def _more_hours(request: DateRequest, find: FindCandidates) -> Relaxation | None:
    longest = max(_LONGEST_HOURS, min(16.0, request.hours + 4))
    if longest <= request.hours:
        return None
    longer = request.model_copy(update={"hours": longest})
    frame = _frame(longer)
    stops = solve(find(longer)[0], frame, aim="shortest")
    if not stops:
        return None
    hours = math.ceil((stops[-1].end - frame.first) / 15) / 4
    more = round((hours - request.hours) * 60)
    return Relaxation(
        field="hours", value=f"{hours:g}", change=f"+{more} min",
        message=say("relax_hours", request.lang, minutes=more, hours=f"{hours:g}"),
    )  # fmt: skip


def _other_start(request: DateRequest, find: FindCandidates, now: dt.datetime | None) -> Relaxation | None:
    def away(start: dt.time) -> int:
        return abs((start.hour - request.start.hour) * 60 + start.minute - request.start.minute)

    for start in sorted(_OTHER_STARTS, key=away):
        past = now is not None and dt.datetime.combine(request.date, start) <= now.replace(tzinfo=None)
        if start != request.start and not past and _works(request.model_copy(update={"start": start}), find):
            shown = start.strftime("%H:%M")
            change = f"{request.start.strftime('%H:%M')} → {shown}"
            message = say("relax_start", request.lang, start=shown)
            return Relaxation(field="start", value=shown, change=change, message=message)
    return None


def _anywhere(request: DateRequest, find: FindCandidates) -> Relaxation | None:
    if request.indoor is None or not _works(request.model_copy(update={"indoor": None}), find):
        return None
    return Relaxation(field="indoor", value="either", change="any", message=say("relax_indoor", request.lang))


def _avoid_less(request: DateRequest, find: FindCandidates) -> Relaxation | None:
    for word in request.avoid:
        rest = tuple(other for other in request.avoid if other != word)
        if _works(request.model_copy(update={"avoid": rest}), find):
            message = say("relax_avoid", request.lang, avoid=word)
            return Relaxation(field="avoid", value=",".join(rest) or "none", change=f"-{word}", message=message)
    return None


def _other_date(request: DateRequest, find: FindCandidates) -> Relaxation | None:
    for days in range(1, 8):
        date = request.date + dt.timedelta(days=days)
        if _works(request.model_copy(update={"date": date}), find):
            message = say("relax_date", request.lang, date=date.isoformat())
            return Relaxation(field="date", value=date.isoformat(), change=f"+{days} d", message=message)
    return None


def _other_catalogue(request: DateRequest, candidates: Sequence[Candidate], dropped: Dropped) -> Relaxation:
    if not dropped.priced and dropped.other_currency:
        other = dropped.other_currency[0]
        message = say("relax_currency", request.lang, currency=request.currency, other=other)
        return Relaxation(field="catalogue", value=other, change=f"{request.currency} → {other}", message=message)
    key = "relax_several" if dropped.considered else "relax_catalogue"
    return Relaxation(field="catalogue", value="", change="", message=say(key, request.lang))


def _as_given(amount: Decimal, request: DateRequest) -> str:
    """The amount as a budget field reads it back: with its currency, unless it is the usual one of the language."""
    usual = "CNY" if request.lang == "zh" else "USD"
    return f"{amount:f}" if request.currency == usual else f"{amount:f} {request.currency}"


def _works(request: DateRequest, find: FindCandidates) -> bool:
    return bool(solve(find(request)[0], _frame(request), aim="shortest"))


def _frame(request: DateRequest) -> Frame:
    first = request.start.hour * 60 + request.start.minute
    return Frame(first, first + round(request.hours * 60), int(request.budget * 100), _TWO_STOPS, _TWO_STOPS)
