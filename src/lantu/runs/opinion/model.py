"""What an opinion prints, in one language, without a word on how it is laid out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from lantu.core.digest import digest_json
from lantu.lawbook import message


@dataclass(frozen=True, slots=True)
class Issue:
    """What tells an opinion from another one over the same site on the same versions; nothing else does.

    Attributes:
        number: 审查编号, e.g. 220882-SC-2026-0001.
        made_at: aware.
        run: id of the run that keeps it.
        seq, head: the ledger's statement that the run was finished: its number and digest.
    """

    number: str
    made_at: datetime
    run: str
    seq: int
    head: str

    def said(self, page: Page) -> dict[str, str]:
        """Return it as it is printed, with the digest of what the page says."""
        at = self.made_at
        return {
            "number": self.number,
            "made_at": message(
                "opinion.made_at_is", page.language, year=at.year, month=f"{at:%m}", day=f"{at:%d}",
                time=f"{at:%H:%M}", zone=at.isoformat()[19:],
            ),
            "content": page.content(),
            "run": self.run,
            "statement": message("opinion.statement_is", page.language, seq=self.seq, digest=self.head),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ControlRow:
    """One line of the table of controls.

    Attributes:
        status: not_affected, allowed, document, forbidden or cannot_tell; `said` is its word.
        answer: pass, needs_person, fail or cannot_tell, for its colour.
        hectares, square_metres, share: printed; a dash where it cannot be measured.
        clause: what it rests on; empty where no outcome decided.
        reasons: why, sentence by sentence.
        data: the layers looked at: title, year, digest, one a line.
    """

    code: str
    title: str
    status: str
    said: str
    answer: str
    hectares: str
    square_metres: str
    share: str
    clause: str
    reasons: tuple[str, ...]
    data: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NeededRow:
    """A document that is needed: which one, by whom, for which controls, whether the project names it."""

    name: str
    by: str
    controls: str
    clause: str
    named: str


@dataclass(frozen=True, slots=True)
class LandRow:
    """Ground of one class of the land survey."""

    code: str
    name: str
    hectares: str
    square_metres: str
    share: str


@dataclass(frozen=True, slots=True)
class PointRow:
    """A boundary point: its ring and number, x to the north, y to the east with the zone in front."""

    ring: str
    point: str
    x: str
    y: str


@dataclass(frozen=True, slots=True)
class Points:
    """The boundary points listed, and what is said of them: system, rounding, how many are left out."""

    rows: tuple[PointRow, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Key:
    """What a colour of a map means: □ for a line, ■ for ground."""

    sign: str
    colour: str
    word: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A map as SVG without fonts or style, and what stands below it."""

    svg: str
    caption: str
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One opinion but its issue.

    Attributes:
        language: zh or en.
        words: every word that the two forms say by themselves.
        invented: the banner, where data of the home are invented.
        facts: of the application: name and value.
        answer: pass, needs_person, fail or cannot_tell; `verdict` is its word, `sentence` the opinion.
        land_notes: which surveys they are of, and what they do not tell.
        basis: method, tolerances, versions: name and value.
        sources: documents of law that the clauses are of.
    """

    language: str
    title: str
    words: Mapping[str, str]
    invented: str | None
    facts: tuple[tuple[str, str], ...]
    answer: str
    verdict: str
    sentence: str
    controls: tuple[ControlRow, ...]
    needed: tuple[NeededRow, ...]
    land: tuple[LandRow, ...]
    land_notes: tuple[str, ...]
    suggestions: tuple[str, ...]
    left_out: tuple[str, ...]
    basis: tuple[tuple[str, str], ...]
    sources: tuple[str, ...]
    overview: Picture | None
    maps: tuple[Picture, ...]
    points: Points

    def content(self) -> str:
        """Return the digest of all that is printed but the issue: equal where two opinions say the same."""
        return digest_json(asdict(self))
