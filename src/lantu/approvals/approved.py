"""Which plans a reply approves: area, title, level, kind, period."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from lantu.approvals.pieces import Piece
from lantu.approvals.places import Places

_YEAR = r"(?:\d{4}|二[〇零○O]{1}[〇零○O一二三四五六七八九]{2})"
_PERIOD = rf"\(?(?P<from>{_YEAR})年?(?:—+|-|~|至|到|一)(?P<to>{_YEAR})年?\)?"
_PLAN = re.compile(
    r"(?P<name>[\u4e00-\u9fff、—·-]{2,60}?)(?P<what>(?:国土空间|土地利用|国土|海岸带|城市|城镇|乡镇|村庄)[\u4e00-\u9fff]{0,14}?规划|分区规划|总体规划)(?P<also>暨[\u4e00-\u9fff]{2,20}?规划)?"
    rf"(?P<rest>{_PERIOD})?"
)
_VERBS = re.compile(
    r"^(?:同意|原则同意|批准|报请批准|报请审批|报批|审批|调整完善|调整|修改|修订|完善|实施|印发|请求批准|关于|对|所辖|的|并)+"
)
_REQUEST = re.compile(r"^关于|(?:请示|报告|函)$")  # the letter that asked for approval
_APPROVES = re.compile(r"同意|批准|批复|获批")
_SUFFIX = (
    r"(?:省|市|县|区|旗|州|盟|镇|乡|街道|苏木|新区|示范区|实验区|开发区|园区"
    r"|流域|经济带|经济圈|城市群|都市圈|海岸带|林区|地区|兵团)"
)
_ETHNIC = re.compile(
    r"(?P<short>[\u4e00-\u9fff]{2,}?)(?:[\u4e00-\u9fff]{1,4}族|维吾尔|哈萨克|柯尔克孜|塔吉克|锡伯|达斡尔|鄂温克|鄂伦春|蒙古(?!自治区))*(?:自治区|自治州|自治县|自治旗|特别行政区)$"
)


@dataclass(frozen=True, slots=True)
class ApprovedPlan:
    """A plan that the reply approves; `period` is None where the text does not say."""

    area: str
    title: str
    level: str
    kind: str
    period: tuple[int, int] | None
    start: int
    end: int


def approved_plans(
    text: str, piece: Piece, body: int, places: Places, issuer: str | None, addressee: str | None = None
) -> list[ApprovedPlan]:
    """Find the plans: in the title, else in the sentence that approves, else in a news headline.

    The body's own 《》 list is preferred where it names the same areas: it gives each plan's full title.
    """
    heading = piece.heading
    named = _plans_in(text, heading.start, heading.end, places, issuer, addressee) if heading else []
    listed = _listed(text, piece, body, places, issuer, addressee)
    if named:
        areas = [plan.area for plan in named]
        if listed and {plan.area for plan in listed} >= set(areas):
            return [next(p for p in listed if p.area == area) for area in areas]
        return [plan if plan.period else _with_period(text, plan, body, piece.end) for plan in named]
    if listed:
        return listed
    return _plans_in(text, piece.start, min(piece.end, piece.start + 400), places, issuer, addressee)[:1]


def _with_period(text: str, plan: ApprovedPlan, start: int, end: int) -> ApprovedPlan:
    """西安市土地利用总体规划(2006—2020年)已经批准: the body gives the period that the title leaves out."""
    found = re.compile(re.escape(plan.title) + rf"》?(?P<rest>{_PERIOD})").search(text, start, end)
    if not found:
        return plan
    period = (_year(found["from"]), _year(found["to"]))
    return replace(plan, title=plan.title + found["rest"], period=period)


def _listed(
    text: str, piece: Piece, body: int, places: Places, issuer: str | None, addressee: str | None = None
) -> list[ApprovedPlan]:
    """Read 同意《甲规划》《乙规划》, within the first sentences of the body."""
    start, sentences = body, 0
    while sentences < 6 and start < piece.end:
        stop = text.find("。", start, piece.end)
        stop = piece.end if stop < 0 else stop
        if _APPROVES.search(text, start, stop):
            quoted = [
                m for m in re.finditer(r"《([^《》]{4,60})》", text[start:stop]) if not _REQUEST.search(m[1])
            ]
            plans = [
                p
                for m in quoted
                for p in _plans_in(text, start + m.start(1), start + m.end(1), places, issuer, addressee)
            ]
            if plans:
                return _once(plans)
        start, sentences = stop + 1, sentences + 1
    return []


def _plans_in(
    text: str, start: int, end: int, places: Places, issuer: str | None, addressee: str | None = None
) -> list[ApprovedPlan]:
    about = text[start:end]
    offset = start
    if (at := about.find("关于")) >= 0 and "规划" in about[at:]:
        offset, about = start + at + 2, about[at + 2 :]
    plans: list[ApprovedPlan] = []
    for match in _PLAN.finditer(about.replace("《", "、").replace("》", "、")):
        raw = match["name"].strip("、")
        if cut := _VERBS.match(raw):
            raw = raw[cut.end() :]
        names = [n for n in re.split(r"、|(?<=[市县区旗])[和与及](?=.{1,12}[市县区旗]$)", raw) if len(n) >= 2]
        period = (_year(match["from"]), _year(match["to"])) if match["rest"] else None
        for name in names:
            told, name = name.endswith("的"), name.removesuffix("的")  # 青岛市的…: told, not quoted
            area = _whole_name(plain_area(name, places, _seat(addressee)), places)
            if not _is_area(area, places):
                continue
            whole = name if len(names) == 1 and not told else area  # 北京城市总体规划 keeps its name
            title = f"{whole}{match['what']}{match['also'] or ''}{match['rest'] or ''}"
            plans.append(
                ApprovedPlan(
                    area, title, level_of(area, places, issuer, addressee),
                    _kind(match["what"]), period, offset + match.start(), offset + match.end(),
                )
            )  # fmt: skip
    return _once(plans)


def _whole_name(area: str, places: Places) -> str:
    """北京城市总体规划 is of 北京市: a name without its ending is the one division that it can be."""
    if re.search(rf"{_SUFFIX}$", area):
        return area
    known = [area + ending for ending in ("市", "省") if places.level_of(area + ending)]
    return known[0] if len(known) == 1 else area


def _year(text: str) -> int:
    return int(
        "".join(
            str("〇一二三四五六七八九".find(c))
            if c in "一二三四五六七八九"
            else "0"
            if not c.isdigit()
            else c
            for c in text
        )
    )


def _once(plans: Iterable[ApprovedPlan]) -> list[ApprovedPlan]:
    return list({(p.area, p.kind): p for p in reversed(list(plans))}.values())[::-1]


def _is_area(area: str, places: Places) -> bool:
    if area.startswith(("个", "各", "等")):  # 15个市国土空间总体规划
        return False
    return places.level_of(area) is not None or bool(re.search(rf"{_SUFFIX}$", area))


def _kind(what: str) -> str:
    if "详细" in what:
        return "detailed"
    return "special" if "专项" in what or "海岸带" in what else "master"


def _seat(addressee: str | None) -> str:
    """山南地区行政公署 → 山南地区: whose plans are addressed to it lie within it."""
    match = re.match(r"([\u4e00-\u9fff]{2,12}(?:市|州|盟|地区))(?:人民政府|行政公署|行署)", addressee or "")
    return match[1] if match else ""


def plain_area(name: str, places: Places, seat: str = "") -> str:
    """天津市滨海新区 → 滨海新区: drop the higher authorities that a title puts before the area."""
    if "所辖" in name:
        name = name.rpartition("所辖")[2]
    if seat and name.startswith(seat) and re.search(rf".{_SUFFIX}$", name[len(seat) :]):
        return name[len(seat) :]
    for cut in range(len(name) - 2, 1, -1):
        head, tail = name[:cut], name[cut:]
        ends = re.search(r"[省市县区旗州盟]$", head)
        known = ends and (
            places.level_of(head) is not None or re.search(r"[市县旗].{2,6}(?:镇|乡|街道|苏木)$", name)
        )
        if known and re.search(rf"{_SUFFIX}$", tail) and (len(tail) > 2 or places.level_of(tail)):
            return tail
    return name


def level_of(area: str, places: Places, issuer: str | None, addressee: str | None = None) -> str:
    """Return region, province, city, county or township, by the divisions, else by the name's own ending.

    A city that is addressed through another city's government is a county-level city.
    """
    if known := places.level_of(area):
        return known
    endings = (
        ("province", r"(?:省|自治区|特别行政区|生产建设兵团)$"),
        ("region", r"(?:示范区|流域|经济带|经济圈|城市群|都市圈|海岸带|三角洲|地带|京津冀|大湾区|平原)$"),
        ("township", r"(?:镇|乡|街道|苏木)$"),
        ("city", r"(?:州|盟|地区)$"),
        ("county", r"(?:县|区|旗|林区)$"),
    )
    for level, pattern in endings:
        if re.search(pattern, area):
            return level
    if area.endswith("市"):
        through = re.match(r"([\u4e00-\u9fff]{2,8}市)人民政府", addressee or "")
        return "county" if through and through[1] != area else "city"
    return "region"


def names_of(area: str, alone: bool) -> list[str]:
    """Return the names under which a text may speak of an area.

    伊通满族自治县, 伊通县, and 伊通 where the reply has no other plan.
    """
    names = [area]
    ethnic = _ETHNIC.match(area)
    short = ethnic["short"] if ethnic else re.sub(r"(?:省|市|县|区|旗|州|盟)$", "", area)
    if ethnic:
        names.append(short + area[-1])
    if alone and area.endswith("生产建设兵团"):
        names.append("兵团")
    if alone and len(short) >= 2:
        names.append(short)
    if alone and (zone := re.search(r"(?:开发区|示范区|实验区|新区|园区|高新区)$", area)):
        names.append(zone.group())
    return list(dict.fromkeys(names))
