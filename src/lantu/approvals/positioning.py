"""定位: what the reply says a place is to be. Phrases only; nothing is judged by them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lantu.approvals.tokens import BULLETS

_OPEN, _CLOSE = '“"《(', '”"》)'
_TAIL = re.compile(r"(?:等)?(?:[一二三四五六七八九十两]|\d)?(?:大|项|个|重)?(?:功能|定位|职能|角色)?$")


def positioning(
    text: str, start: int, end: int, areas: Mapping[str, str], page: Mapping[str, Any]
) -> dict[str, list[tuple[str, int, int]]]:
    """Collect positioning phrases per area.

    Args:
        areas: every name → area; a sentence that names none is about the only area, where there is one.
        page: lawbook page `approvals/positioning.yaml`.

    Returns:
        area → [(phrase, folded start, folded end)], in the order of the text.
    """
    only = set(areas.values())
    single = next(iter(only)) if len(only) == 1 else None
    names = "|".join(re.escape(n) for n in sorted(areas, key=len, reverse=True)) or "(?!)"
    verbs, labels = _any(page["verbs"]), _any(page["labels"])
    lead = re.compile(
        rf"(?:将|把)?(?P<area>{names})?(?:市|县|区)?[\u4e00-\u9fff]{{0,4}}?(?:的)?"
        rf"(?:(?:{labels})(?:为:|为|是|:)|(?:着力|努力|加快|全力|奋力|提出|定位)?(?:{verbs}|定位为|承担|是|担当|,))"
    )
    found: dict[str, list[tuple[str, int, int]]] = {}
    at = start
    while at < end:
        match = lead.search(text, at, end)
        if not match:
            break
        area = areas[match["area"]] if match["area"] else single
        listed = match.group().endswith(":")  # 城市性质:甲;乙;丙
        stop = _stop(text, match.end(), end, names, listed)
        phrases = _phrases(text, match.end(), stop, tuple(page["endings"]))
        plain = match.group().endswith(",")
        if area and phrases and not (plain and (len(phrases) < 2 or not match["area"])):
            mine = found.setdefault(area, [])
            mine.extend(p for p in phrases if p[0] not in {q[0] for q in mine})
            at = stop
        else:
            at = match.end() if match.end() > match.start() else match.start() + 1
    return found


def _any(words: Sequence[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))


def _stop(text: str, at: int, end: int, names: str, listed: bool) -> int:
    """A list ends with its sentence or where the next area or clause of its kind begins."""
    depth = 0
    clause = re.compile(
        rf"[,;、](?:将|把)(?:{names})|[,;](?:{names})|[,;](?:城市)?(?:功能|性质|定位)|\.(?!\d)"
    )
    for i in range(at, end):
        depth += (text[i] in "“(《") - (text[i] in "”)》")
        if depth <= 0 and (
            text[i] in "。!" + BULLETS or (text[i] == ";" and not listed) or clause.match(text, i)
        ):
            return i
    return end


def _phrases(text: str, start: int, end: int, endings: tuple[str, ...]) -> list[tuple[str, int, int]]:
    """Cut a list at 、 and , outside quotes; every part must end like a place's role."""
    parts: list[tuple[int, int]] = []
    depth, begin, quoted = 0, start, False
    for i in range(start, end + 1):
        char = text[i] if i < end else "、"
        if char == '"':
            quoted = not quoted
        depth += (char in "“(《") - (char in "”)》")
        if i == end or (char in "、,;" and depth <= 0 and not quoted):
            parts.append((begin, i))
            begin = i + 1
    parts = [*parts[:-1], *_and(text, *parts[-1], endings)]
    phrases: list[tuple[str, int, int]] = []
    for a, b in parts:
        phrase = text[a:b]
        kept = phrase.removeprefix("以及").removeprefix("和").removeprefix("及")
        a += len(phrase) - len(kept)
        if not kept.endswith(endings):
            kept = _TAIL.sub("", kept)
        if not 2 <= len(kept) <= 40 or not kept.endswith((*endings, "”", '"')) or "规划" in kept[-4:]:
            return phrases if len(phrases) > 1 else []
        phrases.append((kept, a, a + len(kept)))
    return phrases


def _and(text: str, start: int, end: int, endings: tuple[str, ...]) -> list[tuple[int, int]]:
    """和 or 以及 joins the last two of a list where both are roles (大健康和旅游城市 is one)."""
    for match in re.finditer(r"以及|[和及与]", text[start:end]):
        if text[start : start + match.start()].endswith(endings):
            return [(start, start + match.start()), (start + match.end(), end)]
    return [(start, end)]
