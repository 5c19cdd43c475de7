"""Advice in a quarrel: its kind without genders, steps of the map, words and ways of similar cases, all of it cited."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.conflict_types import ConflictType
from rag.heads import FloatArray
from rag.scenarios.conflict import MAYBE, NOTHING, YOUR_WORDS, ConflictHelp, ConflictTypes, severity_of
from rag.schema import Advice, Hit, Language
from tests.fakes import BagOfWordsEmbedder

HAN = re.compile(r"[\u4e00-\u9fff]")
FORGOT = "我忘了结婚纪念日，她很失望"
UNCLEAR = "😂"
MAP: Mapping[Language, Mapping[str, ConflictType]] = {
    "zh": {
        "forgotten_dates": ConflictType(
            id="forgotten_dates", label="忘记纪念日", steps=("当面认。", "补一顿。"), warning_signs=("年年如此。",),
            seek_help="吵过半年，找咨询师。",
        ),
        "habits": ConflictType(id="habits", label="生活习惯"),
        "jealousy": ConflictType(id="jealousy", label="吃醋"),
    },
    "en": {
        "forgotten_dates": ConflictType(
            id="forgotten_dates", label="forgotten dates", steps=("Own it.", "Make it up."),
            warning_signs=("Every year.",),
        ),
        "habits": ConflictType(id="habits", label="daily habits"),
        "jealousy": ConflictType(id="jealousy", label="jealousy"),
    },
}  # fmt: skip
Advise = Callable[..., Advice]


@pytest.fixture(scope="module")
def types() -> ConflictTypes:
    return ConflictTypes()


@pytest.fixture
def advise(types: ConflictTypes) -> Advise:
    """Advice from the given passages and map, without a reader."""

    def run(
        text: str, *hits: Hit, lang: Language | None = None,
        guides: Mapping[Language, Mapping[str, ConflictType]] = MAP, whole: Callable[[Hit], str] | None = None,
    ) -> Advice:  # fmt: skip
        def search(text: str, lang: Language, kind: str, k: int) -> list[Hit]:
            return [hit for hit in hits if hit.kind == kind and hit.lang == lang][:k]

        read = whole or (lambda hit: hit.text)
        helper = ConflictHelp(types, BagOfWordsEmbedder(), search, read, lambda lang: guides.get(lang, {}))
        return helper.advise(text, lang=lang)

    return run


def case(row: int, text: str, **about: object) -> Hit:
    """A passage of a stored case."""
    fields: dict[str, object] = {
        "passage_id": row, "document": "conflicts/zh/dates.jsonl", "title": "纪念日", "locator": f"row {row}",
        "text": text, "score": 0.5, "dense": 0.5, "words": 1.0, "kind": "conflict", "lang": "zh",
    }  # fmt: skip
    return Hit.model_validate(fields | about)


def told(
    situation: str = "他忘了那一天。", *, group: str = "忘记纪念日", steps: str = "当面道歉。", say: str = "对不起。",
    **more: str,
) -> str:  # fmt: skip
    """The text of a Chinese case, a labelled line for each field."""
    lines = [f"【{group}】", situation, f"今天先做：{steps}", f"可以这样说：{say}"]
    return "\n".join([*lines, *(f"{label}：{text}" for label, text in more.items())])


ENGLISH = "[forgotten dates]\nHe forgot.\nToday: Say sorry in person.\nWords to say: I am sorry."


# The kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("我忘了结婚纪念日，她很失望", "forgotten_dates"),
        ("i forgot our wedding anniversary", "forgotten_dates"),
        ("他每次约会都迟到半小时", "lateness"),
        ("我忘了結婚紀念日，她很失望", "forgotten_dates"),
    ],
)
def test_the_kind_of_a_quarrel_is_told_by_its_words(types: ConflictTypes, text: str, kind: str) -> None:
    assert types.ranked(text)[0][0] == kind


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("我老公总是迟到，他从不道歉", "我老婆总是迟到，她从不道歉"),
        ("婆婆天天来我家", "岳母天天来我家"),
        ("my husband never listens to me, he is on his phone", "my wife never listens to me, she is on her phone"),
    ],
)
def test_both_genders_get_the_same_kind_with_the_same_odds(types: ConflictTypes, one: str, other: str) -> None:
    assert types.ranked(one) == types.ranked(other)


def test_the_same_quarrel_of_either_gender_gets_the_same_advice(advise: Advise) -> None:
    hits = [case(1, told()), case(2, told("她忘了。", steps="写一封信。"))]
    found = [advise(text, *hits) for text in ("我老公忘了结婚纪念日，他不道歉", "我老婆忘了结婚纪念日，她不道歉")]
    one, other = (advice.model_copy(update={"timings_ms": {}}) for advice in found)
    assert one == other


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200))
def test_any_text_has_odds_over_the_kinds(text: str) -> None:
    types = ConflictTypes()
    found = types.probabilities(text)
    assert found.shape == (len(types.ids),)
    assert found.sum() == pytest.approx(1, abs=1e-4)
    assert types.ranked(text) == sorted(types.ranked(text), key=lambda one: -one[1])


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("我们因为洗碗拌嘴", 2), ("", 2), ("we bicker about the dishes", 2), ("他三天没理我", 3), ("她哭了一晚上", 3),
        ("he lied to me about money", 3), ("she hasn't spoken to me since sunday", 3), ("她说要分手", 4),
        ("他提了离婚，还哭", 4), ("he cheated on me", 4), ("We BROKE UP", 4),
        ("she replied late again", 2), ("he is into crypto", 2), ("separate bills, please", 2),
        ("我老婆是律师，晚上总加班", 2), ("we are separated", 4),
    ],
)  # fmt: skip
def test_how_far_a_quarrel_has_gone(text: str, severity: int) -> None:
    assert severity_of(text) == severity


# Steps of the map


def test_the_steps_are_those_of_the_map_and_of_nothing_else(advise: Advise) -> None:
    found = advise(FORGOT, case(1, told(steps="先去楼下跑三圈。")))
    assert (found.type, found.label) == ("forgotten_dates", "忘记纪念日")
    assert found.steps == ("当面认。", "补一顿。")
    assert found.warning_signs == ("年年如此。", "吵过半年，找咨询师。")


def test_the_guide_is_cited_where_the_store_has_it(advise: Advise) -> None:
    guide = case(9, "【忘记纪念日】\n步骤：当面认。", kind="guide", locator="forgotten_dates zh", document="map.yaml")
    other = case(8, "【迟到】\n步骤：早点出门。", kind="guide", locator="lateness zh", document="map.yaml")
    found = advise(FORGOT, other, guide, case(1, told()))
    assert [(one.id, one.document, one.locator) for one in found.citations] == [
        (1, "map.yaml", "forgotten_dates zh"), (2, "conflicts/zh/dates.jsonl", "row 1"),
    ]  # fmt: skip
    assert found.candidates[0].citations == (2,)


def test_without_a_map_the_kind_is_named_by_its_id_and_cases_still_help(advise: Advise) -> None:
    found = advise(FORGOT, case(1, told()), guides={})
    assert (found.type, found.label, found.steps) == ("forgotten_dates", "forgotten dates", ())
    assert found.candidates


# Where nothing is close


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_unclear_quarrel_without_cases_gets_no_made_up_advice(advise: Advise, lang: Language) -> None:
    found = advise(UNCLEAR, lang=lang)
    assert found.notes == (NOTHING.to(lang),)
    assert (found.type, found.steps, found.say, found.candidates, found.citations) == ("", (), (), (), ())
    assert len(found.types) == 3


def test_an_unclear_quarrel_with_cases_names_both_kinds_it_may_be(advise: Advise, types: ConflictTypes) -> None:
    (first, _), (second, _), *_ = types.ranked(UNCLEAR)
    found = advise(UNCLEAR, case(1, told()), lang="zh")
    assert found.type == first
    labels = [MAP["zh"][one].label if one in MAP["zh"] else one.replace("_", " ") for one in (first, second)]
    assert found.notes[0] == MAYBE.to("zh", first=labels[0], second=labels[1])


def test_a_clear_quarrel_without_cases_gets_the_steps_alone(advise: Advise) -> None:
    found = advise(FORGOT)
    assert found.steps
    assert (found.say, found.do_not_say, found.repair, found.if_they_refuse, found.candidates, found.notes) == (
        (), (), (), "", (), (),
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("随便一段没有标签的话。", id="no labels"),
        pytest.param("【忘记纪念日】\n他忘了。\n可以这样说：对不起。", id="no steps"),
        pytest.param("【忘记纪念日】\n今天先做：", id="empty steps"),
        pytest.param(ENGLISH, id="labels of the other language"),
    ],
)
def test_a_passage_without_the_fields_of_a_case_is_none(advise: Advise, text: str) -> None:
    found = advise(FORGOT, case(1, text))
    assert (found.candidates, found.citations, found.notes) == ((), (), ())


def test_a_case_with_steps_alone_is_enough(advise: Advise) -> None:
    found = advise(FORGOT, case(1, "今天先做：当面道歉。"))
    assert found.candidates[0].steps == ("当面道歉。",)
    assert (found.say, found.do_not_say, found.repair, found.if_they_refuse, found.what_if) == ((), (), (), "", ())


# What similar cases add


def test_every_field_of_a_case_finds_its_place(advise: Advise) -> None:
    text = told(
        steps="(1) 当面道歉。 (2) 问那晚怎么过的。", say="(1) 对不起。 (2) 是我不好。", 别这样说="别闹了。",
        接下来两周="一起散步。", 如果对方不愿意="那就等等。", 换个位置想="如果是你呢？",
    )  # fmt: skip
    found = advise(FORGOT, case(1, text))
    (way,) = found.candidates
    assert (way.steps, way.say) == (("当面道歉。", "问那晚怎么过的。"), ("对不起。", "是我不好。"))
    assert set(found.say) == {"对不起。", "是我不好。"}
    assert (found.do_not_say, found.repair) == (("别闹了。",), ("一起散步。",))
    assert (found.if_they_refuse, found.what_if) == ("那就等等。", ("如果是你呢？",))
    assert found.notes == (YOUR_WORDS.to("zh"),)


def test_words_that_name_another_story_give_way_to_those_that_fit(advise: Advise) -> None:
    found = advise(FORGOT, case(1, told(say="(1) 火锅店的发票我找到了。 (2) 纪念日是我忘了，对不起。")))
    assert found.say == ("纪念日是我忘了，对不起。",)


def test_three_words_to_say_at_most_the_shortest_first_and_each_once(advise: Advise) -> None:
    hits = [case(row, told(say="(1) 对不起，是我不好。 (2) 对不起。 (3) 我错了。 (4) 你说，我听。")) for row in (1, 2)]
    assert advise(FORGOT, *hits).say == ("对不起。", "我错了。", "你说，我听。")


@pytest.mark.parametrize("harm", ["你可以偷看她的手机。", "你可以故意让她吃醋。"])
def test_a_case_that_advises_harm_is_no_way_to_go(advise: Advise, harm: str) -> None:
    found = advise(FORGOT, case(1, told(steps=harm)), case(2, told(steps="写一封信。")), case(3, told(say=harm)))
    assert [way.steps for way in found.candidates] == [("写一封信。",)]
    assert harm not in found.say


def test_no_part_of_a_case_advises_harm(advise: Advise) -> None:
    harmful = {
        "接下来两周": "晾她几天，别回消息。",
        "如果对方不愿意": "你可以偷看她的手机。",
        "换个位置想": "让她内疚。",
    }
    found = advise(FORGOT, case(1, told(**harmful)))
    assert (found.repair, found.if_they_refuse, found.what_if) == ((), "", ())


def test_without_a_map_and_cases_nothing_is_advised(advise: Advise) -> None:
    assert advise(FORGOT, guides={}).notes == (NOTHING.zh,)


def test_cases_of_the_same_kind_come_before_others(advise: Advise) -> None:
    other = case(1, told(group="迟到", 如果对方不愿意="早点出门。"))
    same = case(2, told(group="忘记纪念日", 如果对方不愿意="再等一天。"))
    assert advise(FORGOT, other, same).if_they_refuse == "再等一天。"


def test_a_case_found_by_two_of_its_passages_counts_once_with_all_its_fields(advise: Advise) -> None:
    parts = [case(1, told(), locator="row 1"), case(2, "接下来两周：一起散步。", locator="row 1")]
    found = advise(FORGOT, *parts, whole=lambda hit: "\n".join(part.text for part in parts))
    assert len(found.citations) == 1
    assert found.repair == ("一起散步。",)


def test_the_same_row_of_another_file_is_another_case(advise: Advise) -> None:
    hits = [case(1, told()), case(2, told(steps="写一封信。"), locator="row 1", document="conflicts/zh/mine.jsonl")]
    assert len(advise(FORGOT, *hits).candidates) == 2


def test_each_way_cites_the_case_it_comes_from(advise: Advise) -> None:
    steps = ["写一封信。", "当面道歉。", "做一顿饭。", "一起散步。", "去接她下班。"]
    found = advise(FORGOT, *(case(row, told(steps=text)) for row, text in enumerate(steps, start=1)))
    assert len(found.candidates) == 3
    excerpts = {citation.id: citation.excerpt for citation in found.citations}
    assert list(excerpts) == list(range(1, len(excerpts) + 1))
    for way in found.candidates:
        (number,) = way.citations
        assert way.steps[0] in excerpts[number]


def test_a_case_of_which_nothing_is_said_is_not_cited(advise: Advise) -> None:
    ways = [
        case(row, told(steps=f"第{row}天写一封信。", say=f"对不起{'呀' * row}。"), score=0.9) for row in range(1, 4)
    ]
    unused = case(9, told(steps="当面道歉。", say="这一次的事情我想了很久很久，是我不对，我会改。"), score=0.1)
    found = advise(FORGOT, *ways, unused)
    assert {one.locator for one in found.citations} == {"row 1", "row 2", "row 3"}


def test_the_closest_case_is_the_first_way(advise: Advise) -> None:
    far, near = case(1, told(steps="写一封信。"), score=0.2), case(2, told(steps="当面道歉。"), score=0.9)
    assert [way.steps[0] for way in advise(FORGOT, far, near).candidates] == ["当面道歉。", "写一封信。"]


class TokenEmbedder(BagOfWordsEmbedder):
    """A toy whose tokens are the characters of a text."""

    def token_vectors(self, texts: Sequence[str]) -> list[FloatArray]:
        return [self.encode(list(text)) for text in texts]


def test_the_way_most_like_how_others_were_repaired_is_the_first(types: ConflictTypes) -> None:
    hits = [
        case(1, told(steps="买一束花。", 接下来两周="每晚散步。")),
        case(2, told(steps="每晚去散步。", 接下来两周="写日记。")),
    ]
    helper = ConflictHelp(types, TokenEmbedder(), lambda *asked: hits, lambda hit: hit.text, lambda lang: {})
    ways = helper.advise(FORGOT).candidates
    assert [way.steps for way in ways] == [("每晚去散步。",), ("买一束花。",)]
    assert 1 > ways[0].score > ways[1].score >= 0


# Languages and any text


@pytest.mark.parametrize("text", [FORGOT, "i forgot our anniversary", "我 forgot 纪念日了 sorry", UNCLEAR])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_advice_is_in_the_language_asked_for(advise: Advise, text: str, lang: Language) -> None:
    english = case(2, ENGLISH, lang="en", document="conflicts/en/dates.jsonl")
    found = advise(text, case(1, told()), english, lang=lang)
    shown = [
        found.label,
        *found.steps,
        *found.say,
        *found.notes,
        *(step for way in found.candidates for step in way.steps),
    ]
    assert {bool(HAN.search(line)) for line in shown if line} == {lang == "zh"}


@pytest.mark.parametrize(
    ("text", "steps"),
    [(FORGOT, ("当面认。", "补一顿。")), ("i forgot our wedding anniversary", ("Own it.", "Make it up."))],
)
def test_the_language_is_the_texts_where_none_is_asked_for(advise: Advise, text: str, steps: tuple[str, ...]) -> None:
    assert advise(text).steps == steps


def test_a_very_long_story_gets_the_advice_of_a_short_one(advise: Advise) -> None:
    assert advise(FORGOT * 500, case(1, told())).steps == advise(FORGOT).steps


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=120), st.sampled_from(["zh", "en", None]), st.text(max_size=60))
def test_any_text_gets_valid_advice_whose_citations_exist(text: str, lang: Language | None, words: str) -> None:
    def search(text: str, lang: Language, kind: str, k: int) -> list[Hit]:
        return [case(1, told(say=words)), case(2, words)] if kind == "conflict" else []

    helper = ConflictHelp(ConflictTypes(), BagOfWordsEmbedder(), search, lambda hit: hit.text, lambda lang: MAP[lang])
    found = helper.advise(text, lang=lang)
    known = {citation.id for citation in found.citations}
    assert {number for way in found.candidates for number in way.citations} <= known
    assert 2 <= found.severity <= 4 or not found.type
    assert Advice.model_validate_json(found.model_dump_json()) == found
