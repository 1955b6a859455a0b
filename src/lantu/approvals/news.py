"""Who approved, where only a news text says so, and the title that the reply must bear."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lantu.approvals.approved import ApprovedPlan
from lantu.approvals.pieces import Piece
from lantu.approvals.places import Places


def news_issuer(text: str, piece: Piece, places: Places) -> str | None:
    """获国务院批复, 福建省政府批复《…》: who approved, where only a news text says so."""
    seat, told = "省|市|县|区|旗|州|盟", text[piece.start : piece.end]
    for match in re.finditer(
        rf"(?P<who>国务院|(?P<area>[\u4e00-\u9fff]{{2,10}}(?:{seat}))(?:人民)?政府)(?:正式|原则|已|日前|近日|依法)*(?:批复|批准|同意)",
        told,
    ):
        if match["who"] == "国务院":
            return "国务院"
        area = match["area"]
        if area in ("省", "市"):
            break
        for cut in range(len(area) - 1):
            if places.level_of(area[cut:]):
                return f"{area[cut:]}人民政府"
    if re.search(r"国务院(?:正式|原则|已|日前|近日)*(?:(?:发布|作出)?批复|批准|同意)", told) or re.search(
        r"(?<!、)国务院(?:日前|近日)*(?:发布|公布|印发)了?关于[^。;]{4,60}的批复", told
    ):
        return "国务院"
    if re.search(r"省(?:人民)?政府(?:正式|原则|已|近日|日前)*(?:批复|批准|同意)", told):
        named = {
            m
            for m in re.findall(r"(?=([\u4e00-\u9fff]{2,3}省)人民政府)", told)
            if places.level_of(m) == "province"
        }
        return f"{named.pop()}人民政府" if len(named) == 1 else None
    return None


def title_of(text: str, piece: Piece, issuer: str | None, plans: Sequence[ApprovedPlan]) -> str | None:
    """The title as it stands, else built of issuer and plans."""
    if piece.heading:
        return text[slice(*piece.heading.title)]
    if issuer and plans:
        return f"{issuer}关于{''.join(f'《{plan.title}》' for plan in plans)}的批复"
    return None
