"""The fixed words of live help: what a mood may mean, which moves answer it, what to avoid, when not to write."""

from __future__ import annotations

from collections.abc import Mapping

from rag.phrase import Phrase

MOODS: Mapping[str, Phrase] = {
    "happy": Phrase("开心", "happy"), "shy": Phrase("害羞", "shy"), "hesitant": Phrase("犹豫", "hesitant"),
    "cold": Phrase("冷淡", "distant"), "sarcastic": Phrase("反话", "sarcastic"), "annoyed": Phrase("不耐烦", "annoyed"),
    "sad": Phrase("难过", "sad"), "angry": Phrase("生气", "angry"), "flirting": Phrase("撩", "flirting"),
    "apologetic": Phrase("过意不去", "sorry"), "anxious": Phrase("不安", "worried"), "neutral": Phrase("平常", "neutral"),
}  # fmt: skip

SUBTEXT: Mapping[str, tuple[Phrase, ...]] = {
    "happy": (
        Phrase("心情不错，愿意让你知道", "in a good mood and willing to share it with you"),
        Phrase("礼貌地热络，换别人也会这样回", "politely warm, the way they answer anybody"),
    ),
    "shy": (
        Phrase("被你说中或夸到了，不知道怎么接", "touched by what you said and unsure how to take it"),
        Phrase("有点不自在，想换个话题", "a little uncomfortable and wishing for another subject"),
    ),
    "hesitant": (
        Phrase("还没想好，怕现在答应了做不到", "undecided, and afraid of promising too soon"),
        Phrase("其实不太想，又不好意思直说", "rather not, and too polite to say so"),
    ),
    "cold": (
        Phrase("在忙或累了，暂时没力气多聊", "busy or tired, with no energy to talk"),
        Phrase("前面有句话让对方不舒服，没打算说破", "something earlier stung, and they are not going to say what"),
        Phrase("兴趣在变淡，或者想保持一点距离", "less interested, or keeping some distance"),
    ),
    "sarcastic": (
        Phrase("话是反着说的，底下是委屈或失望", "the words say the opposite; underneath is hurt or disappointment"),
        Phrase("熟人之间的玩笑，没有别的意思", "teasing between people who know each other, no more"),
    ),
    "annoyed": (
        Phrase("对某件反复发生的小事不耐烦", "fed up with something small that keeps happening"),
        Phrase("今天别处受了气，你正好撞上", "a bad day elsewhere, and you happened to be there"),
    ),
    "sad": (
        Phrase("难受，更想有人听，还不想听办法", "hurting, and wanting to be heard more than helped"),
        Phrase("对你有失望，只是没力气争了", "disappointed in you, and too tired to argue"),
    ),
    "angry": (
        Phrase(
            "觉得被冒犯或没被当回事，要一个认真的回应",
            "feels wronged or not taken seriously, and wants a serious answer",
        ),
        Phrase("气头上的话，不全是平时的想法", "words of the moment, not all of what they think"),
    ),
    "flirting": (
        Phrase("对你有好感，在试探你接不接", "likes you, and is trying whether you play along"),
        Phrase("性格爱闹，跟熟人都这样", "playful with everyone"),
    ),
    "apologetic": (
        Phrase("真觉得不对，怕你还在生气", "truly sorry, and afraid you are still cross"),
        Phrase("想让这件事快点过去", "wishing the matter over quickly"),
    ),
    "anxious": (
        Phrase("心里没底，想听一句明白的话", "unsure where they stand, and wanting one plain sentence"),
        Phrase("担心的是别的事，语气急了些", "worried about something else, and it shows"),
    ),
    "neutral": (
        Phrase("就事论事，没有别的情绪", "about the matter itself, no mood behind it"),
        Phrase("有情绪但收着，字面看不出来", "a mood held back that the words do not show"),
    ),
}

