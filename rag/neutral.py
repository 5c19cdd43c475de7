"""Takes the genders out of a text, so that the same quarrel gets the same advice whoever tells it."""

from __future__ import annotations

import re

_CHINESE = (
    (r"岳父岳母|岳母岳父|公公婆婆|婆婆公公|公婆|岳父母", "对象的父母"),
    (r"(?:婆家|娘家|岳家|丈人家)", "父母家"),
    (r"(?:前男友|前女友|前夫|前妻|前任)", "前任"),
    (r"(?:未婚夫|未婚妻)", "未婚对象"),
    (
        r"(?:男朋友|女朋友|男友|女友|老公|老婆|丈夫|妻子|媳妇儿?|(?<=[我你他她])先生|先生(?=总|又|老|说|不|把|给|从|和)|太太|爱人|对象|伴侣|男票|女票)",
        "对象",
    ),
    (r"(?:婆婆|岳母|丈母娘|婆母|准婆婆)", "对象的妈妈"),
    (r"(?:公公|岳父|老丈人|丈人)", "对象的爸爸"),
    (r"(?:男闺蜜|女闺蜜|闺蜜|兄弟|哥们儿?|姐妹)", "好友"),
    (r"(?:男同事|女同事)", "同事"),
    (r"(?:男生|女生|男孩子?|女孩子?|男人|女人|小伙子?|姑娘|男的|女的)", "人"),
    (r"(?:儿子|女儿|闺女)", "孩子"),
    (r"[他她牠]们", "TA们"),
    (r"(?<![其吉])[他她](?!乡(?!下))|(?<=尤其)[他她]|(?<![a-z])ta(?![a-z])", "TA"),
)
_ENGLISH = (
    (r"ex[- ]?(?:boyfriend|girlfriend|husband|wife|bf|gf)", "ex"),
    (r"boyfriend|girlfriend|bf|gf|husband|wife|hubby|wifey|spouse|missus|other half|partner", "partner"),
    (r"fianc[eé]e?", "fiance"),
    (r"boyfriends|girlfriends|husbands|wives", "partners"),
    (r"(?:mother|father|mum|mom|dad)[- ]in[- ]law", "parent-in-law"),
    (r"(?:brother|sister)[- ]in[- ]law", "sibling-in-law"),
    (r"he's|she's", "they are"),
    (r"he'd|she'd", "they would"),
    (r"he'll|she'll", "they will"),
    (r"he|she", "they"),
    (r"himself|herself", "themselves"),
    (r"him|his|hers|her", "their"),  # “her” is both “him” and “his”
    (r"guys?|girls?|lads?|man|woman|boys?|bloke|dude|lady", "person"),
    (r"men|women", "people"),
    (r"sons?|daughters?", "child"),
    (r"best mate|bestie|mates?|buddy", "friend"),
)
_RULES = tuple(
    [(re.compile(pattern, re.IGNORECASE), word) for pattern, word in _CHINESE]
    + [(re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), word) for pattern, word in _ENGLISH]
)


def neutral(text: str) -> str:
    """`text` with one word for both genders of partners, parents-in-law, friends, children and pronouns."""
    for pattern, word in _RULES:
        text = pattern.sub(word, text)
    return text
