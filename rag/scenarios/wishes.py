"""What a text likes and dislikes: interests, what to avoid, indoors or outdoors."""

from __future__ import annotations

import re
from typing import NamedTuple

from rag.scenarios.reading import BLANK, Reader, clean, refuse
from rag.scenarios.vocabulary import INTEREST

MAX_WORDS = 30
MAX_LENGTH = 60


class Wishes(NamedTuple):
    """Interests and things to avoid in the user's words, in the order of the text; `indoor` is None when open."""

    interests: tuple[str, ...]
    avoid: tuple[str, ...]
    indoor: bool | None


def find_wishes(reader: Reader) -> Wishes:
    """The wishes in what is left of the text, taken out of it: first what is negated, so that it is no interest."""
    avoid = _find_dislikes(reader)
    indoor = next((not side for side in map(_setting, avoid) if side is not None), _find_indoor(reader))
    likes = _find_likes(reader)
    return Wishes(
        unique([word for word in likes if _setting(word) is None]),
        unique([word for word in avoid if _setting(word) is None]),
        indoor,
    )


def unique(words: list[str]) -> tuple[str, ...]:
    """The first 30 different words, spaces tidied, in order."""
    kept: dict[str, str] = {}
    for word in words:
        if tidy := " ".join(word.split()):
            kept.setdefault(tidy.casefold(), tidy)
    return tuple(kept.values())[:MAX_WORDS]


_NOTHING = ("none", "nothing", "无", "没有")
"""How a form or a flag says that a text's words do not count."""


def parse_words(value: object, field: str) -> tuple[str, ...]:
    """The words a form or a flag gives: a list, or a text parted by commas. Raises InputError for anything else."""
    if isinstance(value, str) and value.strip().lower() in _NOTHING:
        return ()
    words = re.split(r"[,，、;；\n]", value) if isinstance(value, str) else value
    if isinstance(words, list | tuple) and len(words) <= MAX_WORDS:
        texts = [clean(word) for word in words if isinstance(word, str) and len(word) <= MAX_LENGTH]
        if len(texts) == len(words):
            return unique(texts)
    raise refuse(
        field,
        value,
        en=f"“{{}}” cannot be used for {field}; give at most {MAX_WORDS} words of up to {MAX_LENGTH} characters.",
        zh=f"“{{}}”不能用；请给出最多 {MAX_WORDS} 个词，每个不超过 {MAX_LENGTH} 个字。",
    )


