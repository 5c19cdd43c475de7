"""Opening hours: the model the planner computes with, and a reader of Chinese and English opening-hours texts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Annotated, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rag.hours_reader import Run, read_runs
from rag.hours_words import ALL_MONTHS, DAY, EVERY_DAY, Span, Unclear

Weekday = Annotated[int, Field(ge=0, le=6)]
Month = Annotated[int, Field(ge=1, le=12)]
Start = Annotated[int, Field(ge=0, lt=DAY)]
End = Annotated[int, Field(gt=0, le=2 * DAY)]


class _Hours(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    start: Start = 0
    end: End = DAY

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.end <= self.start:
            raise ValueError(f"end {self.end} must be after start {self.start}")
        return self


class OpenRule(_Hours):
    """Open from `start` to `end`, minutes after local midnight, on weekdays (0 is Monday) of months (() is all)."""

    days: tuple[Weekday, ...]
    months: tuple[Month, ...] = ()


class Closure(_Hours):
    """Closed from `start` to `end` on each date from `first` to `last`; 0 to 1440 closes the whole day."""

    first: dt.date
    last: dt.date

    @model_validator(mode="after")
    def _lasts_after_first(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"last {self.last} must not be before first {self.first}")
        return self


class OpeningHours(BaseModel):
    """When a place is open: the union of `rules` minus `closures`. An `end` over 1440 is past midnight."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: tuple[OpenRule, ...]
    closures: tuple[Closure, ...] = ()

    def spans(self, day: dt.date) -> list[Span]:
        """Sorted, disjoint spans in minutes after midnight of `day`, within 0 and 2880.

        They are those that are open at some time of `day`: the tail of the night before starts at 0, and a span that
        goes on past midnight ends over 1440 (2880 when it never closes).
        """
        opened = [span for shift in (-1, 0, 1) for span in self._sessions(day, shift)]
        closed = [span for shift in (-1, 0, 1) for span in self._closed(day, shift)]
        return [(start, end) for start, end in subtract(merge(opened), merge(closed)) if start < DAY]

    def covers(self, day: dt.date, start: int, end: int) -> bool:
        """Whether it is open all the time from `start` to `end`, minutes after midnight of `day`."""
        return any(opens <= start and end <= closes for opens, closes in self.spans(day))

    def _sessions(self, day: dt.date, shift: int) -> Iterator[Span]:
        date = _shifted(day, shift)
        if date is None or any(c.first <= date <= c.last and (c.start, c.end) == (0, DAY) for c in self.closures):
            return  # a night that belongs to a closed day does not take place, even after midnight
        for rule in self.rules:
            if date.weekday() in rule.days and date.month in (rule.months or (date.month,)):
                yield from _clipped(rule.start + shift * DAY, rule.end + shift * DAY)

    def _closed(self, day: dt.date, shift: int) -> Iterator[Span]:
        date = _shifted(day, shift)
        for closure in self.closures:
            if date is not None and closure.first <= date <= closure.last:
                yield from _clipped(closure.start + shift * DAY, closure.end + shift * DAY)


