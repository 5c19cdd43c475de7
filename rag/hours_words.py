"""The words of opening hours, in Chinese and English: text to tokens, and a token to days, dates or minutes."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from typing import Literal, NamedTuple

DAY = 1440
EVERY_DAY = tuple(range(7))
Span = tuple[int, int]

ZH_DAYS = "一二三四五六日"
EN_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EN_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
SEASONS = {"春": {3, 4, 5}, "夏": {6, 7, 8}, "秋": {9, 10, 11}, "冬": {12, 1, 2}}
ALL_MONTHS = frozenset(range(1, 13))
_ZH_DAY = r"(?:周|星期|礼拜)[一二三四五六日天]"
_EN_DAY = (
    r"(?:mon(?:days?)?|tue(?:s(?:days?)?)?|wed(?:s|nesdays?)?|thu(?:r(?:s(?:days?)?)?)?|fri(?:days?)?"
    r"|sat(?:urdays?)?|sun(?:days?)?|mo|tu|we|th|fr|sa|su)\b\.?"
)
_EN_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_CLOSED = r"闭馆|闭园|闭店|店休|公休|休馆|休园|休息|放假|歇业|停业|不营业|不开放|不开门|除外|except|closed|off\b"
_LAST_ENTRY = (
    r"后?停止(?:入场|入园|入馆|进馆|进场|售票|检票|点餐|点单)|(?:最晚|最后|截止)(?:入场|入园|入馆|点餐|点单)"
    r"|last\s+(?:entry|admission|orders?|seating)(?:\s+at)?"
)
_LABELS = (
    r"营业时间|营业时段|开放时间|对外开放|照常营业|营业|开放|早餐|午餐|晚餐|早市|午市|晚市|早点|正餐|宵夜|夜宵|下午茶"
    r"|早茶|全年无休|全年|时间|每逢|逢|每(?=周|星期|礼拜)|breakfast|brunch|lunch|dinner|open(?:ing)?\b|hours?\b"
    r"|from\b|on\b|and\b|year[ -]round|及|和|与"
)
_TOKEN = re.compile(
    rf"""
    (?P<skip>{_LABELS}|[\s,、()\[\]&/:·]+)
  | (?P<stop>[;。|])
  | (?P<all_day>24\s*/\s*7|24\s*(?:小时|hours?|hrs?|h\b)|全天候?|全日|around\ the\ clock|all\ day)
  | (?P<closing>非营业时[段间]|closed\ during)
  | (?P<holiday_open>(?:国家|法定)*(?:节假日|假日)(?:照常(?:营业|开放)|正常(?:营业|开放)|不休息?|无休))
  | (?P<holiday_except>(?:国家|法定)*(?:节假日|假日)除外|except\ (?:on\ )?(?:public|bank|national)?\ ?holidays?)
  | (?P<last_entry>{_LAST_ENTRY})
  | (?P<closed>{_CLOSED})
  | (?P<holiday>(?:国家|法定)*(?:节假日|假日)|(?:public|bank|national)\ holidays?|holidays?|ph\b)
  | (?P<days>每[天日]|天天|daily|every\ ?day|(?:7|seven)\ days(?:\ a\ week)?
      |工作日|平日|week\ ?days?|周末|双休日|week\ ?ends?
      |(?:{_ZH_DAY}|{_EN_DAY})\s*-\s*(?:{_ZH_DAY}|{_EN_DAY}|[一二三四五六日天](?!点))|{_ZH_DAY}[一二三四五六日天]*|{_EN_DAY})
  | (?P<date>(?P<y1>\d{{4}})[-./年](?P<m1>\d{{1,2}})[-./月](?P<d1>\d{{1,2}})[日号]?
      (?:\s*-\s*(?:(?P<y2>\d{{4}})[-./年])?(?:(?P<m2>\d{{1,2}})[-./月])?(?P<d2>\d{{1,2}})(?![\d:])[日号]?)?)
  | (?P<month_day>(?P<m3>\d{{1,2}})月(?P<d3>\d{{1,2}})[日号]
      (?:\s*-\s*(?:次年|翌年)?(?:(?P<m4>\d{{1,2}})月)?(?P<d4>\d{{1,2}})[日号])?)
  | (?P<months>\d{{1,2}}月份?(?:\s*-\s*(?:次年|翌年)?\d{{1,2}}月份?)?|{_EN_MONTH}(?:\s*-\s*{_EN_MONTH})?)
  | (?P<season>[春夏秋冬](?:季|天|(?=[、春夏秋冬季])))
  | (?P<season_label>[旺淡]季)
  | (?P<time>(?P<next>次日|翌日|第二天|next\ day)?\s*
      (?P<part>凌晨|清晨|早上|早晨|早|上午|中午|下午|午后|傍晚|晚上|晚间|晚)?\s*
      (?P<hour>\d{{1,2}}|十[一二]?|[一二两三四五六七八九](?=点))
      (?:\s*(?::\s*(?P<minute>\d{{2}})(?::00)?|\.(?P<dotted>\d{{2}})(?=\s*[ap]m)|(?P<zh_hour>[点时])(?P<zh_minute>半|\d{{1,2}}分?|整)?))?
      (?![\d:])\s*(?P<half>[ap]m\b)?|noon\b|midnight\b)
  | (?P<range>-)
    """,
    re.VERBOSE,
)  # fmt: skip


class Unclear(ValueError):
    """The text is not surely understood."""


class Token(NamedTuple):
    kind: str
    text: str
    groups: dict[str, str | None]


class Clock(NamedTuple):
    """Minutes after midnight; `form` is how they were written.

    sure: only one reading; clock: 9:00, that may be before or after noon; bare: a number alone. `half` is "am" or "pm"
    when the words said so, `next_day` when they said the day after.
    """

    minutes: int
    form: Literal["sure", "clock", "bare"]
    half: str
    next_day: bool


def plain(text: str) -> str:
    """`text` with one width, case and dash; every way of writing "from … to …" becomes "-"."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = re.sub(r"\b([ap])\.\s?m\.?", r"\1m", text)
    text = re.sub(r"(周|星期|礼拜)([1-7])(?![\d:点])", lambda m: m[1] + ZH_DAYS[int(m[2]) - 1], text)
    text = re.sub(r"[–—―−‐‑~〜至到]|\b(?:to|through|thru|until|till)\b", "-", text)
    text = re.sub(r"除了?([^;。]{1,12}?)以?外", r"\1除外", text)
    return re.sub(r"[ \t]*\n[ \t]*", ";", re.sub(r"-[-\s]*", "-", text).strip().strip(".。"))


