"""The tree of plans as a picture: SVG, one box per area, levels in columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path

from lantu.core.digest import short
from lantu.lawbook import message
from lantu.plans import PlanLevel
from lantu.runs.transmit import status
from lantu.store import Registered
from lantu.store.files import sweep_parts, whole_file
from lantu.transmission.tree import Branch

SUFFIXES = (".svg",)
_LEVELS = (
    PlanLevel.NATIONAL, PlanLevel.PROVINCE, PlanLevel.CITY, PlanLevel.COUNTY, PlanLevel.TOWNSHIP,
    PlanLevel.REGION,
)  # fmt: skip
_WIDTH, _LINE, _PAD, _GAP, _LANE = 270, 18, 10, 16, 60
_TOP, _SIZE = 56, 13
_COLOURS = {
    "in_force": ("#eef6f1", "#2e7d52"),
    "undated": ("#fff8e6", "#b7791f"),
    "ended": ("#f3f3f3", "#777777"),
    "missing": ("#ffffff", "#b23b3b"),
}
_FONT = "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','WenQuanYi Micro Hei',sans-serif"


@dataclass(frozen=True, slots=True)
class _Box:
    """A box; `kind` is a key of the colours, `lines` what stands in it, the first one bold."""

    x: float
    y: float
    kind: str
    lines: tuple[str, ...]

    @property
    def height(self) -> float:
        return 2 * _PAD + _LINE * len(self.lines)


def write_picture(
    branches: Sequence[Branch], current: Mapping[str, Registered], day: date, path: Path, language: str
) -> None:
    """Write the picture; the file appears whole or not at all.

    Raises:
        StorageError: the disk is full or refuses; an earlier file then stands.
    """
    sweep_parts(path.parent, path)
    with whole_file(path) as part:
        part.write_text(picture(branches, current, day, language), "utf-8")


def picture(branches: Sequence[Branch], current: Mapping[str, Registered], day: date, language: str) -> str:
    """Return the picture."""
    levels = [each for each in _LEVELS if each in {level for b in branches for level in _levels(b)}]
    column = {level: number for number, level in enumerate(levels)}
    boxes: list[_Box] = []
    links: list[tuple[_Box, _Box]] = []
    y = float(_TOP)

    def place(branch: Branch) -> _Box:
        nonlocal y
        lines, kind = _words(branch, current, day, language)
        x = column[branch.level] * (_WIDTH + _LANE) + _GAP
        first = y
        below = [place(each) for each in branch.below]
        if below:
            middle = (below[0].y + below[-1].y + below[-1].height) / 2
            box = _Box(x, max(first, middle - (2 * _PAD + _LINE * len(lines)) / 2), kind, lines)
            y = max(y, box.y + box.height + _GAP)
        else:
            box = _Box(x, y, kind, lines)
            y += box.height + _GAP
        boxes.append(box)
        links.extend((box, each) for each in below)
        return box

    for branch in branches:
        place(branch)
    width = max(1, len(levels)) * (_WIDTH + _LANE) - _LANE + 2 * _GAP
    return _svg(
        boxes, links, [(column[each], each) for each in levels], width, y + _LINE + _GAP, day, language
    )


def _levels(branch: Branch) -> set[PlanLevel]:
    return {branch.level, *(level for each in branch.below for level in _levels(each))}


def _words(
    branch: Branch, current: Mapping[str, Registered], day: date, language: str
) -> tuple[tuple[str, ...], str]:
    lines = [f"{branch.area_name}　{branch.area_code}"]
    kind = "missing"
    if branch.plan is None:
        lines.append(message("transmission.missing", language))
    else:
        found = current[branch.plan.id]
        version = found.version
        kind = status(version, day)
        number = version.approval.document_number or message("transmission.no_number", language)
        lines += [
            number,
            f"{message(f'transmission.status_{kind}', language)}　"
            f"{message('plan.show.count', language, count=len(version.targets))}",
            f"v{found.number} {short(found.digest)}",
        ]
    for other in branch.others:
        version = current[other.id].version
        number = version.approval.document_number or message("transmission.no_number", language)
        lines.append(f"{message(f'plan.kind.{version.kind}', language)}　{other.id}")
        lines += _folded(version.title)
        lines.append(f"{number}　{message(f'transmission.status_{status(version, day)}', language)}")
    if branch.missing is not None:
        have = branch.wanted - len(branch.missing)
        lines.append(message("transmission.below", language, have=have, all=branch.wanted))
    return tuple(lines), kind


def _folded(text: str) -> list[str]:
    """Break a line where the box ends; a CJK character is as wide as it is high, others about 0.6 of that."""
    lines, room = [""], 0.0
    for character in text:
        wide = _SIZE if ord(character) > 0x2000 else 0.6 * _SIZE
        room += wide
        if room > _WIDTH - 2 * _PAD:
            lines.append("")
            room = wide
        lines[-1] += character
    return lines


def _svg(
    boxes: Sequence[_Box],
    links: Sequence[tuple[_Box, _Box]],
    columns: Sequence[tuple[int, PlanLevel]],
    width: float,
    height: float,
    day: date,
    language: str,
) -> str:
    title = message("transmission.picture", language, day=day.isoformat())
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img" font-family="{_FONT}" font-size="{_SIZE}">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>',
    ]
    for number, level in columns:
        x = number * (_WIDTH + _LANE) + _GAP
        parts.append(
            f'<text x="{x:g}" y="32" font-size="15" font-weight="bold" fill="#444444">'
            f"{escape(message(f'plan.level.{level}', language))}</text>"
        )
    for one, other in links:
        x0, y0 = one.x + _WIDTH, one.y + one.height / 2
        x1, y1 = other.x, other.y + other.height / 2
        middle = (x0 + x1) / 2 if other.x == one.x + _WIDTH + _LANE else x1 - _LANE / 2
        parts.append(f'<path d="M{x0:g} {y0:g} H{middle:g} V{y1:g} H{x1:g}" fill="none" stroke="#9aa5b1"/>')
    for box in boxes:
        fill, stroke = _COLOURS[box.kind]
        dashed = ' stroke-dasharray="5 4"' if box.kind == "missing" else ""
        parts.append(
            f'<rect x="{box.x:g}" y="{box.y:g}" width="{_WIDTH}" height="{box.height:g}" rx="6" '
            f'fill="{fill}" stroke="{stroke}"{dashed}/>'
        )
        for number, line in enumerate(box.lines):
            y = box.y + _PAD + _LINE * (number + 0.75)
            bold = ' font-weight="bold" fill="#1f2933"' if not number else ' fill="#3e4c59"'
            parts.append(f'<text x="{box.x + _PAD:g}" y="{y:g}"{bold}>{escape(line)}</text>')
    parts.append(f'<text x="{_GAP}" y="{height - _GAP:g}" fill="#7b8794">{escape(title)}</text>')
    parts.append("</svg>")
    return "\n".join(parts) + "\n"
