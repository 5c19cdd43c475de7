"""The interface in two languages: one catalogue of (Chinese, English), and words for money and dates."""

from __future__ import annotations

import datetime as dt
from typing import Final

from rag.money import format_money
from rag.schema import Language, Money

LANGUAGES: Final[tuple[Language, Language]] = ("zh", "en")
NAMES: Final[dict[str, str]] = {"zh": "中文", "en": "English"}
STEPS: Final = ("model", "scan", "read", "embed", "write")
"""Stages of a sync that have a name."""

CATALOGUE: Final[dict[str, tuple[str, str]]] = {
    # frame
    "app_name": ("七夕", "Qixi"),
    "app_tagline": ("在你自己的电脑上想好一次约会", "Plan a date on your own machine"),
    "language": ("界面语言", "Interface language"),
    "private": (
        "一切都留在这台电脑上，不联网，不上传。",
        "Everything stays on this machine: nothing is sent anywhere.",
    ),
    "page_plan": ("约会计划", "Date plan"),
    "page_knowledge": ("知识库", "Knowledge"),
    "opening": ("正在打开知识库…", "Opening the knowledge base…"),
    "opening_first": (
        "第一次打开要先准备检索模型，约一分钟；只有这一次。",
        "The first start prepares the search model, about a minute; only this once.",
    ),
    # request
    "plan_title": ("约会计划", "Date plan"),
    "plan_lead": (
        "说说想要怎样的约会，或者填右边的表。预算、时间和出处都会逐项核对。",
        "Say what kind of date you want, or fill in the form. Money, hours and sources are checked one by one.",
    ),
    "your_words": ("用你自己的话说", "In your own words"),
    "text_label": ("想要怎样的约会？", "What kind of date?"),
    "text_placeholder": (
        "例如：第一次约会，预算300元，周六下午，她喜欢猫",
        "For example: first date, $60, Saturday afternoon, she likes cats",
    ),
    "examples": ("点一个例子试试", "Try an example"),
    "example_1": (
        "第一次约会，预算300元，周六下午，她喜欢猫",
        "First date, budget 300 yuan, Saturday afternoon, she likes cats",
    ),
    "example_2": (
        "纪念日，两个人600元以内，晚上4小时，不喝酒",
        "Anniversary for two under 600 yuan, 4 hours in the evening, no alcohol",
    ),
    "example_3": (
        "下雨天也能玩，室内，200元，喜欢看展",
        "Something for a rainy day, indoors, 200 yuan, we like exhibitions",
    ),
    "form": ("或者逐项填", "Or field by field"),
    "form_hint": ("没填的项用默认值，并会标出来。", "What you leave empty takes a default, and is marked as one."),
    "field_stage": ("关系阶段", "Stage"),
    "field_budget": ("预算（所有人合计）", "Budget (for everyone)"),
    "field_people": ("人数", "People"),
    "field_city": ("城市", "City"),
    "field_date": ("日期", "Date"),
    "field_start": ("几点开始", "Starts at"),
    "field_hours": ("最长几小时", "Hours at most"),
    "field_interests": ("喜欢什么", "Interests"),
    "field_avoid": ("要避开什么", "To avoid"),
    "field_indoor": ("室内还是室外", "Indoors or outdoors"),
    "hint_budget": ("如 300、50美元", "e.g. 300, $50"),
    "hint_city": ("选择或输入", "Choose or type"),
    "hint_stage": ("选择", "Choose"),
    "hint_number": ("默认", "Default"),
    "hint_list": ("用逗号分开", "Separated by commas"),
    "indoor_yes": ("室内", "Indoors"),
    "indoor_no": ("室外", "Outdoors"),
    "stage_getting_to_know": ("刚认识", "Getting to know"),
    "stage_first_date": ("第一次约会", "First date"),
    "stage_early": ("刚开始交往", "Early days"),
    "stage_dating": ("交往中", "Dating"),
    "stage_long_term": ("长期伴侣", "Long term"),
    "stage_long_distance": ("异地", "Long distance"),
    "plan_it": ("出计划", "Plan it"),
    "clear": ("清空", "Clear"),
    "planning": ("正在安排并核对…", "Planning and checking…"),
    "see_error": ("这一项需要改，原因见下方提示。", "This one needs a change; the reason is below."),
    "say_something": ("先写一句话，或者填一项再出计划。", "Write a sentence or fill in one field first."),
    # understood
    "understood": ("我理解为", "What I understood"),
    "understood_hint": ("点一项就能改；改完会重新安排。", "Open one to correct it; the plan is made again."),
    "default_mark": ("默认", "default"),
    "correct": ("改成这个", "Use this"),
    "unset": ("不限", "any"),
    # result
    "itinerary": ("行程", "Itinerary"),
    "mode_grounded": ("依据资料直接作答 · 未使用语言模型", "Answered from your documents · no language model used"),
    "took": ("用时 {seconds} 秒", "Took {seconds} s"),
    "for_date": ("{date} {weekday}", "{weekday}, {date}"),
    "price_free": ("免费", "Free"),
    "price_each": ("{price}/人 × {people} = {cost}", "{price} each × {people} = {cost}"),
    "price_total": ("共 {cost}", "{cost} in all"),
    "price_as_of": ("（{date} 的价格）", "(price as of {date})"),
    "price_undated": ("（资料没写价格日期）", "(the source does not date its price)"),
    "place_at": ("地点：{place}", "Place: {place}"),
    "no_place": ("具体地点由你们定", "You choose the place"),
    "check": ("出发前确认", "Check before you go"),
    "money": ("花费", "Money"),
    "total": ("合计", "Total"),
    "budget": ("预算", "Budget"),
    "left": ("剩余", "Left"),
    "chart_alt": (
        "花费条形图：{parts}；合计 {total}，预算 {budget}。",
        "Bar chart of costs: {parts}; total {total}, budget {budget}.",
    ),
    "chart_money": ("累计花费（{currency}）", "Running total ({currency})"),
    "topics": ("可以聊什么", "Things to talk about"),
    "avoid": ("避免什么", "What to avoid"),
    "gifts": ("礼物点子", "Gift ideas"),
    "backup": ("备选", "If something falls through"),
    "reason_rain": ("下雨时", "If it rains"),
    "reason_closed": ("没开门时", "If it is closed"),
    "backup_line": ("{reason}，把“{replaces}”换成：", "{reason}, instead of “{replaces}”:"),
    "notes": ("请留意", "Please note"),
    "sources": ("资料来源", "Sources"),
    # live help, advice and safety
    "outcome_handoff": ("先顾安全", "Safety first"),
    "outcome_redirect": ("换个做法", "Another way"),
    "risk": ("风险", "Risk"),
    "tone_light": ("轻松", "light"),
    "tone_sincere": ("真诚", "sincere"),
    "tone_direct": ("直接", "direct"),
    "severity": ("程度", "severity"),
    "steps_today": ("先做什么", "What to do first"),
    "words_to_say": ("可以这样说", "Words to say"),
    "words_not_to_say": ("别这样说", "Words not to say"),
    "repair": ("接下来两周", "Over the next two weeks"),
    "if_they_refuse": ("如果对方不愿意", "If they refuse"),
    "what_if": ("换个位置想", "The other way round"),
    "warning_signs": ("警惕", "Warning signs"),
    "approach": ("另一种做法", "Another approach"),
    "safe": ("可以正常回答。", "This can be answered."),
    "hours_vary": ("时间各地不同", "hours differ by place"),
    "unsure": ("拿不准，直接问一句", "unsure: ask them"),
    "cues": ("依据", "by"),
    "source": ("来源 [{number}]", "Source [{number}]"),
    "source_document": ("文档：{document}", "Document: {document}"),
    "source_locator": ("位置：{locator}", "Where: {locator}"),
    "source_score": ("匹配度 {score}", "Match {score}"),
    "another": ("换一个方案", "Another plan"),
    "download_ics": ("加到日历（.ics）", "Add to calendar (.ics)"),
    "download_markdown": ("保存为 Markdown", "Save as Markdown"),
    "infeasible": ("这样排不出来", "No plan fits yet"),
    "apply": ("按此修改重排", "Apply and plan again"),
    "add_documents": ("去知识库添加资料", "Add documents to the knowledge base"),
    "reminder": ("一小时后出发：{title}", "In one hour: {title}"),
    # knowledge
    "knowledge_title": ("知识库", "Knowledge"),
    "knowledge_lead": (
        "计划只用这里的资料。把文件放进来，或直接放进文件夹 {folder}。",
        "Plans use only what is here. Add files below, or put them into the folder {folder}.",
    ),
    "indexed": ("已收录", "What is indexed"),
    "nothing_indexed": ("还没有收录任何资料。", "Nothing is indexed yet."),
    "kind_all": ("全部文件", "All files"),
    "kind_tip": ("约会建议", "Tips"),
    "kind_activity": ("活动", "Activities"),
    "kind_gift": ("礼物", "Gifts"),
    "kind_conflict": ("冲突", "Conflicts"),
    "kind_guide": ("指引", "Guides"),
    "kind_reply": ("回复", "Replies"),
    "kind_place": ("地点", "Places"),
    "kind_document": ("其他文档", "Other documents"),
    "column_path": ("文件", "File"),
    "column_kind": ("种类", "Kind"),
    "column_status": ("状态", "Status"),
    "column_passages": ("段落", "Passages"),
    "column_items": ("条目", "Items"),
    "column_indexed_at": ("收录时间", "Indexed at"),
    "column_reason": ("原因", "Reason"),
    "column_source": ("文件里的列", "Column in the file"),
    "column_field": ("读作", "Read as"),
    "status_indexed": ("已收录", "Indexed"),
    "status_error": ("没能收录", "Not indexed"),
    "table_alt": ("已收录文件的列表", "Table of the indexed files"),
    "add_files": ("添加文件", "Add files"),
    "uploader": (
        "选择文件（md、txt、html、pdf、docx、pptx、xlsx、csv、json、jsonl）",
        "Choose files (md, txt, html, pdf, docx, pptx, xlsx, csv, json, jsonl)",
    ),
    "upload": ("加入知识库", "Add to knowledge"),
    "upload_none": ("先选择至少一个文件。", "Choose at least one file first."),
    "upload_refused": ("没有添加 {name}：{reason}", "{name} was not added: {reason}"),
    "upload_type": ("不支持这种文件", "this type of file is not supported"),
    "upload_name": ("文件名里没有可用的字", "its name holds no usable character"),
    "upload_saved": ("已存入：{names}", "Saved: {names}"),
    "sync_now": ("立即同步", "Sync now"),
    "syncing": ("正在同步资料…", "Syncing your documents…"),
    "syncing_first": (
        "正在第一次收录资料，收录多少就能用多少…",
        "Indexing your documents for the first time; you can plan with what is already there…",
    ),
    "index_empty": (
        "知识库还是空的，等收录好第一份资料就能出计划。",
        "The knowledge base is still empty; plans can be made once the first document is indexed.",
    ),
    "step_model": ("准备检索模型", "Preparing the search model"),
    "step_scan": ("查看文件夹", "Looking through the folder"),
    "step_read": ("读取文件", "Reading files"),
    "step_embed": ("计算向量", "Embedding passages"),
    "step_write": ("写入", "Writing"),
    "step_other": ("同步中", "Syncing"),
    "progress": ("{step} {done}/{total}", "{step} {done}/{total}"),
    "changes": ("这次同步的变化", "What changed"),
    "changes_none": ("没有变化，{count} 个文件都是最新的。", "Nothing changed; all {count} files are up to date."),
    "changes_added": ("新增 {count}", "{count} added"),
    "changes_changed": ("更新 {count}", "{count} changed"),
    "changes_renamed": ("改名 {count}", "{count} renamed"),
    "changes_removed": ("移除 {count}", "{count} removed"),
    "changes_failed": ("失败 {count}", "{count} failed"),
    "changes_more": ("…还有 {count} 个", "…and {count} more"),
    "changes_took": (
        "用时 {seconds} 秒，新算了 {embedded} 段。",
        "Took {seconds} s; {embedded} passages embedded.",
    ),
    "sync_failed": ("同步没有完成：{error}", "The sync did not finish: {error}"),
    "sync_busy": (
        "另一个同步正在进行，等它结束再试一次。",
        "Another sync is running; try again when it has finished.",
    ),
    "look_at": ("查看一个文件", "Look at one file"),
    "mapping": ("列的对应", "How its columns are read"),
    "remove": ("移除这个文件", "Remove this file"),
    "remove_sure": (
        "会从知识库文件夹里删除 {path}，不能撤销。",
        "This deletes {path} from the knowledge folder and cannot be undone.",
    ),
    "remove_yes": ("确认删除", "Delete it"),
    "remove_refused": (
        "没有删除 {path}：它不在知识库文件夹里。",
        "{path} was not deleted: it is not in the knowledge folder.",
    ),
    "removed": ("已删除 {path}。", "{path} was deleted."),
    # terminal
    "time": ("时间", "Time"),
    "stop": ("安排", "Stop"),
    "why": ("理由", "Why"),
    "each": ("每人", "each"),
    "no_chat_model": (
        "没有使用语言模型：直接依据资料作答。",
        "No chat model is used: answers are grounded in your documents.",
    ),
    "chat_model_refused": (
        "这个版本不支持语言模型，没有用到 model = {model}；请去掉它（--model、QIXI_MODEL 或 qixi.toml 里的 model）。",
        "Chat models are not supported by this version, so model = {model} is not used; remove the setting "
        "(--model, QIXI_MODEL, or model in qixi.toml).",
    ),
    "column_type": ("类型", "Type"),
    "column_lang": ("语言", "Language"),
    "sync_dry": ("预演：什么都没有改动。", "Dry run: nothing was changed."),
    "sync_total": (
        "{unchanged} 个文件没有变化；段落：新增 {added}，沿用 {reused}，移除 {removed}；"
        "{seconds} 秒内新算了 {embedded} 段。",
        "{unchanged} files unchanged; passages: {added} added, {reused} kept, {removed} removed; "
        "{embedded} embedded in {seconds} s.",
    ),
    "column_date": ("日期", "Date"),
    "column_occasion": ("日子", "Occasion"),
    "column_order_by": ("最晚备礼", "Order gifts by"),
    "column_book_by": ("最晚订位", "Book by"),
    "no_occasions": (
        "这段时间没有日子；见知识文件夹里的 calendar.yaml。",
        "No occasion in that time; see calendar.yaml.",
    ),
    "column_rule": ("规则", "Rule"),
    "column_place": ("位置", "Place"),
    "column_finding": ("发现", "Finding"),
    "check_reading": ("正在读取文档…", "Reading the documents …"),
    "check_comparing": ("正在比对重复，几十秒…", "Looking for what is said twice; this takes a while …"),
    "check_duplicates": (
        "近似重复 {pairs} 对；抹去数字和名字后的重复率 {rate}。",
        "Near-duplicate pairs: {pairs}; rate with numbers and names masked: {rate}.",
    ),
    "check_total": (
        "{files} 个文件：{errors} 处错误，{warnings} 处提醒。",
        "Files: {files}. Errors: {errors}. Warnings: {warnings}.",
    ),
    "check_report": ("完整报告：{path}", "The whole report: {path}"),
    "no_hits": ("资料里没有相关内容。", "Nothing in the documents is about this."),
    "hit_scores": (
        "得分 {score}，余弦 {cosine}，词语 {words}",
        "score {score}, cosine {cosine}, words {words}",
    ),
}

_WEEKDAYS = (
    ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
)


def t(key: str, lang: Language, **values: object) -> str:
    """The interface text of `key` in `lang`, `values` filled in. Raises KeyError for an unknown key."""
    return CATALOGUE[key][LANGUAGES.index(lang)].format(**values)


def language_of(locale: str | None) -> Language:
    """Chinese for a Chinese locale such as zh-CN, English for any other."""
    return "zh" if (locale or "").lower().startswith("zh") else "en"


def money(value: Money, lang: Language) -> str:
    """`value` with its sign, as the engine's own sentences write it: ¥300, $45.50, JP¥12,000."""
    return format_money(value.amount, value.currency, lang)


def day(date: dt.date, lang: Language) -> str:
    """The date with its weekday."""
    weekday = _WEEKDAYS[LANGUAGES.index(lang)][date.weekday()]
    return t("for_date", lang, date=date.isoformat(), weekday=weekday)