def parse_indoor(value: object) -> bool | None:
    """True for indoors, False for outdoors, None for either. Raises InputError, field "indoor", for anything else."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in _SPOKEN:
        return _SPOKEN[value.strip().lower()]
    raise refuse(
        "indoor",
        value,
        en="“{}” is neither indoors nor outdoors; give “indoors”, “outdoors” or “either”.",
        zh="“{}”既不是室内也不是户外；请写“室内”“户外”或“都可以”。",
    )


# Indoors or outdoors

_SPOKEN: dict[str, bool | None] = (
    dict.fromkeys(("室内", "indoor", "indoors", "true", "yes"), True)
    | dict.fromkeys(("户外", "室外", "outdoor", "outdoors", "false", "no"), False)
    | dict.fromkeys(("", "都可以", "不限", "either", "any"), None)
)
_INSIDE = re.compile(r"室内|\bindoors?\b", re.ASCII)
_OUTSIDE = re.compile(r"户外|室外|露天|\boutdoors?\b|\boutside\b|\bopen[- ]air\b", re.ASCII)
_RAIN = re.compile(r"(?:会|要)?下雨|雨天|\brain(?:y|ing|s)?\b", re.ASCII)
_SUN = re.compile(r"晒(?:晒)?太阳|\bsunbath|\bin the sun\b", re.ASCII)
_UNLESS = re.compile(
    r"(?:万一|如果|要是|假如|不|没|\bif it(?: should)?|\bif|\bin case(?: of| it)?|\bunless it|\bnot?)\s?$", re.ASCII
)


def _setting(words: str) -> bool | None:
    inside, outside = bool(_INSIDE.search(words.lower())), bool(_OUTSIDE.search(words.lower()))
    return None if inside == outside else inside


def _find_indoor(reader: Reader) -> bool | None:
    """Indoors, outdoors or None: an "if it rains" asks for a backup, not for a roof."""
    said = {
        side
        for pattern, side in ((_INSIDE, True), (_RAIN, True), (_OUTSIDE, False), (_SUN, False))
        for match in reader.find(pattern)
        if not _UNLESS.search(reader.left[max(0, match.start() - 12) : match.start()])
    }
    return said.pop() if len(said) == 1 else None


# Dislikes

_NOT = (
    r"(?:不太?(?:怎么|是很|是太|大|会)?|不是(?:很|太)|没那么|从不"
    r"|\b(?:(?:does|do|did|is|are|am)(?:n't| not)|i'm not|not|never)\s(?:really |much |a |so |that |very |too )?)"
)
_DISLIKE = re.compile(
    rf"(?<!不)(?:{_NOT}(?:喜欢|喜爱|爱|想|能|可以|吃|喝|要|去|看|玩|碰|逛|沾"
    r"|(?:like|likes|love|loves|enjoy|want|eat|drink|into|fan of|fond of|keen on)\b)"
    r"|(?<![特分区类差级离个性告])别(?![的人墅处具名致])|避开|避免|拒绝|讨厌|反感|厌恶|受不了|忌口?|害怕|(?<![恐哪])怕|恐惧"
    r"|\b(?:hates?|dislikes?|can't stand|cannot stand|avoid(?:s|ing)?|(?:allergic|averse) to"
    r"|(?:afraid|scared|tired|sick) of|fear of|without|nothing|no)\b)",
    re.ASCII,
)
_ABOUT = re.compile(
    r"对(?P<allergy>[\u4e00-\u9fff]{1,6}?)(?:严重|有点|会|都)?过敏"
    r"|(?P<also>[\u4e00-\u5bf8\u5bfa-\u9fff]{1,4}?)(?:严重|有点|会)?过敏"
    r"|(?:对|对于)(?P<bored>[\u4e00-\u9fff]{1,8}?)(?:不太?感兴趣|没有?兴趣|无感)"
    r"|\b(?P<cannot>[a-z]{3,12})[- ](?:intolerant|intolerance|allergy|allergies)\b"
    r"|除了(?P<but>[\u4e00-\u9fff]{1,8}?)(?:以外|之外)?[,\s]?(?:什么|别的|其他)?(?:都|均)"
)
_NO_DISLIKE_AFTER = re.compile(
    r"\s?(?:紧|求|忘|问|告诉|超过|超出|迟到|让|再|不|错|多|过(?!山)|同|知道|用|着急|担心|管|客气|介意|出来|到"
    r"|(?:budget|problem|idea|more|one|need|rush|matter|preference|limit|worries|later|specific|particular)s?\b)"
)
_FIXED = (
    (re.compile(r"恐高症?|\b(?:(?:fear|afraid|scared) of heights|acrophobic?)\b", re.ASCII), ""),
    (re.compile(r"(?:不太?(?:能|会|想|爱|喜欢)?|别|戒|忌)喝?酒(?![店吧])|滴酒不沾|酒精过敏"), "酒"),
    (
        re.compile(
            r"\b(?:does|do|can)(?:n't|'t| not) drink(?: alcohol)?\b(?! [a-z])|\bno (?:alcohol|drinking)\b"
            r"|\balcohol[- ]free\b|\b(?:sober|teetotal(?:ler)?)\b",
            re.ASCII,
        ),
        "alcohol",
    ),
    (re.compile(r"吃素|素食(?:主义)?者?|不(?:能|想|爱)?吃肉"), "肉"),
    (re.compile(r"\b(?:vegetarians?|vegans?|do(?:es)?(?:n't| not) eat meat|no meat|meat[- ]free)\b", re.ASCII), "meat"),
)
"""What is avoided without being named; an empty word keeps the user's own."""


