"""The report of a check as one HTML file: tables and charts drawn as SVG, no script and no other host."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import jinja2
from markupsafe import Markup

from knowledge.checks.run import CheckReport
from rag.files import replace_file
from rag.schema import Language

_TEMPLATE = Path(__file__).with_name("report.html.j2")
_COLOURS = {"zh": "#b5473c", "en": "#3f6f8f"}


def write_report(report: CheckReport, path: Path, lang: Language) -> None:
    """Writes `report` to `path`, whole or not at all; its folder is made."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)  # it is on
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    text = template.render(report=report, lang=lang, t=_words(lang), charts=list(_charts(report, lang)))
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, text.encode("utf-8", "replace"))


def _charts(report: CheckReport, lang: Language) -> Iterator[tuple[str, Markup]]:
    words = _words(lang)
    counts = {kind: langs for kind, langs in report.counts.items() if sum(langs.values())}
    if counts:
        yield words["entries"], _bars(_rows(counts, ("zh", "en")))
    for name in ("type", "stage", "narrator", "severity", "safety"):
        shares = {
            str(value): {tongue: report.cases[tongue][name].get(value, 0) for tongue in report.cases}
            for tongue in report.cases
            for value in report.cases[tongue][name]
        }
        if shares:
            yield words[name], _bars(_rows(shares, ("zh", "en")))
    if report.ages:
        yield words["as_of"], _bars([{"name": year, "lang": "", "count": count} for year, count in report.ages.items()])


def _rows(counts: Mapping[str, Mapping[str, int]], langs: tuple[str, ...]) -> list[dict[str, object]]:
    return [
        {"name": name, "lang": lang, "count": own[lang]}
        for name, own in counts.items()
        for lang in langs
        if own.get(lang)
    ]


def _bars(rows: list[dict[str, object]]) -> Markup:
    """Horizontal bars, one a name, stacked by language."""
    import altair as alt
    import vl_convert

    chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_bar()
        .encode(
            x=alt.X("count:Q", title=None, axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("name:N", title=None, sort="-x"),
            color=alt.Color(
                "lang:N",
                title=None,
                scale=alt.Scale(domain=[*_COLOURS, ""], range=[*_COLOURS.values(), "#7a7a7a"]),
                legend=None,
            ),
        )
        .properties(width=420)
        .configure(
            background="transparent", font="Arial, sans-serif", padding={"left": 24, "right": 12, "top": 4, "bottom": 4}
        )
        .configure_axis(labelColor="#777", gridColor="#8884", domainColor="#888", tickColor="#888", labelLimit=260)
        .configure_view(stroke=None)
    )
    return Markup(vl_convert.vegalite_to_svg(chart.to_json()))  # drawn here; names are escaped by Vega


def _words(lang: Language) -> dict[str, str]:
    column = 0 if lang == "zh" else 1
    return {key: both[column] for key, both in _WORDS.items()}


_WORDS = {
    "title": ("知识检查", "Knowledge check"),
    "clean": ("没有发现问题。", "Nothing was found."),
    "errors": ("错误", "Errors"),
    "warnings": ("提醒", "Warnings"),
    "files": ("文件", "Files"),
    "entries": ("条目", "Entries"),
    "pairs": ("近似重复（对）", "Near-duplicate pairs"),
    "rate": ("抹去数字和名字后的重复率", "Near-duplicate rate, numbers and names masked"),
    "distinct": ("distinct-2（不同二元组占比）", "distinct-2"),
    "kind": ("种类", "Kind"),
    "rule": ("规则", "Rule"),
    "place": ("位置", "Place"),
    "finding": ("发现", "Finding"),
    "type": ("冲突类型", "Types of conflict"),
    "stage": ("关系阶段", "Stages"),
    "narrator": ("叙述者", "Narrators"),
    "severity": ("严重程度", "Severity"),
    "safety": ("安全标记", "Safety marks"),
    "as_of": ("数据年份", "Year of as_of"),
    "langs": ("红：中文；蓝：英文", "red: Chinese; blue: English"),
}
