"""A corrected date or start is read together with the other one."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

import pytest

from rag.errors import InputError
from rag.scenarios.date_request import understand
from rag.schema import DateRequest
from rag.settings import Settings
from tests.ui.fakes import make_request
from ui.components.planning import correct
from ui.state import Correction

TODAY, TOMORROW = dt.date(2026, 11, 21), dt.date(2026, 11, 22)


class Reader:
    """An engine that only understands, at a given hour of today."""

    def __init__(self, hour: int, minute: int = 0) -> None:
        self.now = dt.datetime(2026, 11, 21, hour, minute, tzinfo=dt.UTC)

    def understand(self, text: str, **fields: Any) -> DateRequest:
        """What the fields mean at that hour."""
        return understand(text, now=self.now, settings=Settings(timezone="UTC"), **fields)


def corrected(engine: Reader, request: DateRequest, correction: Correction) -> DateRequest:
    """The request after the correction."""
    return correct(cast(Any, engine), request, correction)


@pytest.mark.parametrize(
    ("date", "start", "correction"),
    [
        pytest.param(TODAY, dt.time(21), Correction("start", dt.time(10)), id="start moved before now"),
        pytest.param(TOMORROW, dt.time(10), Correction("date", TODAY), id="day moved to a start that passed"),
    ],
)
def test_a_time_that_has_passed_is_refused(date: dt.date, start: dt.time, correction: Correction) -> None:
    with pytest.raises(InputError):
        corrected(Reader(20), make_request(date=date, start=start, defaults=()), correction)


def test_a_start_that_lies_ahead_today_is_kept_with_the_new_day() -> None:
    request = make_request(date=TOMORROW, start=dt.time(23, 50), defaults=("people",))
    result = corrected(Reader(23, 40), request, Correction("date", TODAY))
    assert (result.date, result.start, result.defaults) == (TODAY, dt.time(23, 50), ("people",))


def test_a_default_start_moves_with_the_day() -> None:
    request = make_request(date=TOMORROW, start=dt.time(14), defaults=("people", "start"))
    result = corrected(Reader(16), request, Correction("date", TODAY))
    assert (result.date, result.start) == (TODAY, dt.time(16, 30))
    assert set(result.defaults) == {"people", "start"}


def test_a_default_day_moves_when_the_start_has_passed() -> None:
    request = make_request(date=TODAY, start=dt.time(21), defaults=("date",))
    result = corrected(Reader(20), request, Correction("start", dt.time(10)))
    assert (result.date > TODAY, result.start, result.defaults) == (True, dt.time(10), ("date",))


def test_a_wrong_start_is_still_its_own_mistake() -> None:
    with pytest.raises(InputError) as refused:
        corrected(Reader(9), make_request(defaults=("date",)), Correction("start", "25:99"))
    assert refused.value.field == "start"