def _find_dislikes(reader: Reader) -> list[str]:
    found: list[tuple[int, str]] = []
    for pattern, word in _FIXED:
        for match in reader.find(pattern):
            own = reader.take(*match.span())
            found.append((match.start(), word or own))
    for match in reader.find(_ABOUT):
        found += [
            (start, reader.words(start, end))
            for start, end in _trim(reader, *match.span(match.lastgroup or 0), eaten=True)
        ]
        reader.take(*match.span())
    for match in reader.find(_DISLIKE):
        if BLANK not in reader.left[slice(*match.span())] and not _NO_DISLIKE_AFTER.match(reader.left, match.end()):
            pieces = _pieces(reader, match.end(), eaten=True)
            found += [(start, reader.take(start, end)) for start, end in pieces]
            reader.take(*match.span())
    return [word for _, word in sorted(found)]


# Likes

_LIKE = re.compile(
    r"(?:喜欢|喜爱|热爱|酷爱|偏爱|钟爱|最爱|超爱|痴迷|热衷于?|爱好[是有:]?|兴趣[是有:]|迷上了?"
    r"|(?<![可恋亲热相真敬心博关疼恩做])爱(?![人情心好恋]))(?![我她他你您的上])"
    r"|想(?:一起)?(?:去|吃|看|玩|逛|体验|试试|学|尝试|尝尝|喝)"
    r"|(?<!would )(?<!'d )\b(?:likes?|loves?|enjoys?|(?:is|am|are|be|really|very|'s|'re|'m) into|fond of|fan of|keen on"
    r"|interested in|adores?|prefers?|passionate about|interests?(?: are|:)|hobbies(?: are|:))(?=[\s:])",
    re.ASCII,
)
_INTERESTED = re.compile(r"对(?P<what>[\u4e00-\u9fff、]{1,16}?)(?:也|都|很|特别|比较|非常|最|挺)?感兴趣")


def _find_likes(reader: Reader) -> list[str]:
    found: list[tuple[int, str]] = []
    for match in reader.find(_INTERESTED):
        pieces = _pieces(reader, match.start("what"), eaten=False, end=match.end("what"))
        found += [(start, reader.take(start, end)) for start, end in pieces]
    for match in reader.find(_LIKE):
        if BLANK not in reader.left[slice(*match.span())]:
            pieces = _pieces(reader, match.end(), eaten=False)
            found += [(start, reader.take(start, end)) for start, end in pieces]
    for match in reader.find(INTEREST):
        found.append((match.start(), reader.take(*match.span())))
    return [word for _, word in sorted(found)]


# Lists: 猫、安静的地方和展览

