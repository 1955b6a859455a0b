"""What python-docx lacks for Chinese documents: east-asian fonts, fields, edges, rows that stay whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

BODY, HEAD, LATIN = "仿宋", "黑体", "Times New Roman"
_FONTS = {BODY: "FangSong", HEAD: "SimHei"}
"""Fonts of the document and the other name by which each may be there; else Word and WPS take their own."""
FAINT, _SHADE = "555B64", "EEF1F5"


def run(
    paragraph: Any, text: str, font: str, size: float, *, bold: bool = False, colour: str | None = None
) -> Any:
    """Add text in a font; return its run."""
    made = paragraph.add_run(text)
    made.font.name, made.font.size, made.font.bold = LATIN, Pt(size), bold
    east_asian(made._element.get_or_add_rPr(), font)
    if any(letter >= "\u2e80" for letter in text):
        # Quotation marks and dashes are in both kinds of font: among Chinese they are Chinese.
        made._element.rPr.rFonts.set(qn("w:hint"), "eastAsia")
    if colour:
        made.font.color.rgb = RGBColor.from_string(colour.upper())
    return made


def east_asian(properties: Any, font: str) -> None:
    fonts = properties.get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name, value in (("ascii", LATIN), ("hAnsi", LATIN), ("eastAsia", font)):
        fonts.set(qn(f"w:{name}"), value)


def field(paragraph: Any, name: str, font: str, size: float, colour: str) -> None:
    """Add what the reader counts, e.g. PAGE."""
    counted = OxmlElement("w:fldSimple")
    counted.set(qn("w:instr"), name)
    counted.append(run(paragraph, "1", font, size, colour=colour)._element)
    paragraph._p.append(counted)


def fill(cell: Any, said: Sequence[str], font: str = BODY, size: float = 8.5, **how: Any) -> None:
    """Write sentences into a cell, each a paragraph."""
    for nth, text in enumerate(said):
        paragraph = cell.paragraphs[0] if nth == 0 and not cell.text else cell.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(0)
        run(paragraph, text, font, size, **how)


def small(cell: Any, said: Sequence[str]) -> None:
    fill(cell, said, size=7.5, colour=FAINT)


def right(cell: Any) -> None:
    for each in cell.paragraphs:
        each.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def whole(row: Any) -> None:
    """Keep a row on one page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def shade(cell: Any) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", _SHADE)):
        shade.set(qn(f"w:{name}"), value)
    properties = cell._tc.get_or_add_tcPr()
    # Before what the schema has after it: Word takes no other order.
    later = properties.find(qn("w:vAlign"))
    properties.append(shade) if later is None else later.addprevious(shade)


def edges(table: Any, colour: str | None) -> None:
    """Give a table edges of one colour and none inside; None for no edges at all."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        edge = OxmlElement(f"w:{side}")
        plain = colour is None or side.startswith("inside")
        width = "36" if side == "left" else "6"
        for name, value in (
            (("val", "nil"),) if plain else (("val", "single"), ("sz", width), ("color", colour))
        ):
            edge.set(qn(f"w:{name}"), value)
        borders.append(edge)
    properties = table._tbl.tblPr
    after = (properties.find(qn(f"w:{name}")) for name in ("shd", "tblLayout", "tblCellMar", "tblLook"))
    later = next((each for each in after if each is not None), None)
    properties.append(borders) if later is None else later.addprevious(borders)


def border(paragraph: Any, side: str, colour: str, width: int) -> None:
    properties = paragraph._p.get_or_add_pPr()
    borders = properties.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")
    edge = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", str(width)), ("space", "4"), ("color", colour)):
        edge.set(qn(f"w:{name}"), value)
    borders.append(edge)


def framed(picture: Any) -> None:
    """Draw a thin line around a picture."""
    line, fill, colour = (OxmlElement(f"a:{name}") for name in ("ln", "solidFill", "srgbClr"))
    line.set("w", "6350")
    colour.set("val", "8A919C")
    fill.append(colour)
    line.append(fill)
    picture._inline.graphic.graphicData.pic.spPr.append(line)


def font_table() -> bytes:
    """Return fontTable.xml: each font with its other name."""
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/>'
        f'<w:family w:val="{"modern" if name == BODY else "swiss"}"/><w:pitch w:val="fixed"/></w:font>'
        for name, other in _FONTS.items()
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return f'{head}<w:fonts xmlns:w="{space}">{fonts}</w:fonts>'.encode()
