"""How well a reply fits a chat: the reader's learnt judgement, less what plain faults of wording cost.

The faults are those our pairs of better and worse replies are written around; each pattern costs the same wherever it
stands. The weights were set on the training pairs; `qixi eval replies` judges pairs kept apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from rag.guard import objection
from rag.heads import FloatArray
from rag.reader import Reader
from rag.reader_forms import reply_form
from rag.scenarios.chat_reader import Chat
from rag.scenarios.message_acts import act_of

_FAULTS: tuple[tuple[str, float, re.Pattern[str]], ...] = tuple(
    (name, cost, re.compile(pattern, re.IGNORECASE))
    for name, cost, pattern in (
        ("dismissive", 1.0, r"想多了|至于(?:吗|么)|小题大做|多大(?:点)?事|矫情|玻璃心|别作|开不起玩笑|冷静(?:一下|点)|想开点|看开点|别(?:太)?(?:难过|敏感|在意)|多喝热水|\bcalm down|overreact|too sensitive|\brelax\b|chill out|not (?:that|a) big (?:of a )?deal|get over it|cheer up|it(?:'s| is) nothing|lighten up"),
        ("manipulative", 1.2, r"(?:要是|如果)(?:你)?(?:真的?)?(?:爱|在乎|喜欢)我|不(?:回|来|说).{0,8}(?:就|那).{0,4}(?:分|算|别)|那就分手|你看着办|别后悔|别怪我|考验你|(?:别的|其他)(?:女|男)(?:生|的|人)|有人(?:追|约)我|if you (?:really |actually )?(?:loved|cared|liked)|after (?:all|everything) i|you'?ll regret|other (?:girls|guys|people) (?:would|want)|fine,? (?:then )?(?:i'll|don't)|prove it|last chance"),
        ("over_pleasing", 0.9, r"求(?:求)?你|跪|都听你的|你说(?:什么|啥)(?:都|就)|没有你我|我什么都(?:可以|愿意|答应)|都是我的错.{0,20}(?:求|别|原谅)|随叫随到|\bi(?:'ll| will) do anything|\bbeg(?:ging)?\b|please please|i'm (?:so )?(?:pathetic|worthless|an idiot)|can't live without|so so so sorry"),
        ("preachy", 0.7, r"你(?:应该|得|要学会|不能总|要明白|需要学)|做人|其实(?:这|人|你)|建议你|心态|正能量|成熟(?:一点|点)|\byou (?:should|need to|have to|must|ought to)\b|in life|the key is|communication is|studies show|have you tried|you'll learn"),
        ("mind_reading", 0.6, r"你(?:就是|肯定|一定|明明|其实|不就是|分明)(?:是)?(?:在)?(?:生|吃醋|不|想|怕|喜欢|讨厌|嫌|还|没|因为)|我知道你(?:其实|就是|肯定)|you(?:'re| are) (?:just|clearly|obviously|really) |i know you(?:'re| are)|you (?:obviously|clearly) |what you really"),
        ("defensive", 0.6, r"我又(?:不是|没)|又不是我|我也(?:很|不|没)(?:累|容易|想|办法|闲)|你(?:自己)?(?:不也|也不|上次|之前)|那你呢|我不是(?:已经|都)|说得好像|\bi (?:only|just|was only|was just)\b|you (?:also|did it|do it) too|what about (?:you|when you)|not my fault|in my defence|at least i|i already said"),
        ("too_fast", 0.8, r"嫁给|娶你|结婚吧|见(?:我)?(?:爸妈|父母)|一辈子|我爱你|做我(?:女|男)(?:朋友|票)|离不开你|命中注定|\bmarry\b|meet my (?:parents|mum|mom|family)|\bi love you\b|soul ?mate|move in|be my (?:girlfriend|boyfriend)|the one\b|forever"),
        ("pet_name", 0.7, r"宝贝|宝宝|亲爱的|老婆|老公|小仙女|小可爱|女神|美女|乖|\bbabe\b|\bbaby\b|honey\b|darling|sweetheart|sexy|gorgeous|princess|beautiful\b"),
        ("formal", 0.7, r"您|敬请|此致|特此|望周知|贵方|谨|予以|鉴于|\bdear (?:sir|madam)|\bkindly\b|regards|hereby|acknowledge receipt|per (?:my|your)|i wish to"),
        ("cold", 0.6, r"^(?:哦+|嗯+|行|随便|随你|好|知道了|ok|k|fine|whatever|sure|noted|cool|okay)(?:吧|的|啊)?[。.!！]*$|关我|爱(?:去|来|说|信)不|suit yourself|your call|not my problem|if you say so|do what you want"),
    )
)  # fmt: skip
_EARLY = frozenset({"getting_to_know", "first_date", "early"})
_TENDER = frozenset({"too_fast", "pet_name"})
_HEAVY = frozenset({"sad", "angry", "annoyed", "anxious", "apologetic"})
_JOKE = re.compile(r"哈哈|嘿嘿|嘻嘻|hh+|😂|🤣|😜|😆|\blol\b|\bhaha+|\blmao\b|just kidding|开玩笑")
_PUSH = re.compile(
    r"[?？]|为什么|为啥|再(?:想想|考虑|试|见|给)|就(?:一|这)次|不要嘛|\bwhy\b|just (?:one|once|let)|reconsider|change your mind|come on\b|one more|but i\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"[?？]")
_NO = ("refusal", "space")


def quality(texts: Sequence[str], chat: Chat, emotion: str, reader: Reader | None) -> FloatArray:
    """A score for each of `texts` as the next message of `chat`, higher is better; comparable within one chat only."""
    costs = np.array([sum(faults(text, chat, emotion).values()) for text in texts], np.float32)
    if reader is None or not len(texts):
        return -costs
    turns = [(message.who == "me", message.text) for message in chat.messages]
    vectors = reader.vectors([reply_form(text, turns) for text in texts])
    learnt: FloatArray = reader.scores("reply", vectors)[:, 0] - costs
    return learnt


def faults(text: str, chat: Chat, emotion: str) -> dict[str, float]:
    """The faults of `text` as an answer to `chat`, each with its cost; {} for none that can be seen from words."""
    last = next((message.text for message in reversed(chat.messages) if message.who == "them"), "")
    found = {name: cost for name, cost, pattern in _FAULTS if pattern.search(text)}
    if chat.stage not in _EARLY and chat.stage is not None:
        found = {name: cost for name, cost in found.items() if name not in _TENDER}
    if emotion not in _HEAVY:
        found.pop("defensive", None)
    elif _JOKE.search(text):
        found["joke_at_the_wrong_time"] = 0.8
    if act_of(last) in _NO and _PUSH.search(text):
        found["ignores_no"] = 1.2
    if (questions := len(_QUESTION.findall(text))) > 1:
        found["interrogating"] = 0.6 * (questions - 1)
    size = len(text) if re.search("[\\u4e00-\\u9fff]", text) else len(text) / 3
    if size > max(50.0, 3 * len(last)):
        found["too_long"] = min(1.5, (size - 50) / 40)
    if objection(text):
        found["harmful"] = 3.0
    return found
