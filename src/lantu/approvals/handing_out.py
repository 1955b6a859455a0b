"""甲、乙耕地保有量分别不低于A、B: figures handed out to as many areas, indicators or years."""

from __future__ import annotations

from dataclasses import replace

from lantu.approvals.bounds import emit, stronger
from lantu.approvals.sentence import Sentence
from lantu.approvals.subjects import Subject, subject_of
from lantu.approvals.token_kinds import Kind, Token

_BETWEEN = frozenset({Kind.FILLER, Kind.BASELINE})
_Receiver = tuple[tuple[str, ...] | None, Subject]


def each(s: Sentence, at: int) -> int | None:
    """Hand out the figures behind 分别, 依次, 各 at `at`; None where there is at most one figure."""
    end, ops, values = _gather(s, at)
    behind = s.at(s.skip(end, Kind.MARK, Kind.FILLER))
    goes_on = s.at(end) is None or (
        behind is not None and behind.kind in (Kind.NUMBER, Kind.UNKNOWN, Kind.QUANTITY)
    )
    if len(values) == 1 and (s.tokens[at].text not in ("各", "各自") or goes_on):
        # One figure where several were announced, or the text ends behind the first of them.
        s.doubt("not_handed_out", s.tokens[at].start, values[-1].end, text=s.cut(at, end))
        s.run = []
        return end
    if len(values) < 2:
        return None
    lead = [t for t in s.tokens[:at] if t.kind is Kind.OP and t.start >= (s.run[0].start if s.run else 0)]
    ops = ops or lead
    op_after, stop = s.operator_behind(values[-1].end)
    own = [s.operator_behind(value.end)[0] for value in values]
    op = op_after or (stronger(s, ops) if ops else "=")
    op_text = "".join(t.text for t in ops[:1]) or "分别为"
    if op_after:
        op_text = f"{op_text}…{s.text[values[-1].end : stop]}"
    receivers = _listed(s, at, len(values))
    mixed = len({one for one in own if one}) > 1  # 171.3平方千米以内、40%以上: each its own operator
    if receivers is None or (mixed and not all(own)):
        s.doubt("not_handed_out", s.tokens[at].start, values[-1].end, text=s.cut(at, end))
        s.run = []
        return end
    before, current = s.area, s.current
    for (area, subject), value, its_own in zip(receivers, values, own, strict=True):
        s.area = before if area is None else area
        s.current = None
        emit(s, subject, its_own if mixed else op, op_text, value, value.end)
    s.area = before
    s.current = receivers[-1][1] if len({r[1].name for r in receivers}) == 1 else current
    s.run = []
    return end


def _gather(s: Sentence, at: int) -> tuple[int, list[Token], list[Token]]:
    end, ops, values = at + 1, list[Token](), list[Token]()
    while token := s.at(end):
        if token.kind is Kind.OP:
            ops.append(token)
        elif token.kind is Kind.QUANTITY or (token.kind is Kind.NUMBER and _another(s, end)):
            values.append(token)
            _, stop = s.operator_behind(token.end)
            end = s.index_after(stop, end + 1) - 1
        elif not (token.kind in _BETWEEN or (token.kind is Kind.MARK and token.text in "、,")):
            break
        end += 1
    while end > at + 1 and (last := s.at(end - 1)) and last.kind in (Kind.MARK, Kind.FILLER, Kind.BASELINE):
        end -= 1
    return end, ops, _measured(values)


def _with_change(before: list[Token], name: Token) -> list[Token]:
    """单位GDP建设用地使用面积降幅: the name, and the change of it that is limited."""
    following = next((t for t in before if t.start == name.end), None)
    return [name, following] if following and following.kind is Kind.CHANGE else [name]


def _another(s: Sentence, at: int) -> bool:
    """34.21、52.33万亩: a bare figure before the next one."""
    mark, following = s.at(at + 1), s.at(at + 2)
    return bool(
        mark
        and mark.text in ("、", "和", "与", "及")
        and following
        and following.kind in (Kind.QUANTITY, Kind.NUMBER)
    )


def _measured(values: list[Token]) -> list[Token]:
    """Bare figures of a list have the unit that stands behind its last one."""
    last = values[-1] if values else None
    if last is None or last.unit is None:
        return values
    return [v if v.unit else replace(v, unit=last.unit, spelled=last.spelled) for v in values]


def _listed(s: Sentence, at: int, count: int) -> list[_Receiver] | None:
    """Find the list of `count` areas, indicators or years that stands before 分别."""
    stops = [i for i, t in enumerate(s.tokens[:at]) if t.kind is Kind.MARK and t.text in ";。"]
    before = s.tokens[max(stops, default=-1) + 1 : at]
    last_value = max((i for i, t in enumerate(before) if t.kind is Kind.QUANTITY), default=-1)
    names = [t for t in before[last_value + 1 :] if t.kind is Kind.INDICATOR]
    if not names:
        return None
    found = [subject_of(s.text, _with_change(before, t), s.words, s.foreign) for t in names]
    subjects = [f for f in found if isinstance(f, Subject)]
    if len(names) == count:
        return [(None, subject) for subject in subjects] if len(subjects) == count else None
    if not isinstance(found[-1], Subject) or len(names) > 1:
        return None
    subject = found[-1]
    areas = [s.areas[t.text] for t in before if t.kind is Kind.AREA] or list(s.area)
    years = [t.year for t in before if t.kind is Kind.YEAR]
    if len(areas) == count and len(set(areas)) == count:
        return [((area,), subject) for area in areas]
    if len(years) == count:
        return [(None, replace(subject, year=year)) for year in years]
    if not any(t.kind is Kind.AREA for t in before) and len(s.everyone) == count:
        return [((area,), subject) for area in s.everyone]
    return None
