"""Whether a catalogue row holds anything the user avoids: dislikes, allergies, alcohol, heights."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.schema import Item
from rag.text import normalise, search_words

_ALCOHOL = re.compile(r"(?:喝|饮)?酒(?:精)?|alcohol|drinking|drinks?|booze")
_BAR = re.compile(
    r"酒吧|酒馆|小酒|精酿|啤酒|红酒|清酒|调酒|品酒|\b(?:bars?|pubs?|brewery|taproom|winery|wine|cocktails?|beer)\b"
)
_GROUPS = tuple(
    (re.compile(name), re.compile(pattern))
    for name, pattern in (
        (r"海鲜|水产", r"海鲜|虾|蟹|鱼|贝|蚝|蛤|鱿|刺身|寿司"),
        (r"seafood|shellfish|fish", r"\b(?:seafood|shrimps?|prawns?|crabs?|lobsters?|fish|oysters?|mussels?|sushi)\b"),
        (r"辣", r"辣|川菜|湘菜|火锅|冒菜|串串"),
        (r"spicy|chil[il]", r"\b(?:spic[ey]\w*|sichuan|szechuan|hot ?pot|chil[il]\w*)\b"),
        (r"肉|吃素|素食", r"肉|烤鸭|烧烤|烤串|排骨|牛排|羊|肥牛|鸡翅|炸鸡"),
        (r"meat", r"\b(?:meats?|steaks?|bbq|barbecue|burgers?|roast|wings|ribs|bacon)\b"),
        (r"恐高|怕高", r"摩天轮|攀岩|蹦极|缆车|玻璃栈道|高空|天台|观景台|登塔|热气球"),
        (r"heights", r"\b(?:ferris|climbing|bungee|cable car|rooftop|sky ?deck|zip ?line|high ropes)\b"),
        (r"花生|坚果", r"花生|坚果|核桃|杏仁|榛子|腰果"),
        (r"\bnuts?\b|peanut", r"\b(?:nuts?|peanuts?|almonds?|walnuts?|hazelnuts?|pecans?|satay)\b"),
        (r"乳|奶", r"牛奶|奶茶|奶油|芝士|冰淇淋|奶酪"),
        (r"dairy|lactose|milk", r"\b(?:milk\w*|cheese|ice cream|gelato|cream)\b"),
    )
)
"""What a word to avoid stands for. It errs on the side of leaving a row out."""


def is_avoided(item: Item, avoid: Sequence[str]) -> bool:
    """Whether the row names anything the user avoids, in its name, words, labels or unread columns.

    A few words stand for a group: whoever avoids seafood avoids crab, whoever fears heights the ferris wheel. The
    address does not count: 酒仙桥路 serves no drinks.
    """
    if not avoid:
        return False
    text = normalise(" ".join([item.name, item.description, item.category, *item.tags, *item.extra.values()]))
    words: set[str] | None = None
    for phrase in avoid:
        wanted = normalise(phrase).strip()
        if not wanted:
            continue
        if _ALCOHOL.fullmatch(wanted):
            if item.alcohol == "yes" or (item.alcohol != "no" and _BAR.search(text)):
                return True
            continue
        group = next((pattern for name, pattern in _GROUPS if name.search(wanted)), None)
        if group is not None and group.search(text):
            return True
        if not wanted.isascii():
            if wanted in text:
                return True
            continue
        tokens = search_words(wanted)
        words = set(search_words(text)) if words is None else words
        if tokens and all(token in words for token in tokens):
            return True
    return False
