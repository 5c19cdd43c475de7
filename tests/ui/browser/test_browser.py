"""The app in a real browser: the whole way from a folder of documents to a plan on the screen."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ROOT = Path(__file__).parents[3]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: apt-get install chromium"),
]

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
ACTIVITIES = """\
名称,怎么玩,类型,人均最低,人均最高,币种,最短分钟,最长分钟,室内,适合阶段,兴趣标签,适合时段,数据日期
猫咖坐一下午,先洗手，坐低一点等猫自己过来，各点一杯热饮。,animals,45,68,CNY,60,90,yes,first_date;early;dating,猫;动物;聊天,afternoon;evening,2026-11
老街面馆,看墙上的菜单各挑一碗，分几口给对面尝。,meal,25,40,CNY,45,60,yes,first_date;early;dating,面食;美食,afternoon;evening,2026-11
江边散步看日落,沿着江边走一段，边走边聊。,walk,0,0,CNY,40,70,no,first_date;early;dating,散步;日落,afternoon;evening,2026-11
旧书店翻书,各挑一本猜对方会不会喜欢。,books,0,30,CNY,40,70,yes,first_date;early;dating,书;安静,afternoon;evening,2026-11
小美术馆看展,挑三幅最喜欢的说说为什么。,museum,20,40,CNY,60,90,yes,first_date;early;dating,看展;艺术,afternoon,2026-11
桌游店两小时,选合作类的，输赢都不伤和气。,game,35,50,CNY,90,120,yes,first_date;early;dating,桌游;室内,afternoon;evening,2026-11
"""
TIPS = """\
# 第一次约会聊什么

## 可以聊
从眼前的东西聊起：养过的猫、最近看的书、这条街的变化。问完一句，先说说自己的。

## 不要聊
第一次见面不要查户口，不问收入、前任和房子。

