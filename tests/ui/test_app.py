"""The pages, driven without a browser."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from rag.errors import StoreError
from rag.hotlines import numbers_for
from rag.schema import Safety
from tests.ui.conftest import APP
from tests.ui.fakes import Document, FakeAssistant, make_plan

OpenApp = Callable[..., AppTest]


def planned(app: AppTest, text: str = "第一次约会，预算300元") -> AppTest:
    """The app after planning from `text`."""
    app.text_area(key="form_text").set_value(text)
    return app.button(key="plan_it").click().run()


def words(app: AppTest) -> str:
    """Everything the page says, as its Markdown source."""
    groups = (app.markdown, app.caption, app.header, app.subheader, app.error, app.warning, app.info, app.text)
    return "\n".join(str(element.value) for group in groups for element in group)


def knowledge_page(app: AppTest) -> AppTest:
    """The app on the knowledge page."""
    return app.switch_page("views/knowledge.py").run()


def test_the_first_page_asks_and_shows_no_plan(open_app: OpenApp) -> None:
    app = open_app()
    assert not app.exception
    assert app.title[0].value == "约会计划"
    assert "行程" not in words(app)


def test_an_example_fills_the_text(open_app: OpenApp) -> None:
    app = open_app()
    app.button(key="try_example_1").click().run()
    assert app.text_area(key="form_text").value == "第一次约会，预算300元，周六下午，她喜欢猫"


def test_a_plan_shows_its_stops_money_and_sources(open_app: OpenApp) -> None:
    app = planned(open_app())
    assert not app.exception
    shown = words(app)
    for expected in ("猫咖", "¥88/人 × 2 = ¥176", "聊聊养过的猫", "不要查户口", "猫爪杯", "看展", "先聊轻松的"):
        assert expected in shown
    assert {metric.label: metric.value for metric in app.metric} == {
        "合计": "¥176",
        "预算": "¥300",
        "剩余": "¥124",
    }
    assert len(app.get("vega_lite_chart")) == 1


def test_untouched_fields_are_not_sent(open_app: OpenApp, engine: FakeAssistant) -> None:
    planned(open_app())
    assert engine.calls == [{"text": "第一次约会，预算300元", "lang": None}]


def test_the_form_alone_answers_in_the_interface_language(open_app: OpenApp, engine: FakeAssistant) -> None:
    app = open_app("en")
    app.text_input(key="form_budget").set_value("250")
    app.selectbox(key="form_city").set_value("杭州")
    app.button(key="plan_it").click().run()
    assert engine.calls == [{"text": "", "budget": "250", "city": "杭州", "lang": "en"}]


def test_nothing_given_asks_for_something(open_app: OpenApp, engine: FakeAssistant) -> None:
    app = open_app()
    app.button(key="plan_it").click().run()
    assert app.warning[0].value == "先写一句话，或者填一项再出计划。"
    assert engine.calls == []


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("zh", "预算“abc”不是金额；请写成 300 这样的数。"),
        ("en", "The budget 'abc' is not an amount; write a number such as 300."),
    ],
)
def test_a_bad_budget_is_one_sentence_and_keeps_the_form(open_app: OpenApp, lang: str, sentence: str) -> None:
    app = open_app(lang)
    app.text_input(key="form_budget").set_value("abc")
    app.text_input(key="form_interests").set_value("猫")
    planned(app, "周六下午")
    assert [error.value for error in app.error] == [sentence]
    assert app.text_input(key="form_budget").value == "abc"
    assert app.text_input(key="form_interests").value == "猫"
    assert app.text_area(key="form_text").value == "周六下午"


def test_a_mended_budget_clears_the_sentence(open_app: OpenApp) -> None:
    app = open_app()
    app.text_input(key="form_budget").set_value("abc")
    planned(app)
    app.text_input(key="form_budget").set_value("200")
    app.button(key="plan_it").click().run()
    assert not app.error
    assert "猫咖" in words(app)


def test_a_default_is_marked_and_what_was_said_is_not(open_app: OpenApp) -> None:
    app = planned(open_app())
    chips = [node.proto.popover.label for node in app.get("popover") if "chip_" in node.proto.id]
    marked = [chip for chip in chips if "默认" in chip]
    assert len(chips) == 10
    assert len(marked) == 3


def test_correcting_a_value_plans_again_with_it(open_app: OpenApp, engine: FakeAssistant) -> None:
    app = planned(open_app())
    number = app.session_state["plan_number"]
    app.number_input(key=f"fix_people_{number}").set_value(3)
    app.button(key=f"use_fix_people_{number}").click().run()
    assert engine.calls[-1]["people"] == 3
    assert app.number_input(key="form_people").value == 3
    assert engine.requests[-1].people == 3
    assert "people" not in engine.requests[-1].defaults


def test_an_emptied_list_lifts_what_the_text_asked_for(open_app: OpenApp, engine: FakeAssistant) -> None:
    app = open_app()
    app.text_input(key="form_avoid").set_value("酒, 辣")
    planned(app)
    assert list(engine.requests[-1].avoid) == ["酒", "辣"]
    number = app.session_state["plan_number"]
    app.text_input(key=f"fix_avoid_{number}").set_value("")
    app.button(key=f"use_fix_avoid_{number}").click().run()
    assert not engine.requests[-1].avoid
    assert app.text_input(key="form_avoid").value == ""


def test_a_correction_that_cannot_be_read_keeps_the_plan(open_app: OpenApp, engine: FakeAssistant) -> None:
    app = planned(open_app())
    number = app.session_state["plan_number"]
    app.text_input(key=f"fix_budget_{number}").set_value("abc")
    app.button(key=f"use_fix_budget_{number}").click().run()
    assert len(app.error) == 1
    assert "猫咖" in words(app)
    assert len(engine.requests) == 1


def test_an_infeasible_request_offers_the_smallest_change(open_app: OpenApp, engine: FakeAssistant) -> None:
    app = open_app()
    app.text_input(key="form_budget").set_value("60")
    planned(app)
    assert "把预算加到 100 元就能排出来" in app.warning[0].value
    app.button(key="apply").click().run()
    assert engine.requests[-1].budget == Decimal(100)
    assert app.text_input(key="form_budget").value == "100"
    assert "猫咖" in words(app)


def test_a_hand_off_stands_in_the_place_of_a_plan(
    open_app: OpenApp, engine: FakeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    safety = Safety(
        outcome="handoff", kind="violence", message="先离开。", numbers=numbers_for(["violence"], "CN", "zh")
    )
    monkeypatch.setattr(engine, "plan", lambda request: make_plan(request, items=(), safety=safety))
    said = words(planned(open_app()))
    assert "先顾安全" in said
    assert "12338" in said
    assert "行程" not in said


def test_another_plan_takes_the_next_seed(open_app: OpenApp, engine: FakeAssistant) -> None:
    app = planned(open_app())
    app.button(key="another").click().run()
    assert [request.seed for request in engine.requests] == [0, 1]


def test_a_plan_survives_a_language_switch_and_a_page_change(open_app: OpenApp, engine: FakeAssistant) -> None:
    app = planned(open_app())
    app.session_state["lang"] = "en"
    app.run()
    assert app.title[0].value == "Date plan"
    knowledge_page(app)
    assert app.title[0].value == "Knowledge"
    app.switch_page("views/plan.py").run()
    assert "猫咖" in words(app)
    assert app.text_area(key="form_text").value == "第一次约会，预算300元"
    assert len(engine.requests) == 1


def test_markup_in_documents_stays_text(open_app: OpenApp) -> None:
    shown = words(planned(open_app()))
    assert "\\[地图\\](https:\u2060//example.com)" in shown
    assert "\\<b\\>" in shown
    assert "\\:red\\[换换心情\\] \\$x\\$" in shown


def test_headings_come_in_order(open_app: OpenApp) -> None:
    app = planned(open_app())
    levels = [int(tag[1]) for node in app.main if (tag := str(getattr(node, "tag", ""))) in ("h1", "h2", "h3")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_an_empty_index_is_said(open_app: OpenApp, engine: FakeAssistant) -> None:
    engine.store.rows.clear()
    app = open_app()
    assert any("知识库还是空的" in info.value for info in app.info)
    assert any("还没有收录" in info.value for info in knowledge_page(app).info)


def test_the_knowledge_page_lists_files_with_their_reasons(open_app: OpenApp, engine: FakeAssistant) -> None:
    engine.store.rows.append(Document("bad.pdf", status="error", reason_en="Encrypted.", reason_zh="文件加密了。"))
    app = knowledge_page(open_app())
    table = app.dataframe[0].value
    assert list(table["文件"]) == ["bad.pdf", "activities.csv"]
    assert list(table["状态"]) == ["没能收录", "已收录"]
    assert table["原因"][0] == "文件加密了。"


def test_the_knowledge_page_tells_what_changed(open_app: OpenApp) -> None:
    app = knowledge_page(open_app())
    assert [expander.label for expander in app.expander] == ["新增 1", "改名 1", "失败 1"]
    assert "bad.pdf: 文件加密了。" in words(app)


def test_an_uploaded_file_is_written_and_synced(open_app: OpenApp, knowledge: Path) -> None:
    from ui import state

    app = knowledge_page(open_app())
    before = state.job().state.runs
    app.file_uploader(key="files").upload("../杭州.csv", "名称,人均\n茶馆,60\n".encode())
    app.form_submit_button[0].click().run()
    assert (knowledge / "杭州.csv").read_text("utf-8").startswith("名称")
    assert "杭州.csv" in app.success[0].value
    assert state.job().wait(20).runs == before + 1


def test_columns_are_explained_on_demand(open_app: OpenApp) -> None:
    app = knowledge_page(open_app())
    app.selectbox(key="look_at").set_value("activities.csv").run()
    assert dict(zip(app.dataframe[1].value["文件里的列"], app.dataframe[1].value["读作"], strict=True)) == {
        "名称": "name",
        "人均": "price",
    }


def test_what_could_not_be_read_of_a_file_is_told(open_app: OpenApp, engine: FakeAssistant) -> None:
    engine.store.rows[0].notes = ("Row 3: the price “ask” is no amount.",)
    app = knowledge_page(open_app())
    app.selectbox(key="look_at").set_value("activities.csv").run()
    assert "Row 3: the price “ask” is no amount." in words(app)


@pytest.mark.parametrize("page", ["views/plan.py", "views/knowledge.py"])
@pytest.mark.parametrize(("lang", "sentence"), [("zh", "知识库损坏了。"), ("en", "The store is damaged.")])
def test_a_store_that_breaks_later_says_why(
    open_app: OpenApp, engine: FakeAssistant, monkeypatch: pytest.MonkeyPatch, page: str, lang: str, sentence: str
) -> None:
    def refuse() -> int:
        raise StoreError(en="The store is damaged.", zh="知识库损坏了。")

    app = open_app(lang)
    monkeypatch.setattr(engine.store, "count", refuse)
    monkeypatch.setattr(engine.store, "documents", refuse)
    app.switch_page(page).run()
    assert [error.value for error in app.error] == [sentence]
    assert not app.exception


def test_the_settings_language_is_the_first(
    engine: FakeAssistant, monkeypatch: pytest.MonkeyPatch, knowledge: Path
) -> None:
    monkeypatch.setenv("QIXI_LANG", "zh")
    assert AppTest.from_file(str(APP), default_timeout=30).run().title[0].value == "约会计划"


def test_settings_that_cannot_be_read_are_told(engine: FakeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QIXI_CURRENCY", "shells")
    app = AppTest.from_file(str(APP), default_timeout=30).run()
    assert "QIXI_CURRENCY" in app.error[0].value.replace("\\", "")
    assert not app.exception


def test_removing_a_file_deletes_it_after_confirmation(open_app: OpenApp, knowledge: Path) -> None:
    (knowledge / "activities.csv").write_text("x")
    app = knowledge_page(open_app())
    app.selectbox(key="look_at").set_value("activities.csv").run()
    assert (knowledge / "activities.csv").exists()
    app.button(key="remove_yes").click().run()
    assert not (knowledge / "activities.csv").exists()
    assert app.success[0].value == "已删除 activities.csv。"


def test_an_engine_that_cannot_open_says_why(
    open_app: OpenApp, engine: FakeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:

    def refuse(settings: Any) -> FakeAssistant:
        raise StoreError(en="The store is damaged.", zh="知识库损坏了。")

    monkeypatch.setattr(sys.modules["rag.assistant"], "open_assistant", refuse)
    app = open_app()
    assert [error.value for error in app.error] == ["知识库损坏了。"]
    assert not app.exception


def test_an_engine_that_takes_long_leaves_the_page_usable(
    open_app: OpenApp, engine: FakeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()

    def slow(settings: Any) -> FakeAssistant:
        gate.wait(30)
        return engine

    monkeypatch.setattr(sys.modules["rag.assistant"], "open_assistant", slow)
    app = open_app()
    assert any("第一次打开" in info.value for info in app.info)
    gate.set()
    app.run()
    assert not app.exception
    assert app.text_area(key="form_text").label == "想要怎样的约会？"