RESPONSES: Mapping[str, Mapping[str, float]] = {
    "happy": {"join_joy": 1.0, "ask_open": 0.8, "light_tease": 0.7, "compliment": 0.7, "share": 0.6, "invite": 0.5},
    "shy": {
        "reassure": 1.0,
        "compliment": 0.8,
        "light_tease": 0.6,
        "self_mockery": 0.7,
        "share": 0.6,
        "give_space": 0.6,
    },
    "hesitant": {
        "give_space": 1.0,
        "reassure": 0.8,
        "clarify": 0.7,
        "ask_open": 0.6,
        "ask_direct": 0.6,
        "answer_yes": 0.4,
    },
    "cold": {
        "wait_and_offer": 1.0,
        "give_space": 0.9,
        "acknowledge": 0.7,
        "ask_direct": 0.7,
        "close_warmly": 0.7,
        "own_up": 0.5,
    },
    "sarcastic": {
        "own_up": 1.0,
        "acknowledge": 0.9,
        "ask_direct": 0.9,
        "apologise": 0.8,
        "self_mockery": 0.5,
        "clarify": 0.5,
    },
    "annoyed": {
        "acknowledge": 1.0,
        "own_up": 1.0,
        "apologise": 0.8,
        "ask_direct": 0.7,
        "give_space": 0.7,
        "clarify": 0.5,
    },
    "sad": {
        "comfort": 1.0,
        "acknowledge": 1.0,
        "ask_open": 0.7,
        "change_channel": 0.6,
        "wait_and_offer": 0.6,
        "ask_direct": 0.6,
    },
    "angry": {
        "own_up": 1.0,
        "acknowledge": 1.0,
        "apologise": 0.9,
        "ask_direct": 0.8,
        "give_space": 0.6,
        "set_boundary": 0.5,
    },
    "flirting": {
        "flirt_back": 1.0,
        "light_tease": 0.9,
        "invite": 0.6,
        "compliment": 0.6,
        "share": 0.5,
        "decline_flirt": 0.4,
    },
    "apologetic": {
        "reassure": 1.0,
        "thank": 1.0,
        "acknowledge": 0.8,
        "share": 0.6,
        "clarify": 0.6,
        "set_boundary": 0.5,
    },
    "anxious": {
        "reassure": 1.0,
        "clarify": 0.9,
        "acknowledge": 0.8,
        "ask_direct": 0.7,
        "change_channel": 0.6,
        "comfort": 0.7,
    },
    "neutral": {
        "answer_yes": 0.8,
        "clarify": 0.7,
        "ask_open": 0.7,
        "share": 0.7,
        "acknowledge": 0.7,
        "light_tease": 0.6,
        "thank": 0.6,
    },
}
"""How well a move answers a mood, 0 to 1; a move that is not named counts 0.3."""

