"""The one flow over a small folder: what goes with a plan comes from the documents and fits the occasion."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.sync import sync
from rag.assistant import Assistant
from rag.scenarios.chat_reader import read_chat
from rag.settings import load_settings
from rag.store import Store
from tests.fakes import BagOfWordsEmbedder

ACTIVITIES = """名称,怎么玩,类型,人均最低,人均最高,币种,最短分钟,最长分钟,室内,适合阶段,兴趣标签,适合时段,数据日期
街边小馆,各点一碗尝两口,meal,20,40,CNY,45,60,yes,dating;long_term,面食,afternoon;evening,2026-11
听一场音乐会,提前十分钟入座,music,40,80,CNY,60,90,yes,dating;long_term,音乐,evening,2026-11
同看一部电影,各自在家同时按播放,film,0,15,CNY,90,120,yes,long_distance,电影,evening,2026-11
睡前念一页书,轮流念给对方听,books,0,0,CNY,20,40,yes,long_distance,书,evening;night,2026-11
沿河走走,走到第二座桥,walk,0,0,CNY,30,60,no,dating;long_term,散步,morning;afternoon;evening,2026-11
"""
GIFTS = """名称,最低价,最高价,币种,场合,适合阶段,为什么合适,数据日期
手写歌词卡,0,20,CNY,纪念日,dating;long_term,一首歌一个日子,2026-11
放大阅读灯,120,200,CNY,生日,long_term,字看清楚了,2026-11
"""
TIPS = {
    "music": "stages: [early, dating]\n---\n# 聊音乐\n## 可以聊\n- 今年听得最多的是哪首？\n- 第一次现场是谁的？\n"
    "## 别这样\n- 别笑话对方的歌单。\n",
    "signing": "stages: [early, dating]\ntopics: [手语, 看展]\naudience: [听障, 聋人]\n---\n# 和听障的TA看展\n"
    "## 可以聊\n- 哪个手势最像画里的人？\n## 别这样\n- 别对着后脑勺说话。\n",
    "rent": "stages: [long_term]\n---\n# 搬到一起之前谈钱\n## 别这样\n- 别把合租当作修补。\n",
}
PLACES = "name,category,city,price_per_person,currency,open_hours\nQuay Tea,cafe,Port Alder,9,GBP,Daily 9:00-22:00\n"


@pytest.fixture
def assistant(tmp_path: Path, embedder: BagOfWordsEmbedder) -> Assistant:
    folder = tmp_path / "documents"
    files = {"activities/a.csv": ACTIVITIES, "gifts/g.csv": GIFTS, "places/p.csv": PLACES}
    files |= {f"tips/{name}.md": f"---\nlang: zh\n{text}" for name, text in TIPS.items()}
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    store = Store(tmp_path / "store")
    sync(folder, store, embedder)
    return Assistant(load_settings(knowledge=folder), store, embedder)


Titles = Callable[[str], list[str]]


@pytest.fixture
def titles(assistant: Assistant) -> Titles:
    return lambda text: [item.title for item in assistant.plan(assistant.understand(text)).items]


def test_topics_for_an_interest_come_from_the_tip_about_it_whatever_its_stage(assistant: Assistant) -> None:
    plan = assistant.plan(assistant.understand("三周年，周六晚上6点，预算500，喜欢音乐"))
    assert plan.request.stage == "long_term"
    assert [point.text for point in plan.topics] == ["今年听得最多的是哪首？", "第一次现场是谁的？"]
    cited = {citation.id: citation.document for citation in plan.citations}
    assert {cited[number] for point in plan.topics for number in point.citations} == {"tips/music.md"}


def test_cautions_are_about_the_evening_not_about_the_lease(assistant: Assistant) -> None:
    plan = assistant.plan(assistant.understand("三周年，周六晚上6点，预算500，喜欢音乐"))
    assert [point.text for point in plan.avoid] == ["别笑话对方的歌单。"]


def test_gifts_fit_the_occasion_and_what_is_left(assistant: Assistant) -> None:
    anniversary = assistant.plan(assistant.understand("三周年，周六晚上6点，预算500"))
    assert [gift.title for gift in anniversary.gifts] == ["手写歌词卡"]
    assert assistant.plan(assistant.understand("约会，周六晚上6点，预算500")).gifts == ()


def test_an_evening_out_has_its_dinner(titles: Titles) -> None:
    assert "街边小馆" in titles("约会，周六晚上6点，预算500，喜欢音乐")


def test_a_long_distance_couple_calls_unless_it_meets(titles: Titles) -> None:
    assert set(titles("异地恋，周六晚上7点，预算100")) == {"同看一部电影", "睡前念一页书"}
    assert not {"同看一部电影", "睡前念一页书"} & set(titles("异地恋见面，周六下午5点，预算300"))


def test_a_budget_without_currency_is_in_that_of_the_citys_places(assistant: Assistant) -> None:
    assert assistant.understand("a date in Port Alder, budget 60").currency == "GBP"
    assert assistant.understand("a date, budget 60").currency == "USD"
    assert assistant.understand("a date in Port Alder, budget $60").currency == "USD"


def test_a_new_document_counts_for_the_next_plan(assistant: Assistant, tmp_path: Path) -> None:
    assert assistant.cities() == ["Port Alder"]
    (tmp_path / "documents" / "places" / "p.csv").unlink()
    sync(tmp_path / "documents", assistant.store, assistant.embedder)
    assert assistant.cities() == []
    assert assistant.catalogue().places == {}


def test_a_tip_for_some_people_is_quoted_only_to_those_who_ask_for_them(assistant: Assistant) -> None:
    def topics(text: str) -> list[str]:
        return [point.text for point in assistant.plan(assistant.understand(text)).topics]

    plain = "恋爱两年，周六晚上6点，预算500，喜欢看展"
    assert "哪个手势最像画里的人？" not in topics(plain)
    assert "哪个手势最像画里的人？" in topics(f"{plain}，TA是听障")


def test_a_tip_is_found_by_the_topics_of_its_front_matter(assistant: Assistant) -> None:
    assert assistant.search("手语", gate=False)[0].title == "和听障的TA看展"


def test_a_plan_on_an_occasion_of_the_calendar_says_how_long_ahead_to_book(assistant: Assistant) -> None:
    shown = {key: {"zh": "小年", "en": "Little New Year"} for key in ("name", "when", "customs", "gift")}
    day = {"id": "x", "rule": {"date": [12, 5]}, **shown, "gift_lead_days": 3, "booking_lead_days": 21}
    calendar = assistant.settings.knowledge / "calendar.yaml"
    calendar.write_text(json.dumps({"occasions": [day]}), encoding="utf-8")

    def notes(date: str) -> str:
        return " ".join(assistant.plan(assistant.understand("恋爱两年，晚上6点，预算500", date=date)).notes)

    year = assistant.now().year + (assistant.now().month == 12)
    assert "小年" in notes(f"{year}-12-05")
    assert "21" in notes(f"{year}-12-05")
    assert "小年" not in notes(f"{year}-12-06")


@pytest.mark.parametrize(
    ("goal", "outcome"),
    [("想让她别生气了", "answer"), ("get them to talk to me", "answer"), ("偷偷给她手机装定位", "redirect")],
)
def test_a_goal_is_served_unless_its_words_tell_of_harm(assistant: Assistant, goal: str, outcome: str) -> None:
    chat = read_chat("我：在吗\n她：在").model_copy(update={"goal": goal})
    assert assistant.reply(chat).safety.outcome == outcome
