"""One-sidedness: how the entries are spread over narrators, pairs, stages, types and languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from knowledge.checks.entries import Entry
from knowledge.checks.findings import Finding

ENOUGH = 40
"""Cases in a language from which shares say something."""
_MOST = {"narrator": 0.65, "stage": 0.6, "type": 0.12, "pair": 0.65}
"""The largest share that one value may have."""
_NAMES = {
    "narrator": ("narrators", "叙述者"),
    "pair": ("pairs", "组合"),
    "stage": ("stages", "阶段"),
    "type": ("types", "类型"),
}

Shares = Mapping[str, Mapping[str, int]]
"""Field → value → number of cases."""


def count_cases(entries: Sequence[Entry]) -> dict[str, dict[str, dict[str, int]]]:
    """Language → field → value → number of conflict cases, the most common value first."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for lang in ("zh", "en"):
        cases = [entry.fields for entry in entries if entry.kind == "case" and entry.lang == lang]
        if not cases:
            continue
        counters = {
            "narrator": Counter(str(case.get("narrator")) for case in cases),
            "pair": Counter(f"{case.get('narrator')} & {case.get('partner')}" for case in cases),
            "stage": Counter(str(case.get("stage")) for case in cases),
            "type": Counter(str(case.get("type")) for case in cases),
            "severity": Counter(str(case.get("severity")) for case in cases),
            "safety": Counter(str(case.get("safety")) for case in cases),
        }
        found[lang] = {name: dict(counter.most_common()) for name, counter in counters.items()}
    return found


def check_balance(counts: Mapping[str, Shares]) -> Iterator[Finding]:
    """A warning for each value that has too large a share of the cases in its language."""
    for lang, fields in counts.items():
        total = sum(fields["narrator"].values())
        for name, most in _MOST.items() if total >= ENOUGH else ():
            value, count = max(fields[name].items(), key=lambda pair: pair[1])
            if count > total * most:
                en, zh = _NAMES[name]
                yield Finding(
                    "warning", "one_sided", f"conflicts ({lang})",
                    f"{count} of {total} {en} are {value}; write cases of other {en}.",
                    f"{total} 例中有 {count} 例的{zh}是 {value}；请补写其他{zh}的案例。",
                )  # fmt: skip
