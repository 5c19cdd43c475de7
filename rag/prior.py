"""Which kind of passage a question asks for, before its words are compared.

A conflict case or a reply tells one story and shares everyday words with every other; a tip or a guide speaks to the
question itself. The weights are tuned on half of the questions of `qixi eval knowledge`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_PRIOR: Mapping[str, float] = {"guide": 0.2, "tip": 0.15, "reply": -0.1}
"""Added to the fused score of a passage of that kind, which lies in [0, 1]."""
_ASKED = 0.2
"""The same for a kind that the question asks for by name."""
_ASKS_FOR = {
    "gift": re.compile(
        r"礼物|送礼|送[^，。？]{0,6}(?:什么|啥)|带(?:什么|啥)|\bgifts?\b|\bpresents?\b"
        r"|\bwhat\b.{0,20}\b(?:give|buy|get|bring) (?:him|her|them|my|for|to)\b",
        re.IGNORECASE,
    ),
    "activity": re.compile(
        r"去哪|(?:做|玩|干)(?:点|些)?(?:什么|啥)|推荐|约会.{0,4}(?:点子|项目|活动)"
        r"|\b(?:dates?|activit\w+|weekend|gift) ideas?\b|\bideas for\b|things to do"
        r"|what (?:can|could|should) we do|where (?:to|can|could|should) (?:go|we|i take)",
        re.IGNORECASE,
    ),
    "reply": re.compile(
        r"怎么(?:回|接)|回(?:她|他|TA)?(?:什么|啥)|咋回|该回"
        r"|\breply\b|\brespond|\b(?:text|say|write) back\b|\bto answer\b",
        re.IGNORECASE,
    ),
}


def priors(query: str) -> dict[str, float]:
    """What is added to the score of a passage by its kind; a kind that is not named gets 0."""
    found = dict(_PRIOR)
    for kind, pattern in _ASKS_FOR.items():
        if pattern.search(query):
            found[kind] = _ASKED
    return found
