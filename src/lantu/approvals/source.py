"""What every step of reading needs: the folded text, its resolved form, the words, the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lantu.approvals.figures import PointReading
from lantu.approvals.limit import Doubt
from lantu.approvals.places import Places
from lantu.approvals.reading import Question
from lantu.approvals.source_text import Folded
from lantu.approvals.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Source:
    """A file's text on its way to a reading."""

    name: str
    folded: Folded
    points: PointReading
    words: Vocabulary
    pages: Mapping[str, Mapping[str, Any]]
    places: Places

    @property
    def text(self) -> str:
        """Folded text with decimal points resolved."""
        return self.points.text

    def question(self, doubt: Doubt) -> Question:
        """Bring a doubt's place back to the source."""
        span = self.folded.span(doubt.start, doubt.end)
        return Question(f"approval.{doubt.code}", self.text[doubt.start : doubt.end], span, doubt.params)
