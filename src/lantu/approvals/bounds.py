"""Operator and figure: 不低于327.40万亩, 控制在2020年城镇建设用地规模的1.18倍以内."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from lantu.approvals.references import referred
from lantu.approvals.sentence import STRAY_MARKS, Sentence
from lantu.approvals.subjects import Subject, subject_of
from lantu.approvals.token_kinds import Kind, Token
from lantu.approvals.tokens import is_multiple
from lantu.approvals.vocabulary import Op
from lantu.core.units import UNITS, Unit, convert

_GLUE = frozenset({Kind.FILLER, Kind.BASELINE, Kind.CHANGE, Kind.OP})
_FIGURES = frozenset({Kind.QUANTITY, Kind.NUMBER})
_FRAME = frozenset({Kind.AREA, Kind.YEAR, Kind.PART, Kind.BASELINE, Kind.ALL})
_LARGE = ("万", "亿", "千", "百")
_TO = ("—", "——", "-", "~", "至", "到")
_SAME_AS = ("合", "折合", "约合", "即", "约", "折", "相当于", "合计")
_LIST = ("下列", "以下", "如下", "表列", "下表", "上列")


def limit(s: Sentence, at: int) -> int | None:
    """Read operator and value at `at`; None where the word is no operator here."""
    end, ops, glue = at, list[Token](), list[Token]()
    while (token := s.at(end)) and token.kind in _GLUE:
        (ops if token.kind is Kind.OP else glue).append(token)
        end += 1
    op = stronger(s, ops)
    if (listed := _heads_a_list(s, end)) is not None:
        s.list_op = (op, ops[-1].text)
        return listed
    base_year = next((t.year for t in glue if t.kind is Kind.BASELINE), None)
    base_year, end = _past_the_base(s, end, base_year)
    value = s.at(end)
    subject = s.subject(at, value)
    if value is None or value.kind not in _FIGURES:
        return referred(s, at, end, ops, op, subject)
    if (behind := _named_behind(s, at, end, op, ops)) is not None:
        return behind
    if subject is None:
        s.doubt("not_understood", s.tokens[at].start, value.end, text=s.cut(at, end + 1))
        s.run = []
        return end + 1
    if (beyond := _runs_on(s, end)) is not None:
        return beyond
    op_after, stop = s.operator_behind(value.end)
    op_text = "".join(t.text for t in (*subject.changes, *ops))
    if op_after:
        op_text, op = f"{op_text}…{s.text[value.end : stop]}", op_after
    op = s.operator_behind_bracket(value.end) or op
    emit(s, replace(subject, base_year=subject.base_year or base_year), op, op_text, value, stop)
    s.run = []
    return said_again(s, value, s.index_after(stop, end + 1))


def _named_behind(s: Sentence, at: int, end: int, op: Op, ops: list[Token]) -> int | None:
    """不低于45.06万亩的耕地保有量: what is limited stands behind its figure, joined by 的.

    Where the clause also names an indicator before, or the name goes on, the figure is asked about.
    """
    value = s.tokens[end]
    op_after, stop = s.operator_behind(value.end)
    index = s.index_after(stop, end + 1)
    joint, name = s.at(index), s.at(index + 1)
    if not (joint and joint.text == "的" and name and name.kind is Kind.INDICATOR):
        return None
    following = s.at(s.skip(index + 2, Kind.FILLER))
    subject = subject_of(s.text, [*(t for t in s.run if t.kind in _FRAME), name], s.words, s.foreign)
    ends = following is None or following.kind in (Kind.MARK, Kind.OP)
    if not ends or not isinstance(subject, Subject) or any(t.kind is Kind.INDICATOR for t in s.run):
        s.doubt("not_understood", s.tokens[at].start, name.end, text=s.cut(at, index + 2))
        s.run, s.current = [], None
        return index + 2
    op_text = "".join(t.text for t in ops) + (f"…{s.text[value.end : stop]}" if op_after else "")
    emit(s, replace(subject, start=s.tokens[at].start), op_after or op, op_text, value, name.end)
    s.run = []
    return index + 2


def stronger(s: Sentence, ops: list[Token]) -> Op:
    """Of several operator words the firm one counts (控制在不超过)."""
    firm = [t for t in ops if t.text not in s.words.weak_ops]
    return s.words.ops_before[(firm or ops)[-1].text]


def _heads_a_list(s: Sentence, end: int) -> int | None:
    """不得低于下列数值: the operator of the items that follow."""
    token = s.at(end)
    if not token or not token.text.startswith(_LIST):
        return None
    mark = end
    while (token := s.at(mark)) and not (token.kind is Kind.MARK and token.text in ":。;"):
        if token.kind in _FIGURES or token.kind is Kind.INDICATOR:
            return None
        mark += 1
    return mark if token and token.text == ":" else None


def _past_the_base(s: Sentence, end: int, base_year: int | None) -> tuple[int | None, int]:
    """Skip what a multiple is taken of: 2020年的1.3倍, 45.67平方千米的1.18倍."""
    value = s.at(end)
    if value and value.kind is Kind.YEAR and _multiple_ahead(s, end + 1):
        return value.year, s.skip(end + 1, Kind.FILLER)
    if value and value.kind is Kind.QUANTITY and _multiple_ahead(s, end + 1):
        return base_year, s.skip(end + 1, Kind.FILLER)
    return base_year, end


def _multiple_ahead(s: Sentence, index: int) -> bool:
    """Say whether 的 … 倍 follows, so that what stands before it is only the base."""
    after = s.skip(index, Kind.FILLER, Kind.BASELINE)
    token = s.at(after)
    return after > index and bool(
        token and token.kind is Kind.QUANTITY and token.unit and is_multiple(token.unit)
    )


def _runs_on(s: Sentence, index: int) -> int | None:
    """A range (35%至38%), or figures that touch (3亿2000万立方米, 327.4 0万亩), is not one figure."""
    first = s.tokens[index]
    last, mark = index, s.at(index + 1)
    following = s.at(index + 2)
    if mark and mark.text in _TO and following and following.kind in _FIGURES:
        last = index + 2
    else:
        scale = 1 if mark and first.kind is Kind.NUMBER and mark.text in _LARGE else 0
        while (token := s.at(last + 1 + scale)) and token.kind in _FIGURES and not _apart(s, token):
            last, scale = last + 1 + scale, 0
    if (
        last == index
        and mark
        and mark.kind is Kind.YEAR
        and mark.text.startswith(("至", "到"))
        and mark.start == first.end
    ):
        last = index + 1
    if last == index:
        return None
    s.doubt("range", first.start, s.tokens[last].end, text=s.cut(index, last + 1))
    s.run, s.current = [], None
    return last + 1


def _apart(s: Sentence, token: Token) -> bool:
    """A figure in another column or at the beginning of a line stands for itself."""
    return token.start in s.folded.gaps or token.start in s.folded.line_set


def emit(s: Sentence, subject: Subject, op: Op | None, op_text: str, value: Token, stop: int) -> None:
    """Write a limit with a figure down, or the question that forbids it; then what is worth a look."""
    figure, unit, unit_text = value.figure, value.unit, value.spelled
    where = (subject.start, stop)
    if figure is None or figure.value is None:
        s.doubt("figure", value.start, value.end, text=value.text, why=figure.doubt if figure else "")
        return
    if unit is None:
        unit = _unit_elsewhere(s, subject, value)
        unit_text = unit.name if unit else None
    if unit is None:
        s.doubt("no_unit", value.start, value.end, text=value.text)
        return
    term = subject.term
    if term and unit.dimension not in term.dimensions and not (subject.changes and unit.name == "%"):
        s.doubt("wrong_unit", *where, indicator=subject.name, unit=unit_text)
        return
    if subject.changes and unit.name != "%":  # 较2020年减少不超过44.84万亩 limits no stock
        s.doubt("not_understood", *where, text=s.text[subject.start : stop])
        return
    year = subject.year or s.years.clause or s.years.head
    if (
        s.since
        and year
        and year < s.since
        and not subject.changes
        and (not op or op == "=" or op_text in s.words.weak_ops)
    ):
        s.doubt("background", *where, text=s.text[subject.start : stop])
        return
    if figure.look:
        s.doubt("look_broken", value.start, value.end, text=value.text)
    marked = any(at in s.folded.marks for at in range(min(subject.start, value.start), stop + 3))
    if marked:
        s.doubt("look_mark", *where, text=value.text)
    if term and term.units and unit.name not in term.units and not subject.changes:
        s.doubt("unusual_unit", *where, indicator=subject.name, unit=unit_text)
    if term and term.direction and op and op not in (term.direction, "=") and not subject.changes:
        s.doubt("odd_direction", *where, indicator=subject.name, op=op_text)
    if subject.stray or s.has_stray_mark() or s.text[stop : stop + 1] in STRAY_MARKS:
        s.doubt("stray_words", *where, text=subject.stray or s.text[subject.start : value.start])
    if subject.unlisted:
        s.doubt("unlisted", *where, indicator=subject.name)
    if subject.unlisted and _beside_a_part(s, subject):
        subject = replace(subject, part=True)
    s.add(subject, op, op_text, figure, unit, unit_text, _note(subject, unit), stop)
    if marked:
        s.current = None  # what follows must not lean on a name that may have lost a character


def _beside_a_part(s: Sentence, subject: Subject) -> bool:
    """其中陆域不低于149.9平方千米、海域不低于…: the second part of the same whole."""
    last = s.limits[-1] if s.limits else None
    return bool(
        last
        and last.part
        and s.current
        and last.whole == s.current.name
        and s.text[last.end : subject.start] in (("、", ",") if s.outer else ("、",))
    )


def _unit_elsewhere(s: Sentence, subject: Subject, value: Token) -> Unit | None:
    """耕地保有量(万亩)不低于327.40, 扩展倍数不超过1.18: the unit is said by or beside the name."""
    following = s.text[value.end : value.end + 1]
    if subject.unit:
        return None if following.startswith(_LARGE) else subject.unit
    if (
        subject.name.endswith("倍数")
        and following
        and not following.startswith(_LARGE)
        and following in ",;。()以之内"
    ):
        return UNITS["倍"]
    return None


def _note(subject: Subject, unit: Unit) -> str | None:
    if subject.changes:
        falls = any("降" in t.text or "减" in t.text for t in subject.changes)
        return "下降幅度" if falls else "提高幅度"
    if is_multiple(unit) and subject.base_year:
        return base_note(subject.base_year)
    return None


def base_note(year: int) -> str:
    """The note of a multiple: of what it is one."""
    return f"以{year}年城镇建设用地规模为基数"


def said_again(s: Sentence, value: Token, index: int) -> int:
    """910.13平方公里(合136.52万亩): a figure said again in another unit is no limit."""
    mark = s.at(index)
    if mark is None or mark.text not in ("(", ","):
        return index
    at = index + 1
    named = False
    while (token := s.at(at)) and token.text in _SAME_AS:
        at, named = at + 1, True
    other, close = s.at(at), s.at(at + 1)
    if not (other and other.kind is Kind.QUANTITY and (named or mark.text == "(")):
        return index
    if mark.text == "(" and not (close and close.text == ")"):
        return index
    if not _agrees(value, other):
        s.doubt("two_units", value.start, other.end, first=value.text, second=other.text)
    return at + 2 if mark.text == "(" else at + 1


def _agrees(one: Token, other: Token) -> bool:
    """Equal but for the rounding of the coarser figure."""
    if not (one.figure and other.figure and one.unit and other.unit):
        return False
    a, b = one.figure.value, other.figure.value
    if a is None or b is None or one.unit.dimension is not other.unit.dimension:
        return False
    half = Fraction(1, 2)
    slack = convert(
        half * Fraction(10) ** int(a.as_tuple().exponent), one.unit.name, other.unit.name
    ) + half * Fraction(10) ** int(b.as_tuple().exponent)
    return abs(convert(a, one.unit.name, other.unit.name) - Fraction(b)) <= slack
