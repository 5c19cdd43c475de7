"""Reversible redaction, before anything is logged, kept as feedback or used for training.

What identifies somebody is replaced by a numbered placeholder, 〔电话1〕 or [phone 1]; everything else stays as it was,
character by character, and `restore` gives back the original. Identity numbers and cards count only with a right check
digit, so that order numbers and prices stay. Names are found where a text says that something is one, where jieba's
tagger reads a Chinese name with a common surname, and where the caller knows them (the speakers of a chat).
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.hotlines import every_number
from rag.text import language

Kind = Literal["id", "phone", "email", "wechat", "qq", "card", "plate", "address", "name"]
_LABELS: dict[Kind, tuple[str, str]] = {
    "id": ("证件号", "id"), "phone": ("电话", "phone"), "email": ("邮箱", "email"), "wechat": ("微信", "wechat"),
    "qq": ("QQ", "qq"), "card": ("银行卡", "card"), "plate": ("车牌", "plate"), "address": ("地址", "address"),
    "name": ("姓名", "name"),
}  # fmt: skip
_PLACEHOLDER = re.compile(
    "〔(?:"
    + "|".join(zh for zh, _ in _LABELS.values())
    + r")\d+〕|\[(?:"
    + "|".join(en for _, en in _LABELS.values())
    + r") \d+\]"
)

_MASK = "\ufffc"
"""Stands for each character of a placeholder and of what has been found already."""

_ID_CARD = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"
_MOBILE = re.compile(r"(?<![0-9])(?:(?:\+|00)?86[- ]?)?1[3-9]\d(?:[-. ]?\d{4}){2}(?![0-9])")
_DATE = re.compile(r"\D?(?:(?:19|20)\d{2}[-./ ]\d{1,2}[-./ ]\d{1,2}|\d{1,2}[-./ ]\d{1,2}[-./ ](?:19|20)\d{2})(?!\d)")
_DIGITS = re.compile(r"(?<![\w.])\+?\(?\d(?:[-\s().]{0,2}\d){6,14}(?![\w])")
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
)
_WECHAT = re.compile(
    r"(?:微信号?|(?<![A-Za-z])(?:wechat|weixin|wx|vx|v信|加?v(?=[:：我])))"
    r"(?:\s*(?:(?:号|id)?[:：是为]|id(?: is)?(?![A-Za-z]))\s*|(?:我|号)?\s*(?:is )?(?=[-_A-Za-z]*[0-9_]))"
    r"(?P<value>[A-Za-z][-_A-Za-z0-9]{5,19})(?![-_A-Za-z0-9])",
    re.IGNORECASE,
)
"""After a colon or “id” anything with the form of one; else it has to have a digit, unlike “wechat yesterday”."""
_QQ = re.compile(r"(?<![A-Za-z])QQ\s*(?:号码?)?\s*(?:[:：是为]|is)?\s*(?P<value>[1-9]\d{4,11})(?!\d)", re.IGNORECASE)
_CARD = re.compile(r"(?<![0-9])\d(?:[ -]?\d){12,18}(?![0-9])")
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·• ]?(?=[A-HJ-NP-Z0-9]*\d)[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳]"
    r"(?![A-Za-z0-9])"
)
_ADDRESS_ZH = re.compile(
    r"(?:[\u4e00-\u9fff]{2,7}?(?:省|自治区))?(?:[\u4e00-\u9fff]{2,7}?(?:市|自治州|盟))?(?:[\u4e00-\u9fff]{1,6}?(?:区|县|旗|镇|乡|街道))?"
    r"[\u4e00-\u9fffA-Za-z0-9]{1,10}?(?:路|街|巷|弄|大道|胡同|小区|花园|公寓|苑|村|(?<![家这那哪心手屋房])里)(?:[\u4e00-\u9fff0-9]{0,6}?)?"
    r"\d{1,5}(?:号楼?(?!线)|弄|栋|幢|座|单元|室)(?:[-,， ]?[A-Za-z0-9一二三四五六七八九十]{1,5}(?:号楼?|栋|幢|座|单元|楼|层|室|户|房))*(?:\d{3,4}(?!\d))?"
)
_ADDRESS_VERB = re.compile(r"^.{0,12}?(?:住在|家住|搬到了?|搬去|寄到|送到|地址是?[:：]?|在|到|去|是|来)(?=.{3})")
_ADDRESS_EN = re.compile(
    r"(?<![\w])\d{1,5}[A-Za-z]?,? (?:[A-Z][\w'’.-]+ ){1,4}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Close|Court|Ct|Crescent|Boulevard|Blvd|Way|"
    r"Place|Pl|Terrace|Square|Sq|Gardens|Grove|Mews|Parade|Highway|Hwy)\b\.?(?:,? (?:Apt|Apartment|Flat|Unit|#) ?\w{1,5})?"
)

_SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕"
    "殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田"
    "樊胡凌霍虞万支柯管卢莫经房裘缪干解应宗丁宣邓郁单杭洪包诸左石崔吉龚程邢裴陆荣翁荀羊甄曲家封芮储靳段富焦巴牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘厉戎祖武符刘景詹束龙叶幸司"
    "韶郜黎蓟薄印宿白怀蒲台从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳姬申扶堵冉宰郦雍璩桑桂牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步"
    "都耿满弘匡国文寇广禄阙东欧殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公肖涂覃闫佟代洛岳帅缑亢况有琴涂肖"
)
_TWO = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "夏侯",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "司徒",
    "东方",
    "南宫",
    "独孤",
    "端木",
    "百里",
    "呼延",
    "轩辕",
    "长孙",
)
_NO_NAMES = frozenset(
    "安静 高兴 方便 温柔 明白 和气 成熟 平安 康乐 文明 常常 时常 贝贝 小姐 老师 老板 小孩 老家 小子 阿姨 小妹 "
    "老爸 老妈 小朋友 阿弥陀佛 安宁 温馨 包容 古怪 明天 元旦 和好 和解 那么 费用 应该 车站 晚安 花生 乐乐 白天 "
    "黄昏 金融 小年 小满 平时 明年 宝宝 宝贝 老公 谢谢 师傅 师兄 家里人 乔迁 毛巾 祝福 祝词 康复 安全感 安全带 "
    "段子 段时间 孙子 孙女 温泉 张嘴 张口 张罗 包里 封信 岳父 岳母 丁克 连麦 桂花 周转 冷笑 宿舍楼 苗圃 米粉 唐突 "
    "姜茶 黄狗 马拉松 叶子 艾滋 汤圆 许诺 荣幸 白班 马克杯 王八蛋 王府井 红白 祖宗 汤里 封锁 阿公 阿婆 阿叔 阿妈 "
    "阿拉 明星 车库里 施舍 高三 高峰 白衬衫 双性恋 曲奇 全家福 红光 石阶 毛绒 牛腩 沙滩 农忙 白月光 雷雨 巴掌 "
    "帅哥 干女儿 支付宝 满屋子 白开水 左转 花展 白菊 黄菊 艾草 陈皮 田埂 戴表 小山 贝壳 宁静 卓越 花园里 小三".split()
)
_RARE = "别那都养盖查"
"""Surnames that begin far more words than names: the tagger is not believed about them."""
_SAID_NAME_ZH = re.compile(
    r"(?:我叫|他叫|她叫|名叫|名字叫做?|名字是|姓名[:：]|全名是?)(?P<value>[\u4e00-\u9fff]{2,4}?)(?=[，。,.!！?？、\s]|今年|是|的|，|$|他|她|家|在|住)"
)
_TITLED_ZH = re.compile(r"(?P<value>[\u4e00-\u9fff])(?:先生|女士|小姐|老师|医生|经理|主任|教授)")
_PEOPLE_EN = (
    "boyfriend|girlfriend|husband|wife|partner|ex|bf|gf|fianc[eé]e?|crush|friend|bestie|roommate|flatmate|boss|colleague|coworker|co-worker|brother|"
    "sister|cousin|neighbou?r|teacher|manager|son|daughter|uncle|aunt|mum|mom|dad|mother|father"
)
_WORD_EN = r"[A-Z](?:[A-Za-zà-ÿ-]|['’](?!s\b)){0,18}[a-zà-ÿ]"
_NAME_EN = rf"(?P<value>{_WORD_EN}(?: {_WORD_EN})?)"
_SAID_NAME_EN = re.compile(
    rf"(?:\b(?i:my|his|her|their|our) (?:new |old |best |ex-?|ex )?(?:{_PEOPLE_EN}),? (?:(?:is )?(?:called|named) )?"
    rf"|\b(?:name is|named|called|Mr\.?|Mrs\.?|Ms\.?|Miss|Dr\.?) ){_NAME_EN}(?![a-z])"
)
_NOT_NAMES_EN = frozenset(
    "I He She They We You It The And But So Christmas Monday Tuesday Wednesday Thursday Friday Saturday Sunday "
    "January February March April May June July August September October November December English Chinese Indian "
    "American British French Spanish Muslim Christian Catholic Jewish Hindu God Not Sorry Really Just Still Very "
    "Too Always Never Is Was Has Said Says What Why How When Where OK Okay Please Valentine Easter Tinder "
    "WhatsApp Instagram Me Us Him Her My Your His Our Their Mum Mom Dad Mummy Mommy Daddy Ms Mr Mrs Dr".split()
)


@dataclass(frozen=True)
class Redacted:
    """A text without personal data, and what stood where: placeholder → original."""

    text: str
    originals: dict[str, str]


def redact(text: str, *, names: Sequence[str] = ()) -> Redacted:
    """`text` with placeholders; the same value gets the same one. `names` are people the caller knows of.

    A text that already has placeholders keeps them as they are and new ones are numbered past them.
    """
    zh = language(text) == "zh"
    taken = set(_PLACEHOLDER.findall(text))
    seen: dict[tuple[Kind, str], str] = {}
    counts: dict[Kind, int] = {}
    pieces, at = [], 0
    for start, end, kind in _chosen(text, names):
        value = text[start:end]
        key = (kind, value)
        if key not in seen:
            while True:
                counts[kind] = counts.get(kind, 0) + 1
                label = f"〔{_LABELS[kind][0]}{counts[kind]}〕" if zh else f"[{_LABELS[kind][1]} {counts[kind]}]"
                if label not in taken:
                    break
            seen[key] = label
        pieces += [text[at:start], seen[key]]
        at = end
    pieces.append(text[at:])
    return Redacted("".join(pieces), {label: value for (_, value), label in seen.items()})


def restore(text: str, originals: dict[str, str]) -> str:
    """`text` with the originals back in place of their placeholders, also in a text that quotes them."""
    if not originals:
        return text
    pattern = re.compile("|".join(map(re.escape, sorted(originals, key=len, reverse=True))))
    return pattern.sub(lambda found: originals[found[0]], text)


def personal_data(text: str) -> Iterator[tuple[Kind, str]]:
    """What of `text` identifies somebody, but for names: its kind and the words; public helplines are left out."""
    return ((kind, text[start:end]) for start, end, kind in _marked("".join(_single_characters(text))))


def _chosen(text: str, names: Sequence[str]) -> list[tuple[int, int, Kind]]:
    """Spans to replace, in order, without overlaps; of two that overlap the kind that is looked for first stays."""
    shown = list(_single_characters(text))
    for found in _PLACEHOLDER.finditer(text):
        shown[found.start() : found.end()] = _MASK * len(found[0])
    names = ["".join(_single_characters(name)) for name in names]
    spans: list[tuple[int, int, Kind]] = []
    before = -1
    while before < len(spans):  # what is found changes how the tagger cuts the rest
        before = len(spans)
        for start, end, kind in list(_found("".join(shown), names)):
            if start < end and _MASK not in shown[start:end]:
                shown[start:end] = _MASK * (end - start)
                spans.append((start, end, kind))
    return sorted(spans)


def _single_characters(text: str) -> Iterator[str]:
    """The compatibility form of each character that has one of one character, so that places stay the same."""
    for char in text:
        plain = unicodedata.normalize("NFKC", char)
        yield "\ufffd" if char == _MASK or unicodedata.category(char) == "Cs" else plain if len(plain) == 1 else char


def _found(text: str, names: Sequence[str]) -> Iterator[tuple[int, int, Kind]]:
    yield from _marked(text)
    for name in sorted({name for name in names if name.strip()}, key=len, reverse=True):
        border = r"(?<![A-Za-z]){}(?![A-Za-z])" if name.isascii() else "{}"
        yield from _matches(re.compile(border.format(re.escape(name))), text, "name")
    yield from _names(text)


def _marked(text: str) -> Iterator[tuple[int, int, Kind]]:
    """What has a form of its own, unlike a name."""
    yield from _matches(_EMAIL, text, "email")
    yield from _matches(_ID_CARD, text, "id", _is_id)
    yield from _matches(_MOBILE, text, "phone", lambda number: not _is_public(number))
    yield from _matches(_WECHAT, text, "wechat")
    yield from _matches(_QQ, text, "qq")
    yield from _matches(_CARD, text, "card", _is_card)
    yield from _telephones(text)
    yield from _matches(_PLATE, text, "plate")
    yield from _addresses(text)


def _matches(
    pattern: re.Pattern[str], text: str, kind: Kind, accept: Callable[[str], bool] | None = None
) -> Iterator[tuple[int, int, Kind]]:
    group = "value" if "value" in pattern.groupindex else 0
    for found in pattern.finditer(text):
        if accept is None or accept(found[group]):
            yield found.start(group), found.end(group), kind


def _telephones(text: str) -> Iterator[tuple[int, int, Kind]]:
    """Numbers that libphonenumber calls valid in China, the US or Britain, or that carry their country's code."""
    if not _DIGITS.search(text):
        return
    import phonenumbers

    for region in ("CN", "US", "GB"):
        for found in phonenumbers.PhoneNumberMatcher(text, region):
            own = str(found.number.national_number)
            if not (_is_public(found.raw_string) or _is_public(own) or _DATE.match(found.raw_string)):
                yield found.start, found.end, "phone"


