"""What must not be advised and what must not be stored: manipulation, neglected danger, personal data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from knowledge.checks.entries import Entry
from knowledge.checks.findings import Finding, error, warning

_MANIPULATION = {
    "PUA": r"\bpua\b|\bnegging\b|\bneg (?:her|him|them)\b|love[- ]bomb(?:ing)? (?:her|him|them)",
    "打压 / belittling": (
        r"打压|贬低(?:一下)?(?:她|他|TA|对方)|让(?:她|他|TA|对方)自卑|打击(?:她|他|TA|对方)的自信|挫挫(?:她|他|TA|对方)"
        r"|(?:lower|knock|undermine|chip away at) (?:her|his|their) (?:self-esteem|confidence)"
        r"|make (?:her|him|them) feel (?:small|insecure|worthless)"
    ),
    "服从性测试 / tests": (
        r"服从性测试|废物测试|考验一下(?:她|他|TA|对方)|试探(?:她|他|TA|对方)(?:的底线|听不听话)|看(?:她|他|TA|对方)听不听话"
        r"|compliance test|test (?:her|his|their) (?:loyalty|obedience|love)|shit test"
    ),
    "冷暴力 / silent treatment": (
        r"冷暴力|晾(?:她|他|TA|对方)几天|故意不回|先冷(?:她|他|TA|对方)|欲擒故纵|吊着(?:她|他|TA|对方)|若即若离"
        r"|give (?:her|him|them) the (?:silent treatment|cold shoulder)|play(?:ing)? hard to get"
        r"|keep (?:her|him|them) waiting|freeze (?:her|him|them) out|leave (?:her|him|them) on read"
    ),
    "愧疚绑架 / guilt": (
        r"让(?:她|他|TA|对方)(?:觉得)?(?:内疚|愧疚)|道德绑架|你要是爱我就|不然我就死"
        r"|guilt[- ]trip|make (?:her|him|them) feel guilty|if you (?:really )?loved me,? you(?:'d| would)"
    ),
    "吃醋牌 / jealousy as a tool": r"让(?:她|他|TA|对方)吃(?:点)?醋|make (?:her|him|them) jealous",
    "窥探 / spying": (
        r"偷看(?:她|他|TA|对方)的?手机|查(?:她|他|TA|对方)的?(?:手机|定位|聊天记录)|给(?:她|他|TA|对方)的?(?:手机|车上?)?装(?:个)?定位|猜(?:出)?(?:她|他|TA|对方)的?密码"
        r"|(?:check|go through|look through|search|track) (?:her|his|their) (?:phone|messages|location)"
    ),
}  # fmt: skip
_PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _MANIPULATION.items()}
_NEGATED = re.compile(
    r"(?:别|不要|不能|不该|不许|不必|不用|不会|不想|不愿|不是|不去|不再|没有|没|并非|而非|从不|绝不|切勿|勿|避免|拒绝|停止|戒掉"
    r"|属于|等于|对不起|抱歉|\bnot?\b|\bnever\b|\bdon't\b|\bdoesn't\b|\bwon't\b|\bwouldn't\b|\bstop\b|\bavoid\b"
    r"|\bwithout\b|\binstead of\b|\brather than\b|\brefuse\b|\bsorry\b|n't\b|\bisn't\b|\bno\b)[^。！？!?.;；\n]{0,24}$",
    re.IGNORECASE,
)
_DANGER = re.compile(
    r"(?:他|她|TA)(?:又|就|会|曾|突然|一把|还)?(?:打了?我|掐(?:着|住|了)?我|扇(?:了)?我|踹(?:了)?我|揪(?:着|住)我)"
    r"|拿(?:着)?(?:剪)?刀|自杀|割腕|跳楼|不想活|活不下去|强迫我|跟踪我|装了定位器"
    r"|\b(?:hit|hits|choked|strangled|punched|slapped|kicked) me\b|\bkill (?:him|her|them|my|your)sel(?:f|ves)\b"
    r"|\bsuicid|\bself-harm|\bforced (?:me|himself|herself) (?:to|on)|\bstalk(?:s|ing|ed) me\b",
    re.IGNORECASE,
)
_HELP = re.compile(
    r"信任|信得过|报警|警察|派出所|民警|妇联|社工|医生|医院|急诊|急救|律师|求助|热线|庇护|朋友家|娘家|姐姐|家人|同事|邻居|咨询|危机|陪"
    r"|police|trusted|friend|refuge|shelter|hospital|doctor|\bGP\b|emergency|crisis|helpline|hotline|lawyer|solicitor|advocate"
    r"|counsell?or|sister|brother|mother|neighbou?r|security|HR\b|manager",
    re.IGNORECASE,
)
_MEDIATING = re.compile(
    r"各退一步|互相体谅|给(?:他|她|TA|对方)一次机会|体谅(?:他|她|TA|对方)的(?:难处|脾气)"
    r"|couples? (?:counsell?ing|therapy) together|meet (?:him|her|them) halfway"
    r"|give (?:him|her|them) (?:one more|another) chance",
    re.IGNORECASE,
)
_LOOK_BACK = 60
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_HANDLE = re.compile(
    r"(?:微信号?|wechat(?:\s*id)?|vx|QQ号?|whatsapp)\s*(?:[:：]|是|加|is)\s*[A-Za-z0-9][-_A-Za-z0-9]{5,19}",
    re.IGNORECASE,
)
_ID_CARD = re.compile(r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"
_STREET = re.compile(r"[\u4e00-\u9fff]{2,8}(?:路|街|巷|弄)\d{1,5}号\d{0,4}(?:室|单元|楼|栋|幢)")
_REGIONS = ("CN", "US", "GB")
_TELEPHONE_DIGITS = re.compile(r"\d(?:[-\s().]*\d){6,}")


def check_words(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Findings on manipulation in what is advised, on danger that is mediated, and on personal data.

    What an entry advises against, such as `do_not_say` or the section 别这样, may name manipulation.
    """
    for entry in entries:
        yield from _check_manipulation(entry)
        if entry.kind == "case":
            yield from _check_danger(entry)
        yield from _check_personal(entry)


