"""Help with the next message: whether to write at all, and replies that differ and name nothing of another story."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.emotion import EMOTIONS, EmotionReader, Turn
from rag.errors import InputError
from rag.scenarios.chat_reader import Chat, Message, Who, read_chat
from rag.scenarios.live_chat import LiveHelp
from rag.scenarios.message_acts import ACTS, act_of
from rag.scenarios.reply_bank import fitting_moves, is_foreign, known_words, retrieved_replies
from rag.schema import Emotion, Hit, Language, ReplySet
from tests.fakes import BagOfWordsEmbedder

HAN = re.compile(r"[\u4e00-\u9fff]")
QUESTION = re.compile(r"[?？]")
LETS_GO = {"accept_no", "give_space", "thank", "close_warmly"}
"""The moves that take a no for a no."""
Help = Callable[..., ReplySet]


class Replies:
    """A search that finds the same passages for anything, and remembers what was asked."""

    def __init__(self, *hits: Hit) -> None:
        self.hits = hits
        self.asked: list[tuple[str, Language]] = []

    def __call__(self, text: str, lang: Language) -> Sequence[Hit]:
        self.asked.append((text, lang))
        return self.hits


class Mood(EmotionReader):
    """Reads one mood in everything, and anger where somebody shouts."""

    def __init__(self, label: str, second: str = "neutral") -> None:
        self.label = label
        self.second = second

    def read_all(self, messages: Sequence[tuple[str, Sequence[Turn]]]) -> list[Emotion]:
        labels = ["angry" if "！" in text else self.label for text, _ in messages]
        return [
            Emotion(
                label=label, probability=0.6, second=self.second, second_probability=0.2, cues=(), abstained=False
            )
            for label in labels
        ]  # fmt: skip


@pytest.fixture(scope="module")
def emotions() -> EmotionReader:
    return EmotionReader()


@pytest.fixture
def help_with(emotions: EmotionReader) -> Help:
    """Help for a chat with no reader and, unless others are given, no stored replies."""

    def run(chat: Chat, search: Replies | None = None, *, mood: str | None = None, **options: object) -> ReplySet:
        moods = emotions if mood is None else Mood(mood)
        helper = LiveHelp(moods, BagOfWordsEmbedder(), None, search or Replies())
        return helper.help(chat, **options)  # type: ignore[arg-type]

    return run


def chat(*lines: str, stage: str | None = None, tone: str | None = None) -> Chat:
    """A chat of lines, mine after a “>”: chat("在吗", ">在") are one of theirs and one of mine."""
    messages = tuple(
        Message(who="me" if line.startswith(">") else "them", text=line.removeprefix(">")) for line in lines
    )
    return Chat(messages=messages, format="json", stage=stage, tone=tone)


def stored(text: str, *, document: str = "replies/zh/show.jsonl", locator: str = "row 1") -> Hit:
    return Hit(
        passage_id=1, document=document, title="邀约", locator=locator, text=text, score=0.8, dense=0.7, words=2.0,
        kind="reply",
    )  # fmt: skip


# Whether to write


@pytest.mark.parametrize(
    "last", ["我们不合适，别再联系我了", "别再給我發消息了", "No. Please stop texting me.", "分手吧"]
)
def test_a_final_no_is_respected(help_with: Help, last: str) -> None:
    found = help_with(chat(">再给我一次机会", last))
    assert found.action == "stop"
    assert found.advice
    assert {candidate.move for candidate in found.candidates} <= LETS_GO
    assert not any(QUESTION.search(candidate.text) for candidate in found.candidates)


def test_after_a_no_nothing_of_the_talk_behind_it_is_answered(help_with: Help) -> None:
    found = help_with(chat("please stop texting me", "my sister made a cake lol"), lang="en")
    assert found.action == "stop"
    assert {candidate.move for candidate in found.candidates} <= LETS_GO
    assert not any("sister" in candidate.text for candidate in found.candidates)


def test_to_my_own_message_alone_there_is_nothing_to_answer(help_with: Help) -> None:
    found = help_with(chat(">在吗"))
    assert (found.action, found.candidates) == ("wait", ())


def test_a_reply_to_a_similar_message_is_among_those_that_are_ranked(help_with: Help) -> None:
    exchange = "对方说：今天被领导骂了，好难过\n真诚地回：换我也难过，你说，我听着。"
    found = help_with(chat("今天被领导骂了，好难过"), Replies(stored(exchange)), mood="sad", count=10)
    assert "换我也难过，你说，我听着。" in {candidate.text for candidate in found.candidates}


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(["别再联系我了", "我说真的"], id="last but one"),
        pytest.param(["别再联系我了", "我说真的", "……", "今天好累"], id="first of four"),
        pytest.param([">在吗", "别再联系我了", "🙂"], id="an emoji behind it"),
        pytest.param(["please stop texting me", "lol bye"], id="English"),
    ],
)
def test_a_final_no_counts_wherever_it_stands_among_their_last_messages(help_with: Help, lines: list[str]) -> None:
    assert help_with(chat(*lines)).action == "stop"


@pytest.mark.parametrize("mine", [[">好"], [">好", ">真的不能再谈谈吗"]])
def test_nothing_is_offered_to_whoever_has_already_answered_a_no(help_with: Help, mine: list[str]) -> None:
    found = help_with(chat("我们到此为止吧，不合适", *mine))
    assert (found.action, found.candidates) == ("stop", ())


def test_a_no_of_mine_stops_nobody(help_with: Help) -> None:
    assert help_with(chat(">别再联系我了", "对不起，我刚才话说重了")).action == "reply"


def test_who_takes_up_the_talk_again_is_answered(help_with: Help) -> None:
    assert help_with(chat("别再联系我了", ">好，对不起", "我刚才太冲动了，其实很想你")).action == "reply"


@pytest.mark.parametrize("last", ["改天吧", "我还是不去了", "下次再说", "I can't make it", "maybe another time"])
def test_a_small_no_ends_no_talk_but_is_taken(help_with: Help, last: str) -> None:
    found = help_with(chat(last), count=5)
    assert found.action == "reply"
    assert found.candidates
    assert {candidate.move for candidate in found.candidates} <= LETS_GO


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        pytest.param(["到家了", ">好", ">睡了吗"], 2, id="two"),
        pytest.param(["到家了", ">好", ">睡了吗", ">在吗？？"], 3, id="three"),
        pytest.param([">在吗", ">？"], 2, id="only mine"),
        pytest.param([">hi"] * 60, 60, id="sixty of mine"),
    ],
)
def test_unanswered_messages_mean_waiting(help_with: Help, lines: list[str], count: int) -> None:
    found = help_with(chat(*lines))
    assert (found.action, found.candidates, found.citations) == ("wait", (), ())
    assert str(count) in found.advice


def test_one_unanswered_message_is_no_reason_to_wait(help_with: Help) -> None:
    assert help_with(chat("今天面试没过", ">抱抱")).action == "reply"


@pytest.mark.parametrize("lines", [[">在吗"], [">在吗", ">吃了没"], [">hi", ">are you there"]])
def test_a_chat_of_mine_alone_has_the_moods_of_mine(help_with: Help, lines: list[str]) -> None:
    found = help_with(chat(*lines))
    assert len(found.course) == len(lines)


@pytest.mark.parametrize("last", ["我想一个人静静", "让我缓缓，先别说了", "I need some space"])
def test_who_wants_quiet_gets_one_line_and_then_quiet(help_with: Help, last: str) -> None:
    found = help_with(chat(last))
    assert found.action == "wait"
    assert found.candidates
    assert not any(QUESTION.search(candidate.text) for candidate in found.candidates)


@pytest.mark.parametrize("last", ["晚安", "我先去开会", "good night", "in a meeting"])
def test_who_sleeps_or_works_is_left_alone(help_with: Help, last: str) -> None:
    assert help_with(chat(last)).action == "wait"


# What is offered


@pytest.mark.parametrize("mood", ["happy", "hesitant", "sarcastic", "sad", "angry", "anxious"])
@pytest.mark.parametrize("stage", [None, "dating", "long_term"])
def test_three_replies_differ_in_tone_move_and_words(help_with: Help, mood: str, stage: str | None) -> None:
    found = help_with(chat("今天面试没过，有点懵", stage=stage), mood=mood).candidates
    assert {candidate.tone for candidate in found} == {"light", "sincere", "direct"}
    assert len({candidate.move for candidate in found}) == len({candidate.text for candidate in found}) == 3


@pytest.mark.parametrize("mood", EMOTIONS)
@pytest.mark.parametrize("last", ["改天吧", "我想一个人静静"])
def test_a_no_is_taken_in_any_mood(help_with: Help, mood: str, last: str) -> None:
    found = help_with(chat(last), mood=mood, count=20).candidates
    assert found
    assert {candidate.move for candidate in found} <= LETS_GO


def test_the_best_reply_comes_first_and_each_says_why_and_at_what_risk(help_with: Help) -> None:
    found = help_with(chat("今天面试没过，有点懵"), mood="sad", count=6).candidates
    scores = [candidate.score for candidate in found]
    assert scores == sorted(scores, reverse=True)
    assert all(candidate.why and candidate.risk for candidate in found)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_as_many_replies_come_as_are_wanted(help_with: Help, count: int) -> None:
    assert len(help_with(chat("今天面试没过，有点懵"), mood="sad", count=count).candidates) == count


@pytest.mark.parametrize("count", [0, -3])
def test_no_reply_wanted_gives_none(help_with: Help, count: int) -> None:
    assert len(help_with(chat("今天面试没过，有点懵"), mood="sad", count=count).candidates) == 0


def test_more_replies_than_there_are_come_once_each(help_with: Help) -> None:
    texts = [
        candidate.text for candidate in help_with(chat("今天面试没过，有点懵"), mood="sad", count=1_000).candidates
    ]
    assert 3 < len(texts) < 1_000
    assert len(texts) == len(set(texts))


def test_fewer_replies_are_the_tones_of_the_many(help_with: Help) -> None:
    few, more = (help_with(chat("被领导骂了一下午"), mood="sad", count=count).candidates for count in (3, 6))
    assert set(few) <= set(more)


@pytest.mark.parametrize("tone", ["light", "sincere", "direct"])
def test_the_tone_that_is_asked_for_gains_over_the_others(help_with: Help, tone: str) -> None:
    plain, toned = (
        {
            candidate.text: candidate
            for candidate in help_with(chat("被领导骂了一下午"), mood="sad", count=20, tone=asked).candidates
        }
        for asked in (None, tone)
    )
    gains = {one.tone: round(toned[text].score - one.score, 2) for text, one in plain.items()}
    assert gains == {**dict.fromkeys(("light", "sincere", "direct"), 0.0), tone: 0.4}


def test_the_tone_of_the_chat_counts_where_none_is_asked_for(help_with: Help) -> None:
    asked = help_with(chat("被领导骂了一下午"), mood="sad", tone="direct")
    assert help_with(chat("被领导骂了一下午", tone="direct"), mood="sad").candidates == asked.candidates


@pytest.mark.parametrize("tone", ["poetic", "", "LIGHT"])
def test_a_tone_that_nobody_writes_changes_nothing(help_with: Help, tone: str) -> None:
    last = chat("被领导骂了一下午")
    assert help_with(last, tone=tone).candidates == help_with(last).candidates


def test_the_same_chat_gets_the_same_help(help_with: Help) -> None:
    one, other = (help_with(chat("被领导骂了一下午", ">抱抱", "嗯")) for _ in range(2))
    assert one.model_copy(update={"timings_ms": {}}) == other.model_copy(update={"timings_ms": {}})


def test_the_subject_is_theirs_and_named_as_the_answer_would(help_with: Help) -> None:
    texts = [candidate.text for candidate in help_with(chat("我妈今天住院了，好担心"), mood="sad", count=20).candidates]
    assert any("你妈妈" in text for text in texts)
    assert not any("我妈" in text or "{" in text for text in texts)


@pytest.mark.parametrize("last", ["😂😂😂", "……", "嗯", "今天真的好累"])
def test_where_there_is_no_subject_none_is_made_up(help_with: Help, last: str) -> None:
    found = help_with(chat(last), lang="zh", count=20).candidates
    assert found
    assert not any("{" in candidate.text for candidate in found)


# In which language


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(["今天面试没过，有点懵"], id="Chinese"),
        pytest.param(["my interview went badly, not sure what to do"], id="English"),
        pytest.param(["interview没过，I am 有点懵"], id="mixed"),
        pytest.param(["😭😭😭"], id="emoji"),
        pytest.param(["我们不合适，别再联系我了"], id="no"),
        pytest.param(["在吗", ">hi", ">hello?"], id="unanswered"),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_everything_is_in_the_language_asked_for(help_with: Help, lines: list[str], lang: Language) -> None:
    found = help_with(chat(*lines), lang=lang, count=10)
    own = [candidate.text + candidate.why + candidate.risk for candidate in found.candidates]
    shown = [text for text in (*own, *found.subtext, *found.avoid, found.advice) if text]
    assert shown
    assert {bool(HAN.search(text)) for text in shown} == {lang == "zh"}


@pytest.mark.parametrize(
    ("lines", "lang"),
    [(["被领导骂了一下午"], "zh"), (["they yelled at me all day"], "en"), (["hey", ">你好", "今天下雨了"], "zh")],
)
def test_the_language_is_the_chats_where_none_is_asked_for(help_with: Help, lines: list[str], lang: str) -> None:
    assert {bool(HAN.search(guess)) for guess in help_with(chat(*lines)).subtext} == {lang == "zh"}


# How the message reads


def test_the_course_has_the_others_last_six_messages(help_with: Help) -> None:
    lines = ["哈哈哈太好笑了", ">嗯"] * 9 + ["滚！别再让我看见你！"]
    found = help_with(chat(*lines))
    assert len(found.course) == 6
    assert found.course[-1] == found.emotion
    assert found.course[0].label == "happy"


def test_the_guesses_tell_their_odds_and_that_there_are_others(help_with: Help) -> None:
    found = help_with(chat("滚！别再让我看见你！"))
    first, other, second = found.subtext
    assert f"{round(100 * found.emotion.probability)}%" in first
    assert other.startswith("也可能")
    assert f"{round(100 * found.emotion.second_probability)}%" in second


def test_who_cannot_read_a_message_is_told_to_ask(help_with: Help) -> None:
    found = help_with(chat("嗯"))
    assert found.emotion.abstained
    assert f"{round(100 * found.emotion.probability)}%" in found.advice
    assert "直接问" in found.advice


def test_a_sure_reading_to_answer_comes_without_advice(help_with: Help) -> None:
    found = help_with(chat("对不起对不起，都是我的错，原谅我好不好"))
    assert (found.action, found.emotion.abstained, found.advice) == ("reply", False, "")


@pytest.mark.parametrize(
    "text", ["累" * 2_000, "我今天真的好难过。" * 200, "word " * 400, "😭" * 2_000, "\n" * 50 + "嗯"]
)
def test_a_very_long_message_is_read_too(help_with: Help, text: str) -> None:
    found = help_with(chat(text))
    assert found.emotion.label in EMOTIONS
    assert found.candidates


# Replies of similar exchanges

SHOW = "下周要不要一起去看画展"
EXCHANGE = f"【邀约】\n对方说：{SHOW}\n轻松地回：画展我去，你带路\n真诚地回：好呀，和你一起看我高兴"
FOREIGN = f"【邀约】\n对方说：{SHOW}\n真诚地回：火锅店的包间我订好了，咱们带上外婆"


def test_a_reply_of_a_similar_exchange_is_offered_with_its_source(help_with: Help) -> None:
    found = help_with(chat(SHOW), Replies(stored(EXCHANGE)), mood="hesitant", count=20)
    taken = [candidate for candidate in found.candidates if candidate.move == "retrieved"]
    assert {candidate.text for candidate in taken} <= {"画展我去，你带路", "好呀，和你一起看我高兴"}
    assert taken
    for candidate in taken:
        (number,) = candidate.citations
        source = next(citation for citation in found.citations if citation.id == number)
        assert (source.document, source.locator) == ("replies/zh/show.jsonl", "row 1")
        assert candidate.text in source.excerpt


def test_what_the_bank_says_cites_nothing(help_with: Help) -> None:
    found = help_with(chat(SHOW), Replies(stored(EXCHANGE)), mood="hesitant", count=20)
    assert not any(candidate.citations for candidate in found.candidates if candidate.move != "retrieved")
    cited = [number for candidate in found.candidates for number in candidate.citations]
    assert sorted(set(cited)) == [citation.id for citation in found.citations] == [1]


def test_a_store_without_replies_leaves_the_bank(help_with: Help) -> None:
    found = help_with(chat(SHOW), Replies(), mood="hesitant")
    assert len(found.candidates) == 3
    assert found.citations == ()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("什么标签也没有的一段话", id="no labels"),
        pytest.param("真诚地回：好呀，我在", id="no message"),
        pytest.param(f"对方说：{SHOW}", id="no reply"),
        pytest.param("对方说：滚！谁要一起去看画展！\n真诚地回：好呀，我在", id="another mood"),
        pytest.param("对方说：下周那个画展我看过了\n真诚地回：好呀，我在", id="another act"),
        pytest.param(f"They write: {SHOW}\nWarm: I am here", id="the other language"),
        pytest.param(FOREIGN, id="another story"),
    ],
)
def test_an_exchange_that_does_not_fit_is_left_out(help_with: Help, text: str) -> None:
    found = help_with(chat(SHOW), Replies(stored(text)), mood="hesitant", count=20)
    assert found.candidates
    assert "retrieved" not in {candidate.move for candidate in found.candidates}
    assert found.citations == ()


@pytest.mark.parametrize(
    "lines",
    [["别再联系我了"], ["改天吧"], ["我想一个人静静"], ["到家了", ">好", ">睡了吗"]],
    ids=lambda lines: lines[-1],
)
def test_no_exchange_is_looked_for_where_nothing_may_be_made_of_it(help_with: Help, lines: list[str]) -> None:
    search = Replies(stored(EXCHANGE))
    help_with(chat(*lines), search)
    assert search.asked == []


def test_exchanges_are_looked_for_in_the_language_of_the_answer(help_with: Help) -> None:
    search = Replies()
    help_with(chat("今天面试没过，有点懵"), search, lang="en")
    assert search.asked == [("今天面试没过，有点懵", "en")]


@pytest.mark.parametrize(
    ("reply", "said", "lang", "foreign"),
    [
        pytest.param("火锅店我订好了", "好饿", "zh", True, id="a place of theirs"),
        pytest.param("火锅店我订好了", "那家火锅店好吃吗", "zh", False, id="the same place"),
        pytest.param("我在，你说", "好饿", "zh", False, id="nothing named"),
        pytest.param("晚上8点到", "8点到吗", "zh", True, id="a number, even the same"),
        pytest.param("tell your sister I said hi", "my week was bad", "en", True, id="a sister nobody has"),
        pytest.param("take the time you need", "my week was bad", "en", False, id="plain English"),
        pytest.param("", "", "zh", False, id="nothing"),
    ],
)
def test_a_reply_is_foreign_when_it_names_what_the_chat_does_not(
    reply: str, said: str, lang: Language, foreign: bool
) -> None:
    assert is_foreign(reply, known_words(said, lang), lang) is foreign


def test_each_tone_of_a_passage_is_a_reply_of_its_own() -> None:
    found = retrieved_replies([stored("轻松地回：抱一下\n直接地回：我在，你说\n先别回：等等")], "好累", "zh")
    assert [(one.tone, one.text) for one in found] == [("light", "抱一下"), ("direct", "我在，你说")]


# Anything

TEXT = st.one_of(
    st.text(min_size=1, max_size=40),
    st.sampled_from(
        ["别再联系我了", "嗯", "好的{topic}", "{}", "%s", "晚安", "stop", "😂", "我妈{name}", "\u200b", "0"]
    ),
)
TURNS = st.lists(st.tuples(st.sampled_from(["me", "them"]), TEXT), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(TURNS, st.sampled_from(["zh", "en", None]), st.sampled_from(["light", "x", None]), st.integers(-1, 9))
def test_any_chat_gets_a_valid_answer(
    turns: list[tuple[Who, str]], lang: Language | None, tone: str | None, count: int
) -> None:
    messages = tuple(Message(who=who, text=text) for who, text in turns)
    helper = LiveHelp(EmotionReader(), BagOfWordsEmbedder(), None, Replies())
    found = helper.help(Chat(messages=messages, format="json"), lang=lang, tone=tone, count=count)
    assert len(found.candidates) <= max(count, 0)
    assert len({candidate.text for candidate in found.candidates}) == len(found.candidates)
    assert found.action != "reply" or len(found.subtext) == 3
    assert found.action == "reply" or found.advice
    assert ReplySet.model_validate_json(found.model_dump_json()).action == found.action


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=200), st.builds("我：{}\n她：{}".format, st.text(max_size=40), st.text(max_size=40))))
def test_any_pasted_text_is_a_chat_or_refused_in_both_languages(text: str) -> None:
    try:
        read = read_chat(text)
    except InputError as error:
        refused = [error.in_language(lang) for lang in ("zh", "en")]
    else:
        refused = []
        assert LiveHelp(EmotionReader(), BagOfWordsEmbedder(), None, Replies()).help(read).emotion.label in EMOTIONS
    assert all(refused)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["zh", "en"]))
def test_what_a_chat_says_itself_is_not_foreign(text: str, lang: Language) -> None:
    assert act_of(text)
    if not re.search(r"\d", text):
        assert not is_foreign(text, known_words(text, lang), lang)


# The bank


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_bank_has_replies_of_three_tones_and_moves_for_every_mood_and_act(lang: Language) -> None:
    holes = []
    for mood, act in itertools.product(EMOTIONS, ACTS):
        fitting = [move for move, _ in fitting_moves(lang, mood, act, None, topic=None, name=None)]
        by_tone = [{move.move for move in fitting if move.tone == tone} for tone in ("light", "sincere", "direct")]
        if not any(len(set(moves)) == 3 for moves in itertools.product(*by_tone)):
            holes.append((mood, act))
    assert holes == []
