"""Tokens of opening hours to runs: which days and months, which spans and which closures stand next to each other."""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal, NamedTuple

from rag.hours_words import (
    DAY,
    SEASONS,
    Clock,
    Span,
    Token,
    Unclear,
    around,
    clock_of,
    dates_of,
    days_of,
    month_of,
    plain,
    span_of,
    tokens_of,
    whole_months,
)


class ShutDates(NamedTuple):
    """Closed from `start` to `end`, minutes after midnight, on each date from `first` to `last`."""

    first: dt.date
    last: dt.date
    start: int
    end: int


class Run:
    """Neighbouring tokens of one sort: `when` (days and months), `open` (spans) or `closed`."""

    def __init__(self, sort: Literal["when", "open", "closed"]) -> None:
        self.sort = sort
        self.days: set[int] = set()
        self.months: set[int] = set()
        self.spans: list[Span] = []
        self.holiday = False
        self.needs_months = False
        self.excluding = False


def read_runs(text: str, *, default_year: int | None) -> tuple[list[Run], list[ShutDates]]:
    """The runs of `text` in their order and its dated closures; raises Unclear."""
    return _Reader(tokens_of(plain(text)), default_year).read()


class _Reader:
    """Goes through the tokens once; one `_read_<kind>` for each kind of token."""

    def __init__(self, tokens: list[Token], default_year: int | None) -> None:
        self.tokens = tokens
        self.default_year = default_year
        self.at = 0
        self.runs: list[Run] = []
        self.closures: list[ShutDates] = []
        self.stopped = False

    def read(self) -> tuple[list[Run], list[ShutDates]]:
        while self.at < len(self.tokens):
            token = self.take()
            getattr(self, f"_read_{token.kind}")(token)
        return self.runs, self.closures

    def peek(self, ahead: int = 0) -> str:
        at = self.at + ahead
        return self.tokens[at].kind if at < len(self.tokens) else ""

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def run(self, sort: Literal["when", "open", "closed"]) -> Run:
        """The run that a token of `sort` belongs to: the last one, or a new one after another sort or a full stop."""
        same = bool(self.runs) and self.runs[-1].sort == sort
        if not same or sort == "closed" or (sort == "when" and self.stopped):
            self.runs.append(Run(sort))
        self.stopped = False
        return self.runs[-1]

    def _read_stop(self, token: Token) -> None:
        self.stopped = True

    def _read_days(self, token: Token) -> None:
        run = self.run("when")
        run.days = run.days - days_of(token.text) if run.excluding else run.days | days_of(token.text)

    def _read_months(self, token: Token) -> None:
        numbers = [month_of(word) for word in re.split(r"\s*-\s*(?:次年|翌年)?", token.text)]
        self.run("when").months |= around(numbers[0], numbers[-1], 1, 12)

    def _read_season(self, token: Token) -> None:
        self.run("when").months |= SEASONS[token.text[0]]

    def _read_season_label(self, token: Token) -> None:
        self.run("when").needs_months = True

    def _read_holiday(self, token: Token) -> None:
        self.run("when").holiday = True

    def _read_holiday_open(self, token: Token) -> None:
        """Open on holidays too: leaving it out claims too little."""

    def _read_holiday_except(self, token: Token) -> None:
        """Leaving it out claims too little after "closed on Mondays", too much after "open"."""
        if not self.runs or self.runs[-1].sort != "closed":
            raise Unclear(token.text)

    def _read_closed(self, token: Token) -> None:
        if self.peek() == "date" or self.peek() == "month_day":
            self._close_dates(self.take(), with_times=False)
        elif token.text == "except" and self.runs and self.runs[-1].days and self.peek() == "days":
            self.runs[-1].excluding = True
        else:
            self.run("closed")

    def _read_closing(self, token: Token) -> None:
        if self.peek() not in ("date", "month_day"):
            raise Unclear(token.text)
        while self.peek() in ("date", "month_day"):
            self._close_dates(self.take(), with_times=True)

    def _read_date(self, token: Token) -> None:
        if self.peek() != "closed":
            raise Unclear(token.text)
        self._close_dates(token, with_times=False)
        self.take()

    def _read_month_day(self, token: Token) -> None:
        if self.peek() == "closed":
            self._read_date(token)
            return
        first, last = whole_months(token.groups)
        self.run("when").months |= around(first, last, 1, 12)

    def _read_all_day(self, token: Token) -> None:
        if self.peek() != "time":  # "全天 10:00-21:00" names the slot, not the span
            self.run("open").spans.append((0, DAY))

    def _read_time(self, token: Token) -> None:
        if self.peek() == "last_entry":
            self.take()
            self._last_entry(clock_of(token))
        else:
            self.run("open").spans.append(self._span(token))

    def _read_last_entry(self, token: Token) -> None:
        if self.peek() != "time":
            raise Unclear(token.text)
        self._last_entry(clock_of(self.take()))

    def _read_range(self, token: Token) -> None:
        raise Unclear(token.text)

    def _span(self, first: Token) -> Span:
        if self.peek() != "range" or self.peek(1) != "time":
            raise Unclear(first.text)
        self.take()
        return span_of(clock_of(first), clock_of(self.take()))

    def _last_entry(self, clock: Clock) -> None:
        """Ends the span before it half an hour after the last entry, unless it ends earlier."""
        if not self.runs or self.runs[-1].sort != "open":
            raise Unclear("last entry")
        start, end = self.runs[-1].spans[-1]
        times = [clock.minutes] if clock.form == "sure" else [clock.minutes, clock.minutes + DAY // 2]
        inside = [time for time in times if start < time < end]
        if len(inside) != 1:
            raise Unclear("last entry")
        self.runs[-1].spans[-1] = (start, min(end, inside[0] + 30))

    def _close_dates(self, token: Token, *, with_times: bool) -> None:
        first, last = dates_of(token, self.default_year)
        spans = []
        while with_times and self.peek() in ("time", "all_day"):
            part = self.take()
            spans.append((0, DAY) if part.kind == "all_day" else self._span(part))
        if self.peek() == "time":
            raise Unclear(token.text)
        self.closures += [ShutDates(first, last, start, end) for start, end in spans or [(0, DAY)]]
