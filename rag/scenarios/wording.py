"""The sentences of a plan in both languages. Code fills them with facts; nothing here states one."""

from __future__ import annotations

from typing import Any

_SENTENCES: dict[str, tuple[str, str]] = {
    # why a stop is there
    "why_matches": ("合 TA 的喜好：{wishes}", "fits the wish for {wishes}"),
    "why_close": ("和您说的最接近", "closest to what you described"),
    "why_stage": ("适合{stage}", "suits {stage}"),
    "why_talk": ("容易聊起来", "easy to talk there"),
    "why_rating": ("评分 {rating}", "rated {rating}"),
    "why_free": ("不花钱", "free"),
    "why_lunch": ("正好是午饭时间", "it is lunch time"),
    "why_dinner": ("正好是晚饭时间", "it is dinner time"),
    "why_near": ("和上一站同在{area}", "in {area}, like the stop before"),
    "why_default": ("价格、时间和营业时段都合得上", "price, time and hours all fit"),
    # what to check at a stop
    "note_hours_unknown": ("资料里没有营业时间，按白天安排，去之前请确认", "opening hours are not in the source; planned by day, please check before you go"),
    "note_hours_unread": ("资料写的营业时间是“{text}”，没能完全读懂，去之前请确认", "the source gives its hours as “{text}”, which could not be read for certain; please check"),
    "note_indoor_unknown": ("资料没写是室内还是户外，去之前请确认", "the source does not say whether it is indoors; please check"),
    "note_stay": ("停留 {minutes} 分钟是估计", "the stay of {minutes} minutes is an estimate"),
    "note_booking": ("建议提前 {days} 天预约", "booking ahead is advised (days: {days})"),
    "note_range": ("资料价格 {low}–{high}，按上限计", "the source says {low}–{high}; counted at the upper end"),
    "note_rate": ("原价以 {currency} 标示，按设置的汇率换算", "priced in {currency}, converted at the rate in your settings"),
    "note_currency_assumed": ("资料没写币种，按 {currency} 计", "the source names no currency; read as {currency}"),
    "note_far": ("与上一站不在同一区或地址不详，路上按 {minutes} 分钟估计", "another district than the stop before, or unknown: {minutes} minutes allowed for the way"),
    # about the plan
    "plan_no_city": ("没有指定城市，所以只用通用活动，不写具体店名。", "No city was given, so these are generic activities and no venue is named."),
    "plan_city_empty": ("资料里没有{city}的具体地点，以下是通用活动；把带“城市”列的表格放进知识文件夹，就能用上真实地点。", "The documents hold no places in {city}, so these are generic activities; drop a table with a city column into the knowledge folder to use real ones."),
    "plan_places_unfit": ("{city}的地点里没有符合这次要求的，以下是通用活动。", "None of the places in {city} fits this request, so these are generic activities."),
    "plan_stale": ("“{names}”的价格是 {as_of} 年的，可能已经变了。", "The prices of {names} date from {as_of} and may have changed."),
    "plan_no_price": ("有 {count} 个地点没有价格，没有放进计划（缺价不当作 0）。", "Left out because they have no price: {count}. A missing price is not counted as 0."),
    "plan_currency": ("以 {currencies} 标价的条目没有用：预算是 {currency}，设置里没有汇率（exchange_rates）。", "Rows priced in {currencies} were not used: the budget is in {currency} and the settings hold no exchange_rates for it."),
    "plan_way": ("路上时间是估计（近处 {near} 分钟，跨区或不详 {far} 分钟），没有查地图。", "Time for the way is an estimate ({near} minutes nearby, {far} otherwise); no map was consulted."),
    "plan_occasion": ("这天是{name}：订位建议提前 {booking} 天，备礼提前 {gift} 天。", "The date is {name}: tables are best booked ahead (days: {booking}), gifts ordered ahead (days: {gift})."),
    "plan_unmet": ("资料里没有能排进这次计划的“{wishes}”。", "Nothing in the documents for {wishes} fits into this plan."),
    "plan_no_tips": ("资料里没有找到合适的聊天话题。", "The documents hold no fitting conversation topics."),
    # when nothing fits
    "relax_budget": ("按这些条件最少要 {needed}：把预算加 {more} 就能排出来。", "These conditions cost at least {needed}: with {more} more it works."),
    "relax_hours": ("时间太紧：多留 {minutes} 分钟（共 {hours} 小时）就能排出来。", "Too little time: with {minutes} minutes more ({hours} hours in all) it works."),
    "relax_start": ("这个时段没有开门的：改到 {start} 出发就能排出来。", "Nothing suitable is open then: starting at {start} it works."),
    "relax_date": ("这一天没有合适的：改到 {date} 就能排出来。", "Nothing suitable is open that day: on {date} it works."),
    "relax_indoor": ("不限定室内外就能排出来。", "Without the indoor/outdoor condition it works."),
    "relax_avoid": ("去掉“不要{avoid}”这一条就能排出来。", "Without avoiding “{avoid}” it works."),
    "relax_catalogue": ("知识库里没有能安排的活动或地点；请把活动或地点表格放进知识文件夹，再运行 qixi knowledge sync。", "The knowledge folder holds no activity or place that can be planned; add a catalogue there and run qixi knowledge sync."),
    "relax_currency": ("知识库里没有以 {currency} 标价的条目；请改用 {other} 预算，或在 qixi.toml 里设置 exchange_rates。", "Nothing in the knowledge folder is priced in {currency}; give the budget in {other}, or set exchange_rates in qixi.toml."),
    "relax_several": ("只改一个条件排不出来；请把时间放宽到 4 小时以上、预算提高，或减少“不要”的内容。", "No single change is enough; allow four hours or more, raise the budget, or avoid less."),
    # backups
    "backup_rain": ("下雨时换成室内", "indoors if it rains"),
    "backup_closed": ("万一没开门", "in case it is closed"),
    # joints
    "and": ("、", ", "),
    "clause": ("；", "; "),
    "stop": ("。", "."),
}  # fmt: skip

STAGE_NAMES: dict[str, tuple[str, str]] = {
    "getting_to_know": ("刚认识的阶段", "getting to know each other"),
    "first_date": ("第一次约会", "a first date"),
    "early": ("刚开始约会的阶段", "the early dates"),
    "dating": ("恋爱中的两个人", "a couple who are dating"),
    "long_term": ("长期伴侣", "a long-term couple"),
    "long_distance": ("异地的两个人", "a long-distance couple"),
}


def say(key: str, lang: str, /, **values: Any) -> str:
    """The sentence `key` in `lang` ("zh" or English), filled with `values`."""
    chinese, english = _SENTENCES[key]
    return (chinese if lang == "zh" else english).format(**values)


def stage_name(stage: str, lang: str) -> str:
    """The stage of a relationship as a phrase."""
    chinese, english = STAGE_NAMES[stage]
    return chinese if lang == "zh" else english


def sentence(parts: list[str], lang: str) -> str:
    """Clauses joined into one sentence, the first letter in upper case."""
    text = say("clause", lang).join(parts)
    return text[:1].upper() + text[1:] + say("stop", lang) if text else ""
