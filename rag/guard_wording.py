"""What the guard says: our own fixed sentences, never a model's, and no telephone number (those come with the table).

Written along VERA-MH's rubric for replies to suicidal people [1] and what domestic-violence services ask of bystanders:
believe, do not blame, name the next step, a professional and a trusted person, no secrecy promised, no joint mediation,
no method, never the end of the conversation.

[1] https://github.com/SpringCare/VERA-MH
"""

from __future__ import annotations

from collections.abc import Mapping

from rag.phrase import Phrase

IMMEDIATE: Mapping[str, Phrase] = {
    "self_harm": Phrase(
        "现在最要紧的是你不要一个人待着。请离开手边能伤到你的东西，去有人的地方，或者马上叫一个人来你身边；同时拨打下面的急救或报警电话，直接说“我有危险，需要人来”。",
        "What matters right now is that you are not alone. Please step away from anything you could hurt yourself with, go where people are or ask someone to come to you now, and call the emergency number below: say “I am in danger and need someone to come”.",
    ),
    "other": Phrase(
        "如果危险就在眼前：先离开，去有人、有锁、有灯的地方，马上拨打下面的报警电话；不方便说话就发短信报警，或让邻居、店员替你打。",
        "If the danger is happening now: get out first, to a place with people, a lock and light, and call the emergency number below; if you cannot speak, text where that exists or ask a neighbour or shop to call for you.",
    ),
    "third_party": Phrase(
        "如果对方此刻就有生命危险，请马上替对方拨打下面的急救或报警电话，尽量别让对方一个人待着。",
        "If their life may be in danger at this moment, call the emergency number below for them now and try not to leave them alone.",
    ),
    "perpetrator": Phrase(
        "如果你觉得下一秒就会伤人：放下手里的东西，现在就离开那个地方，到外面去，拨打下面的报警电话，说“我怕我会伤人”。",
        "If you feel you may hurt someone any minute: put down what you are holding, leave the place now, go outside and call the emergency number below; say “I am afraid I will hurt someone”.",
    ),
}

CARE: Mapping[str, Phrase] = {
    "self_harm": Phrase(
        "也许是我多心。如果这句话里有“不想活”“撑不住”的意思，请别一个人扛：告诉一个信得过的人，下面的电话也有人接听。",
        "I may be reading too much into it. If there is something in this about not wanting to live or not coping, please do not carry it alone: tell someone you trust, and the line below is answered by people who know this.",
    ),
    "other": Phrase(
        "也许是我多心。如果你害怕对方，或者有人打你、逼你、管着你、跟着你，那就不是吵架的事：先顾自己的安全，下面的电话可以问，也不必报名字。",
        "I may be reading too much into it. If you are afraid of them, or anyone hits, forces, controls or follows you, then this is no ordinary quarrel: your safety comes first, and the line below can be asked, without giving a name.",
    ),
}
"""Beside an answer, where danger is possible but not likely."""

