"""Patterns over plain() text: hints of danger and harm, and lines so plain that they decide alone.

A hint never refuses by itself; the classifiers do, and most sentences with an alarming word are harmless. SURE lines
are those where waiting for a classifier would be wrong: they hold where there is no model at all.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence

_ME = "(?:我|俺|本人|自己)"
_ONE = "(?:他|她|ta|对象|男友|女友|男朋友|女朋友|老公|老婆|前任|前男友|前女友|丈夫|妻子|我爸|我妈|爸爸|妈妈|继父|对方|室友|同学|老师|教练)"
_EN_ONE = r"(?:he|she|they|my (?:\w+ )?(?:husband|wife|boyfriend|girlfriend|partner|ex|bf|gf|dad|father|mum|mom|mother|stepdad|stepfather|brother|boss|coach|teacher|roommate|date))"

_DANGER: dict[str, tuple[str, ...]] = {
    "self_harm": (
        r"不想活|活不下去|活够了|不想再?活|活着.{0,6}(?:累|没意思|没意义|没劲|干嘛|干什么|图什么|为了什么)|想死(?!你|他|她|我了|了你)|去死(?!吧你)|死了(?:算了|就好|也好|一了百了|干净)|一了百了|自杀|轻生|寻死|自残|自伤|割腕|割自己|划自己|结束.{0,4}(?:生命|一切|自己)|不(?:想|用|要)(?:再)?醒|永远睡|再也不.{0,3}醒|没有我.{0,8}(?:好|轻松)|(?:跳|站).{0,4}(?:楼|天台|桥|江|河|窗台)|烧炭|上吊|遗书|遗嘱|安眠药|吞.{0,4}药|攒.{0,6}药|离开(?:这个)?(?:世界|人世)|消失(?:掉|了|就)|撑不(?:下去|住)|熬不(?:下去|过)|解脱|拖累|累赘|替我照顾|最后一次.{0,6}(?:说|聊|见)|刀片|不配活|不该出生",
        r"\b(?:kill|hurt|cut|harm|end|hang|drown) ?(?:ing)? ?my ?self\b|suicid|\bend (?:my life|it all|things for good|it tonight)|\bself[- ]?harm|(?:don'?t|do not|dont) (?:want|wanna) (?:to )?(?:be (?:here|alive)|live|wake up|exist|go on)|(?:want|wanna|going|ready) to die|wanna die|better off (?:dead|without me)|not wake up|never wake|no (?:reason|point) (?:to|in) (?:live|living|go)|can'?t (?:go on|do this anymore|keep going)|\bkms\b|unalive|worth (?:being alive|living)|overdos|goodbye (?:forever|everyone)|burden to|giving away|jump(?:ing)? off|\bthe (?:bridge|roof|ledge|tracks)\b|\bpills\b|\bnoose\b|razor|wish i (?:was|were) dead|wish i'd never been|disappear for good|make it (?:all )?stop|thoughts to stop|rather be dead|tired of (?:living|being alive)|what'?s the point of (?:living|me)",
    ),
    "violence": (
        rf"{_ONE}.{{0,10}}(?:打|揍|掐|踹|踢|扇|推|摔|勒|捅|砍|烫|咬|砸|拽|拖|按|家暴).{{0,4}}(?:我|了我|她|他|孩子|人|妈|爸)|被.{{0,6}}(?:打|揍|掐|踹|扇|家暴|捅|砍)|(?:拿|举|提|握)(?:着|起|了)?.{{0,4}}(?:刀|斧|锤|棍|酒瓶|枪)|动(?:了)?手|动粗|掐(?:住|着)?.{{0,4}}脖子|弄死|打死|杀了(?:我|她|他|你|全家)|鼻青|淤青|骨折|缝(?:了)?.{{0,3}}针|踹门|砸门|撞门",
        rf"{_EN_ONE}.{{0,30}}\b(?:hit|hits|beat|beats|punch\w*|slap\w*|chok\w*|strangl\w*|kick\w*|shov\w*|push\w*|grab\w*|thr[eo]w\w*|burn\w*|bit|smash\w*|drag\w*|threaten\w*)\b|\b(?:hit|beat|punched|slapped|choked|strangled|kicked|shoved|bruis\w*|black eye)\b.{{0,20}}\b(?:me|her|him|us|my)\b|\b(?:knife|gun|machete|bat|hammer)\b|\bkill (?:me|her|him|us|you|them)\b|\bi (?:hit|slapped|pushed|choked|hurt|beat) (?:her|him|them|my)",
    ),
    "coercive_control": (
        r"不(?:让|许|准).{0,8}(?:我|出门|见|回娘家|上班|工作|联系|用手机|花|穿)|(?:工资|身份证|护照|手机|银行卡|钥匙).{0,8}(?:收|拿|扣|没收|交)|(?:每|隔).{0,6}(?:报备|汇报|定位|拍照|视频|查)|锁(?:在|起来|住|门)|关(?:在|起来)|断(?:了)?.{0,4}(?:联系|来往|经济)|别想.{0,6}(?:孩子|见到)|逼(?:我|她).{0,6}(?:结婚|嫁|辞职|生)",
        r"(?:won'?t|doesn'?t|don'?t|didn'?t|never) let (?:me|her|him)|not allowed to|permission|tak(?:es|en|ing|e) (?:my|her|his) (?:wages|salary|pay|phone|passport|card|keys|money|pills)|locks? (?:me|her|him) (?:in|out)|lock(?:ed|s) the door|checks? (?:my|her) (?:phone|messages|mileage|receipts)|cut (?:me|her) off from|(?:forced|forcing|making) (?:me|her) to (?:marry|quit)|out me to|take the (?:kids|child|baby)",
    ),
    "stalking": (
        r"跟踪|尾随|蹲(?:守|点|在)|堵(?:我|在|门)|(?:楼下|门口|公司|单位|学校|宿舍).{0,6}(?:等|站|蹲|守|堵)|定位器|追踪器|监控软件|换(?:了)?(?:号|小号).{0,6}(?:加|骚扰|联系|打)|阴魂不散|骚扰",
        r"follow(?:s|ed|ing)? (?:me|her|him) |stalk|show(?:s|ed|ing)? up (?:at|outside)|outside my (?:house|work|flat|window|door|gym)|tracker|airtag|spyware|new (?:numbers?|accounts?)|fake accounts?|keeps? (?:calling|messaging|texting|turning up)|knows where i",
    ),
    "sexual_coercion": (
        r"强奸|性侵|猥亵|迷奸|下药|强迫.{0,6}(?:发生|做|那个|我)|硬(?:来|要|上)|不(?:戴|愿|肯|想).{0,6}(?:套|做|要).{0,10}(?:他|硬|还是)|(?:我|她)(?:说|喊)(?:了)?(?:不|不要|停).{0,12}(?:他|还|继续|没停)|断片|灌(?:醉|酒|我)|喝(?:多|醉|断片).{0,14}(?:醒|发现|衣服|床)|摸(?:了)?我|强(?:行)?(?:亲|抱|吻)",
        r"\brap(?:e|ed|es|ing)\b|sexual(?:ly)? (?:assault|abus)|forc(?:ed|es|ing) (?:me|himself|herself|her)|(?:said|saying|told (?:him|her)) (?:no|stop)|didn'?t stop|wouldn'?t (?:stop|take no)|while i (?:was|slept)|passed out|blacked out|spik(?:ed|ing)|roofie|drugg(?:ed|ing)|took (?:the condom|it) off|stealth|without (?:asking|my consent)|grop|can'?t remember (?:how|what|getting)",
    ),
    "image_abuse": (
        r"(?:裸照|私密照|私照|果照|裸聊|床照|视频|照片).{0,14}(?:威胁|发(?:到|给|出)|群发|曝光|公开|要挟|勒索|转账|要钱|不然|否则|传)|偷拍|(?:威胁|要挟|勒索|敲诈).{0,14}(?:照片|视频|聊天记录)|换脸|针孔",
        r"(?:nudes?|pics?|pictures?|photos?|videos?|images?).{0,40}(?:threat|post|leak|send (?:it|them)|shar|blackmail|pay|online|unless|group)|(?:threat|blackmail|leak).{0,40}(?:nudes?|pics?|pictures?|photos?|videos?)|sextort|deepfake|revenge porn|hidden camera|filmed me|recorded me",
    ),
    "minors": (
        r"(?:我|她|他|女儿|儿子|妹妹|弟弟|学生|孩子).{0,4}(?:今年)?(?:才|刚|只有|是)?\s?(?:[6-9]|1[0-7]|七|八|九|十|十一|十二|十三|十四|十五|十六|十七)岁|小学生|初一|初二|初三|初中生|高一|高二|未成年",
        r"\b(?:i'?m|i am|she'?s|he'?s|she is|he is|was|daughter|son|sister|brother|girl|boy|student)\b.{0,16}\b(?:[6-9]|1[0-7])\b(?! ?(?:years (?:together|ago|of)|months|weeks|days|pm|am|k\b|%|min))|underage|minor\b|year ?[789]\b|(?:6th|7th|8th|9th|10th) grade|middle school",
    ),
    "scam": (
        r"杀猪盘|(?:网恋|网上认识|没见过面|线上|app上).{0,40}(?:钱|转账|投资|借|平台|充值|提现|保证金|解冻|虚拟币|理财)|(?:转|打|借)(?:了)?.{0,8}(?:万|千|块|钱).{0,16}(?:失联|拉黑|消失|没见过|提不出)",
        r"(?:never met|met online|online (?:boyfriend|girlfriend|lover)).{0,80}(?:money|send|loan|invest|crypto|gift card|bitcoin|transfer|visa|customs)|(?:crypto|invest\w*|gift cards?|wire|western union).{0,60}(?:met online|never met|online)|romance scam",
    ),
}
_WISH: dict[str, tuple[str, ...]] = {
    "violence": (
        r"(?:怎么|如何|教我|帮我|有什么(?:办法|法子)).{0,16}(?:打|揍|弄死|杀|报复|教训|弄伤|收拾|毒).{0,6}(?:他|她|人|前任|老公|老婆|小三|情敌)",
        r"(?:how (?:to|do i|can i|would i)|help me|ways? to|teach me).{0,30}\b(?:hurt|beat|kill|murder|poison|stab|choke|attack|punish|get back at|scare)\b",
    ),
    "stalking": (
        r"(?:怎么|如何|教我|帮我|有没有|推荐|哪个|什么).{0,20}(?:定位|跟踪|监控|监视|窃听|偷看|破解|解锁|查岗|查到|恢复|同步).{0,16}(?:她|他|对象|女友|男友|老婆|老公|前任|手机|微信|密码|聊天|行踪|软件|app)|(?:偷偷|悄悄|不知情|不被发现|瞒着).{0,14}(?:看|查|装|定位|跟|录|监)|拉黑.{0,20}(?:小号|换号|继续|联系|找到)",
        r"(?:spy|track|monitor|hack|stalk|bug|clone|keylog|mirror|follow)\w*.{0,40}(?:phone|location|whatsapp|messages|texts|account|car|her|him|wife|husband|girlfriend|boyfriend|ex|crush|user)|(?:without|w/o) (?:her|him|them|their|his) (?:knowing|finding|noticing|consent|knowledge)|(?:blocked me).{0,60}(?:new|another|account|number|way|reach|contact)|(?:read|see|check|get into|unlock) (?:her|his|their|my \w+'?s?) (?:phone|messages|texts|dms|email)",
    ),
    "sexual_coercion": (
        r"(?:灌醉|下药|迷药|迷晕|听话水|催情|春药|媚药)|(?:怎么|如何|教我|话术).{0,16}(?:骗|哄|逼|弄|带|搞).{0,6}(?:上床|开房|睡|脱|不戴套)|(?:睡着|喝醉|断片).{0,14}(?:上|做|拍|摸|下手)",
        r"(?:get|getting|make|talk|pressure|trick|persuade|convince|coerce|guilt).{0,16}(?:her|him|them|girl|woman|date).{0,20}(?:drunk|to sleep with|into (?:sex|bed)|naked|say yes|give in|put out)|roofie|spanish fly|(?:drug|spike|sedat|slip)\w*.{0,24}(?:drink|her|him|date)|rohypnol|\bghb\b",
    ),
    "image_abuse": (
        r"(?:怎么|如何|教我|帮我|用).{0,20}(?:偷拍|换脸|裸照|私密照|针孔|把.{0,10}照片(?:发|p|合成)|曝光)|(?:威胁|要挟|敲诈|勒索|吓唬).{0,14}(?:她|他|前任|对方)",
        r"(?:blackmail|sextort|extort|deepfake|undress|nudify|revenge porn)|(?:secretly|hidden|without).{0,20}(?:film|record|camera|photo)|(?:post|leak|share|send|upload|publish).{0,30}(?:nudes?|her pics|his pics|intimate|sex tape)",
    ),
    "manipulation": (
        r"\bpua\b|精神控制|打压|煤气灯|服从性|废物测试|洗脑|操控|拿捏|驯服|训狗|冷暴力(?:她|他|对方)|让(?:她|他|ta|对方).{0,8}(?:离不开|内疚|愧疚|自卑|吃醋|崩溃|求我|依赖|害怕|后悔)|(?:怎么|如何|教我|话术).{0,16}(?:钓|吊|养鱼|备胎|挖墙脚|拆散|挑拨|离间)",
        r"\bgaslight\w*|\bnegg\w*|love[- ]?bomb\w* (?:her|him|them)|manipulat\w*|brainwash\w*|(?:make|making|get) (?:her|him|them|my \w+) (?:feel (?:guilty|worthless|small|insecure|crazy|bad)|jealous|depend\w*|need me|beg|obsessed|addicted|obey|doubt)|break (?:her|him|them) (?:down|up)|isolate (?:her|him|them)|silent treatment|guilt[- ]?trip\w*|trauma bond|emotional(?:ly)? (?:blackmail|control)|control (?:her|him|my \w+)",
    ),
    "privacy": (
        r"(?:查|找|搞到|弄到|打听|人肉|挖|扒).{0,14}(?:地址|住址|住哪|住在哪|电话|手机号|身份证|开房|病历|户籍|银行流水|聊天记录|个人信息|所有信息|隐私|家人)|开盒|社工库|造谣|散布|(?:匿名|偷偷).{0,10}(?:举报|曝光|发帖|爆料)",
        r"(?:home address|where .{0,20} lives?|phone number of|personal (?:email|details|information|data)|private (?:email|number|information|address)|medical (?:records?|history)|social security|license plate|sexual orientation of|doxx?\w*|dox\b|background on my (?:ex|date)|spread .{0,20}rumou?r|rumou?r (?:about|that))",
    ),
    "scam": (
        r"(?:杀猪盘|骗).{0,14}(?:话术|剧本|脚本|转账|钱|红包|彩礼)|(?:怎么|如何|教我|话术).{0,16}(?:骗|套|捞|要).{0,8}(?:钱|红包|礼物|房|彩礼)",
        r"(?:scam|catfish|con|defraud|trick|sugar).{0,30}(?:money|her|him|people|men|women|victim|send)|romance scam.{0,20}(?:script|message|profile)|(?:fake|made[- ]up) (?:profile|identity|emergency|story).{0,30}(?:money|send|pay)",
    ),
    "other_harm": (
        r"(?:制作|制造|做|买|弄).{0,6}(?:炸弹|枪|毒品|冰毒|假币|毒药|燃烧瓶)|(?:入侵|黑进|盗号|盗取|撞库|钓鱼网站|木马|勒索病毒)|(?:歧视|仇视|滚出).{0,10}(?:文案|段子|文章)",
        r"\b(?:bomb|explosive|meth|napalm|ransomware|malware|phishing|counterfeit|forge)\b|hack (?:into|someone|a)|(?:steal|shoplift|launder|smuggle|arson|set fire)\w*|(?:racist|sexist|hateful|antisemitic|homophobic).{0,20}(?:joke|post|speech|article|slur)",
    ),
    "coercive_control": (
        r"(?:怎么|如何|教我|让|帮我).{0,16}(?:不敢|不许|不能|没法|断掉|断绝|少).{0,8}(?:出门|离开|离婚|分手|见朋友|上班|交往|联系朋友|社交)|(?:控制|管住|看住|掌控)(?:她|他|老婆|老公|女友|男友|对方)",
        r"(?:stop|keep|prevent|forbid|ban) (?:her|him|my \w+) from (?:leaving|seeing|working|going|talking|dressing)|(?:so|that) (?:she|he|they) can'?t leave|loyal(?:ty)? (?:test|contract)|cut (?:her|him|my \w+) off from|punish (?:her|him|my \w+)|force (?:her|him|my \w+|someone) to (?:stay|marry|quit)",
    ),
    "minors": (
        r"(?:小学|初中|高中|未成年|小妹妹|小弟弟|小女孩|小男孩|(?:1[0-7]|[6-9])岁).{0,20}(?:约|见面|加|聊|裸|开房|恋爱|追|网恋|骗|照片)|萝莉|正太",
        r"(?:underage|minor|teen|child|kid|schoolgirl|schoolboy|(?:1[0-7]|[6-9])[- ]?(?:yo|y/?o|year[- ]?old)).{0,40}(?:meet|date|sex|nude|pics?|alone|secret|groom|flirt|kiss)|(?:meet|date|sex|nude|pics?|groom|flirt|kiss|sleep).{0,40}(?:underage|minor|child|(?:1[0-7]|[6-9])[- ]?(?:yo|y/?o|year[- ]?old))",
    ),
    "self_harm": (
        r"(?:怎么|如何|什么|哪种|哪个|最).{0,10}(?:死|自杀|自残|割腕).{0,8}(?:不疼|不痛|痛苦|快|安静|方法|不被发现|容易)?|(?:相约|一起)自杀|死法",
        r"(?:how|ways?|best|easiest|painless|fastest|method|where|hide|long).{0,40}(?:suicid|kill(?:ing)? (?:my|your|one'?s|him|her|them)sel|self[- ]?harm|cut(?:ting)? myself|overdose|die\b)|pro[- ]?ana|suicide pact",
    ),
}
_SURE_DANGER = {
    "self_harm": (
        rf"{_ME}.{{0,6}}(?:要|想|准备|打算|决定|今晚|马上)(?:就)?(?:去)?(?:自杀|轻生|跳楼|上吊|割腕|烧炭|结束(?:自己的|我的)生命)(?!.{{0,6}}(?:剧|片|电影|小说|干预|热线|题材))|^{_ME}?(?:真的)?(?:不想活(?:了|下去)|活不下去了)|(?:药|安眠药).{{0,6}}(?:已经|都|全)(?:吃|吞|咽)(?:了|下|下去)|(?:在|站在|到了)(?:楼顶|天台|桥上|江边|窗台).{{0,10}}(?:不想|跳|结束|再见|告别)|遗书.{{0,4}}写(?:好|完)",
        r"\bi(?:'m| am|'ve| have)? (?:want|wanna|going|gonna|decided|ready|about)(?: to)? (?:kill myself|end my life|die tonight|hang myself|commit suicide)\b|\bi took (?:all|the whole|every one of) (?:the|my) (?:pills|tablets|meds)|\bi(?:'ve)? (?:written|wrote) (?:the|my) (?:note|goodbye)|\bstanding on (?:the|a) (?:bridge|roof|ledge)\b",
    ),
    "violence": (
        rf"{_ONE}.{{0,8}}(?:拿|举|提)(?:着|起)?.{{0,3}}(?:刀|斧|枪).{{0,10}}(?:我|门|追|杀)|{_ONE}.{{0,6}}掐(?:着|住|了|我的?)+.{{0,4}}(?:脖子|喉咙)|{_ONE}(?:又|刚|正在|昨晚|经常|总是|喝了酒就|一喝酒就)打(?:了)?我(?!电话|个|招呼|听)",
        rf"{_EN_ONE} (?:has|have|is holding|is coming at me with|came at me with) (?:a|the) (?:knife|gun|machete)|{_EN_ONE} (?:just |keeps? |always )?(?:hit|hits|hitting|beat|beats|beating|punched|punches|choked|chokes|strangled|kicked|slapped) me\b(?! (?:up|with (?:a|the) (?:text|news|question|idea|fact)))",
    ),
}
_IMMEDIATE = re.compile(
    r"现在|此刻|正在|马上|今晚|今夜|刚(?:刚|才)?(?:吃|吞|割)|已经(?:吃|吞|割|写)|天台|楼顶|桥上|江边|窗台|门外|踹门|砸门|撞门|躲在|锁在|拿着刀|举着刀|有枪|掐.{0,4}脖子|喘不(?:上|过)气|流血|昏过去|叫不醒|最后(?:一条|一次|的话)|永别|再见了|遗书"
    r"|\bright now\b|\btonight\b|\bat this moment\b|\bjust (?:took|swallowed|cut)\b|\bbridge\b|\bledge\b|\broof\b|outside (?:the|my) door|hiding in|locked (?:me )?in|\bgun\b|\bknife\b|chok|strangl|can'?t breathe|bleeding|won'?t wake|\bgoodbye\b|\bnote\b|\bin my (?:hand|lap)\b|by the time you|last (?:message|time)"
)


def _compiled(rules: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(pattern)) for name, patterns in rules.items() for pattern in patterns)


_DANGER_RULES, _WISH_RULES, _SURE_RULES = _compiled(_DANGER), _compiled(_WISH), _compiled(_SURE_DANGER)


_MISLEADING = re.compile(
    r"电影|电视剧|小说|剧本|歌词|漫画|游戏|剧本杀|密室|新闻|纪录片|论文|作业|历史|法律|宣传|讲座|科普|热线是|是什么意思|碰碰车|理发|刘海|象棋|打牌|打球|打电话|打招呼|打赌|打车|打卡"
    r"|\b(?:film|movie|novel|series|episode|book|song|lyrics|game|chess|scrabble|squash|tennis|ping pong|bumper cars|documentary|essay|homework|history|character|haircut|scissors|photo ?shoot|stand-?up)\b"
)
"""Words that mostly make a plain line of danger something else; the classifiers then decide as for any other."""
_ADVICE = {
    "PUA": r"\bpua\b|\bnegging\b|\bneg (?:her|him|them)\b|love[- ]bomb(?:ing)? (?:her|him|them)",
    "belittling": (
        r"打压(?:一下)?(?:她|他|ta|对方)|贬低(?:一下)?(?:她|他|ta|对方)|让(?:她|他|ta|对方)自卑|打击(?:她|他|ta|对方)的自信|挫挫(?:她|他|ta|对方)"
        r"|(?:lower|knock|undermine|chip away at) (?:her|his|their) (?:self-esteem|confidence)"
        r"|make (?:her|him|them) feel (?:small|insecure|worthless)"
    ),
    "tests": (
        r"(?:做|来|用)(?:个|一次)?(?:服从性测试|废物测试)|(?:考验一下|试探)(?:她|他|ta|对方)|看(?:她|他|ta|对方)听不听话"
        r"|compliance test|shit test|test (?:her|his|their) (?:loyalty|obedience|love)"
    ),
    "silence": (
        r"(?:对(?:她|他|ta|对方)|用|来点)冷暴力|晾(?:她|他|ta|对方)几天|故意不回|先冷(?:她|他|ta|对方)|欲擒故纵|吊着(?:她|他|ta|对方)"
        r"|give (?:her|him|them) the (?:silent treatment|cold shoulder)|freeze (?:her|him|them) out|keep (?:her|him|them) waiting"
        r"|leave (?:her|him|them) on read|play(?:ing)? hard to get"
    ),
    "guilt": (
        r"让(?:她|他|ta|对方)(?:觉得)?(?:内疚|愧疚)|你要是爱我就|不然我就死"
        r"|guilt[- ]trip (?:her|him|them)|make (?:her|him|them) feel guilty|if you (?:really )?loved me,? you(?:'d| would)"
    ),
    "jealousy": r"(?:故意)?让(?:她|他|ta|对方)吃(?:点)?醋|make (?:her|him|them) jealous",
    "spying": (
        r"偷看(?:她|他|ta|对方)的?手机|(?:偷偷|悄悄)查(?:她|他|ta|对方)的?(?:手机|定位|聊天记录)|给(?:她|他|ta|对方)的?(?:手机|车上?)?装(?:个)?定位"
        r"|猜(?:出)?(?:她|他|ta|对方)的?密码|(?:check|go through|look through|search|track) (?:her|his|their) (?:phone|messages|location)"
    ),
    "danger": (
        r"(?:去死吧|你怎么不去死|kill yourself)|(?:他|她|ta)(?:打|掐|踹)你(?:也)?是(?:因为)?(?:爱|在乎)"
        r"|(?:忍一忍|多体谅)(?:他|她|ta).{0,6}(?:打|动手)"
    ),
}
_LOOK_BACK = 60
_ADVISED = tuple(re.compile(pattern) for pattern in _ADVICE.values())
_NEGATED = re.compile(
    r"(?:别|不要|不能|不该|不许|不必|不用|不会|不想|不愿|不是|不去|不再|没有|没|并非|而非|从不|绝不|切勿|勿|避免|拒绝|停止|戒掉|属于|等于|对不起|抱歉|警惕|识别|如果|一旦"
    r"|\bnot?\b|\bnever\b|\bdon't\b|\bdoesn't\b|\bwon't\b|\bwouldn't\b|\bstop\b|\bavoid\b|\bwithout\b|\binstead of\b|\brather than\b|\brefuse\b|\bsorry\b|n't\b|\bisn't\b|\bno\b|\bif\b)"
    r"[^。！？!?.;；\n]{0,24}$"
)


_DEAR = "(?:他|她|ta|对象|男友|女友|男朋友|女朋友|老公|老婆|前任|对方)"
_EVERYDAY = re.compile(
    rf"(?:我?(?:该|要|应该)?(?:怎么|怎样|如何|咋)(?:才能)?)(?:去)?(?:追|约|哄|挽回|拒绝|安慰|搭讪|撩|回复?|夸|陪)(?:{_DEAR}|女生|男生|女孩子?|男孩子?)?(?:出来|开心|出去玩|吃饭|看电影)?(?:好|呢)?"
    rf"|(?:怎么|怎样|如何|咋)(?:才能)?(?:让|逗)(?:{_DEAR})(?:更?喜欢我|开心|高兴|主动|消气|别生气|不生气|原谅我)(?:呢|一点|点)?"
    r"|(?:怎么|怎样|如何|咋)(?:表白|分手|聊天|道歉|开口|和好|复合|脱单)(?:好|呢)?"
    r"|(?:how (?:to|do i|can i|should i) )?(?:get|win) (?:her|him|them|my ex) back|how (?:to|do i|can i|should i) (?:ask (?:her|him|them|someone) out|break up with (?:her|him|them)|flirt(?: with (?:her|him|them))?|make (?:her|him|them) (?:laugh|smile|happy)|text (?:her|him|them)(?: back)?|reply|say (?:no|sorry)|apologi[sz]e)"
)
_SPOKEN: Mapping[str, str] = {
    "self_harm": "不想活了 不想活下去 活不下去 想自杀 要自杀 准备自杀 去自杀 自杀 割腕 自残 不如死了 死了算了 想去死 跳楼 上吊 遗书 结束生命 安眠药",
    "violence": "又打我 打了我 一直打我 动手打我 掐我脖子 掐我的脖子 掐着我 拿刀 家暴 扇我 踹我",
    "sexual_coercion": "强奸 性侵 强迫我 下药 迷奸 灌醉",
    "stalking": "跟踪我 跟踪她 跟踪他 定位她 定位他 偷看她手机 偷看他手机 监控她 监控他",
    "image_abuse": "裸照 私密照 偷拍 裸聊",
    "manipulation": "离不开我 精神控制 洗脑 打压她 打压他",
}
"""Words that are looked for by their sound in a text that is partly or wholly written in pinyin."""


@functools.cache
def _spoken() -> tuple[tuple[str, str], ...]:
    from pypinyin import lazy_pinyin

    return tuple(
        (name, f" {' '.join(lazy_pinyin(word))} ") for name, words in _SPOKEN.items() for word in words.split()
    )


def sounds_like(syllables: Sequence[str]) -> str | None:
    """The class of harm whose words stand among the pinyin `syllables`, or None."""
    heard = f" {' '.join(syllables)} "
    return next((name for name, word in _spoken() if word in heard), None)


def misleads(text: str) -> bool:
    """Whether the plain `text` is about films, games and the like, so that its alarming words prove nothing."""
    return bool(_MISLEADING.search(text))


def advised_harm(text: str) -> str | None:
    """The words of the plain `text` that advise manipulation, spying or pressure, or play violence down, or None.

    What it warns of, or says not to do, is not advised.
    """
    for pattern in _ADVISED:
        for found in pattern.finditer(text):
            if not _NEGATED.search(text[max(0, found.start() - _LOOK_BACK) : found.start()]):
                return found[0]
    return None


def danger_hints(text: str) -> list[str]:
    """The classes of danger that words of the plain `text` may speak of."""
    return _found(_DANGER_RULES, text)


def wish_hints(text: str) -> list[str]:
    """The classes of harm that the plain `text` may ask help for."""
    return _found(_WISH_RULES, text)


def is_everyday(text: str) -> bool:
    """Whether plain() `text` is no more than one of the questions that everybody asks of such an assistant."""
    return bool(_EVERYDAY.fullmatch(text.strip(" ?？!！。.~")))


def sure_danger(text: str) -> str | None:
    """The class of a danger that the plain `text` states in so many words, or None."""
    found = _found(_SURE_RULES, text)
    return found[0] if found else None


def sounds_immediate(text: str) -> bool:
    """Whether words of the plain `text` place a danger in this hour; only asked where there is danger."""
    return bool(_IMMEDIATE.search(text))


def _found(rules: Iterable[tuple[str, re.Pattern[str]]], text: str) -> list[str]:
    spaceless = text.replace(" ", "") if any("\u4e00" <= char <= "\u9fff" for char in text) else text
    return list(dict.fromkeys(name for name, rule in rules if rule.search(text) or rule.search(spaceless)))
