"""Chats in every form people paste them are read the same, and what is no chat gets one clear sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import InputError
from rag.scenarios.chat_reader import KEPT, LONGEST, Chat, read_chat

Turns = list[tuple[str, str]]


def turns(chat: Chat) -> Turns:
    return [(message.who, message.text) for message in chat.messages]


HELLO: Turns = [("them", "在吗"), ("me", "在\n怎么了"), ("them", "想你")]
HI: Turns = [("them", "hi"), ("me", "hey\nwhat's up"), ("them", "miss you")]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        pytest.param("她：在吗\n我：在\n怎么了\n她：想你", "labels", id="她 and 我"),
        pytest.param("对方: 在吗\n我: 在\n\n怎么了\n对方: 想你\n", "labels", id="对方 and 我"),
        pytest.param("【他说】：在吗\n【我说】：在\n怎么了\n【他说】：想你", "labels", id="brackets"),
        pytest.param("[老公]: 在吗\r\n[本人]: 在\r\n怎么了\r\n[老公]: 想你", "labels", id="square brackets, Windows"),
        pytest.param("小雨：在吗\n阿明：在\n怎么了\n小雨：想你", "names", id="names"),
        pytest.param("小雨 11月19日：在吗\n阿明 11月19日：在\n怎么了\n小雨 11月20日：想你", "names", id="names, days"),
        pytest.param("小雨（20:15）：在吗\n阿明（20:16）：在\n怎么了\n小雨（20:20）：想你", "names", id="names, times"),
        pytest.param(
            "小雨 11月19日\n在吗\n阿明 11月19日\n在\n怎么了\n小雨 11月20日\n想你", "wechat", id="WeChat, day alone"
        ),
        pytest.param(
            "小雨\n昨天 15:04\n在吗\n\n阿明\n周六 15:05\n在\n怎么了\n\n小雨\n15:06\n想你",
            "wechat",
            id="copied, times below",
        ),
        pytest.param("小雨 15:04\n在吗\n阿明 15:05\n在\n怎么了\n小雨 15:06\n想你", "wechat", id="WeChat, time"),
        pytest.param(
            "小雨 2026-11-20 23:59:59\n在吗\n阿明 昨天 0:05\n在\n怎么了\n小雨 星期六 下午 3:06\n想你",
            "wechat",
            id="WeChat, days",
        ),
        pytest.param(
            "—————  2026-11-20  —————\n\n小雨  15:04\n\n在吗\n\n阿明  15:05\n\n在\n怎么了\n\n"
            "—————  2026-11-21  —————\n\n小雨  9:00\n\n想你",
            "wechat",
            id="WeChat, mail",
        ),
        pytest.param("小雨:\n在吗\n阿明:\n在\n怎么了\n小雨:\n想你", "wechat", id="WeChat, names above"),
        pytest.param(
            "2026/11/20 下午3:04 - 消息和通话已进行端到端加密。\n"
            "2026/11/20 下午3:04 - 小雨: 在吗\n2026/11/20 下午3:05 - 阿明: 在\n怎么了\n"
            "2026/11/20 晚上 9:06 - 小雨: 想你",
            "whatsapp",
            id="WhatsApp, Android",
        ),
        pytest.param(
            "[2026/11/20 下午3:04:05] 小雨: 在吗\n[2026/11/20 下午3:05:05] 阿明: 在\n怎么了\n"
            "\u200e[2026/11/20 下午3:06:05] 小雨: 想你",
            "whatsapp",
            id="WhatsApp, iPhone",
        ),
        pytest.param(
            "小雨, [2026/11/20 15:04]\n在吗\n\n阿明, [2026/11/20 15:05]\n在\n怎么了\n\n小雨, [2026/11/20 15:06]\n想你",
            "telegram",
            id="Telegram, copied",
        ),
    ],
)
def test_a_chinese_chat_is_read_in_every_form(text: str, form: str) -> None:
    chat = read_chat(text)
    assert (turns(chat), chat.format) == (HELLO, form)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        pytest.param("Her: hi\nMe: hey\nwhat's up\nHer: miss you", "labels", id="Her and Me"),
        pytest.param(
            "\ufeff(Him): hi\n(I): hey\nwhat's up\n(Him): miss you", "labels", id="Him and I, byte order mark"
        ),
        pytest.param("Anna: hi\nBob: hey\nwhat's up\nAnna: miss you", "names", id="names"),
        pytest.param(
            "Anna 3:04 PM\nhi\nBob 3:05 PM\nhey\nwhat's up\nAnna 3:06 PM\nmiss you", "wechat", id="WeChat, time"
        ),
        pytest.param("Anna:\nhi\nBob:\nhey\nwhat's up\nAnna:\nmiss you", "wechat", id="WeChat, names above"),
        pytest.param(
            "11/20/26, 3:04 PM - Messages and calls are end-to-end encrypted. Tap to learn more.\n"
            "11/20/26, 3:04 PM - Anna: hi\n"
            "11/20/26, 3:05 PM - Bob: hey\nwhat's up\n11/20/26, 3:06 PM - Anna: miss you",
            "whatsapp",
            id="WhatsApp, Android, PM",
        ),
        pytest.param(
            "20.11.26, 15:04 - Anna: hi\n20.11.26, 15:05 - Bob: hey\nwhat's up\n20.11.26, 15:06 - Anna: miss you",
            "whatsapp",
            id="WhatsApp, Android, 24 h",
        ),
        pytest.param(
            "[11/20/26, 3:04:05\u202fPM] Anna: hi\n[11/20/26, 3:05:05\u202fPM] Bob: hey\nwhat's up\n"
            "\u200e[11/20/26, 3:06:05\u202fPM] Anna: \u200emiss you",
            "whatsapp",
            id="WhatsApp, iPhone, PM",
        ),
        pytest.param(
            "[20/11/2026, 15:04:05] ~ Anna: hi\n[20/11/2026, 15:05:05] Bob: hey\nwhat's up\n"
            "[20/11/2026, 15:06:05] ~ Anna: miss you",
            "whatsapp",
            id="WhatsApp, iPhone, 24 h",
        ),
        pytest.param(
            "Anna, [20.11.26 15:04]\nhi\n\nBob, [20.11.26 15:05]:\nhey\nwhat's up\n\nAnna, [20.11.26 15:06]\nmiss you",
            "telegram",
            id="Telegram, copied",
        ),
    ],
)
def test_an_english_chat_is_read_in_every_form(text: str, form: str) -> None:
    chat = read_chat(text)
    assert (turns(chat), chat.format) == (HI, form)


@pytest.mark.parametrize("who", ["who", "from", "sender", "speaker", "role", "name"])
@pytest.mark.parametrize("body", ["text", "content", "message", "body"])
@pytest.mark.parametrize("about", ["messages", "chat", "history", "turns", ""])
def test_json_is_read_whatever_its_keys_are_called(who: str, body: str, about: str) -> None:
    rows = [{who: "her", body: "hi"}, {who: "me", body: "hey\nwhat's up"}, {who: "her", body: "miss you"}]
    value: Any = {about: rows} if about else rows
    for source in (value, json.dumps(value)):
        assert (turns(read_chat(source)), read_chat(source).format) == (HI, "json")


def test_the_user_of_an_assistants_log_is_me_and_its_instructions_are_no_message() -> None:
    rows = [("system", "be kind"), ("user", "hi"), ("assistant", "hello")]
    chat = read_chat([{"role": role, "content": content} for role, content in rows])
    assert turns(chat) == [("me", "hi"), ("them", "hello")]


def test_an_export_of_telegram_is_read_with_its_styled_parts() -> None:
    rows = [
        {"type": "service", "actor": "Anna", "action": "phone_call", "text": ""},
        {"type": "message", "from": "Anna", "text": ["I ", {"type": "bold", "text": "really "}, "do"]},
        {"type": "message", "from": "Bob", "text": "", "photo": "(File not included)"},
        {"type": "message", "from": None, "text": "of a deleted account"},
    ]
    chat = read_chat({"name": "Anna", "type": "personal_chat", "messages": rows})
    assert (turns(chat), chat.format) == ([("them", "I really do"), ("me", "[图片]")], "telegram")


def test_json_may_say_who_the_user_is_and_what_they_want() -> None:
    rows = [{"who": "Bob", "text": "hi"}, {"who": "Anna", "text": "hey"}]
    chat = read_chat({"chat": rows, "me": "Anna", "stage": "dating", "goal": " ask her out ", "tone": "warm"})
    assert turns(chat) == [("them", "hi"), ("me", "hey")]
    assert (chat.stage, chat.goal, chat.tone) == ("dating", "ask her out", "warm")


@pytest.mark.parametrize(
    "media",
    [
        *("<Media omitted>", "\u200eimage omitted", "video omitted", "[图片]", "[Photo]"),
        *("<媒体文件已省略>", "<省略多媒体文件>", "\u200e图片已省略"),
    ],
)  # fmt: skip
def test_pictures_that_were_left_out_are_named(media: str) -> None:
    chat = read_chat(f"[20/11/2026, 15:04:05] Anna: {media}\n[20/11/2026, 15:05:05] Bob: nice")
    assert turns(chat) == [("me", "[图片]"), ("them", "nice")]


@pytest.mark.parametrize(
    "line",
    [
        "20.11.26, 15:04 - Messages and calls are end-to-end encrypted. No one can read them.",
        "20.11.26, 15:04 - 消息和通话已进行端到端加密",
        "20.11.26, 15:04 - Anna changed the subject to: us",
        "20.11.26, 15:04 - Bob: 撤回了一条消息",
        "20.11.26, 15:04 - Anna joined",
    ],
)
def test_lines_of_the_system_are_no_messages(line: str) -> None:
    chat = read_chat(f"{line}\n20.11.26, 15:05 - Anna: hi\n20.11.26, 15:06 - Bob: hey")
    assert turns(chat) == [("me", "hi"), ("them", "hey")]


@pytest.mark.parametrize("label", ["我", "我说", "本人", "自己", "Me", "me", "I", "Myself"])
def test_every_word_for_me_is_me(label: str) -> None:
    assert turns(read_chat(f"{label}: hi\nAnna: hey\n{label}: ok")) == [("me", "hi"), ("them", "hey"), ("me", "ok")]


@pytest.mark.parametrize(
    "label", ["她", "他", "TA", "对方", "女朋友", "老公", "前任", "相亲对象", "Her", "Him", "them", "Date", "Ex"]
)
def test_every_word_for_the_other_is_them(label: str) -> None:
    assert turns(read_chat(f"{label}：hi\nBob：hey")) == [("them", "hi"), ("me", "hey")]


def test_of_two_names_the_one_that_wrote_last_is_the_other() -> None:
    assert turns(read_chat("Anna: hi\nBob: hey")) == [("me", "hi"), ("them", "hey")]
    assert turns(read_chat("Anna: hi\nBob: hey", me="Bob")) == [("them", "hi"), ("me", "hey")]


def test_names_are_those_of_people_and_no_labels() -> None:
    assert read_chat("Anna: hi\nBob: hey").names() == ("Anna", "Bob")
    assert read_chat("我: hi\nAnna: hey").names() == ("Anna",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("我：明天 12:30\n她：好", [("me", "明天 12:30"), ("them", "好")], id="ends in a time"),
        pytest.param("她：几点：三点？\n我：行", [("them", "几点：三点？"), ("me", "行")], id="colon in the text"),
        pytest.param("我：\n她：嗯", [("them", "嗯")], id="nothing said"),
        pytest.param(
            "我：看这个\nhttps://a.b/c\n她：好", [("me", "看这个\nhttps://a.b/c"), ("them", "好")], id="address"
        ),
    ],
)
def test_labelled_lines_keep_their_text(text: str, expected: Turns) -> None:
    assert turns(read_chat(text)) == expected


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("她回我“哦”是什么意思？", "哦"),
        ("我约她吃饭，她说「改天吧」，怎么回", "改天吧"),
        ("相亲对象发了一句'在忙'，我该怎么回？", "在忙"),
        ('She replied "maybe later" — what now?', "maybe later"),
        ("My crush said “haha ok” to my joke", "haha ok"),
    ],
)
def test_a_message_quoted_in_a_question_is_the_chat_and_the_question_its_goal(text: str, quoted: str) -> None:
    chat = read_chat(text)
    assert (turns(chat), chat.goal, chat.format) == ([("them", quoted)], text, "quote")


@pytest.mark.parametrize("text", ["嗯", "ok", "在干嘛呀？", '"x"', "null", "15:04"])
def test_a_single_line_is_a_message_of_the_other(text: str) -> None:
    assert (turns(read_chat(text)), read_chat(text).format) == ([("them", text)], "line")


def test_the_last_messages_are_kept_and_long_ones_cut() -> None:
    chat = read_chat("\n".join(f"我：{number}" for number in range(KEPT + 5)) + "\n她：" + "长" * 5_000)
    assert len(chat.messages) == KEPT
    assert (chat.messages[0].text, len(chat.messages[-1].text)) == ("6", 2_000)


@pytest.mark.parametrize(("text", "count"), [("她：a\n我：b\n我：c", 2), ("我：a\n她：b", 0), ("我：a", 1)])
def test_messages_of_mine_without_an_answer_are_counted(text: str, count: int) -> None:
    assert read_chat(text).unanswered == count


GROUP = "20.11.26, 15:04 - Anna: a\n20.11.26, 15:05 - Bob: b\n20.11.26, 15:06 - Cem: c"


@pytest.mark.parametrize(
    ("source", "me", "field", "part"),
    [
        pytest.param("", None, "chat", "The chat is empty", id="empty"),
        pytest.param("\ufeff \n\u3000\t", None, "chat", "write lines such as", id="blank"),
        pytest.param("我：" + "哈" * LONGEST, None, "chat", "200,002 characters; give at most 200,000", id="huge"),
        pytest.param('{"messages": [', None, "chat", "begins like JSON", id="broken JSON"),
        pytest.param("[" * 100_000, None, "chat", "names no speakers", id="deep JSON"),
        pytest.param('{"a":' * 20_000, None, "chat", "begins like JSON", id="deep JSON of objects"),
        pytest.param("[]", None, "chat", "no list of messages", id="empty list"),
        pytest.param('{"messages": {}}', None, "chat", "no list of messages", id="no list"),
        pytest.param('[1, null, {"who": "me"}]', None, "chat", "has a speaker and a text", id="rows without text"),
        pytest.param({}, None, "chat", "no list of messages", id="empty mapping"),
        pytest.param("我们认识三年\n昨天吵架\n怎么办", None, "chat", "names no speakers", id="Chinese prose"),
        pytest.param("We met in May.\nShe is nice.\nWhat now?", None, "chat", "names no speakers", id="English prose"),
        pytest.param("我：\n她： ", None, "chat", "holds no words", id="only labels"),
        pytest.param("Anna: hi\nBob: hey", "Cem", "me", "is called 'Cem'; it has Anna, Bob", id="--me"),
        pytest.param(GROUP, None, "me", "has 3 speakers (Anna, Bob, Cem); say with --me", id="group"),
    ],
)  # fmt: skip
def test_what_is_no_chat_gets_one_clear_sentence(source: Any, me: str | None, field: str, part: str) -> None:
    with pytest.raises(InputError) as caught:
        read_chat(source, me=me)
    assert part in caught.value.en
    assert caught.value.field == field
    assert caught.value.zh != caught.value.en


def test_a_group_is_read_for_whoever_says_who_they_are() -> None:
    assert turns(read_chat(GROUP, me="Bob")) == [("them", "a"), ("me", "b"), ("them", "c")]


def test_a_group_of_names_before_colons_is_a_chat_and_a_form_is_not() -> None:
    said = turns(read_chat("Ann: hi\nBob: yo\nCem: hey\nAnn: so\nBob: ok", me="Bob"))
    assert said == [("them", "hi"), ("me", "yo"), ("them", "hey"), ("them", "so"), ("me", "ok")]
    with pytest.raises(InputError, match="names no speakers"):
        read_chat("Budget: 500\nCity: Leeds\nDay: Saturday")


def test_lone_surrogates_are_left_out() -> None:
    assert turns(read_chat("我：\ud800hi\n她：yo\udfff")) == [("me", "hi"), ("them", "yo")]
    assert turns(read_chat('[{"who": "me\\ud800", "text": "\\ud800hi"}]')) == [("me", "hi")]
    assert read_chat({"chat": [{"who": "me", "text": "a"}], "goal": "\ud800go"}).goal == "go"


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp")), min_size=1, max_size=40).map(
    str.strip
)
SAID = WORDS.filter(lambda text: text and text[0] not in ":：" and not text.startswith(("<", "[")))
LABELS = st.sampled_from([("我", "她", "："), ("Me", "Her", ": "), ("本人", "对方", ":"), ("me", "Anna", ": ")])


@given(LABELS, st.lists(st.tuples(st.booleans(), SAID), min_size=1, max_size=8))
def test_labelled_lines_are_read_back(labels: tuple[str, str, str], said: list[tuple[bool, str]]) -> None:
    own, other, border = labels
    text = "\n".join(f"{own if mine else other}{border}{line}" for mine, line in [(True, "hi"), *said])
    assert turns(read_chat(text)) == [("me", "hi"), *(("me" if mine else "them", line) for mine, line in said)]


PIECES = [
    *(
        "我",
        "她",
        "Anna",
        "Bob",
        "：",
        ": ",
        "\n",
        " ",
        "[",
        "]",
        "{",
        "}",
        '"',
        "“",
        "”",
        ",",
        "12:30",
        " - ",
        "20.11.26, ",
        "下午3:04",
    ),
    *(
        "她说",
        "She said ",
        "hi",
        "\u200e",
        "\u202f",
        "<Media omitted>",
        "—————",
        '"who"',
        '"text"',
        "null",
        "\ud800",
        "撤回了一条消息",
    ),
]
NAMES = st.sampled_from([None, "", "Anna", "我"])


@given(
    st.one_of(st.text(st.characters(codec=None)), st.lists(st.sampled_from(PIECES), max_size=20).map("".join)), NAMES
)
def test_any_text_is_a_chat_or_an_input_error(text: str, me: str | None) -> None:
    try:
        chat = read_chat(text, me=me)
    except InputError:
        return
    assert all(message.text.strip() for message in chat.messages)


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters(codec=None), max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["who", "from", "role", "text", "content", "type", "messages", "me", "name"]),
            inner,
            max_size=4,
        ),
    ),
)


@given(
    st.one_of(st.lists(VALUES), st.dictionaries(st.sampled_from(["messages", "chat", "me", "name", "goal"]), VALUES))
)
def test_any_json_is_a_chat_or_an_input_error(value: Any) -> None:
    try:
        chat = read_chat(value)
    except InputError:
        return
    assert 1 <= len(chat.messages) <= KEPT
