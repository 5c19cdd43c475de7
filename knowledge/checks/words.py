"""What must not be advised and what must not be stored: manipulation, neglected danger, personal data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from knowledge.checks.entries import Entry
from knowledge.checks.findings import Finding, error, warning
from rag.disguise import plain
from rag.guard_rules import advised_harm
from rag.privacy import personal_data

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


def check_words(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Findings on manipulation in what is advised, on danger that is mediated, and on personal data.

    What an entry advises against, such as `do_not_say` or the section 别这样, may name manipulation.
    """
    for entry in entries:
        yield from _check_manipulation(entry)
        if entry.kind == "case":
            yield from _check_danger(entry)
        yield from _check_personal(entry)


def _check_manipulation(entry: Entry) -> Iterator[Finding]:
    for text in entry.advice:
        if words := advised_harm(plain(text)):
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
    found = next(personal_data(entry.text), None)
    if found is None:
        return
    what, words = found
    if entry.kind in ("place", "document"):
        yield warning(
            "personal",
            entry,
            f"holds what looks like personal data ({what}): “{words}”.",
            f"里面像是有个人信息：“{words}”。",
        )
    else:
        yield error(
            "personal",
            entry,
            f"holds personal data ({what}): “{words}”; take it out.",
            f"含有个人信息：“{words}”；请删去。",
        )
