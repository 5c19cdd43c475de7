"""Reads a chat: JSON, pasted lines with speakers, and what WhatsApp, WeChat and Telegram export or copy.

Export formats as of 2026: WhatsApp's _chat.txt in both its layouts, Telegram Desktop's result.json and its copied
messages, WeChat's copied and forwarded-by-mail messages. The last KEPT messages are kept.
"""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from rag.errors import InputError
from rag.schema import Value

Who = Literal["me", "them"]
Format = Literal["json", "labels", "names", "whatsapp", "wechat", "telegram", "quote", "line"]
LONGEST = 200_000
"""Characters of a chat that are read; a longer one is refused."""
KEPT = 60
_LONGEST_MESSAGE = 2_000
_LONGEST_NAME = 30

_ME = frozenset("我 我说 我发 本人 自己 me i myself mine 我方".split())
_THEM = frozenset(
    "她 他 ta 它 对方 她说 他说 女生 男生 女方 男方 女朋友 男朋友 女友 男友 老公 老婆 前任 前男友 前女友 暗恋对象 "
    "相亲对象 对象 her him he she they them other match crush girlfriend boyfriend wife husband partner ex date".split()
)
_LABEL = re.compile(
    r"^\s*[【\[（(]?(?P<name>[^\s:：\]】）)][^:：\]】）)\n]{0,28}?)[】\]）)]?\s*[:：](?!//)\s?(?P<text>.*)$"
)
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?:[\s\u202f]?[AaPp]\.?[Mm]\.?)?"
_PERIOD = "(?:凌晨|清晨|早上|上午|中午|下午|傍晚|晚上)? ?"
_DAY = r"(?:\d{1,4}[./\-年]\d{1,2}[./\-月]\d{1,4}日?|\d{1,2}月\d{1,2}[日号])"
_DATED = re.compile(
    rf"^\s*(?P<name>[^\s:：][^:：\n]{{0,28}}?)[\s(（\[]+(?:{_DAY}[\s,，]*{_PERIOD}(?:{_CLOCK})?|{_PERIOD}{_CLOCK})[)）\]]?\s*[:：]\s?(?P<text>.*)$"
)
"""A label with the day or the time behind the name."""
_WHATSAPP = re.compile(
    rf"^[\u200e\u200f]*\[?(?P<day>{_DAY}),?[\s\u202f]{_PERIOD}(?P<time>{_CLOCK})\]?(?: -)? (?P<rest>.*)$"
)
_TELEGRAM = re.compile(rf"^(?P<name>[^:：]{{1,60}}), \[(?P<day>{_DAY}) (?P<time>{_CLOCK})\]:?$")
_WECHAT = re.compile(
    rf"^(?P<name>[^\s:：][^:：]{{0,28}}?)[ \u3000\t]+(?:(?P<day>{_DAY})|(?:{_DAY}[ \u3000\t]+)?(?:[昨前今]天|周.|星期.)?[ ]?{_PERIOD}(?P<time>{_CLOCK}))$"
)
_WHEN = re.compile(
    rf"^(?:{_DAY}|昨天|前天|今天|周.|星期.|(?:mon|tues|wednes|thurs|fri|satur|sun)day|yesterday|today)?[ ,，]*(?:at )?{_PERIOD}{_CLOCK}$",
    re.IGNORECASE,
)
"""The line of day and time that stands under a name in copied messages."""
_RULE = re.compile(r"^\s*[—–-]{2,}.*[—–-]{2,}\s*$")
"""The line with the day between messages that WeChat sends by mail."""
_HEADER = re.compile(r"^(?P<name>[^\s:：][^:：]{0,28})[:：]$")
_QUOTED = re.compile(
    r"(?P<who>她|他|ta|TA|对方|女生|男生|女朋友|男朋友|老公|老婆|前任|前男友|前女友|相亲对象|暗恋的?人)[^“”\"‘’'「」『』\n:：]{0,24}"
    r"(?:回|说|发|问|写|来了?一?句|道|答)[^“”\"‘’'「」『』\n]{0,8}[“\"‘'「『](?P<text>[^“”\"‘’「」『』\n]{1,300})[”\"’'」』]"
)
_QUOTED_EN = re.compile(
    r"\b(?P<who>she|he|they|my \w+|her|him)\b[^\"“”\n]{0,40}?\b(?:said|says|replied|replies|texted|texts|wrote|writes|answered|asked|sent|goes|just)\b[^\"“”\n]{0,24}"
    r"[\"“](?P<text>[^\"“”\n]{1,300})[\"”]",
    re.IGNORECASE,
)
_MEDIA = re.compile(
    r"^(?:<[^<>]*(?:omitted|媒体|省略)[^<>]*>|(?:image|video|audio|sticker|GIF|document) omitted|(?:图片|图像|视频|音频|贴图|文档|GIF)已?(?:省略|忽略)|\[(?:图片|照片|Photo|photo|image)\])$",
    re.IGNORECASE,
)
_SYSTEM = re.compile(
    r"end-to-end encrypted|端到端加密|changed the subject|created group|撤回了一条消息|以上是打招呼|你已添加了|以下为新消息|拍了拍|Messages and calls are",
    re.IGNORECASE,
)


