"""What a chat message does (asks, refuses, says good night …) by its words, and the thing it is about."""

from __future__ import annotations

import re

from rag.disguise import plain
from rag.schema import Language

ACTS = (
    "refusal", "space", "accusation", "goodnight", "busy", "invitation", "question_yes_no", "question_open", "apology",
    "thanks", "compliment", "greeting", "photo", "request", "short_reply", "sharing",
)  # fmt: skip
"""In the order in which they are looked for; a message that fits several is the first."""

_FINAL = re.compile(
    r"(?<!先)(?:别|不要)(?:再)?(?:联系|找|骚扰|打扰)我|不要再(?:联系|找|发|打扰|来)|不想(?:再)?(?:见|看见|看到|联系|跟你|和你).{0,6}(?:了|说|聊|你)?|拉黑|删了(?:你|吧)|(?<!件事)(?<!这事)(?<!话题)(?<!这话)到此为止|(?:我们|咱们?|咱俩|我俩|和你|跟你|彼此|性格).{0,8}不(?:太|是很|怎么|大)?合适|没(?:有)?(?:那种|什么)?(?:可能|感觉)|不耽误你|只想做朋友|还是做(?:普通)?朋友|(?:别|不要)(?:再)?(?:给我|跟我)?(?:发|打)[^，。,.]{0,4}(?:给我|过来|了)|(?:别|不要)(?:再)?(?:来|去)(?:找我|我(?:家|公司|单位|学校|楼下))|我?(?:已经)?有(?:男朋友|女朋友|对象|喜欢的人|主)了?(?:$|[，。,.!！])|报警|祝你(?:幸福|找到)|分手|请你(?:尊重|放过)|一别两宽"
    r"|\bstop (?:messaging|texting|contacting|calling|writing)|don'?t (?:contact|text|message|call|write)(?: to)? me|leave me alone|\bblock(?:ed|ing)? you\b|not interested|just (?:be|as|stay|want to be) friends|see (?:you|this|us) (?:that way|going anywhere)|i have a (?:boyfriend|girlfriend|partner|husband|wife)|i(?:'m| am) (?:seeing (?:someone|somebody)|taken\b|spoken for|married)|through (?:the|my|our|your) (?:solicitor|lawyer|attorney)|(?:it'?s|we'?re|this is) over\b|we'?re done|please stop|good luck out there|not feeling (?:it|a spark|a connection)|no spark|never (?:contact|text|message)"
)
_REFUSAL = re.compile(
    r"到此为止|^(?:不(?:了|用|去|行|要|想|太?方便|好意思)|算了|还是别|改天|下次吧|没空|没时间|去不了|不约|不必)|(?:^|[，,。 ])我?(?:今天|今晚|明天|这周末?|周末|这次|就|先|还是)?不(?:去|来|了|用|约|见)(?:了)?(?:吧|哈|啦)?[。.~]*$|下次(?:再)?(?:说|约|吧)|改天吧"
    r"|^(?:no|nah|nope|not really|no thanks|i can'?t|i'?d rather not|maybe another time|pass)\b|\b(?:can'?t make it|rather not|another time|rain check|not (?:tonight|today|this week))\b"
)
_SPACE = re.compile(
    r"(?:想|让我|需要|给我).{0,6}(?:静|冷静|一个人|自己待|缓缓|缓一缓|空间|时间|想想|想一想)|先别(?:说|聊|找|烦)|别(?:说话|跟我说话|烦我|催)|不想说(?:话|了)?|不想聊"
    r"|\b(?:need|want|give me|could use) (?:some |a (?:bit|little) of |a bit |my )?(?:space|time|quiet|a minute|a moment)|need to (?:think|be alone|cool off)|don'?t (?:want|feel like) (?:to )?talk|leave it for now|not now\b"
)
_ACCUSATION = re.compile(
    r"你(?:总是|从来|每次|又|就(?:是|知道|会)|根本|什么时候|有没有|怎么(?:这样|又|能|老|总))|(?:你|都是你).{0,4}(?:的错|骗|敷衍|不在乎|没把|当回事)|凭什么"
    r"|\byou (?:always|never|only|just (?:don'?t|can'?t|never)|don'?t (?:even )?(?:care|listen|get)|lied|promised|forgot|ignored)|your fault|how (?:could|dare) you|when (?:do|did|have) you ever"
)
_GOODNIGHT = re.compile(
    r"晚安|睡(?:了|啦|觉|吧)|去睡|先睡|困了|好梦|\bgood ?night\b|\bnight\b[\s!x]*$|\bg'?night\b|\bgn\b|off to bed|going to (?:bed|sleep)|sleep well|sweet dreams"
)
_BUSY = re.compile(
    r"(?:在|先|去|还在|正|有点|好)忙|开会|加班|上班|赶(?:稿|活|工)|在开车|(?:回头|晚点|晚些|下班|到(?:了|家|单位|公司)|等(?:会|下)|一会儿?|有空|忙完)(?:了)?再?(?:说|聊|回)|待会|\bbusy\b|in a meeting|at work|\bbrb\b|talk later|ttyl|driving\b|heads down|gotta (?:go|run)|got to go|swamped|can'?t talk"
)
_INVITATION = re.compile(
    r"(?:要不要|想不想|来不来|去不去|一起).{0,14}(?:吃|看|去|玩|喝|走|打|逛|听|爬|跑|做|来)|(?:请你|约你|带你)|(?:有空|有时间).{0,8}(?:吗|么|不|没)|出来(?:玩|吃|走|喝)"
    r"|\b(?:want|wanna|fancy|feel like|care|up for|down for|interested in)\b.{0,30}\?|\b(?:shall|should|could|can) we\b.{0,40}\?|come (?:over|with|to)\b|join (?:me|us)|are you free|let'?s\b"
)
_YES_NO = re.compile(
    r"(?:吗|(?<![什怎这那多])么|嘛|没|不|吧)[?？~]*$|(?:是不是|能不能|可不可以|会不会|有没有|要不要|好不好|行不行|对不对|在不在)|^(?:are|is|do|does|did|can|could|will|would|have|has|should|am|was|were|u|you)\b.*\?|(?:right|ok|okay|yeah)\?$"
)
_OPEN = re.compile(r"[?？]|^(?:what|why|how|where|when|who|which)\b|(?:什么|怎么|为什么|为啥|哪|谁|几点|多少|咋)")
_APOLOGY = re.compile(
    r"对不起|抱歉|不好意思|我(?:的)?错|我不(?:好|该|对)|别生气|\bsorry\b|apologi[sz]e|my (?:bad|fault)|i was wrong|shouldn'?t have|forgive"
)
_THANKS = re.compile(r"谢|感谢|辛苦|\bthank|\bthx\b|\bty\b|\bcheers\b|appreciate")
_COMPLIMENT = re.compile(
    r"你(?:真|好|太|挺|很|可|最|超)(?:好看|帅|美|可爱|厉害|棒|聪明|温柔|贴心|好|有趣|会|细心|靠谱)|\byou(?:'re| are| look| smell| sound)? (?:so |really |very |such )?(?:cute|beautiful|pretty|handsome|gorgeous|amazing|sweet|kind|funny|great|lovely|hot|smart|the best)|love (?:your|how you)"
)
_GREETING = re.compile(
    r"^(?:在(?:吗|么|嘛|不)|早(?:安|上好|呀|啊)?|你好|哈喽|嗨|hello|hi+|hey+|morning|good (?:morning|evening|afternoon)|yo|sup)[\s!！~。.呀啊]*$|^(?:hey|hi|hello)\b.{0,12}$"
)
_PHOTO = re.compile(r"\[(?:图片|照片|表情|动画表情|photo|video|视频|sticker|语音|voice|贴纸)\]|<media")
_REQUEST = re.compile(
    r"(?:帮我|能帮|麻烦你|替我|陪我|给我|借我|记得|你(?:去|来)一下|别忘)|\b(?:can|could|would|will) you\b|\bplease\b|\bremember to\b|don'?t forget"
)
_NOUNS = frozenset({"n", "nz", "ns", "nt", "nl"})
_EMPTY_NOUNS = frozenset(
    "时候 东西 事情 事 人 话 感觉 意思 样子 问题 时间 地方 今天 明天 昨天 晚上 下午 上午 周末 心情 关系 对方 "
    "自己 大家 有点 朋友 消息 情况 办法 结果 原因 图片 照片 表情 语音 视频 有空 联系 晚安 干嘛 早安 没事 好吧 "
    "嗯嗯 哈哈 呵呵 傻瓜 笨蛋 混蛋 宝贝 宝宝 亲爱 老公 老婆 哥哥 小时 分钟 星期 月 年 天 点 个 次 句 字 眼 嘴 "
    "脸 手 头".split()
)
_OTHERS = frozenset("你您他她它")
"""Whose noun is not theirs: “你妈” is the user's mother."""
_PARTIAL = frozenset("整全满各每这那某半几两一")
"""What a word begins with that counts or points and names nothing: “整屋”."""
_FAMILY = {"妈": "你妈妈", "妈妈": "你妈妈", "我妈": "你妈妈", "老妈": "你妈妈", "爸": "你爸爸", "爸爸": "你爸爸", "我爸": "你爸爸", "老爸": "你爸爸", "姐姐": "你姐姐", "妹妹": "你妹妹", "弟弟": "你弟弟", "奶奶": "你奶奶", "爷爷": "你爷爷", "领导": "你领导", "老板": "你老板", "同事": "你同事"}  # fmt: skip
_POSSESSED = re.compile(
    r"\b(my|the|this|that|our)\s+((?:new |old |little |big |first |last |final )?[a-z]{3,})(?:\s+(test|exam|interview|appointment|meeting|party|flight|shift|report|lesson|class|trip|game|match|presentation))?\b"
)
_EMPTY_EN = frozenset(
    "way same time thing things one day night morning week weekend moment point end only other first last "
    "best worst most rest fact idea bit lot kind sort mood phone life whole evening afternoon truth problem "
    "message messages text texts really very absolute exact actual whole entire favourite favorite bad good love god hell next right left self fault bad own mind head heart face eyes "
    "hand hands turn place past future world".split()
)