AVOID: Mapping[str, tuple[Phrase, ...]] = {
    "happy": (
        Phrase(
            "别急着泼冷水、提风险或者讲自己更厉害的事", "no cold water, no risks, no story of your own that tops it"
        ),
        Phrase("别只回一个“哈哈”，话头会断在你这里", "not just “haha”: the thread ends with you"),
    ),
    "shy": (
        Phrase("别追着问“你是不是害羞了”", "do not press with “are you blushing?”"),
        Phrase("别立刻加码表白或开更大的玩笑", "do not raise the stakes at once with a confession or a bigger joke"),
    ),
    "hesitant": (
        Phrase("别逼着当场定下来，也别连发几条催", "do not push for a decision now, nor send reminders in a row"),
        Phrase("别替对方把理由一条条驳掉", "do not argue their reasons away one by one"),
    ),
    "cold": (
        Phrase("别追问“你怎么了”“是不是生气了”三连", "no volley of “what's wrong?” and “are you angry?”"),
        Phrase("别用更冷的话回过去，也别长篇解释", "neither colder words in return nor a long explanation"),
    ),
    "sarcastic": (
        Phrase("别顺着反话当真，也别反讽回去", "do not take it literally, and no sarcasm back"),
        Phrase("别说“你能不能好好说话”", "not “can't you just talk normally?”"),
    ),
    "annoyed": (
        Phrase("别说“至于吗”“你想多了”", "not “is it worth it?” or “you are overthinking”"),
        Phrase("别马上解释一大段，先接住那件事", "no long explanation first: take up the matter itself"),
    ),
    "sad": (
        Phrase("别劝“想开点”“会过去的”，也别急着给办法", "no “cheer up” or “it will pass”, no quick fixes"),
        Phrase("别拿自己的惨事来比", "no story of your own that was worse"),
    ),
    "angry": (
        Phrase("别说“你冷静一下”，别翻旧账", "not “calm down”, and nothing old dug up"),
        Phrase("别用“但是”把道歉收回去", "no “but” that takes the apology back"),
    ),
    "flirting": (
        Phrase(
            "别一下子接得太油、太身体，也别装没看见",
            "neither too much nor too physical at once, nor pretending not to notice",
        ),
        Phrase("没那个意思就别顺着玩，免得误会", "if you do not feel the same, do not play along"),
    ),
    "apologetic": (
        Phrase("别借机把旧账一起算", "do not use it to settle old scores"),
        Phrase("还没消气就别说“没事”", "do not say “it's fine” if it is not yet"),
    ),
    "anxious": (
        Phrase("别打哈哈带过，也别嫌对方“又来了”", "do not laugh it off, and no “not again”"),
        Phrase("别许你做不到的诺", "promise nothing you cannot keep"),
    ),
    "neutral": (
        Phrase("别把平常的一句话当成冷淡去追问", "do not treat a plain sentence as coldness"),
        Phrase("别答非所问，先回对方问的那件事", "answer what was asked before anything else"),
    ),
}

STOP = Phrase(
    "对方已经说得很明白：不想继续，或者不要再联系。现在最得体的是停下来：最多回一句告别，之后不再发消息、不换号、不托人带话、不去找。难过是真的，去找一个信得过的人说。",
    "They have said it clearly: no, or no more contact. The decent thing now is to stop: at most one line of goodbye, then no messages, no other account, no go-betweens, no visits. The sadness is real; tell someone you trust.",
)
WAIT_SPACE = Phrase(
    "对方要的是安静或时间。回一句让对方知道你听到了，然后真的等，别用“我就问一句”再敲门。",
    "They asked for quiet or time. One line that says you heard, then really wait; no “just one question”.",
)
WAIT_UNANSWERED = Phrase(
    "你已经有 {count} 条没有得到回复。先别再发：等对方回了，或者至少过一天再发一条轻一点、不带追问的。",
    "{count} messages of yours are unanswered. Send nothing more for now: wait for an answer, or at least a day, then one light line without a question.",
)
WAIT_NIGHT = Phrase(
    "对方说了要睡或先忙，不用抢着接。需要的话回一句就好，正事明天说。",
    "They are off to sleep or busy; there is no need to keep it going. One short line if any, the rest tomorrow.",
)
UNSURE = Phrase(
    "这句话我读不准（{label} 约 {percent}%）。与其猜，不如直接问一句：“你这句我没太懂，是累了，还是我哪句没说好？”",
    "I cannot read this one well ({label}, about {percent}%). Rather than guess, ask: “I'm not sure how to take that. Tired, or did I say something wrong?”",
)
SUBTEXT_ODDS = Phrase("可能（约 {percent}%）：{guess}", "perhaps (about {percent}%): {guess}")
SUBTEXT_OTHER = Phrase("也可能：{guess}", "or else: {guess}")
RETRIEVED_WHY = Phrase(
    "资料里一个相近的对话这样接：{label}。", "A similar exchange in your documents was answered this way: {label}."
)
RETRIEVED_RISK = Phrase(
    "那段对话的来龙去脉和你的不一样，发之前改成你自己的话。",
    "That exchange had its own history; put it in your own words before you send it.",
)