def _is_public(number: str) -> bool:
    """Whether a number is one of the hotlines, with or without its trunk prefix."""
    return re.sub(r"\D", "", number).lstrip("01") in _public_numbers()


@functools.cache
def _public_numbers() -> frozenset[str]:
    return frozenset(re.sub(r"\D", "", number).lstrip("01") for number in every_number())


def _addresses(text: str) -> Iterator[tuple[int, int, Kind]]:
    for found in _ADDRESS_ZH.finditer(text):
        lead = _ADDRESS_VERB.match(found[0])
        start = found.start() + (lead.end() if lead else 0)
        yield start, found.end(), "address"
    yield from _matches(_ADDRESS_EN, text, "address")


def _names(text: str) -> Iterator[tuple[int, int, Kind]]:
    yield from _matches(_SAID_NAME_ZH, text, "name", _is_said_name)
    yield from _matches(
        _TITLED_ZH, text, "name", lambda name: name in _SURNAMES and name not in "何有那时都从安应该常相和班习师"
    )
    yield from _matches(_SAID_NAME_EN, text, "name", lambda name: re.split("[ '’]", name)[0] not in _NOT_NAMES_EN)
    if re.search("[\u4e00-\u9fff]", text):
        import rjieba

        at = 0
        for word, tag in rjieba.tag(text):
            start = text.find(word, at)
            if start < 0:
                continue
            at = start + len(word)
            if tag in ("nr", "nrt", "nrfg") and _is_name(word):
                yield start, at, "name"


def _is_said_name(word: str) -> bool:
    """What a text calls a name: a surname and one or two characters more, or a pet name such as 小明 and 阿强."""
    if word in _NO_NAMES or (len(word) > 3 and not word.startswith(_TWO)):
        return False
    return word[0] in _SURNAMES or word[0] in "小阿"


def _is_name(word: str) -> bool:
    """A word the tagger takes for a name, with a surname and a given name, or 小, 老, 阿 and a surname."""
    if word in _NO_NAMES or not 2 <= len(word) <= 4:
        return False
    if word.startswith(_TWO):
        return len(word) > 2
    if word[0] in "小老阿":
        return len(word) == 2 and (word[1] in _SURNAMES or word[0] == "阿")
    return word[0] in _SURNAMES and word[0] not in _RARE and len(word) <= 3


def _is_id(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _ID_WEIGHTS, strict=True))
    return _ID_CHECK[total % 11] == number[17].upper()


def _is_card(number: str) -> bool:
    """Luhn's check digit over 13 to 19 digits."""
    digits = [int(char) for char in number if char.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) if place % 2 else digit for place, digit in enumerate(reversed(digits))]
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and sum(doubled) % 10 == 0
