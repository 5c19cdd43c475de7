"""Occasions of a gift: the name in a catalogue, Chinese or English, and the words of a request that speak of it."""

from __future__ import annotations

import re

_SPOKEN = {
    "生日 农历生日 birthday": r"生日|寿辰|过寿|\bbirthday",
    "纪念日 周年 结婚周年 anniversary wedding_anniversary": r"纪念日|周年|anniversar",
    "情人节 valentines": r"(?<!白色)情人节|valentine",
    "白色情人节 white_day": r"白色情人节|\bwhite day\b",
    "520": r"(?<![\d.])520(?![\d.]|\s?[元块])|五二零",
    "七夕 qixi": r"七夕|乞巧|\bqixi\b",
    "圣诞 圣诞节 christmas": r"圣诞|平安夜|christmas|\bxmas\b",
    "跨年 元旦 new_year": r"跨年|元旦|(?<!lunar )(?<!chinese )\bnew year|\bnye\b",
    "春节 lunar_new_year": r"春节|过年|大年|拜年|\b(?:lunar|chinese) new year\b|spring festival",
    "元宵 lantern": r"元宵|正月十五|lantern festival",
    "端午 dragon_boat": r"端午|dragon boat",
    "中秋 mid_autumn": r"中秋|mid-?autumn|moon festival",
    "教师节 teachers_day": r"教师节|teachers?'? day",
    "儿童节 childrens_day": r"儿童节|六一|children'?s day",
    "道歉 apology": r"道歉|赔不是|赔罪|认错|\bapolog|\bsorry\b|make (?:it )?up to",
    "见家长 meeting_parents": (
        r"家长|父母|岳父|岳母|公婆|丈母娘|\bparents\b|\bin-laws\b|\b(?:his|her|their) (?:mum|mom|dad|folks|family)\b"
    ),
    "乔迁 housewarming": r"乔迁|搬家|新居|新家|housewarming|new (?:home|flat|house|apartment|place)\b",
    "毕业 graduation": r"毕业|graduat",
    "升职 promotion": r"升职|晋升|promot(?:ed|ion)",
    "新工作 new_job": r"新工作|入职|换工作|\bnew job\b|first day at work",
    "考试 exam": r"考试|考研|高考|考证|\bexams?\b|\bfinals\b",
    "失业 job_loss": r"失业|被裁|裁员|laid off|lost (?:his|her|their) job|redundan",
    "探病 illness": r"探病|住院|生病|发烧|感冒|\bin hospital\b|\bis ill\b|\bsick\b",
    "康复 recovery": r"康复|出院|痊愈|术后|recover|surgery",
    "怀孕 产后 new_baby": r"怀孕|产后|坐月子|宝宝|\bpregnan|\bnew baby\b|postpartum",
    "失去亲人 bereavement": r"去世|过世|丧|bereave|passed away|funeral|\bgrie(?:f|ving)\b",
    "感谢 thank_you": r"感谢|谢谢|谢礼|\bthank",
    "异地 long_distance": r"异地|远距离|long[- ]distance",
    "离别 goodbye": r"离别|送别|饯行|要走了|\bgoodbye\b|farewell|moving away|leaving for",
    "求婚 proposal": r"求婚|\bpropos(?:e|al|ing)\b",
    "订婚 engagement": r"订婚|\bengage(?:d|ment)\b",
    "退休 retirement": r"退休|\bretir",
    "暗恋 secret": r"暗恋|\bcrush\b",
    "复合 making_up": r"复合|和好|getting back together",
    "第一次约会 first_date": r"第一次约会|初次约会|头一回见|first date",
    "easter": r"复活节|\beaster\b",
    "hanukkah": r"光明节|hanukkah|chanukah",
    "eid": r"开斋节|古尔邦|\beid\b",
    "diwali": r"排灯节|diwali",
    "mothers_day 母亲节": r"母亲节|mother'?s day",
    "fathers_day 父亲节": r"父亲节|father'?s day",
    "pride": r"骄傲月|\bpride\b",
}  # fmt: skip
_PATTERNS = {name: re.compile(words, re.IGNORECASE) for names, words in _SPOKEN.items() for name in names.split()}
_GIFT = re.compile(r"礼物|送礼|送(?:她|他|TA)?(?:点|个|件|份|什么|啥)|\bgifts?\b|\bpresents?\b", re.IGNORECASE)
_DAYS = {
    *("生日", "纪念日", "情人节", "白色情人节", "520", "七夕", "圣诞", "春节", "中秋", "儿童节", "乔迁", "birthday"),
    *("求婚", "订婚", "母亲节", "父亲节", "valentines", "hanukkah", "housewarming", "new_baby"),
}
"""Days that bring a gift to mind by themselves; on the others one is proposed when the request speaks of a gift."""
_ANY_DAY = {"日常", "everyday"}


def asks_for_gift(text: str) -> bool:
    """Whether a request names a gift, or a day on which one is given."""
    return bool(_GIFT.search(text)) or any(_PATTERNS[name].search(text) for name in _DAYS)


def suits_occasion(occasions: tuple[str, ...], text: str) -> bool:
    """Whether a gift for these occasions fits a request; one for any day fits where the request names no occasion."""
    if not occasions:
        return True
    if any(speaks_of(text, name) for name in occasions):
        return True
    return bool(_ANY_DAY & set(occasions)) and not any(pattern.search(text) for pattern in _PATTERNS.values())


def speaks_of(text: str, occasion: str) -> bool:
    """Whether `text` speaks of the occasion; one that is not in the table is looked for by its own name."""
    pattern = _PATTERNS.get(occasion)
    return bool(pattern.search(text)) if pattern else occasion.replace("_", " ").lower() in text.lower()
