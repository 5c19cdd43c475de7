"""The relevance gate: questions the shipped documents answer, and questions about anything else."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from finetune.evaluate_knowledge import KNOWLEDGE_DATA, read_questions
from knowledge.sync import sync
from rag.assistant import Assistant
from rag.embed import open_embedder
from rag.settings import load_settings
from rag.store import Store
from rag.text import language
from tests.bench.machine import DOCUMENTS, write_result

RELATED = [
    "第一次约会聊什么", "她不回我消息", "忘记纪念日怎么办", "送女朋友生日礼物", "怎么跟对方谈钱", "异地恋怎么维持",
    "婆媳矛盾", "下雨天约会", "约会迟到了怎么道歉", "第一次见家长带什么", "怎么拒绝喝酒", "他总是打游戏不理我",
    "分手怎么说", "猫咖", "彩礼谈不拢", "猫咖啡馆", "送钟", "野餐", "谁买单", "吃醋", "害羞", "KTV", "单亲妈妈约会",
    "冷战三天了", "她老拿我和前任比", "火锅", "爬山", "看展", "手机隐私", "宠物", "过敏", "自闭", "微信聊天节奏",
    "AA", "520", "一起做饭", "陶艺", "见朋友", "性", "出柜", "first date ideas", "she stopped replying",
    "how to apologise after being late", "meeting her parents", "gift for a birthday", "long distance relationship",
    "argue about chores", "shy person date", "split the bill", "break up kindly", "partner checks my phone",
    "sober date", "rainy day", "cat cafe", "who pays the bill", "meet the parents", "she is jealous of my coworker",
    "he forgot my birthday", "single parent", "adhd", "board games", "picnic", "consent", "silent treatment",
    "museum", "free date ideas", "what to text after a date", "jazz", "gift under 10 dollars", "in-laws", "ghosted",
    "moving in together", "food allergy", "hiking",
]  # fmt: skip

UNRELATED = [
    "量子力学的薛定谔方程怎么解", "如何配置nginx反向代理", "今年的个人所得税税率", "怎么修理漏水的水龙头",
    "Python列表推导式", "太阳系有几颗行星", "中国历史朝代顺序", "股票K线怎么看", "肝功能指标偏高",
    "混凝土配合比设计", "二战爆发的原因", "如何学习微积分", "汽车机油多久换一次", "奥运会金牌榜", "光合作用的过程",
    "治疗糖尿病的药", "天气预报", "地铁几点停运", "的", "比特币价格", "宪法第一条", "怎么给显卡装驱动",
    "高考分数线", "水稻病虫害", "心脏支架手术", "火车票改签", "数据库索引优化", "增值税发票", "小行星撞地球",
    "篮球规则", "how to configure a linux kernel", "what is the capital of Mongolia", "python list comprehension",
    "derivative of sin x", "boiling point of ethanol", "mortgage interest rates", "how to change a tire",
    "World War II causes", "DNA replication", "stock market crash 1929", "football world cup winners",
    "photosynthesis", "TCP handshake", "treatment of pneumonia", "bitcoin price", "weather forecast",
    "tax return deadline", "car insurance", "kubernetes ingress", "quadratic equation",
    "laptop battery replacement", "diabetes medication", "visa application", "solar panel cost", "election results",
    "javascript promises",
]  # fmt: skip


def main() -> None:
    """Ask every question and write results/gate.json.

    `python -m tests.bench.bench_gate DIR…` adds the questions of BEIR folders about other things (CMRC2018 and XQuAD
    ask about an encyclopedia). The questions of finetune/datasets/knowledge count as related.
    """
    settings = load_settings(knowledge=DOCUMENTS)
    embedder = open_embedder(settings)
    asked = {
        "related": (RELATED, True),
        "related_sentences": ([question.question for question in read_questions(KNOWLEDGE_DATA)], True),
        "unrelated": (UNRELATED, False),
        **{f"unrelated_{Path(name).name}": (_queries(Path(name)), False) for name in sys.argv[1:]},
    }
    with tempfile.TemporaryDirectory(prefix="qixi-bench-") as folder:
        store = Store(Path(folder))
        sync(DOCUMENTS, store, embedder)
        assistant = Assistant(settings, store, embedder)
        figures = {
            f"{name}_{lang}": _share_right(assistant, [text for text in texts if language(text) == lang], answer)
            for name, (texts, answer) in asked.items()
            for lang in ("zh", "en")
        }
        store.close()
    write_result("gate", {"embedder": embedder.name, **{name: own for name, own in figures.items() if own["n"]}})


def _share_right(assistant: Assistant, questions: list[str], answer: bool) -> dict[str, Any]:
    """The share of questions met with passages, or with silence for those about other things, and the first others."""
    wrong = [question for question in questions if bool(assistant.search(question)) is not answer]
    right = round(1 - len(wrong) / len(questions), 3) if questions else None
    return {"n": len(questions), "right": right, "wrong": wrong[:20]}


def _queries(folder: Path) -> list[str]:
    lines = (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]


if __name__ == "__main__":
    main()