HANDOFF: Mapping[str, Phrase] = {
    "self_harm": Phrase(
        "谢谢你愿意说出来。这么难受不是你矫情，也不是你的错，我不会评判你。我是一个程序，不能替你打电话，所以请把这件事告诉两个人：一个你信得过的人——可以直接把这句话发过去：“我最近有不想活的念头，想让你陪陪我”；还有一位专业的人，下面的热线就是接听这种时刻的，医院的精神科、心理科也可以。能伤到自己的东西，请交给别人保管或放远一点。你可以继续跟我说：你现在在哪里，身边有谁？",
        "Thank you for saying it. Feeling like this is not weakness and not your fault, and I will not judge you. I am a program and cannot make a call for you, so please tell two people: someone you trust (you could send this line: “I have been thinking about not being here any more and I need you with me”) and a professional; the lines below answer exactly these moments, and so do a doctor or an emergency department. Ask someone to keep anything you could hurt yourself with, or put it far away. You can go on talking to me: where are you now, and who is near you?",
    ),
    "violence": Phrase(
        "你讲的这些是暴力，不是吵架，责任在动手的人身上，不在你。我不会教你怎么忍、怎么哄，也不建议现在两个人一起调解。先顾安全：想好一个能去的地方和一个知情的人，证件、钱、药、钥匙放在随手能拿的地方；受了伤就去医院并留下病历和照片；可以报警，请警察开告诫书，也可以向法院申请人身安全保护令（没结婚、已分手也行）。下面的电话有人接听。要不要离开、什么时候离开，由你决定；我可以陪你把安全的步骤理一遍。",
        "What you describe is violence, not a quarrel, and the responsibility lies with the person who does it, not with you. I will not suggest how to put up with it or how to calm them, and I advise against joint counselling now. Safety first: think of one place you can go and one person who knows; keep documents, money, medicine and keys within reach; see a doctor for any injury and keep records and photos; you can report it to the police and ask about a protection order, married or not. The lines below are answered by people who know this. Whether and when you leave is your decision; I can go through a safety plan with you.",
    ),
    "coercive_control": Phrase(
        "处处要报备、钱和证件被收走、不许见人、拿后果吓你——这些合在一起叫“强制性控制”，不是在乎，也不是你做得不够好。它很少因为你更听话而停下，所以我不给你“怎么让对方放心”的办法，也不建议现在一起去做伴侣咨询。可以先做的：让一个信得过的人知道全部经过；在对方拿不到的地方存一份证据、一点钱和证件的照片；打下面的电话问问你能得到什么保护，必要时可以申请人身安全保护令；感到有危险就报警。你不必今天做决定，我可以和你一起把这些事一件件写下来。",
        "Having to report everything, money or documents taken away, being kept from people, being frightened with consequences: together this is called coercive control. It is not love and not your shortcoming, and it rarely stops because one obeys better. So I will not advise how to reassure them, and I advise against couples counselling now. What you can do: let one trusted person know all of it; keep some evidence, a little money and copies of documents where they cannot get at them; ask the lines below what protection exists, a protection order among them; call the police if you feel in danger. You need not decide anything today; I can go through it with you step by step.",
    ),
    "stalking": Phrase(
        "反复跟踪、蹲守、换号联系、偷装定位，是骚扰和跟踪，不是深情，你没有义务回应。说过一次“不要再联系我”就够了，之后不再回复；每一次都记下时间地点、截图留好，先别删；把情况告诉家人、同事、门卫；手机、账号、车和包检查一遍，换密码。可以报警，要求警察制止，也可以申请人身安全保护令。有人正跟着你时，去人多亮堂的店里，马上打下面的报警电话。我可以帮你把经过整理成一份报警时用的时间表。",
        "Following, waiting outside, new numbers, hidden trackers: that is stalking and harassment, not devotion, and you owe no answer. One clear “do not contact me again” is enough; after that do not reply. Note every incident with time and place, keep screenshots and do not delete them; tell family, work and the front desk; check phone, accounts, car and bag, and change passwords. You can report it to the police and apply for a protection order. If someone is following you now, go into a busy, bright shop and call the emergency number below. I can help you put what happened into a timeline for the police.",
    ),
    "sexual_coercion": Phrase(
        "你没有同意，或者没法同意，那就是侵犯；喝了酒、谈着恋爱、结了婚、当时没喊出来，都不是你的错。如果刚发生：先到安全的地方，尽量别洗澡、别洗当时的衣物，尽快去医院（检查、紧急避孕、阻断药越早越好），要不要报警由你决定，证据可以先留着。找一个信得过的人陪你去。下面的电话可以先问清楚再决定。你不用原谅，也不用跟对方当面谈。愿意的话告诉我：你现在安全吗，身体有没有受伤？",
        "If you did not agree, or could not agree, it was assault. Drinking, dating, being married or not having shouted does not make it your fault. If it has just happened: get somewhere safe, if you can do not wash yourself or the clothes, and see a doctor soon (examination, emergency contraception and HIV prevention work best early). Whether you report it is your choice; evidence can be kept meanwhile. Take someone you trust along. The lines below will answer questions before you decide anything. You do not have to forgive or to meet them. If you like, tell me: are you safe now, and are you hurt?",
    ),
    "image_abuse": Phrase(
        "用私密照片或秘密来要挟你的人在犯法，错不在你。请不要转钱，也不要再发新的照片：付了往往要得更多。不再回复，但先别删记录；把账号、聊天、转账截图留作证据，马上报警；在平台举报，下面的网站能帮忙阻止照片传播（照片不用上传）。把这件事告诉一个信得过的人，一个人扛最容易出事。如果难受到不想活，请先打心理援助电话。我可以帮你列出要保存的证据和先后顺序。",
        "Whoever threatens you with intimate pictures or secrets is committing a crime, and it is not your fault. Do not pay and do not send anything more: paying usually brings the next demand. Stop answering but do not delete; keep screenshots of accounts, chats and payments as evidence and report it to the police now. Report it on the platform; the site below helps to stop pictures from spreading without uploading them. Tell one person you trust, because carrying this alone is the most dangerous part. If it makes you want to die, call the crisis line first. I can help you list what to keep and in which order.",
    ),
    "minors": Phrase(
        "成年人跟未满十八岁的人谈恋爱、要照片、要保密，责任全在那个成年人身上，说出来的人不会有错。请把这件事告诉一个信得过的大人：爸妈、老师、亲戚、学校的心理老师都可以；要你“谁也别告诉”的人，正是该告诉别人的理由。先不要单独见面，不要再发照片，聊天记录留着别删。下面的电话可以匿名问；有人逼你、跟着你或要见你，就报警。如果你已经被伤害了，医院和警察都该帮你。我不能替你保密，但你可以继续跟我说。",
        "When an adult has a romance with somebody under 18, asks for pictures or for secrecy, all the responsibility is the adult's, and nobody is wrong for telling. Please tell an adult you trust: a parent, a teacher, a relative, a school counsellor; “don't tell anyone” is exactly the reason to tell. Do not meet alone, send no more pictures, and keep the chat. The lines below can be asked anonymously; if someone forces, follows or wants to meet you, call the police. If harm has been done, a doctor and the police are there to help. I cannot promise secrecy, but you can go on talking to me.",
    ),
    "scam": Phrase(
        "网上认识、没见过面、感情升温快，然后要钱、带你投资、借钱周转——这是感情诈骗最常见的样子，被骗不丢人，对方是专业的。现在先停：不再转账，也不要再交“解冻费”“保证金”；钱刚转出就马上报警并联系银行止付，越快越可能追回。聊天记录、账号、转账凭证都留着。告诉一个家里人，别一个人和对方对质。要是因此想不开，请先打心理援助电话。我可以帮你把转账和经过排成时间表，报警时用。",
        "Met online, never met in person, close very quickly, and then money, an investment or a loan: this is the usual shape of a romance scam. Being deceived is no disgrace; they do it for a living. Stop now: send nothing more, no “release fee” either. If money has just gone, call the bank and the police at once; speed is what gets it back. Keep chats, accounts and receipts. Tell someone in your family and do not confront the other person alone. If this makes you want to die, call the crisis line first. I can help you put payments and events into a timeline for the police.",
    ),
}
THIRD_PARTY = Phrase(
    "谢谢你替别人担心。先相信对方说的，别追问“为什么不走”“为什么想不开”，也别替对方去找施害的人对质。可以这样说：“我信你，这不是你的错，我陪你一起想办法。”问清此刻安不安全；下面的电话你可以先打去问，也可以陪对方打、陪着去医院或报警。涉及未成年人，请马上告诉其监护人、学校或警察。别答应替对方保密，也照顾好你自己。",
    "Thank you for looking out for someone. Believe what they say, do not ask “why don't you leave” or “how could you”, and do not confront the other person for them. You can say: “I believe you, this is not your fault, and I will help you think.” Ask whether they are safe right now; you can call the lines below yourself first, or sit with them while they call, see a doctor or the police. If a child is involved, tell a parent who is safe, the school or the police now. Do not promise secrecy, and take care of yourself too.",
)
PERPETRATOR = Phrase(
    "你肯承认这件事，是能停下来的第一步。动手、逼迫、跟踪、要挟都是你自己的选择，不是对方“惹的”，也没有“只这一次”。现在要做的：马上停止，离开现场，先不要联系对方，不去找、不解释、不求原谅，让对方安全；对方若受了伤，立刻叫救护车；如果警察或法院有要求，照做。然后找专门帮助改变暴力和控制行为的人：心理科医生、矫治项目或下面的电话。我不会帮你写求和的话，但可以陪你把“今晚怎么不再伤人”一步步想清楚。",
    "Owning up is the first step towards stopping. Hitting, forcing, following or threatening is your own choice; the other person did not “make” you, and there is no “just this once”. What to do: stop now, leave, and do not contact them: no visits, no explanations, no asking for forgiveness, so that they are safe. If they are hurt, call an ambulance at once; do what police or a court order says. Then get help to change from people who do that for a living: a doctor, a programme for people who use violence, or the lines below. I will not help you word a plea, but I can go through how to get tonight done without hurting anyone.",
)