def merge(spans: Iterable[Span]) -> list[Span]:
    """The union of half-open spans, sorted and disjoint; touching spans become one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def subtract(spans: list[Span], holes: list[Span]) -> list[Span]:
    """What is left of sorted disjoint `spans` outside of sorted disjoint `holes`."""
    left: list[Span] = []
    for start, end in spans:
        for hole_start, hole_end in holes:
            if start < hole_start < end:
                left.append((start, hole_start))
            if hole_start < end and hole_end > start:
                start = max(start, hole_end)
        if start < end:
            left.append((start, end))
    return left


def _shifted(day: dt.date, shift: int) -> dt.date | None:
    ordinal = day.toordinal() + shift
    return dt.date.fromordinal(ordinal) if 1 <= ordinal <= dt.date.max.toordinal() else None


def _clipped(start: int, end: int) -> Iterator[Span]:
    start, end = max(start, 0), min(end, 2 * DAY)
    if start < end:
        yield start, end


def parse_hours(text: str, *, default_year: int | None = None) -> OpeningHours | None:
    """The opening hours that `text` states, or None when they are not surely understood.

    Reads Chinese and English: days, ranges, seasons (spring is March to May) and months, several spans a day, spans
    past midnight, closed days and dated closures. `default_year` dates a closure that names no year. Hours after the
    last entry are kept for half an hour only, so that a stay inside them was let in. A remark on public holidays is
    dropped only where the hours then claim too little, not too much.
    """
    if len(text) > 500:
        return None
    try:
        runs, shut = read_runs(text, default_year=default_year)
        closures = tuple(Closure(first=s.first, last=s.last, start=s.start, end=s.end) for s in shut)
        return OpeningHours(rules=tuple(_rules(runs)), closures=closures)
    except Unclear:
        return None


class _Clause(NamedTuple):
    days: frozenset[int]
    months: frozenset[int]
    spans: tuple[Span, ...]


def _rules(runs: list[Run]) -> list[OpenRule]:
    pairings = _pairings(runs)
    if len(pairings) != 1:
        raise Unclear("which days belong to which hours?")
    opened, closed, holiday = _clauses(pairings[0])
    for clause in opened:
        if holiday and subtract(merge(clause.spans), merge(holiday)):
            raise Unclear("shorter hours on holidays")
    rules = [
        OpenRule(days=tuple(sorted(days)), months=_months_field(months), start=start, end=end)
        for clause in opened
        for days, months in _without(clause, closed)
        for start, end in merge(clause.spans)
    ]
    if not rules:
        raise Unclear("never open")
    return rules


def _pairings(runs: list[Run]) -> list[list[tuple[Run | None, Run]]]:
    """Every way of reading the runs as neighbours (days, hours), (hours, days) or the only hours without days."""
    if not runs:
        return [[]]
    first, found = runs[0], []
    if len(runs) > 1 and (first.sort == "when") != (runs[1].sort == "when"):
        pair = (first, runs[1]) if first.sort == "when" else (runs[1], first)
        found += [[pair, *others] for others in _pairings(runs[2:])]
    if first.sort == "open":
        others_of = [others for others in _pairings(runs[1:]) if all(run.sort == "closed" for _, run in others)]
        found += [[(None, first), *others] for others in others_of]
    return [pairing for pairing in found if _lone_hours_are_the_only_ones(pairing)]


def _lone_hours_are_the_only_ones(pairing: list[tuple[Run | None, Run]]) -> bool:
    opened = [when for when, run in pairing if run.sort == "open"]
    return None not in opened or len(opened) == 1


def _clauses(pairing: list[tuple[Run | None, Run]]) -> tuple[list[_Clause], list[_Clause], list[Span]]:
    opened: list[_Clause] = []
    closed: list[_Clause] = []
    holiday: list[Span] = []
    months: frozenset[int] = ALL_MONTHS
    for when, run in pairing:
        when = when or Run("when")
        if (when.needs_months and not when.months) or (run.sort == "closed" and when.holiday):
            raise Unclear("no months, or closed on holidays")
        if run.sort == "closed":
            closed.append(_Clause(frozenset(when.days or EVERY_DAY), frozenset(when.months or ALL_MONTHS), ()))
            continue
        if when.holiday:
            holiday += run.spans
            if not when.days:
                continue
        if when.months and not when.days and any(len(clause.days) < 7 for clause in opened):
            raise Unclear("do the days before hold for this season?")
        months = frozenset(when.months) or months
        clause = _Clause(frozenset(when.days or EVERY_DAY), months, tuple(run.spans))
        _refuse_conflict(clause, opened)
        opened.append(clause)
    return opened, closed, holiday


def _refuse_conflict(new: _Clause, before: list[_Clause]) -> None:
    """Raises Unclear when `new` may replace or extend the hours of an earlier clause."""
    for old in before:
        overlap = old.days & new.days and old.months & new.months
        same = (old.days, old.months) == (new.days, new.months)
        if overlap and not same and subtract(merge(old.spans), merge(new.spans)):
            raise Unclear("two hours for one day")


def _without(clause: _Clause, closed: list[_Clause]) -> list[tuple[frozenset[int], frozenset[int]]]:
    """The days and months of `clause` that are left when the `closed` ones are taken out."""
    parts = [(clause.days, clause.months)]
    for shut in closed:
        parts = [
            part
            for days, months in parts
            for part in ((days - shut.days, months & shut.months), (days, months - shut.months))
            if part[0] and part[1]
        ]
    return parts


def _months_field(months: frozenset[int]) -> tuple[int, ...]:
    return () if months == ALL_MONTHS else tuple(sorted(months))