## 怎么结束
散场前说一句今天最开心的是哪一刻，再问下周想不想一起看展。
"""
PLACES = """\
名称,城市,区域,地址,人均消费,营业时间,类型,游玩时间,评分,标签,室内,数据日期
听雨茶舍,临安,锦城,临安区锦城街道一号,60,周一至周日 09:00-22:00,cafe,60分钟,4.6,喝茶;聊天,是,2026-11
青山小馆,临安,青山,临安区青山街道二号,70,周一至周日 10:00-22:00,meal,70分钟,4.5,美食,是,2026-11
苕溪步道,临安,锦城,临安区苕溪边,0,周一至周日 00:00-24:00,walk,60分钟,4.4,散步,否,2026-11
"""


def get(address: str) -> str:
    """The body at `address`, or "" while nobody answers."""
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The running app's address, on a folder of its own."""
    base = tmp_path_factory.mktemp("app")
    (base / "documents" / "activities").mkdir(parents=True)
    (base / "documents" / "tips").mkdir()
    (base / "documents" / "activities" / "activities.csv").write_text(ACTIVITIES, "utf-8")
    (base / "documents" / "tips" / "first-date.md").write_text(TIPS, "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "QIXI_HOME": str(base / "home"), "QIXI_KNOWLEDGE": str(base / "documents")}
    command = [sys.executable, "-m", "streamlit", "run", "ui/app.py", "--server.port", str(port)]
    with (
        (base / "log").open("wb") as log,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log) as process,
    ):
        try:
            until(lambda: get(f"http://127.0.0.1:{port}/_stcore/health") == "ok", 60, "the server did not start")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def until(ready: Callable[[], bool], seconds: float, otherwise: str) -> None:
    """Return once `ready`; fail with `otherwise` after `seconds`."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            pytest.fail(otherwise)
        time.sleep(0.1)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium."""
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Opens the app, its index built; at the end no request may have gone anywhere but to the app."""
    contexts: list[Any] = []
    requests: list[str] = []

    def open_(path: str = "", *, locale: str = "zh-CN", width: int = 1280, scheme: str = "light") -> Any:
        context = browser.new_context(
            locale=locale,
            timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": 1800},
            color_scheme=scheme,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("request", lambda request: requests.append(request.url))
        page.goto(address + path)
        # The first start converts the search model and builds the index.
        page.locator(".st-key-plan_it button, [data-testid=stDataFrame]").first.wait_for(timeout=180_000)
        page.locator("[data-testid=stProgress]").first.wait_for(state="detached", timeout=180_000)
        return page

    yield open_
    for context in contexts:
        context.close()
    local = (f"{address}/", f"{address.replace('http', 'ws')}/", "data:", "blob:")
    assert [url for url in requests if not url.startswith(local)] == []


def plan(page: Any, text: str) -> None:
    """Type `text`, ask for a plan and wait for its first stop."""
    page.get_by_label(re.compile("想要怎样的约会|What kind of date")).fill(text)
    page.locator(".st-key-plan_it button").click()
    page.locator(".st-key-stop_0").wait_for()


def metric(page: Any, label: str) -> float:
    """The number of the metric `label`."""
    words = page.get_by_test_id("stMetric").filter(has_text=label).get_by_test_id("stMetricValue").inner_text()
    return float(re.sub(r"[^\d.]", "", words))


def violations(page: Any) -> list[str]:
    """What axe finds serious or critical, with the offending element."""
    found = axe.Axe().run(page).response["violations"]
    return [
        f"{problem['id']}: {problem['nodes'][0]['html'][:200]}"
        for problem in found
        if problem["impact"] in ("serious", "critical")
    ]


def test_the_example_becomes_a_plan_within_budget_and_a_citation_opens(open_page: Callable[..., Any]) -> None:
    page = open_page()
    page.locator(".st-key-try_example_1 button").click()
    sync_api.expect(page.get_by_label("想要怎样的约会")).to_have_value(re.compile("预算300元"))
    page.locator(".st-key-plan_it button").click()
    page.locator(".st-key-stop_0").wait_for()
    assert metric(page, "合计") <= 300
    assert metric(page, "预算") == 300
    page.locator(".st-key-stop_0 [data-testid=stPopover] button").first.click()
    passage = page.get_by_test_id("stPopoverBody")
    sync_api.expect(passage).to_contain_text("activities.csv")
    sync_api.expect(passage).to_contain_text("匹配度")


def test_a_bad_budget_is_one_sentence_and_keeps_what_was_typed(open_page: Callable[..., Any]) -> None:
    page = open_page()
    page.get_by_label("想要怎样的约会").fill("周六下午，她喜欢猫")
    page.get_by_label("预算（所有人合计）").fill("abc")
    page.locator(".st-key-plan_it button").click()
    error = page.get_by_test_id("stAlertContentError")
    sync_api.expect(error).to_have_count(1)
    sync_api.expect(error).to_contain_text("abc")
    assert "Traceback" not in page.inner_text("body")
    assert page.get_by_label("想要怎样的约会").input_value() == "周六下午，她喜欢猫"
    assert page.get_by_label("预算（所有人合计）").input_value() == "abc"


def test_an_uploaded_catalogue_is_in_the_table_and_in_the_next_plan(
    open_page: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "临安.csv").write_text(PLACES, "utf-8")
    page = open_page("/knowledge")
    page.locator("input[type=file]").set_input_files(tmp_path / "临安.csv")
    page.get_by_text("临安.csv").first.wait_for()
    page.get_by_role("button", name="加入知识库").click()
    page.get_by_text("新增 1").wait_for(timeout=120_000)
    sync_api.expect(page.get_by_test_id("stDataFrame").first).to_contain_text("临安.csv")
    page.get_by_role("link", name="约会计划").click()
    page.locator(".st-key-plan_it button").wait_for()
    plan(page, "在临安约会，预算300元，周六下午")
    stops = page.locator("[class*=st-key-stop_]").all_inner_texts()
    assert any(name in stop for stop in stops for name in ("听雨茶舍", "青山小馆", "苕溪步道"))


def test_a_phone_in_the_dark_needs_no_sideways_scrolling_and_speaks_english(open_page: Callable[..., Any]) -> None:
    page = open_page(width=390, scheme="dark")
    plan(page, "第一次约会，预算300元，周六下午，她喜欢猫")
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= innerWidth")
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("radio", name="English").or_(page.get_by_role("button", name="English")).first.click()
    sync_api.expect(page.get_by_role("heading", level=1)).to_have_text("Date plan")
    sync_api.expect(page.locator("html")).to_have_attribute("lang", "en")
    sync_api.expect(page.locator(".st-key-stop_0")).to_be_attached()


def test_an_english_browser_sees_english_first(open_page: Callable[..., Any]) -> None:
    page = open_page(locale="en-GB")
    sync_api.expect(page.get_by_role("heading", level=1)).to_have_text("Date plan")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_pages_are_accessible(open_page: Callable[..., Any], scheme: str) -> None:
    page = open_page(scheme=scheme)
    plan(page, "第一次约会，预算300元，周六下午，她喜欢猫")
    page.get_by_test_id("stVegaLiteChart").wait_for()
    assert violations(page) == []
    assert violations(open_page("/knowledge", scheme=scheme)) == []
