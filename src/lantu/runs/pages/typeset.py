"""Pages on paper: Typst, fed with JSON, in the Chinese fonts of this machine."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import typst

from lantu.core.errors import UnavailableError

FAMILIES = (

    "Source Han Sans SC", "Source Han Sans CN", "Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei",
    "PingFang SC", "HarmonyOS Sans SC", "Hiragino Sans GB", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
    "Heiti SC", "STHeiti", "SimHei", "DengXian", "Droid Sans Fallback", "Source Han Serif SC",
    "Noto Serif CJK SC", "Songti SC", "STSong", "SimSun", "NSimSun", "FangSong", "STFangsong", "KaiTi",
    "AR PL UMing CN", "AR PL UKai CN",

)  # fmt: skip
"""Chinese fonts of Windows, macOS and Linux; the first that is there is taken: sans for small print."""


def chinese_family(families: Sequence[str], first: Sequence[str] = ()) -> str | None:
    """Return the best Chinese font of those that are there, spelt as there; None where there is none.

    Args:
        first: those that are better still.
    """
    there = {name.casefold(): name for name in families}
    return next((there[each.casefold()] for each in (*first, *FAMILIES) if each.casefold() in there), None)


@dataclass(frozen=True, slots=True)
class Press:
    """Typst with the fonts of this machine. Made by `Press.ready`.

    Attributes:
        family: the Chinese font for small print.
        failed: message code of the error where a page cannot be set; it gets `why`.
    """

    fonts: typst.Fonts
    family: str
    failed: str

    @classmethod
    def ready(cls, no_font: str, failed: str) -> Press:
        """Look for the fonts.

        Raises:
            UnavailableError: `no_font`: there is no Chinese one, and all would be boxes.
        """
        fonts = typst.Fonts()
        family = chinese_family(fonts.families())
        if family is None:
            raise UnavailableError(no_font)
        return cls(fonts, family, failed)

    def best(self, *first: str) -> str:
        """Return the first of these fonts that is there, else the one for small print."""
        return chinese_family(self.fonts.families(), first) or self.family

    def pdf(self, template: str, data: Mapping[str, Any], made_at: datetime) -> bytes:
        """Typeset a template; the same data and time give the same bytes with the same fonts.

        Raises:
            UnavailableError: `failed`.
        """
        aware = made_at if made_at.tzinfo else made_at.replace(tzinfo=UTC)
        made = self._made(
            template, format="pdf", sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            timestamp=aware.replace(microsecond=0),
        )  # fmt: skip
        assert isinstance(made, bytes)
        return made

    def pngs(self, svgs: Sequence[str], width_mm: float, ppi: int = 220) -> list[bytes]:
        """Draw pictures of one width as PNG.

        Raises:
            UnavailableError: `failed`.
        """
        if not svgs:
            return []
        template = (
            f"#set page(width: {width_mm}mm, height: auto, margin: 0mm)\n"
            "#for svg in json(bytes(sys.inputs.data)) { page(image(bytes(svg), width: 100%)) }"
        )
        inputs = {"data": json.dumps(list(svgs), ensure_ascii=False)}
        made = self._made(template, format="png", ppi=float(ppi), sys_inputs=inputs)
        return [made] if isinstance(made, bytes) else [each for each in made if each is not None]

    def _made(self, template: str, **options: Any) -> Any:
        try:
            return typst.compile(template.encode(), font_paths=self.fonts, **options)
        except RuntimeError as error:  # typst.TypstError is one
            why = (str(error).splitlines() or [type(error).__name__])[0][:160]
            raise UnavailableError(self.failed, why=why) from error