_SPLIT = re.compile(r"和(?![服牛平风])|[跟与、,/&+]|以及|还有|或者?|\b(?:and|or|as well as|plus)\b", re.ASCII)
_AND = re.compile(r"\b(?:and|or)\b", re.ASCII)
_STOP = re.compile(
    rf"[.。!?;\n()（）“”\"{BLANK}]|但|可是|不过|然而|而且|所以|因为|预算|我们|帮我|请|想|希望|安排|推荐|喜欢|讨厌|(?<!可)爱(?=[吃看喝玩听逛])|不|别"
    r"|\b(?:but|so|because|we|i|she|he|they|my|please|budget|plan|with|for|on|at|in|who|that|which|while|if|when|not"
    r"|loves?|likes?|hates?|don't|doesn't|is|are)\b",
    re.ASCII,
)
_CLAUSE = re.compile(
    r"\s?(?:[我她他你]|ta\b|在|去|要|最好|可以|能|有|时间|城市|一起|从|约|两个?人"
    r"|(?:the|a date|let|can|could|from|around|near|just|maybe|want|looking|need|make|keep)\b)"
)
_LEAD = re.compile(
    r"(?:[我她他你]们?|很|非常|特别|比较|一些|一点|各种|所有|任何|那种|这种|那么|这么|过于|去|来|到|有|要|是|太(?!阳)|的|了|着|安排|选|带|推荐"
    r"|(?:to|the|a|an|any|some|all|very|really|too|going|go|doing|do|eating|eat|drinking|drink|watching|watch|visiting"
    r"|visit|playing|play|listening|of|things like)\s)"
)
_LEAD_VERB = re.compile(r"[吃喝看听玩逛打做学养](?=[\u4e00-\u9fff]{2})|[吃喝](?=[a-z])")
_EATEN = re.compile(r"[吃喝](?=.)")
_TAIL = re.compile(
    r"(?:的(?:地方|东西|活动|食物|菜|店|餐厅|环境|氛围|场所|人|事|感觉)|之类的?|等等?|什么的|类的?|的|了|啊|呀|吧|哦|呢"
    r"|\s(?:places?|stuff|things?|a lot|very much|activities|activity|spots?))\s?$"
)
_EMPTY = re.compile(
    "[你我她他它]去?|什么|一个|一下|约会|地方|[人吃喝玩去做看逛学饭点就都也个]|一起|[这那]里|一次"
    "|it|her|him|you|me|us|them|this|these|those|dates?|places|food"
)
_LONGEST_ZH, _LONGEST_EN, _CLAUSE_LENGTH = 12, 30, 80


def _pieces(reader: Reader, start: int, *, eaten: bool, end: int | None = None) -> list[tuple[int, int]]:
    """Spans of the words listed from `start` to the end of the clause, over commas while the words stay short."""
    if end is None:
        stop = _STOP.search(reader.left, start, start + _CLAUSE_LENGTH)
        end = stop.start() if stop else min(len(reader.left), start + _CLAUSE_LENGTH)
    spans: list[tuple[int, int]] = []
    while start < end:
        split = _SPLIT.search(reader.left, start, end)
        spans += _trim(reader, start, split.start() if split else end, eaten=eaten)
        if split is None or (split[0] == "," and _is_clause(reader.left, split.end(), end, strict=eaten)):
            break
        start = split.end()
    return spans


def _is_clause(text: str, start: int, end: int, *, strict: bool) -> bool:
    """Whether what follows a comma is a new statement rather than one more word of the list.

    When `strict`, it is unless an "and" is still to come: 不喜欢人多，安静的咖啡馆最好 must not shun quiet cafés.
    """
    if strict and not _AND.search(text, start, end):
        return True
    split = _SPLIT.search(text, start, end)
    words = text[start : split.start() if split else end].strip()
    return bool(_CLAUSE.match(text, start)) or len(words) > (18 if words.isascii() else 4)


def _trim(reader: Reader, start: int, end: int, *, eaten: bool) -> list[tuple[int, int]]:
    """The span without filler; where it is long, the words of the vocabulary inside it; none where it is empty."""
    start, end = _without_filler(reader.left, start, end)
    verb = (_EATEN if eaten else _LEAD_VERB).match(reader.left, start, end) or _LEAD_VERB.match(reader.left, start, end)
    start = verb.end() if verb else start
    words = reader.left[start:end]
    longest = _LONGEST_EN if words.isascii() else _LONGEST_ZH
    known = [(start + found.start(), start + found.end()) for found in INTEREST.finditer(words)]
    if len(known) > 1 or (known and (len(words) > longest // 2 or "的" in words)):
        return known
    usable = 0 < len(words) <= longest and not _EMPTY.fullmatch(words) and any(map(str.isalpha, words))
    return [(start, end)] if usable else []


def _without_filler(text: str, start: int, end: int) -> tuple[int, int]:
    for _ in range(5):
        while start < end and text[start].isspace():
            start += 1
        while start < end and text[end - 1].isspace():
            end -= 1
        lead, tail = _LEAD.match(text, start, end), _TAIL.search(text[start:end])
        if lead and lead.end() < end:
            start = lead.end()
        elif tail and tail.start() > 0:
            end = start + tail.start()
        else:
            break
    return start, end
