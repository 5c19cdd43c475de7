"""The pinned table of telephone numbers and sites for people in danger; no other code names one.

Every entry was compared with a page of its operator, a public body, a newspaper or a directory on CHECKED_ON; a test
fails when that is more than 180 days ago. Look every one up again before you move the date.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from rag.schema import Language, Number, NumberKind

CHECKED_ON = dt.date(2026, 11, 21)


@dataclass(frozen=True)
class _Row:
    region: str
    number: str
    kind: NumberKind
    zh: str
    en: str
    hours: str
    source: str


# fmt: off
_TABLE: tuple[tuple[str, str, NumberKind, str, str, str, str], ...] = (
    # region, number, kind, name in Chinese and English, hours, where it was read
    ("CN", "110", "police", "公安报警电话", "Police emergency", "24/7", "http://yssama.com/zhishibaike/182879.html"),
    ("CN", "120", "ambulance", "医疗急救电话", "Medical emergency (ambulance)", "24/7", "https://wjw.beijing.gov.cn/Japan/HealthServices/HealthIndication/202212/t20221230_2887831.html"),
    ("CN", "12356", "suicide", "全国统一心理援助热线", "National psychological-aid hotline", "18-24 h, by place", "https://c.m.163.com/news/a/JKBD9CKU0514CC6P.html?from=subscribe"),
    ("CN", "12338", "violence", "妇女维权公益服务热线", "Women's rights hotline (Women's Federation)", "", "https://kunming.baogaosu.com/xinwen/%E5%A6%87%E5%A5%B3%E7%BB%B4%E6%9D%83%E5%85%AC%E7%9B%8A%E6%9C%8D%E5%8A%A1%E7%83%AD%E7%BA%BF%E5%AE%9E%E7%8E%B0%E7%94%B5%E4%BF%A1/25177976"),
    ("CN", "12355", "child", "青少年服务热线", "Youth service line (Communist Youth League)", "", "https://www.tellerreport.com/news/2021-05-12-12355--a-heart-warming-hotline-that-has-been-running-for-15-years--focusing-on-solving-the-problems-of-youth-growth.ryv6LEtOu.html"),
    ("CN", "12348", "legal", "公共法律服务热线", "Public legal service / legal aid line", "", "https://szbz.hbfzb.com/hbfzbpaper/pc/content/202301/19/content_49913.html"),
    ("CN", "96110", "fraud", "反诈预警劝阻咨询专线", "Anti-fraud warning and advice line (police)", "", "https://bwc.cug.edu.cn/info/1038/2447.htm"),
    ("TW", "110", "police", "警察報案", "Police", "24/7", "https://tw.news.yahoo.com/%E8%80%81%E4%BA%BA%E5%AE%B6%E5%BA%AD%E6%9A%B4%E5%8A%9B%E6%A1%88%E4%BB%B6%E5%8D%87%E9%AB%98-113%E5%B0%88%E7%B7%9A%E6%98%A5%E7%AF%80%E4%B8%8D%E6%89%93%E7%83%8A%E5%AE%88%E8%AD%B7%E9%95%B7%E8%BC%A9-085742994.html"),
    ("TW", "119", "emergency", "消防救護", "Fire and ambulance", "24/7", "https://tw.news.yahoo.com/%E6%AF%8F14%E5%88%86%E9%90%98%E6%89%931%E6%AC%A1-%E5%8F%B0%E4%B8%AD%E7%94%B7%E6%83%A1%E4%BD%9C%E5%8A%87-%E7%8B%82%E6%92%A5%E7%99%BE%E9%80%9A119-%E4%B8%8B%E5%A0%B4%E6%9B%9D%E5%85%89-091844600.html"),
    ("TW", "113", "violence", "113保護專線", "113 Protection Hotline (MOHW)", "24/7", "https://tw.news.yahoo.com/%E8%80%81%E4%BA%BA%E5%AE%B6%E5%BA%AD%E6%9A%B4%E5%8A%9B%E6%A1%88%E4%BB%B6%E5%8D%87%E9%AB%98-113%E5%B0%88%E7%B7%9A%E6%98%A5%E7%AF%80%E4%B8%8D%E6%89%93%E7%83%8A%E5%AE%88%E8%AD%B7%E9%95%B7%E8%BC%A9-085742994.html"),
    ("TW", "1925", "suicide", "安心專線（依舊愛我）", "1925 Peace-of-mind line (MOHW)", "24/7", "https://udn.com/news/story/7266/9329707"),
    ("TW", "1995", "suicide", "生命線協談專線", "Lifeline Taiwan", "24/7", "https://udn.com/news/story/7266/9004922"),
    ("TW", "165", "fraud", "反詐騙諮詢專線", "Anti-fraud advice line (National Police Agency)", "", "https://udn.com/news/story/6656/8967039"),
    ("HK", "999", "emergency", "緊急求助（警察／消防／救護）", "Emergency services", "24/7", "https://csrp.hku.hk/getting-help/"),
    ("HK", "18111", "suicide", "「情緒通」精神健康支援熱線", "Mental Health Support Hotline", "24/7", "https://shallwetalk.hk/cn/page/kick-off-ceremony-of-the-mental-health-support-hotline"),
    ("HK", "2389 2222", "suicide", "香港撒瑪利亞防止自殺會", "The Samaritan Befrienders Hong Kong", "24/7", "https://csrp.hku.hk/getting-help/"),
    ("HK", "18281", "violence", "東華三院芷若園", "TWGHs CEASE Crisis Centre", "24/7", "http://www.tungwahcsd.org/en/our-services/youth-and-family-services/family-and-child-welfare-services/CEASE/introduction;category/9"),
    ("HK", "18222", "fraud", "防騙易熱線", "Anti-Scam Helpline 18222 (Police ADCC)", "24/7", "https://police.gov.hk/offbeat/1156/sim/8540.html"),
    ("MO", "999", "emergency", "緊急求助（警察）", "Emergency / police", "24/7", "https://cdn.gcs.gov.mo/news/detail/zh-hans/N16KAt2HUh"),
    ("MO", "2852 5222", "suicide", "明愛生命熱線", "Caritas Life Hope Hotline (Chinese)", "24/7", "https://www.caritas.org.mo/en/youth-and-community-service/213"),
    ("MO", "2823 3030", "violence", "24小時家庭暴力求助專線", "24-hour domestic violence line (Social Welfare Bureau)", "24/7", "https://cdn.gcs.gov.mo/news/detail/zh-hans/N19GXAMOFM"),
    ("US", "911", "emergency", "紧急求助", "Emergency services", "24/7", "https://www.rush.edu/news/mental-health-crisis-call-988"),
    ("US", "988", "suicide", "988自杀与危机生命线", "988 Suicide & Crisis Lifeline", "24/7", "https://www.mcphs.edu/student-life/counseling-services/emergency-services/988-suicide-and-crisis-lifeline"),
    ("US", "text HOME to 741741", "suicide", "危机短信热线", "Crisis Text Line", "24/7", "http://cincinnati.unitedresourceconnection.org/988-hotline-for-suicide-ideation-support-textline-for-other-crises"),
    ("US", "1-800-799-7233", "violence", "全国家庭暴力热线", "National Domestic Violence Hotline", "24/7", "https://ovc.ojp.gov/news/grantee-news/national-domestic-violence-hotline-answers-6-million-contacts"),
    ("US", "1-800-656-4673", "sexual", "全国性侵犯热线（RAINN）", "National Sexual Assault Hotline (RAINN)", "24/7", "https://kuster.house.gov/news/documentsingle.aspx?DocumentID=3738"),
    ("US", "1-866-331-9474", "violence", "青少年恋爱暴力求助（love is respect）", "love is respect", "24/7", "http://www.loveisrespect.org/content/category/respectext/"),
    ("US", "1-866-488-7386", "suicide", "特雷弗项目（LGBTQ+青年）", "The Trevor Project", "24/7", "https://advocate.com/youth/2019/4/30/trevor-project-takes-text-chat-services-247"),
    ("US", "1-800-422-4453", "child", "全国儿童虐待热线（Childhelp）", "Childhelp National Child Abuse Hotline", "24/7", "https://thehopeline.com/reportabuse"),
    ("US", "ic3.gov", "fraud", "FBI互联网犯罪投诉中心", "FBI Internet Crime Complaint Center", "24/7", "https://bg.usembassy.gov/u-s-citizen-services/victims-of-crime/scams-and-fraud/"),
    ("CA", "911", "emergency", "紧急求助", "Emergency services", "24/7", "https://www.ecomm911.ca/911-dispatch/when-to-call/"),
    ("CA", "988", "suicide", "988自杀危机热线", "9-8-8 Suicide Crisis Helpline", "24/7", "https://cmhasaskatoon.ca/9-8-8/"),
    ("CA", "1-800-668-6868", "child", "儿童求助热线", "Kids Help Phone", "24/7", "https://www.cbc.ca/news/health/mental-health-crisis-text-kids-help-phone-1.4894118"),
    ("UK", "999", "emergency", "紧急求助", "Emergency services", "24/7", "https://www.hartlepoolnow.co.uk/pages/home/information-&-advice/living-well/domestic-abuse"),
    ("UK", "116 123", "suicide", "撒玛利亚会", "Samaritans", "24/7", "https://fullfact.org/online/samaritans-text-message-service/"),
    ("UK", "text SHOUT to 85258", "suicide", "Shout危机短信", "Shout", "24/7", "https://fullfact.org/online/samaritans-text-message-service/"),
    ("UK", "0808 2000 247", "violence", "全国家庭虐待求助热线（Refuge）", "National Domestic Abuse Helpline (Refuge)", "24/7", "https://www.hartlepoolnow.co.uk/pages/home/information-&-advice/living-well/domestic-abuse"),
    ("UK", "0808 801 0327", "violence", "男性求助热线（Respect）", "Men's Advice Line (Respect)", "", "https://www.centre56.org.uk/domestic-abuse"),
    ("UK", "0800 1111", "child", "儿童热线（NSPCC）", "Childline", "24/7", "https://247sexualabusesupport.org.uk/faqs/"),
    ("UK", "0345 6000 459", "images", "色情报复求助热线（SWGfL）", "Revenge Porn Helpline", "", "https://revengepornhelpline.org.uk/faq/"),
    ("UK", "0300 123 2040", "fraud", "Report Fraud（原Action Fraud）", "Report Fraud", "Mon-Fri 08:00-20:00", "https://www.miragenews.com/city-police-launch-fraud-reporting-service-1583577"),
    ("UK", "0808 802 0300", "stalking", "全国跟踪骚扰求助热线（Suzy Lamplugh Trust）", "National Stalking Helpline", "Mon-Fri 09:30-16:00, Wed from 13:00", "https://schoolbeat.cymru/croeso/en/news/2023-04-21-national-stalking-awareness-week"),
    ("UK", "0808 802 4040", "own_violence", "施暴者求助热线（Respect）", "Respect Phoneline (people who use abuse)", "", "https://www.dadsunltd.org.uk/support/issues/domestic-abuse/"),
    ("IE", "112 / 999", "emergency", "紧急求助", "Emergency services", "24/7", "https://www2.hse.ie/emergencies/when-to-call-112-or-999/"),
    ("IE", "116 123", "suicide", "爱尔兰撒玛利亚会", "Samaritans Ireland", "24/7", "https://www.oireachtas.ie/en/debates/question/2013-12-10/505/"),
    ("IE", "1800 341 900", "violence", "Women's Aid 家暴求助热线", "Women's Aid 24hr National Freephone Helpline", "24/7", "https://www.thejournal.ie/womens-aid-helpline-2-2964358-Sep2016/"),
    ("IE", "1800 77 88 88", "sexual", "全国强奸危机热线（都柏林强奸危机中心）", "National Rape Crisis Helpline (Dublin Rape Crisis Centre)", "24/7", "https://drcc.ie/news-resources/christmas-can-be-difficult-and-lonely-time-but-support-is-th"),
    ("AU", "000", "emergency", "紧急求助", "Triple Zero", "24/7", "https://www.health.vic.gov.au/mental-health-services/telephone-and-online-services"),
    ("AU", "13 11 14", "suicide", "生命热线", "Lifeline", "24/7", "https://www.health.vic.gov.au/mental-health-services/telephone-and-online-services"),
    ("AU", "1800 737 732", "violence", "1800RESPECT 家庭暴力与性暴力热线", "1800RESPECT", "24/7", "https://docs.ozsparkhub.com.au/en/community/crisis/immediate-help"),
    ("AU", "1800 55 1800", "child", "儿童热线", "Kids Helpline", "24/7", "https://www.health.vic.gov.au/mental-health-services/telephone-and-online-services"),
    ("AU", "1300 766 491", "own_violence", "男性转介服务（No to Violence）", "Men's Referral Service (No to Violence)", "24/7", "https://docs.ozsparkhub.com.au/en/community/crisis/immediate-help"),
    ("NZ", "111", "emergency", "紧急求助", "Emergency services", "24/7", "https://www.govt.nz/browse/law-crime-and-justice/abuse-harassment-domestic-violence/domestic-and-family-violence/"),
    ("NZ", "1737", "suicide", "1737 心理支持热线", "1737 Need to talk?", "24/7", "https://www.pegasus.health.nz/?p=6300"),
    ("NZ", "0800 733 843", "violence", "妇女庇护热线", "Women's Refuge crisis line", "24/7", "https://www.govt.nz/browse/law-crime-and-justice/abuse-harassment-domestic-violence/domestic-and-family-violence/"),
    ("IN", "112", "emergency", "紧急求助", "Emergency Response Support System", "24/7", "https://enewsx.com/article/enhanced-emergency-response-madhya-pradesh-links-helplines.121856"),
    ("IN", "14416", "suicide", "Tele-MANAS 心理援助", "Tele-MANAS", "24/7", "https://theshillongtimes.com/2025/02/07/tele-manas-mental-health-helpline-handles-over-18-1-lakh-calls-centre/"),
    ("IN", "181", "violence", "妇女求助热线", "Women Helpline", "24/7", "https://enewsx.com/article/enhanced-emergency-response-madhya-pradesh-links-helplines.121856"),
    ("IN", "1098", "child", "儿童求助热线", "Child Helpline", "24/7", "https://enewsx.com/article/enhanced-emergency-response-madhya-pradesh-links-helplines.121856"),
    ("IN", "1930", "fraud", "网络犯罪求助热线", "National cyber-crime helpline (I4C)", "24/7", "https://www.business-standard.com/amp/finance/personal-finance/cyber-frauds-cost-india-rs-177-crore-in-fy24-how-to-protect-yourself-124080600123_1.html"),
    ("SG", "999", "police", "警察", "Police", "24/7", "https://www.askexplorer.com/singapore/residents/about/essential-info/in-emergency"),
    ("SG", "995", "ambulance", "救护车／消防", "Ambulance and fire (SCDF)", "24/7", "https://www.scdf.gov.sg/home/about-us/information-on-ems/scdf-emergency-medical-services"),
    ("SG", "1767", "suicide", "新加坡援人协会", "Samaritans of Singapore", "24/7", "https://www.daily8.com/en/hashtag/SamaritansOfSingapore"),
    ("SG", "1800-777-0000", "violence", "全国反暴力与性骚扰热线", "National Anti-Violence & Sexual Harassment Helpline (NAVH)", "24/7", "https://www.straitstimes.com/singapore/community/msf-launches-24-hour-family-violence-helpline"),
    ("SG", "1799", "fraud", "防诈骗热线 ScamShield", "ScamShield Helpline", "24/7", "https://scamshield.gov.sg/scamshield-helpline"),
    ("MY", "999", "emergency", "紧急求助", "NG MERS 999 emergency", "24/7", "https://www.malaymail.com/news/malaysia/2025/11/20/tm-clarifies-saveme999-app-is-complementary-as-999-hotline-continues-as-primary-emergency-service/199132"),
    ("MY", "15999", "violence", "Talian Kasih 求助热线", "Talian Kasih", "24/7", "https://news.amierul.com/2025/11/10/how-talian-kasih-turns-distress-calls-into-action"),
    ("EU", "112", "emergency", "欧盟统一紧急号码", "European emergency number", "24/7", "http://asklily.org.uk/kb5/westnorfolk/cd/service.page?id=HrALuHvkbqw"),
    ("INTL", "findahelpline.com", "suicide", "全球求助热线查询", "Find A Helpline (ThroughLine)", "24/7", "https://findahelpline.com/AU"),
    ("INTL", "stopncii.org", "images", "StopNCII 私密影像防扩散", "StopNCII.org", "24/7", "https://myteensworld.com/stories/stopncii-image-removal/"),
    ("INTL", "takeitdown.ncmec.org", "images", "Take It Down 未成年人影像下架", "Take It Down (NCMEC)", "24/7", "https://talkheart2heart.org/resources/take-it-down/"),
)
# fmt: on
_ROWS = tuple(_Row(*row) for row in _TABLE)
REGIONS = tuple(dict.fromkeys(row.region for row in _ROWS))
_EMERGENCY: tuple[NumberKind, ...] = ("police", "ambulance", "emergency")
_ZONES = {
    "Asia/Shanghai": "CN", "Asia/Urumqi": "CN", "Asia/Taipei": "TW", "Asia/Hong_Kong": "HK", "Asia/Macau": "MO",
    "Asia/Singapore": "SG", "Asia/Kuala_Lumpur": "MY", "Asia/Kolkata": "IN", "Europe/London": "UK",
    "Europe/Dublin": "IE", "Pacific/Auckland": "NZ", "America/Toronto": "CA", "America/Vancouver": "CA",
    "America/Edmonton": "CA", "America/Winnipeg": "CA", "America/Halifax": "CA", "America/Montreal": "CA",
    "America/Regina": "CA", "America/St_Johns": "CA", "America/Moncton": "CA", "America/Whitehorse": "CA",
    "Asia/Chongqing": "CN", "Asia/Macao": "MO", "Asia/Calcutta": "IN", "Pacific/Honolulu": "US",
}  # fmt: skip
_UNITED_STATES = frozenset(
    "Adak Anchorage Boise Chicago Denver Detroit Indiana Indianapolis Juneau Kentucky Los_Angeles Louisville Menominee "
    "Metlakatla New_York Nome North_Dakota Phoenix Sitka Yakutat".split()
)
"""What follows America/ there; the zones of Latin America have other numbers."""
_OFFICE = (9, 17)


def region_of(timezone: str, lang: Language) -> str:
    """The region whose numbers are shown first: that of the IANA zone, except that an English text in the default
    Chinese zone says nothing about where its writer is ("INTL").
    """
    if timezone == "Asia/Shanghai" and lang == "en":
        return "INTL"
    if timezone in _ZONES:
        return _ZONES[timezone]
    area, _, place = timezone.partition("/")
    if area == "America":
        return "US" if place.split("/")[0] in _UNITED_STATES else "INTL"
    return {"US": "US", "Canada": "CA", "Australia": "AU", "Europe": "EU"}.get(area, "INTL")


def numbers_for(
    kinds: Sequence[NumberKind], region: str, lang: Language, *, now: dt.datetime | None = None, urgent: bool = False
) -> tuple[Number, ...]:
    """The numbers for somebody who needs `kinds`, in that order, emergency numbers first when `urgent`.

    At night and on the weekend, lines without known round-the-clock hours come last, behind the police. Without a
    region the large English-speaking countries, China and a world-wide directory are named.
    """
    regions = [region] if region != "INTL" else ["US", "UK", "CN"]
    found: list[_Row] = []
    for place in regions:
        own = [row for row in _ROWS if row.region == place]
        wanted = [row for kind in kinds for row in own if row.kind == kind]
        emergency = [row for row in own if row.kind in _EMERGENCY]
        if region == "INTL":
            wanted = wanted[:1]
        found += [*emergency, *wanted] if urgent else [*wanted, *emergency]
    images = "images" in kinds
    found += [row for row in _ROWS if row.region == "INTL" and (row.kind == "images") == images]
    if now is not None and _is_closed_time(now):
        found.sort(key=lambda row: row.hours != "24/7")  # stable: the order within each part stays
    unique = {(row.region, row.number): row for row in found}
    return tuple(
        Number(
            region=row.region, number=row.number, name=row.zh if lang == "zh" else row.en, hours=row.hours,
            kind=row.kind, source=row.source,
        )
        for row in unique.values()
    )  # fmt: skip


def every_number() -> frozenset[str]:
    """All numbers of the table: what a text may contain when it is about getting help."""
    return frozenset(row.number for row in _ROWS)


def _is_closed_time(now: dt.datetime) -> bool:
    """Whether an office that is open from Monday to Friday, nine to five, would be closed."""
    return now.isoweekday() > 5 or not _OFFICE[0] <= now.hour < _OFFICE[1]