def tokens_of(text: str) -> list[Token]:
    """The tokens of plain `text` without fillers; raises Unclear at the first word that is not known."""
    tokens, position = [], 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise Unclear(text[position:])
        position, kind = match.end(), match.lastgroup or ""
        if kind != "skip":
            tokens.append(Token(kind, match[0], match.groupdict()))
    return tokens


def days_of(text: str) -> set[int]:
    """The weekdays (0 is Monday) that a `days` token names."""
    if re.match(r"每|天天|daily|every|7|seven", text):
        return set(EVERY_DAY)
    if re.match(r"工作日|平日|week ?days?$", text):
        return set(range(5))
    if re.match(r"周末|双休日|week ?ends?$", text):
        return {5, 6}
    if "-" in text:
        first, last = re.split(r"\s*-\s*", text)
        return around(weekday_of(first), weekday_of(last), 0, 7)
    if text[0].isascii():
        return {weekday_of(text)}
    return {weekday_of(character) for character in re.sub("周|星期|礼拜", "", text, count=1)}


def weekday_of(word: str) -> int:
    """The weekday, 0 is Monday, that ends a Chinese word or begins an English one."""
    if word[0].isascii():
        return next(number for number, name in enumerate(EN_DAYS) if name.startswith(word[:2]))
    return ZH_DAYS.index(word[-1].replace("天", "日"))


def month_of(word: str) -> int:
    """The month, 1 to 12, of "3月" or "March"; raises Unclear."""
    number = int(word.rstrip("份").rstrip("月")) if word[0].isdigit() else EN_MONTHS.index(word[:3]) + 1
    if not 1 <= number <= 12:
        raise Unclear(word)
    return number


def around(first: int, last: int, lowest: int, size: int) -> set[int]:
    """The numbers from `first` to `last`, going round after `lowest + size - 1`."""
    return {(first - lowest + step) % size + lowest for step in range((last - first) % size + 1)}


def whole_months(groups: dict[str, str | None]) -> tuple[int, int]:
    """First and last month of "4月1日-10月31日"; only whole months can be a rule."""
    first, last = int(groups["m3"] or 0), int(groups["m4"] or 0)
    if not (1 <= first <= 12 and 1 <= last <= 12 and groups["d3"] in ("1", "01")):
        raise Unclear("part of a month")
    if int(groups["d4"] or 0) not in (calendar.monthrange(2027, last)[1], calendar.monthrange(2028, last)[1]):
        raise Unclear("part of a month")
    return first, last


