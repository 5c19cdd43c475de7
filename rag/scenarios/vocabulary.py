"""Word tables for reading a date request: stages, interests, cities and feasts, in Chinese and English.

Patterns are matched against folded text (lower case, simplified characters) with re.ASCII, so that a Chinese
character next to a Latin word counts as a word boundary.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from rag.schema import Language, Stage

STAGE_LABELS: dict[Stage, tuple[str, str]] = {
    "getting_to_know": ("刚认识", "getting to know each other"),
    "first_date": ("第一次约会", "first date"),
    "early": ("刚开始交往", "early days"),
    "dating": ("恋爱中", "dating"),
    "long_term": ("长期伴侣", "long-term partners"),
    "long_distance": ("异地恋", "long distance"),
}

STAGE_WORDS: tuple[tuple[Stage, str], ...] = (
    ("long_distance", r"异地|异国|\blong[- ]?distance\b|\bldr\b"),
    (
        "long_term",
        r"老婆|老公|妻子|丈夫|太太|媳妇|爱人|夫妻|夫妇|已婚|婚后|同居|周年|结婚.{0,4}(?:纪念|年|周)"
        r"|\b(?:wife|husband|spouse|married|anniversary|live together|living together|long[- ]term)\b",
    ),
    (
        "first_date",
        r"第一次(?:约会|见面|见她|见他|约她|约他|碰面|单独)|初次(?:约会|见面)|首次(?:约会|见面)|初见|初约|首约|相亲"
        r"|\b(?:first|1st|blind) date\b|\bfirst (?:meeting|time (?:we )?meet)",
    ),
    (
        "early",
        r"暧昧|第[二三]次(?:约会|见面)|刚开始(?:交往|约会|谈)?|刚在一起|刚确定关系"
        r"|\b(?:second|2nd|third|3rd) date\b|\bjust started (?:dating|seeing)\b|\b(?:new|few weeks) relationship\b",
    ),
    (
        "getting_to_know",
        r"刚认识|刚加(?:上)?微信|才认识|网友|认识不久|不太熟|还不熟|搭讪"
        r"|\b(?:tinder|bumble|hinge|dating app|just met|getting to know|met online)\b"
        r"|\b(?:my|a|new|our) match\b(?! (?:day|of))|\bmatched (?:with|on)\b",
    ),
    ("long_term", r"结婚|新婚|\b(?:newlyweds?|honeymoon|wedding)\b"),
    (
        "dating",
        r"(?<!前)(?:女朋友|男朋友|女友|男友)|对象|热恋|恋爱|情侣|纪念日"
        r"|(?<!ex-)(?<!ex )\b(?:girlfriend|boyfriend|gf|bf|partner)\b|\bdating for\b",
    ),
)
"""The first pattern found outside a negation decides: the more specific a stage, the earlier it stands."""


def _words(table: str) -> list[str]:
    return table.split()


INTERESTS_ZH = _words(
    "小熊猫 大熊猫 熊猫 撸猫 猫咖 猫咪 猫 撸狗 遛狗 狗狗 狗 小动物 动物园 动物 水族馆 海洋馆 安静 热闹 浪漫 文艺 "
    "复古 展览 看展 画展 逛展 博物馆 美术馆 艺术馆 艺术 画廊 科技馆 天文馆 图书馆 书店 读书 看书 阅读 历史 古迹 "
    "古镇 电影 音乐会 音乐节 音乐剧 音乐 演唱会 演出 话剧 戏剧 歌剧 相声 脱口秀 戏曲 京剧 昆曲 舞剧 爵士 摇滚 "
    "民谣 爬山 登山 徒步 露营 野餐 散步 骑行 骑车 跑步 健身 瑜伽 游泳 滑雪 滑冰 溜冰 攀岩 羽毛球 网球 篮球 足球 "
    "台球 保龄球 射箭 划船 皮划艇 钓鱼 日出 日落 夕阳 看海 海边 沙滩 湖边 江边 公园 植物园 花园 花市 赏花 樱花 "
    "银杏 红叶 自然 夜景 星空 看星星 烟花 灯会 咖啡馆 咖啡店 咖啡 喝茶 茶馆 奶茶 下午茶 甜品 甜点 蛋糕 烘焙 "
    "冰淇淋 火锅 烧烤 烤肉 日料 寿司 西餐 牛排 法餐 意面 披萨 川菜 粤菜 湘菜 海鲜 小吃 夜市 美食 探店 小酒馆 清吧 "
    "酒吧 精酿 红酒 桌游 剧本杀 密室逃脱 密室 狼人杀 电玩 游戏厅 电竞 游戏 动漫 手办 乐高 拼图 手工 陶艺 插花 "
    "画画 绘画 油画 书法 银饰 香薰 摄影 拍照 逛街 市集 集市 跳蚤市场 购物 古着 唱歌 ktv 跳舞 游乐园 迪士尼 摩天轮 "
    "温泉 按摩 汉服 citywalk 做饭 志愿者"
)

INTERESTS_EN = _words(
    r"cat_caf[eé]s? cats? kittens? dogs? puppies animals? zoos? aquariums? pandas? quiet romantic vintage "
    r"exhibitions? exhibits? museums? galler(?:y|ies) art bookshops? bookstores? books? reading history "
    r"architecture planetariums? films? movies? cinema musicals? music concerts? jazz theat(?:re|er) opera ballet "
    r"comedy karaoke dancing hiking climbing camping picnics? cycling running fitness yoga swimming ski(?:ing)? "
    r"ice_skating skating bouldering badminton tennis basketball football bowling archery kayaking rowing fishing "
    r"sunrises? sunsets? beach(?:es)? seaside parks? gardens? flowers nature stargazing fireworks coffee caf[eé]s? "
    r"tea(?:houses?)? bubble_tea desserts? cakes? baking ice_cream hot_?pot barbecue bbq sushi ramen pizza pasta "
    r"steak seafood street_food night_markets? food cocktails? wine craft_beer board_?games? escape_rooms? "
    r"arcades? video_games? gaming anime lego puzzles? crafts? pottery ceramics painting drawing calligraphy "
    r"photography shopping flea_markets? markets? amusement_parks? theme_parks? disneyland hot_springs? spa "
    r"cooking volunteering long_walks? walks?"
)

_NOT_AS_WRITTEN = {
    "猫": "猫(?!眼|头鹰|粮|腻)",
    "狗": "(?<![热单身])狗(?!粮|血)",
    "看展": "看展(?!览)",
    "逛展": "逛展(?!览)",
}
INTEREST = re.compile(
    "|".join(_NOT_AS_WRITTEN.get(word, word) for word in sorted(INTERESTS_ZH, key=len, reverse=True))
    + r"|\b(?:"
    + "|".join(word.replace("_", "[ -]") for word in sorted(INTERESTS_EN, key=len, reverse=True))
    + r")\b",
    re.ASCII,
)
"""A word that names an interest wherever it stands, unless it is negated."""


class City(NamedTuple):
    """A city under its Chinese and English name; `also` holds further spellings."""

    zh: str
    en: str
    also: tuple[str, ...] = ()


_CHINA = (
    "北京 Beijing|上海 Shanghai|广州 Guangzhou|深圳 Shenzhen|杭州 Hangzhou|成都 Chengdu|重庆 Chongqing|武汉 Wuhan|"
    "西安 Xi'an/Xian|南京 Nanjing|苏州 Suzhou|天津 Tianjin|长沙 Changsha|郑州 Zhengzhou|青岛 Qingdao|厦门 Xiamen|"
    "宁波 Ningbo|无锡 Wuxi|佛山 Foshan|东莞 Dongguan|合肥 Hefei|福州 Fuzhou|济南 Jinan|昆明 Kunming|沈阳 Shenyang|"
    "大连 Dalian|哈尔滨 Harbin|长春 Changchun|石家庄 Shijiazhuang|太原 Taiyuan|南昌 Nanchang|贵阳 Guiyang|"
    "南宁 Nanning|海口 Haikou|三亚 Sanya|兰州 Lanzhou|西宁 Xining|银川 Yinchuan|乌鲁木齐 Urumqi|呼和浩特 Hohhot|"
    "拉萨 Lhasa|珠海 Zhuhai|中山 Zhongshan|惠州 Huizhou|温州 Wenzhou|嘉兴 Jiaxing|绍兴 Shaoxing|金华 Jinhua|"
    "常州 Changzhou|南通 Nantong|扬州 Yangzhou|徐州 Xuzhou|烟台 Yantai|威海 Weihai|洛阳 Luoyang|桂林 Guilin|"
    "丽江 Lijiang|大理 Dali|泉州 Quanzhou|潮州 Chaozhou|汕头 Shantou|秦皇岛 Qinhuangdao|香港 Hong Kong/HongKong|"
    "澳门 Macau/Macao|台北 Taipei|高雄 Kaohsiung|台中 Taichung|台南 Tainan"
)
_WORLD = (
    "东京 Tokyo|大阪 Osaka|京都 Kyoto|札幌 Sapporo|横滨 Yokohama|名古屋 Nagoya|福冈 Fukuoka|首尔 Seoul|釜山 Busan|"
    "新加坡 Singapore|曼谷 Bangkok|清迈 Chiang Mai|吉隆坡 Kuala Lumpur|雅加达 Jakarta|河内 Hanoi|"
    "胡志明市 Ho Chi Minh City/Saigon|马尼拉 Manila|新德里 New Delhi/Delhi|孟买 Mumbai|"
    "班加罗尔 Bangalore/Bengaluru|迪拜 Dubai|伊斯坦布尔 Istanbul|特拉维夫 Tel Aviv|开罗 Cairo|开普敦 Cape Town|"
    "内罗毕 Nairobi|拉各斯 Lagos|伦敦 London|爱丁堡 Edinburgh|曼彻斯特 Manchester|都柏林 Dublin|巴黎 Paris|"
    "里昂 Lyon|柏林 Berlin|慕尼黑 Munich|汉堡 Hamburg|法兰克福 Frankfurt|阿姆斯特丹 Amsterdam|布鲁塞尔 Brussels|"
    "苏黎世 Zurich/Zürich|日内瓦 Geneva|维也纳 Vienna|布拉格 Prague|布达佩斯 Budapest|华沙 Warsaw|罗马 Rome|"
    "米兰 Milan|威尼斯 Venice|佛罗伦萨 Florence|马德里 Madrid|巴塞罗那 Barcelona|里斯本 Lisbon|雅典 Athens|"
    "斯德哥尔摩 Stockholm|哥本哈根 Copenhagen|奥斯陆 Oslo|赫尔辛基 Helsinki|莫斯科 Moscow|"
    "纽约 New York/New York City/NYC|洛杉矶 Los Angeles|旧金山 San Francisco/三藩市|西雅图 Seattle|波士顿 Boston|"
    "芝加哥 Chicago|华盛顿 Washington/Washington DC|费城 Philadelphia|迈阿密 Miami|休斯敦 Houston|奥斯汀 Austin|"
    "拉斯维加斯 Las Vegas|圣地亚哥 San Diego|多伦多 Toronto|温哥华 Vancouver|蒙特利尔 Montreal|"
    "墨西哥城 Mexico City|圣保罗 Sao Paulo/São Paulo|布宜诺斯艾利斯 Buenos Aires|悉尼 Sydney|墨尔本 Melbourne|"
    "布里斯班 Brisbane|奥克兰 Auckland"
)


def _cities(table: str) -> tuple[City, ...]:
    rows = (row.split(" ", 1) for row in table.split("|"))
    return tuple(City(zh, names.split("/")[0], tuple(names.split("/")[1:])) for zh, names in rows)


CITIES = _cities(_CHINA) + _cities(_WORLD)
CHINESE_CITIES = {city.zh for city in _cities(_CHINA)} - {"香港", "澳门", "台北", "高雄", "台中", "台南"}
"""The big cities of the mainland."""


class Feast(NamedTuple):
    """A day with a name. A `day` of 0 is the last of the month; `lunar` counts months of the Chinese calendar."""

    pattern: str
    month: int
    day: int
    lunar: bool = False


FEASTS = (
    Feast(r"农历新年前夜|除夕|年三十|大年三十|\b(?:chinese|lunar) new year's eve\b", 12, 0, True),
    Feast(r"春节|大年初一|农历新年|\b(?:chinese|lunar) new year\b|\bspring festival\b", 1, 1, True),
    Feast(r"元宵节?|\blantern festival\b", 1, 15, True),
    Feast(r"端午节?|\bdragon boat festival\b", 5, 5, True),
    Feast(
        r"七夕情人节|七夕节?|乞巧节|中国情人节|\bqixi festival\b|\b(?:on|for|this|next) qixi\b"
        r"|\bchinese valentine'?s(?: day)?\b",
        7,
        7,
        True,
    ),
    Feast(r"中秋节?|\bmid-?\s?autumn(?: festival)?\b|\bmoon festival\b", 8, 15, True),
    Feast(r"重阳节?|\bdouble ninth festival\b", 9, 9, True),
    Feast(r"腊八节?", 12, 8, True),
    Feast(r"跨年夜?|\bnew year'?s eve\b|\bnye\b", 12, 31),
    Feast(r"元旦节?|\bnew year'?s day\b", 1, 1),
    Feast(r"白色情人节|\bwhite day\b", 3, 14),
    Feast(r"情人节|\bst\.? valentine'?s(?: day)?\b|\bvalentine'?s(?: day)?\b", 2, 14),
    Feast(r"妇女节|女神节|女生节|三八节|\bwomen'?s day\b", 3, 8),
    Feast(r"劳动节|五一(?:节|假期|长假|小长假)|\blabou?r day\b", 5, 1),
    Feast(r"(?<![0-9.¥$€£])5\.20(?![0-9]|\s?[元块万%])|(?<![0-9.¥$€£])520(?![0-9.,]|\s?[元块万米路人%])", 5, 20),
    Feast(r"儿童节|六一(?:节|儿童节)|\bchildren'?s day\b", 6, 1),
    Feast(r"国庆节?|十一(?:假期|长假|黄金周)|\bnational day\b", 10, 1),
    Feast(r"万圣节前?夜?|\bhalloween\b", 10, 31),
    Feast(r"双十一|光棍节|\bsingles'? day\b", 11, 11),
    Feast(r"平安夜|圣诞(?:节)?前夕|圣诞夜|\b(?:christmas|xmas) eve\b", 12, 24),
    Feast(r"圣诞节?|\b(?:christmas|xmas)(?: day)?\b", 12, 25),
)
"""In order of trial: a longer name stands before a shorter one that it contains."""

DEFAULT_BUDGETS = {"CNY": 300, "JPY": 9000, "KRW": 80000, "TWD": 1500, "HKD": 500, "THB": 2000, "INR": 3000}
"""A modest date for two where 60 units would not be one; every other currency starts from 60."""

FIELD_LABELS: dict[str, dict[Language, str]] = {
    "stage": {"zh": "关系阶段", "en": "Stage"},
    "budget": {"zh": "总预算", "en": "Total budget"},
    "people": {"zh": "人数", "en": "People"},
    "city": {"zh": "城市", "en": "City"},
    "date": {"zh": "日期", "en": "Date"},
    "start": {"zh": "开始时间", "en": "Start"},
    "hours": {"zh": "时长", "en": "Length"},
    "interests": {"zh": "喜欢", "en": "Likes"},
    "avoid": {"zh": "避开", "en": "Avoid"},
    "indoor": {"zh": "室内或户外", "en": "Indoors or outdoors"},
}