class Message(Value):
    """One message; `name` is the speaker's as the chat shows it, "" when it shows none."""

    who: Who
    text: str
    name: str = ""


class Chat(Value):
    """A chat, oldest message first, and what came with it."""

    messages: tuple[Message, ...] = Field(min_length=1)
    format: Format
    stage: str | None = None
    goal: str = ""
    tone: str | None = None

    @property
    def unanswered(self) -> int:
        """How many messages of mine stand after the other's last one."""
        count = 0
        for message in reversed(self.messages):
            if message.who == "them":
                break
            count += 1
        return count

    def names(self) -> tuple[str, ...]:
        """The names the chat shows, without words such as 我 or her."""
        found = dict.fromkeys(message.name for message in self.messages if message.name)
        return tuple(name for name in found if name.lower() not in _ME | _THEM)


def read_chat(source: str | Mapping[str, Any] | Sequence[Any], *, me: str | None = None) -> Chat:
    """The chat in `source`; `me` is the user's own name in it, where it has names.

    Raises InputError for nothing, too much, or what is no chat, saying how one is written.
    """
    if not isinstance(source, str):
        return _limited(_from_json(source, me))
    if len(source) > LONGEST:
        raise InputError(
            en=f"The chat has {len(source):,} characters; give at most {LONGEST:,}, the last days are enough.",
            zh=f"聊天记录有 {len(source):,} 个字；最多 {LONGEST:,} 个字，给最近几天的就够了。",
            field="chat",
        )
    text = _whole(source).lstrip("\ufeff").replace("\r\n", "\n").strip()
    if not text:
        raise _no_chat("The chat is empty", "聊天记录是空的")
    if text[0] in "[{":
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, list | dict):
            return _limited(_from_json(value, me))
        if text[0] == "{":
            raise _no_chat("The chat begins like JSON but cannot be read", "聊天记录像 JSON，但读不出来")
    lines = text.split("\n")
    for form, reader in (
        ("whatsapp", _whatsapp), ("telegram", _telegram), ("wechat", _wechat), ("labels", _labelled),
    ):  # fmt: skip
        turns = list(reader(lines))
        if turns:
            return _limited(_chat(turns, form, me))  # type: ignore[arg-type]
    return _limited(_single(text))


