"""The category of a catalogue row from its own words, and whether that category is surely indoors."""

from __future__ import annotations

import re
import unicodedata

from rag.catalogue import CATEGORIES

_WORDS = (  # the first that is found in the text decides; what is narrow stands before what is broad
    ("cafe", r"咖啡|\bcaf[eé]s?\b|\bcoffee\b"),
    (
        "animals",
        r"猫咖|狗咖|撸猫|动物园|野生动物(?!.*博物馆)|海洋馆|水族馆|海底世界|\bzoo\b|\baquarium|"
        r"\bpetting\b|\bcat caf",
    ),
    (
        "museum",
        r"博物[馆院]|美术馆|纪念馆|展览|展馆|陈列馆|艺术馆|画廊|科技馆|科学馆|天文馆|钟表馆|看展|museum|"
        r"galler(?:y|ies)|exhibition",
    ),
    (
        "dessert",
        r"甜品|甜点|冰淇淋|冰激凌|雪糕|糖水|抹茶|蛋糕|烘焙|\bdesserts?\b|ice cream|\bgelato|\bbaker(?:y|"
        r"ies)\b|\bpatisserie",
    ),
    (
        "drink",
        r"酒吧|清吧|酒馆|茶馆|茶社|茶室|茶舍|茶艺|奶茶|\bpubs?\b|\bwine bar|\bcocktails?\b|\bbrewer(?:y|"
        r"ies)\b|tea ?house|^bars?$",
    ),
    ("snack", r"小吃|街边摊|^零食|\bsnacks?\b|street food"),
    ("film", r"电影|影院|影城|\bcinema|\bmovies?\b|^films?$"),
    ("books", r"书店|图书馆|书局|书吧|\bbook ?(?:shop|store)s?\b|\blibrar(?:y|ies)\b|^books?$"),
    (
        "music",
        r"音乐厅|音乐会|演唱会|livehouse|\bktv\b|\bconcerts?\b|live music|\bkaraoke\b|^音乐$|^music$",
    ),
    (
        "show",
        r"剧院|剧场|大戏院|戏楼|话剧|脱口秀|演出|皮影|\btheat(?:re|er)s?\b|\bopera\b|\bcomedy\b|\bshows?\b",
    ),
    ("game", r"桌游|密室|剧本杀|电玩|游戏|escape room|board games?|\barcade\b|^games?$"),
    ("craft", r"手工|陶艺|陶瓷体验|\bdiy\b|\bpottery\b|\bcrafts?\b"),
    ("class", r"课程|体验课|烹饪课|\bworkshops?\b|\bclass(?:es)?\b"),
    ("ride", r"游乐[园场]|主题公园|欢乐谷|摩天轮|游船|amusement park|theme park|\bferris\b|boat ride"),
    ("wellness", r"温泉|按摩|足疗|瑜伽|\bspa\b|hot springs?|\bmassage|\byoga\b"),
    ("view", r"观景|观光塔|天台|\bviewpoint|\blookout\b|observation deck|\brooftop view"),
    (
        "sport",
        r"运动|健身|攀岩|滑冰|滑雪|羽毛球|保龄|射箭|游泳|骑行|\bsports?\b|\bbowling\b|\bclimbing\b|"
        r"\bskat(?:e|ing)\b|\bcycling\b",
    ),
    ("volunteer", r"志愿|公益|\bvolunteer"),
    ("market", r"市集|集市|夜市|跳蚤市场|花市|\bmarkets?\b"),
    (
        "nature",
        r"公园|植物园|森林|湿地|草原|水库|峡谷|瀑布|风景区|风景名胜|自然风景|露营|徒步|[山湖海溪]$|"
        r"\bparks?\b|\bgardens?\b|\bmountains?\b|\blakes?\b|\bbeach(?:es)?\b|\bhik(?:e|ing)\b|"
        r"\bforests?\b|\bnature\b",
    ),
    ("walk", r"步行街|散步|漫步|胡同|古镇|老街|\bwalks?\b|\bwalking\b|\bstroll"),
    ("night", r"夜景|夜店|夜生活|\bnight ?(?:club|life)\b"),
    ("home", r"居家|在家|宅家|\bat home\b"),
    (
        "meal",
        r"餐馆|餐厅|餐饮|饭店|饭馆|酒楼|美食|火锅|烤鸭|烤肉|烧烤|面馆|[中西]餐|[川粤湘鲁]菜|日料|料理|"
        r"寿司|小馆|食堂|\brestaurants?\b|\bdin(?:er|ner|ing)\b|\bbistro\b|\beater(?:y|ies)\b|\bfood\b|"
        r"\blunch\b|\bbrunch\b|\bnoodle|\bsushi\b",
    ),
    (
        "sight",
        r"景点|景区|名胜|古迹|遗址|寺|庙|塔|教堂|天主堂|长城|故居|\battractions?\b|\bsights?(?:eeing)?\b|"
        r"\blandmarks?\b|\btemples?\b|\bchurch(?:es)?\b|\bmonuments?\b|\bcastles?\b",
    ),
)
_PATTERNS = tuple((category, re.compile(pattern)) for category, pattern in _WORDS)
_NARROWED_BY_NAME = {
    "meal": {"cafe", "dessert", "drink", "snack"},
    "sight": {category for category, _ in _WORDS}
    - {"meal", "snack", "dessert", "drink", "cafe", "home", "class", "sport"},
    "": set(CATEGORIES),
}
_INDOORS = {"museum": True, "meal": True, "cafe": True, "film": True, "books": True, "nature": False, "walk": False}


def category_of(cell: str, name: str) -> str:
    """One of CATEGORIES for a row's category cell and name, "" when neither says.

    A broad cell ("餐馆", "attraction") is narrowed by the name: a restaurant called a café is a cafe, a sight called a
    museum a museum.
    """
    words = _plain(cell)
    if words in CATEGORIES:
        return words
    broad = _find(words)
    narrowing = _NARROWED_BY_NAME.get(broad)
    if narrowing is None:
        return broad
    narrow = _find(_without_branch(_plain(name)))
    return narrow if narrow in narrowing else broad


def surely_indoor(category: str) -> bool | None:
    """True or False where a venue of the category can hardly be otherwise, else None."""
    return _INDOORS.get(category)


def _find(text: str) -> str:
    return next((category for category, pattern in _PATTERNS if pattern.search(text)), "") if text else ""


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def _without_branch(name: str) -> str:
    """The name without "(牡丹园店)", which names a neighbourhood and not what the place is."""
    return re.sub(r"\([^()]*店\)", "", name).strip()
