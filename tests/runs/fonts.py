"""Whether pages can be typeset on this machine."""

from __future__ import annotations

import pytest

from lantu.runs.pages import typeset

needs_font = pytest.mark.skipif(
    typeset.chinese_family(typeset.typst.Fonts().families()) is None, reason="no Chinese font on this machine"
)