def dates_of(token: Token, default_year: int | None) -> tuple[dt.date, dt.date]:
    """First and last date of a `date` or `month_day` token; raises Unclear for dates that do not exist."""
    number = {name: int(value) for name, value in token.groups.items() if value and re.fullmatch(r"[ymd]\d", name)}
    if token.kind == "month_day":
        if default_year is None:
            raise Unclear(token.text)
        number |= {"y1": default_year} | {f"{part}{n - 2}": number[f"{part}{n}"] for part in "md" for n in (3, 4)
                                          if f"{part}{n}" in number}  # fmt: skip
    try:
        first = dt.date(number["y1"], number["m1"], number["d1"])
        if "d2" not in number:
            return first, first
        last = dt.date(number.get("y2", first.year), number.get("m2", first.month), number["d2"])
        if last < first and "y2" not in number:
            last = last.replace(year=last.year + 1)
    except ValueError as error:
        raise Unclear(token.text) from error
    if last < first:
        raise Unclear(token.text)
    return first, last


_ZH_HOURS = {word: hour for hour, word in enumerate((*"一二三四五六七八九十", "十一", "十二"), 1)} | {"两": 2}
_PARTS = {  # hours on a 12-hour dial that the word allows, and what it adds to them
    "凌晨": (range(7), 0), "清晨": (range(4, 12), 0), "早": (range(4, 12), 0), "上午": (range(4, 12), 0),
    "中午": (range(11, 13), 0), "下午": (range(1, 8), 12), "午后": (range(1, 8), 12), "傍晚": (range(4, 8), 12),
    "晚": (range(5, 13), 12),
}  # fmt: skip


def clock_of(token: Token) -> Clock:
    """The time of a `time` token; raises Unclear for 25:70 or 上午9pm."""
    groups, word = token.groups, token.text
    if word in ("noon", "midnight"):
        return Clock(720 if word == "noon" else 0, "sure", "", False)
    digits = groups["hour"] or ""
    hour = _ZH_HOURS.get(digits) or int(digits)
    minute_word = groups["minute"] or groups["dotted"] or (groups["zh_minute"] or "").rstrip("分")
    minute = {"": 0, "整": 0, "半": 30}.get(minute_word) if not minute_word.isdigit() else int(minute_word)
    if minute is None or minute > 59 or hour > 30:
        raise Unclear(word)
    half, next_day = groups["half"] or "", bool(groups["next"])
    if half:
        if groups["part"] or not 1 <= hour <= 12:
            raise Unclear(word)
        return Clock(hour % 12 * 60 + minute + (720 if half == "pm" else 0), "sure", half, next_day)
    if groups["part"]:
        return Clock(_hour_of_part(groups["part"], hour, word) * 60 + minute, "sure", _half(groups["part"]), next_day)
    bare = not (groups["minute"] or groups["dotted"] or groups["zh_hour"])
    sure = not bare and (hour >= 13 or digits.startswith("0") or next_day)
    return Clock(hour * 60 + minute, "bare" if bare else "sure" if sure else "clock", "", next_day)


def _half(part: str) -> str:
    return "pm" if part[0] in "下午傍晚" else ""


def _hour_of_part(part: str, hour: int, word: str) -> int:
    allowed, added = _PARTS.get(part) or _PARTS[part[0]]
    if hour >= 13 and added == 12 and hour <= 24:
        return hour
    if hour == 12 and part == "凌晨":
        return 0
    if part == "中午" and hour == 1:
        return 13
    if hour not in allowed:
        raise Unclear(word)
    return hour + added


def span_of(start: Clock, end: Clock) -> Span:
    """Minutes of an opening; raises Unclear when the two times could mean another span."""
    opens, closes = start.minutes, end.minutes + (DAY if end.next_day and end.minutes <= DAY else 0)
    if start.next_day:
        raise Unclear("starts the next day")
    if start.form == end.form == "bare" and not (opens < closes and closes >= 13 * 60):
        raise Unclear("9-5")
    if start.form != "sure" and end.half and not end.next_day:
        opens, closes = _with_half_of_end(start, end)
    elif end.form != "sure" and start.half == "pm" and opens < closes + 720 < DAY:
        closes += 720
    elif "sure" not in (start.form, end.form) and (opens < 5 * 60 or closes <= opens):
        raise Unclear("12 or 24 hours?")
    elif end.form != "sure" and closes <= opens and start.half:
        raise Unclear("9am-5:00")
    if closes <= opens:
        if opens == closes and opens != 0:
            raise Unclear("an empty or a full day")
        closes += DAY
    if opens >= DAY or closes > 2 * DAY or closes - opens > 2 * DAY:
        raise Unclear("too long")
    return opens, closes


def _with_half_of_end(start: Clock, end: Clock) -> Span:
    """Reads "9-5pm" as 9am to 5pm and "1-5pm" as 1pm to 5pm; "8:00-10pm" could be either."""
    if start.minutes >= 13 * 60:
        return start.minutes, end.minutes
    base = start.minutes % 720
    same, other = (base + 720, base) if end.half == "pm" else (base, base + 720)
    if same < end.minutes and start.form == "clock":
        raise Unclear("8:00-10pm")
    return (same if same < end.minutes else other), end.minutes