def manipulation_in(text: str) -> str | None:
    """The words of `text` that advise manipulation, None when there are none or they are advised against."""
    for pattern in _PATTERNS.values():
        for match in pattern.finditer(text):
            if not _NEGATED.search(text[max(0, match.start() - _LOOK_BACK) : match.start()]):
                return match[0]
    return None


def personal_in(text: str) -> tuple[str, str] | None:
    """(what it is, the words) of the first personal data in `text`: e-mail, account, address, card or telephone."""
    for name, pattern in (("e-mail", _EMAIL), ("account", _HANDLE), ("address", _STREET)):
        if match := pattern.search(text):
            return name, match[0]
    for match in _ID_CARD.finditer(text):
        digits = match[0].upper()
        total = sum(int(digit) * weight for digit, weight in zip(digits, _ID_WEIGHTS, strict=False))
        if _ID_CHECK[total % 11] == digits[17]:
            return "identity card", match[0]
    number = _telephone(text)
    return ("telephone", number) if number else None


def _telephone(text: str) -> str | None:
    if not _TELEPHONE_DIGITS.search(text):
        return None  # the library takes a while to load
    import phonenumbers

    for region in _REGIONS:
        for match in phonenumbers.PhoneNumberMatcher(text, region, phonenumbers.Leniency.VALID):
            return str(match.raw_string)
    return None


def _check_manipulation(entry: Entry) -> Iterator[Finding]:
    for text in entry.advice:
        if words := manipulation_in(text):
            yield error(
                "manipulation", entry, f"advises “{words}”, which is manipulation; say it openly or leave it out.",
                f"建议里有操纵：“{words}”；请改成坦白的说法，或删去。",
            )  # fmt: skip
            return


def _check_danger(entry: Entry) -> Iterator[Finding]:
    fields = entry.fields
    advice = " ".join(entry.advice)
    if fields.get("safety") in (None, "", "none"):
        if match := _DANGER.search(entry.main):
            yield error(
                "safety", entry, f"tells of danger (“{match[0]}”) and is marked safety: none.",
                f"情形里有危险（“{match[0]}”），safety 却是 none。",
            )  # fmt: skip
        return
    if not _HELP.search(advice):
        yield error(
            "safety", entry, f"is a case of {fields['safety']} and names nobody to turn to.",
            f"属于 {fields['safety']}，却没有写可以找谁求助。",
        )  # fmt: skip
    if match := _MEDIATING.search(advice):
        yield error(
            "safety", entry, f"is a case of {fields['safety']} and mediates: “{match[0]}”.",
            f"属于 {fields['safety']}，不能调解：“{match[0]}”。",
        )  # fmt: skip


def _check_personal(entry: Entry) -> Iterator[Finding]:
    found = personal_in(entry.text)
    if found is None:
        return
    what, words = found
    if entry.kind in ("place", "document"):
        yield warning(
            "personal",
            entry,
            f"holds what looks like a person's {what}: “{words}”.",
            f"里面像是有个人信息：“{words}”。",
        )
    else:
        yield error("personal", entry, f"holds a {what}: “{words}”; take it out.", f"含有个人信息：“{words}”；请删去。")
