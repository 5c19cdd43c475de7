"""The numbers for people in danger: recent, complete, and the right one first."""

from __future__ import annotations

import datetime as dt
from typing import get_args
from urllib.parse import urlsplit

import pytest

from rag.hotlines import CHECKED_ON, REGIONS, every_number, numbers_for, region_of
from rag.schema import NumberKind

KINDS: tuple[NumberKind, ...] = get_args(NumberKind)
EMERGENCY = {"police", "ambulance", "emergency"}
PLACES = [region for region in REGIONS if region != "INTL"]
NOON = dt.datetime(2026, 11, 18, 12)
NIGHT = dt.datetime(2026, 11, 18, 23)
SUNDAY = dt.datetime(2026, 11, 22, 12)


def test_the_numbers_were_looked_up_within_the_last_180_days() -> None:
    age = (dt.date.today() - CHECKED_ON).days
    assert -1 <= age <= 180, (
        f"The hotlines were checked {age} days ago. Look every number of rag/hotlines.py up again at its source, "
        "mend what has changed, and only then set CHECKED_ON to today."
    )


@pytest.mark.parametrize("region", PLACES)
def test_every_region_has_an_emergency_number(region: str) -> None:
    assert EMERGENCY & {number.kind for number in numbers_for((), region, "en")}


@pytest.mark.parametrize("region", PLACES)
def test_emergency_comes_first_when_it_is_urgent(region: str) -> None:
    kinds = [number.kind in EMERGENCY for number in numbers_for(("suicide", "violence"), region, "en", urgent=True)]
    assert kinds == sorted(kinds, reverse=True)


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("now", [NOON, NIGHT], ids=["noon", "night"])
def test_every_kind_of_danger_gets_numbers_and_none_twice(region: str, now: dt.datetime) -> None:
    for kind in KINDS:
        found = [(number.region, number.number) for number in numbers_for((kind,), region, "zh", now=now)]
        assert found
        assert len(found) == len(set(found)), kind


def test_what_was_asked_for_comes_first_when_it_is_not_urgent() -> None:
    assert numbers_for(("suicide",), "CN", "zh", now=NOON)[0].number == "12356"


@pytest.mark.parametrize("urgent", [True, False], ids=["urgent", "calm"])
@pytest.mark.parametrize("now", [NIGHT, SUNDAY], ids=["at 23:00", "on Sunday"])
def test_in_china_the_police_comes_before_lines_that_may_be_closed(now: dt.datetime, urgent: bool) -> None:
    found = [number.number for number in numbers_for(("suicide", "violence"), "CN", "zh", now=now, urgent=urgent)]
    assert found.index("110") < min(found.index("12356"), found.index("12338"))


@pytest.mark.parametrize(
    ("hour", "first"),
    [(8, "110"), (9, "12338"), (16, "12338"), (17, "110")],
    ids=["before opening", "opening", "last hour", "closed"],
)
def test_an_office_is_open_from_nine_to_five(hour: int, first: str) -> None:
    assert numbers_for(("violence",), "CN", "zh", now=NOON.replace(hour=hour))[0].number == first


def test_without_a_region_several_countries_and_a_directory_are_named() -> None:
    found = numbers_for(("suicide",), "INTL", "en", urgent=True)
    assert {"911", "999", "110", "988", "findahelpline.com"} <= {number.number for number in found}
    assert found[0].kind == "emergency"


@pytest.mark.parametrize("region", REGIONS)
def test_threats_with_pictures_name_who_takes_them_down(region: str) -> None:
    found = {number.number for number in numbers_for(("images",), region, "en")}
    assert {"stopncii.org", "takeitdown.ncmec.org"} <= found
    assert "findahelpline.com" not in found


def test_names_are_in_the_language_asked_for() -> None:
    assert [numbers_for((), "CN", lang)[0].name for lang in ("zh", "en")] == ["公安报警电话", "Police emergency"]


@pytest.mark.parametrize("region", REGIONS)
def test_every_source_is_an_address_on_the_web(region: str) -> None:
    for number in numbers_for(KINDS, region, "en"):
        address = urlsplit(number.source)
        assert address.scheme in ("http", "https"), number
        assert "." in address.netloc, number


def test_every_number_of_the_table_is_shown_to_somebody() -> None:
    shown = {number.number for region in REGIONS for number in numbers_for(KINDS, region, "en")}
    assert shown | {"findahelpline.com"} == every_number()


@pytest.mark.parametrize(
    ("zone", "lang", "region"),
    [
        ("Asia/Shanghai", "zh", "CN"),
        ("Asia/Shanghai", "en", "INTL"),
        ("Asia/Urumqi", "en", "CN"),
        ("Asia/Taipei", "zh", "TW"),
        ("Asia/Hong_Kong", "zh", "HK"),
        ("Asia/Singapore", "en", "SG"),
        ("Asia/Kolkata", "en", "IN"),
        ("Europe/London", "en", "UK"),
        ("Europe/Dublin", "en", "IE"),
        ("Europe/Paris", "zh", "EU"),
        ("America/New_York", "en", "US"),
        ("America/Indiana/Knox", "en", "US"),
        ("America/Toronto", "en", "CA"),
        ("Australia/Sydney", "zh", "AU"),
        ("Pacific/Auckland", "en", "NZ"),
        ("Asia/Tokyo", "en", "INTL"),
        ("Africa/Lagos", "en", "INTL"),
        ("UTC", "zh", "INTL"),
        ("", "en", "INTL"),
    ],
)
def test_a_time_zone_tells_the_region(zone: str, lang: str, region: str) -> None:
    assert region_of(zone, "zh" if lang == "zh" else "en") == region


@pytest.mark.parametrize("zone", ["America/Mexico_City", "America/Sao_Paulo", "America/Argentina/Buenos_Aires"])
def test_latin_america_is_not_sent_to_the_united_states(zone: str) -> None:
    assert region_of(zone, "en") == "INTL"
