"""A small knowledge folder that a check finds nothing wrong with, and ways to spoil it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from knowledge.checks.findings import Finding
from knowledge.checks.run import CheckReport, check_folder

TODAY = dt.date(2026, 11, 21)
TIP = """---
id: zh-umbrella
lang: zh
stages: [first_date]
topics: [下雨, 改地方]
as_of: 2026-11
---
# 下雨提前两小时改地方

## 做什么
出门前看一眼雷达图，改去街对面那家能坐两小时的面馆。

## 为什么
淋湿的人只想回家。

## 可以这样说
- “雨要下到六点，我们换到面馆，二楼靠窗给你留着？”

## 别这样
- 别到了门口才说没订位。
"""
CASE: dict[str, Any] = {
    "id": "zh-lateness-01", "lang": "zh", "type": "迟到", "stage": "dating", "severity": 2, "narrator": "female",
    "partner": "male",
    "situation": "电影七点十分开场，我七点半才跑到，爆米花凉了，他一个人坐在第六排中间，把我的座位翻下来放着围巾，"
    "散场后一路没牵我的手，到地铁口只说了句早点睡。",
    "needs_me": "把迟到认下来。", "needs_them": "知道自己的时间也算数。",
    "first_day_steps": ["今晚打电话认账。", "问他那二十分钟怎么过的。", "约好下次在检票口碰头。"],
    "say": ["让你一个人看开头，对不起。", "下次我早到买爆米花。"], "do_not_say": ["不就二十分钟。", "路上堵嘛。"],
    "repair_two_weeks": ["出门闹钟提前半小时。", "路上报一次真实的钟点。"],
    "if_they_refuse": "他今晚不想谈，就约明天中午。", "counterfactual": "如果等的是你，你会想先听见哪一句？",
    "red_flags": [], "safety": "none",
}  # fmt: skip
REPLY: dict[str, Any] = {
    "id": "zh-hum-01", "lang": "zh", "situation": "嗯", "stage": "early", "message": "嗯",
    "context": "她周一早上回你昨晚的长消息。", "readings": ["大概六成：在忙，先应一声。", "也许：话题接不下去。"],
    "light": "这个嗯我收下，中午再交作业。", "sincere": "先忙，晚上我打给你？",
    "direct": "这会儿不方便聊吧，我八点再找你。",
    "avoid": "别追问“就一个嗯？”，像在查岗。", "wait": "她到晚上还是一个字，就歇一天。",
}  # fmt: skip
GIFTS = """名称,最低价,最高价,币种,场合,适合阶段,为什么合适,怎么更用心,提前天数,数据日期
手写一封信,0,10,CNY,生日,dating,可以反复看,写三件只有你注意到的小事,1,2026-11
"""


def make_folder(folder: Path) -> Path:
    """The folder with one document of several kinds."""
    write(folder, "tips/zh/umbrella.md", TIP)
    write_rows(folder, "conflicts/zh/lateness.jsonl", CASE)
    write_rows(folder, "replies/zh/hum.jsonl", REPLY)
    write(folder, "gifts/gifts.csv", GIFTS)
    return folder


def write(folder: Path, name: str, text: str) -> None:
    """A file of the folder."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def write_rows(folder: Path, name: str, *rows: dict[str, Any]) -> None:
    """A jsonl file of the folder."""
    write(folder, name, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def check(folder: Path) -> CheckReport:
    """The report without an embedder."""
    return check_folder(folder, None, today=TODAY)


def only(report: CheckReport) -> Finding:
    """The one finding."""
    (finding,) = report.findings
    return finding