def _whatsapp(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    turns: list[list[str]] = []
    hits = sum(bool(_WHATSAPP.match(line)) for line in lines)
    if not hits or (hits < 2 and len(lines) > 3):
        return
    for line in lines:
        if found := _WHATSAPP.match(line):
            name, border, text = found["rest"].partition(": ")
            if border and not _SYSTEM.search(found["rest"]):
                turns.append([name.strip("\u200e\u202a\u202c ~"), text.strip("\u200e")])
            else:
                turns.append(["", ""])
        elif turns and turns[-1][0]:
            turns[-1][1] += "\n" + line
    yield from ((name, text) for name, text in turns if name)


def _telegram(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield from _headed(lines, _TELEGRAM, least=1)


def _wechat(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    found = list(_headed([line for line in lines if line.strip() and not _RULE.match(line)], _WECHAT, least=1))
    yield from found or list(_headed(lines, _HEADER, least=2)) or _stacked(lines)


def _stacked(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Messages under a line with the name and a line with the time."""
    kept = [line.strip() for line in lines if line.strip()]
    starts = [at - 1 for at, line in enumerate(kept) if at and _WHEN.match(line) and len(kept[at - 1]) <= _LONGEST_NAME]
    if len(starts) < 2 or starts[0] != 0:
        return
    for start, end in itertools.pairwise([*starts, len(kept)]):
        if text := "\n".join(kept[start + 2 : end]):
            yield kept[start], text


def _headed(lines: Sequence[str], header: re.Pattern[str], *, least: int) -> Iterator[tuple[str, str]]:
    """Messages whose speaker stands in a line of its own above the text."""
    if sum(bool(header.match(line.strip())) for line in lines) < least or not header.match(lines[0].strip()):
        return
    name, body = "", list[str]()
    for line in lines:
        if found := header.match(line.strip()):
            if name and any(part.strip() for part in body):
                yield name, "\n".join(body)
            name, body = found["name"].strip(), []
        else:
            body.append(line)
    if name and any(part.strip() for part in body):
        yield name, "\n".join(body)


def _labelled(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Lines such as 我：… and Her: …; a line without a speaker goes on with the message before it."""
    found = [_DATED.match(line) or _LABEL.match(line) for line in lines]
    speakers = Counter(one["name"].strip().lower() for one in found if one)
    known = {name for name in speakers if name in _ME or name in _THEM}
    others = speakers.keys() - known
    if known and len(others) == 1 and (known <= _ME or known <= _THEM):
        known |= others
    if not known and not _converse(speakers, len(lines)):
        return
    turns: list[list[str]] = []
    for line, one in zip(lines, found, strict=True):
        name = one["name"].strip() if one else ""
        if one and (name.lower() in (known or speakers) or speakers[name.lower()] > 1):
            turns.append([name, one["text"]])
        elif turns and line.strip():
            turns[-1][1] += "\n" + line
    yield from ((name, text) for name, text in turns)


def _converse(speakers: Counter[str], lines: int) -> bool:
    """Whether names before colons are people who talk, two of them or a group, and not the fields of a form."""
    if sum(speakers.values()) < max(2, lines // 2):
        return False
    return len(speakers) == 2 or sum(count > 1 for count in speakers.values()) >= 2


def _single(text: str) -> Chat:
    """One message without a speaker, or one quoted in a question about it."""
    quoted = _QUOTED.search(text) or _QUOTED_EN.search(text)
    if quoted:
        return Chat(messages=(Message(who="them", text=quoted["text"].strip()),), format="quote", goal=text)
    if text.count("\n") > 0 or len(text) > 500:
        raise _no_chat("The text names no speakers", "看不出谁说了哪句")
    return Chat(messages=(Message(who="them", text=text),), format="line")


def _from_json(value: Mapping[str, Any] | Sequence[Any], me: str | None) -> Chat:
    about: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
    rows = next(
        (about[key] for key in ("messages", "chat", "history", "turns") if isinstance(about.get(key), list)), None
    )
    if rows is None:
        rows = value if isinstance(value, list) else None
    if not rows:
        raise _no_chat("The JSON holds no list of messages", "JSON 里没有消息列表")
    telegram = any(isinstance(row, Mapping) and row.get("type") == "message" and "from" in row for row in rows)
    turns = [turn for row in rows if (turn := _json_turn(row)) is not None]
    if not turns:
        raise _no_chat("No message of the JSON has a speaker and a text", "JSON 里没有带说话人和文字的消息")
    own = me or _text(about.get("me")) or None
    partner = _text(about.get("name")) if telegram else ""
    if own is None and partner and any(name != partner for name, _ in turns):
        own = next(name for name, _ in turns if name != partner)
    chat = _chat(turns, "telegram" if telegram else "json", own)
    return chat.model_copy(
        update={
            "stage": _text(about.get("stage")) or None, "goal": _text(about.get("goal")),
            "tone": _text(about.get("tone")) or None,
        }
    )  # fmt: skip


def _json_turn(row: Any) -> tuple[str, str] | None:
    if not isinstance(row, Mapping) or row.get("type") == "service" or row.get("role") == "system":
        return None
    name = next(
        (row[key] for key in ("who", "from", "sender", "speaker", "role", "name") if isinstance(row.get(key), str)),
        None,
    )
    body = next((row[key] for key in ("text", "content", "message", "body") if row.get(key) is not None), None)
    if isinstance(body, list):
        body = "".join(
            part if isinstance(part, str) else str(part.get("text", ""))
            for part in body
            if isinstance(part, str | Mapping)
        )
    if not body and (row.get("photo") or row.get("media_type")):
        body = f"[{row.get('media_type') or 'photo'}]"
    if name is None or not isinstance(body, str) or not body.strip():
        return None
    return {"user": "me", "assistant": "them"}.get(name, _whole(name)), _whole(body)


def _chat(turns: Sequence[tuple[str, str]], form: Format, me: str | None) -> Chat:
    kept = [
        (name, text.strip()[:_LONGEST_MESSAGE]) for name, text in turns if text.strip() and not _SYSTEM.search(text)
    ]
    if not kept:
        raise _no_chat("The chat holds no words", "聊天记录里没有文字")
    own = _own_name(kept, me)
    messages = tuple(
        Message(who="me" if name == own or name.lower() in _ME else "them", text=_shown(text), name=name)
        for name, text in kept
    )
    named = form == "labels" and not any(name.lower() in _ME | _THEM for name, _ in kept)
    return Chat(messages=messages, format="names" if named else form)


def _own_name(turns: Sequence[tuple[str, str]], me: str | None) -> str | None:
    """The user's name: the one given, else the one beside “her”, else whoever of two did not write last.

    Raises InputError in a group.
    """
    names = list(dict.fromkeys(name for name, _ in turns))
    if me:
        if me not in names:
            raise InputError(
                en=f"Nobody in the chat is called {me!r}; it has {', '.join(names[:6])}. Give one of them as --me.",
                zh=f"聊天里没有叫 {me!r} 的人，有的是：{'、'.join(names[:6])}；请把其中一个写进 --me。",
                field="me",
            )
        return me
    if any(name.lower() in _ME for name in names):
        return None
    others = [name for name in names if name.lower() not in _THEM]
    if len(names) > 2:
        raise InputError(
            en=f"The chat has {len(names)} speakers ({', '.join(names[:6])}); say with --me which one you are.",
            zh=f"聊天里有 {len(names)} 个人（{'、'.join(names[:6])}）；请用 --me 说明哪个是你。",
            field="me",
        )
    if len(others) == 1 and len(names) == 2:
        return others[0]
    last = turns[-1][0]
    return next((name for name in others if name != last), None)


def _shown(text: str) -> str:
    return "[图片]" if _MEDIA.match(text) else text


def _limited(chat: Chat) -> Chat:
    return chat.model_copy(update={"messages": chat.messages[-KEPT:]})


def _text(value: Any) -> str:
    return _whole(value).strip() if isinstance(value, str) else ""


def _whole(text: str) -> str:
    """`text` without halves of surrogate pairs, which JSON can bring."""
    return text.encode("utf-8", "ignore").decode()


def _no_chat(en: str, zh: str) -> InputError:
    return InputError(
        en=f"{en}; write lines such as “Me: …” and “Her: …”, paste an export, or give a JSON list of who and text.",
        zh=f"{zh}；请写成“我：……”“她：……”这样的行，粘贴导出的聊天记录，或给出带 who 和 text 的 JSON 列表。",
        field="chat",
    )
