"""Who meets and where: the stage of the relationship, the number of people, the city."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection

from rag.scenarios.reading import EN_NUMBER, Reader, clean, fold, number, refuse
from rag.scenarios.vocabulary import CITIES, STAGE_LABELS, STAGE_WORDS, City
from rag.schema import Language, Stage

MAX_PEOPLE = 20

# The stage

_STAGES = tuple((stage, re.compile(pattern, re.ASCII)) for stage, pattern in STAGE_WORDS)
_NOT_YET = re.compile(r"(?:不是|不算|并非|还没|没有|想|为目的?|\bnot|\bnot (?:my|our|a|yet))\s?$", re.ASCII)


def find_stage(reader: Reader) -> Stage | None:
    """The most specific stage the text speaks of; the words stay in the text."""
    for stage, pattern in _STAGES:
        for match in pattern.finditer(reader.whole):
            if not _NOT_YET.search(reader.whole[max(0, match.start() - 8) : match.start()]):
                return stage
    return None


def parse_stage(value: object) -> Stage:
    """The stage a form or a flag names: its key, or words for it. Raises InputError, field "stage"."""
    if isinstance(value, str) and len(value) <= 100:
        key = re.sub(r"[\s-]+", "_", value.strip().lower())
        for stage, labels in STAGE_LABELS.items():
            if key == stage or value.strip() in labels:
                return stage
        if found := find_stage(Reader(value)):
            return found
    raise refuse(
        "stage",
        value,
        en=f"The stage “{{}}” is not known; give one of {', '.join(STAGE_LABELS)}.",
        zh=f"不认识关系阶段“{{}}”；请用 {'、'.join(zh for zh, _ in STAGE_LABELS.values())} 之一。",
    )


# The people

_COUNT = r"(?P<count>(?<![0-9.第])[0-9]{1,4}|(?<![第几一二两三四五六七八九十百])[二两三四五六七八九十百]{1,4})"
_PEOPLE = re.compile(
    rf"{_COUNT}\s?(?:个?人(?![均次行气])|位(?!置)|个朋友一起|口人)"
    rf"|我们{_COUNT.replace('count', 'we')}(?=个)|(?:我们|咱们?)(?P<few>[俩仨])|(?P<alone>我(?:自己)?一个人|独自)"
    rf"|\b(?P<double>double date|two couples|couples' date)\b|(?P<pairs>[两二2三3])对(?:情侣|夫妻|夫妇)"
    rf"|\b(?P<en>[0-9]{{1,4}}|{EN_NUMBER}) (?:people|persons?|of us|guests|adults)\b"
    rf"|\b(?:party|group|table|dinner) (?:of|for) (?P<party>[0-9]{{1,4}}|{EN_NUMBER})\b"
    rf"|\b(?:for|us) (?P<for>[0-9]{{1,2}}|(?!one)(?:{EN_NUMBER}))\b"
    r"(?!\s?(?:hours?|hrs?|h\b|days?|nights?|weeks?|minutes?|years?|months?|[$%€£:.]|[ap]m"
    r"|yuan|dollars?|bucks|euros?|pounds?|[0-9]|dates?\b|th|st|nd|rd))",
    re.ASCII,
)


def find_people(reader: Reader) -> int | None:
    """The number of people, taken out of the text. Raises InputError when it is over 20."""
    for match in reader.find(_PEOPLE):
        kind = match.lastgroup or ""
        if kind == "double":
            people = 4
        elif kind == "alone":
            people = 1
        elif kind == "pairs":
            people = 2 * (number(match[kind]) or 2)
        else:
            people = number(match[kind]) or 0
        reader.take(*match.span())
        return parse_people(people)
    return None


def parse_people(value: object) -> int:
    """The number of people, 1 to 20, that a form or a flag gives. Raises InputError, field "people"."""
    people: object = value
    if isinstance(value, str) and len(value) <= 40:
        words = fold(value).strip()
        people = number(words)
        if people is None and _PEOPLE.fullmatch(words):
            people = find_people(Reader(words))
    if isinstance(people, float) and people.is_integer():
        people = int(people)
    if isinstance(people, int) and not isinstance(people, bool) and 1 <= people <= MAX_PEOPLE:
        return people
    raise refuse(
        "people",
        value,
        en=f"The number of people “{{}}” cannot be used; give a whole number from 1 to {MAX_PEOPLE}.",
        zh=f"人数“{{}}”不能用；请写 1 到 {MAX_PEOPLE} 的整数。",
    )


# The city

_GOING_TO = re.compile(r"(?:[去来到飞]|\bto|\bvisit(?:ing)?)\s?$", re.ASCII)
_BEING_IN = re.compile(r"(?:[在住]|\bin|\bat|\bnear|\baround|\bdowntown|\bacross)\s?$", re.ASCII)
_COMING_FROM = re.compile(r"(?:从|\bfrom|\bleft)\s?$", re.ASCII)
_NOT_THE_CITY = re.compile(
    r"(?:烤鸭|火锅|小吃|[东西南北中]?[路街]|大道|话|人(?!民)|[菜面]|本地|大学|饭店|风味|\s(?:road|street|university|style|duck|roll|hotdog))"
)


def find_city(reader: Reader, cities: Collection[str], lang: Language) -> str | None:
    """The city of the date, taken out of the text, under its name in `cities` or else in the language of the text.

    A place one goes to counts before one that one is in, that before a mere mention; 北京烤鸭 is a dish.
    """
    pattern, names = _city_names(tuple(sorted(cities)))
    best: tuple[int, int, re.Match[str]] | None = None
    for match in reader.find(pattern):
        before = reader.left[max(0, match.start() - 9) : match.start()]
        if _COMING_FROM.search(before):
            continue
        strength = 3 if _GOING_TO.search(before) else 2 if _BEING_IN.search(before) else 1
        if strength == 1 and _NOT_THE_CITY.match(reader.left, match.end()):
            continue
        if best is None or strength > best[0]:
            best = (strength, match.start(), match)
    if best is None:
        return None
    reader.take(*best[2].span())
    return _canonical(names[best[2][0]], cities, lang)


def parse_city(value: object, cities: Collection[str], lang: Language) -> str:
    """The city a form or a flag gives, as in `cities`, or in the language asked for. Raises InputError when unknown."""
    _, names = _city_names(tuple(sorted(cities)))
    if isinstance(value, str):
        key = " ".join(fold(clean(value)).split())
        for name in (key, key.removesuffix("市"), key.removesuffix(" city")):
            if name in names:
                return _canonical(names[name], cities, lang)
    known = ", ".join(sorted(cities)[:8])
    raise refuse(
        "city",
        value,
        en="The city “{}” is not known; check the spelling, add a catalogue with that city in the column 城市/city, "
        f"or leave it out{f' (known here: {known})' if known else ''}.",
        zh="不认识城市“{}”；请检查写法，或添加一份“城市/city”列里有它的表格，或留空"
        f"{f'（已有：{known}）' if known else ''}。",
    )


@functools.lru_cache(maxsize=8)
def _city_names(cities: tuple[str, ...]) -> tuple[re.Pattern[str], dict[str, City]]:
    """A pattern of every folded name, longest first, and the city each stands for."""
    names = {fold(name): city for city in CITIES for name in (city.zh, city.en, *city.also)}
    for own in cities:
        key = fold(clean(own)).strip()
        if len(key) >= 2:
            names.setdefault(key.removesuffix("市") if len(key) > 2 else key, City(own, own))
    ordered = sorted(names, key=len, reverse=True)
    parts = [rf"\b{re.escape(name)}\b" if name.isascii() else f"{re.escape(name)}市?" for name in ordered]
    return re.compile("|".join(parts), re.ASCII), names | {f"{name}市": city for name, city in names.items()}


def _canonical(city: City, cities: Collection[str], lang: Language) -> str:
    """The name the store uses, preferably in `lang`; else the city's name in `lang`."""
    spellings = {fold(name) for name in (city.zh, city.en, *city.also)}
    spellings |= {f"{name}市" for name in spellings}
    stored = sorted(own for own in cities if fold(clean(own)).strip() in spellings)
    preferred = [own for own in stored if own.isascii() == (lang == "en")]
    return (preferred or stored or [city.zh if lang == "zh" else city.en])[0]