def act_of(text: str) -> str:
    """What the message does, one of ACTS."""
    said = plain(text)
    checks = (
        ("refusal", _FINAL), ("space", _SPACE), ("accusation", _ACCUSATION), ("refusal", _REFUSAL),
        ("goodnight", _GOODNIGHT), ("busy", _BUSY), ("invitation", _INVITATION), ("photo", _PHOTO),
        ("greeting", _GREETING), ("question_yes_no", _YES_NO), ("question_open", _OPEN), ("apology", _APOLOGY),
        ("thanks", _THANKS), ("compliment", _COMPLIMENT), ("request", _REQUEST),
    )  # fmt: skip
    for name, pattern in checks:
        if pattern.search(said):
            return name
    words = len(re.findall(r"[\u4e00-\u9fff]|[a-z']+", said))
    return "short_reply" if words <= 3 else "sharing"


def is_final(text: str) -> bool:
    """Whether the message ends it: no interest, no more contact, a break-up."""
    return bool(_FINAL.search(plain(text)))


def topic_of(text: str, lang: Language) -> str | None:
    """A noun of the message as the answer would name it (面试, 你妈妈, the interview, your sister), or None."""
    return _topic_zh(text) if lang == "zh" else _topic_en(text)


def _topic_zh(text: str) -> str | None:
    import rjieba

    tagged = list(rjieba.tag(text))
    owners = ["", *(word for word, _ in tagged)]
    nouns = [
        word for (word, tag), owner in zip(tagged, owners, strict=False)
        if tag in _NOUNS and word not in _EMPTY_NOUNS and owner[-1:] not in _OTHERS
    ]  # fmt: skip
    for word in nouns:
        if word in _FAMILY:
            return _FAMILY[word]
    long = [word for word in nouns if 2 <= len(word) <= 6 and word[0] not in _PARTIAL]
    return long[-1] if long else None


def _topic_en(text: str) -> str | None:
    for found in _POSSESSED.finditer(text.lower()):
        owner, noun, head = found.groups()
        if noun.split()[-1] in _EMPTY_EN:
            continue
        named = f"{noun} {head}" if head else noun
        return f"{'your' if owner in ('my', 'our') else 'the'} {named}"
    return None