REDIRECT: Mapping[str, Phrase] = {
    "self_harm": HANDOFF["self_harm"],
    "violence": Phrase(
        "伤害别人的办法我不会给，吓唬人的话也不写。心里的火是真的：可以先把距离拉开，今晚不见面、不发消息，跟一个信得过的人说说。我能帮的是：怎么体面地结束、怎么保护自己、怎么走正规的路讨公道。",
        "I will not help with hurting or frightening anybody. The anger is real, though: take distance, no meeting and no message tonight, and talk to someone you trust. What I can help with: ending things decently, protecting yourself, or seeking justice by proper ways.",
    ),
    "coercive_control": Phrase(
        "限制对方的手机、钱、朋友和出门，或者让对方不敢离开，我不会帮，那是控制。如果背后是不安，我可以帮你把它说出口：你怕什么、想要什么保证、对方可以怎么拒绝；也可以一起想两个人都同意的约定。",
        "I will not help to limit someone's phone, money, friends or freedom to leave; that is control. If there is worry behind it, I can help you say it: what you fear, what you ask for, and how they may say no; or we can work out agreements both of you want.",
    ),
    "stalking": Phrase(
        "偷看手机、装定位、查行踪、被拉黑还换号联系，这些我都不帮，哪怕是因为在乎。我可以帮你：把疑心当面问清楚、说出你需要什么，或者在对方不想联系时，怎么停下来、怎么熬过这段日子。",
        "I will not help with reading someone's phone, tracking them, finding out where they are or getting round a block, even out of love. I can help you to ask openly, to say what you need, or to stop and get through the days when they do not want contact.",
    ),
    "sexual_coercion": Phrase(
        "让人喝醉、下药、软磨硬泡直到点头，都不算同意，我不会帮。我可以帮你：怎么把喜欢和期待说清楚，怎么问、怎么听懂“不”和“再等等”，以及两个人都想要的时候怎么舒服地靠近。",
        "Getting someone drunk, drugged or worn down until they nod is not consent, and I will not help with it. I can help you say what you hope for, how to ask and how to hear “no” and “not yet”, and how to come closer when both want it.",
    ),
    "image_abuse": Phrase(
        "偷拍、外传、合成或拿私密照片和秘密要挟别人，是犯法的，我不会帮。如果你手里有这样的照片，请删掉；如果是被伤了心，我可以陪你把话说完、把关系好好结束。",
        "Filming in secret, sharing, faking or threatening with intimate pictures or secrets is a crime, and I will not help. If you have such pictures, delete them; if you have been hurt, I can help you say what there is to say and end it decently.",
    ),
    "minors": Phrase(
        "对方未满十八岁，成年人和未成年人之间的恋爱、见面、照片和性，我一概不帮。请停止联系；如果有过线的念头让你害怕，可以匿名找心理科医生谈。要是你自己就是未成年人，请把这件事告诉一个信得过的大人。",
        "Where one is under 18, I will not help with romance, meeting, pictures or sex between an adult and a minor. Please stop the contact; if your own thoughts frighten you, a doctor can be talked to in confidence. If you are the one under 18, please tell an adult you trust.",
    ),
    "manipulation": Phrase(
        "让人自卑、内疚、离不开或互相猜疑的招数，我不会教：它换不来真心，还会伤人。我可以帮你用真话达到同一个目的：说出喜欢、提出请求、问清对方的想法，或者接受对方不愿意。",
        "I will not teach ways to make someone feel small, guilty, dependent or suspicious; they win no affection and they do harm. I can help you get there honestly: say that you like them, ask for what you want, find out what they think, or take a no.",
    ),
    "scam": Phrase(
        "拿感情套钱、编身份、编遭遇，我不会帮。如果是手头紧，可以跟信得过的人明说借多少、怎么还；我能帮你把这样的话写得诚恳。",
        "I will not help to get money through feigned love, a false identity or a made-up story. If money is short, asking someone you trust openly, with how much and how it will be paid back, is a message I can help you write.",
    ),
    "privacy": Phrase(
        "别人的住址、电话、病历、取向、收入、家人这些私事，我不会去查，也不帮忙散布或编造。想了解一个人，可以直接问对方愿不愿意说；我可以帮你想怎么问。担心安全的话，怎么安排一次稳妥的见面我也能帮。",
        "I will not find out, spread or make up private things about people: address, phone, health, orientation, income, family. If you want to know someone, ask what they are willing to tell; I can help you ask. If safety worries you, I can help you arrange a safe meeting.",
    ),
    "other_harm": Phrase(
        "这件事会伤到人，我不会帮。要是背后是一段关系里的气、怕或委屈，跟我说说发生了什么，我们找一个不伤人的办法。",
        "This would hurt somebody, so I will not help with it. If there is anger, fear or hurt from a relationship behind it, tell me what happened and we will look for a way that harms nobody.",
    ),
}  # fmt: skip
