"""What came of looking at one pair in one area."""

from __future__ import annotations

from dataclasses import dataclass, field

from lantu.conflicts.patches import Small
from lantu.conflicts.rules import Pair
from lantu.core.finding import Answer, worst
from lantu.store.conflicts import Sighting

Reason = tuple[str, dict[str, object]]


@dataclass(slots=True)
class Looked:
    """One pair in one area.

    Attributes:
        why: message code and parameters of why it cannot be told; None where it can.
        partly: likewise why a part of it cannot; what is found in the rest stands.
        unseen: codes of neighbours that could not be looked at: nothing is known of conflicts with them.
        elsewhere: code → answer, of neighbours under whose code the conflicts with them are listed.
        fates: what each sighting is; `gone` the numbers of those that are not there any more.
    """

    area: str
    pair: Pair
    why: Reason | None = None
    partly: list[Reason] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    elsewhere: dict[str, Answer] = field(default_factory=dict)
    layers: dict[str, str] = field(default_factory=dict)
    sightings: list[Sighting] = field(default_factory=list)
    fates: list[str] = field(default_factory=list)
    tolerated: int = 0
    gone: list[str] = field(default_factory=list)
    slivers: Small = field(default_factory=Small)
    conditional: Small = field(default_factory=Small)
    unknown: Small = field(default_factory=Small)

    @property
    def relations(self) -> set[str]:
        """What holds of the ground on which nobody decided that it stays: excludes, condition."""
        return {
            seen.facts["relation"]
            for seen, fate in zip(self.sightings, self.fates, strict=True)
            if fate != "tolerated"
        }

    @property
    def answer(self) -> Answer:
        """The answer of this pair; never better than its worst part."""
        if self.why is not None:
            return Answer.CANNOT_TELL
        answers = [Answer.PASS, *self.elsewhere.values()]
        if self.partly:
            answers.append(Answer.CANNOT_TELL)
        if self.unknown.count:
            answers.append(Answer.CANNOT_TELL)
        if self.conditional.count or self.tolerated:
            answers.append(Answer.NEEDS_PERSON)
        if len(self.sightings) > self.tolerated:
            answers.append(Answer.NEEDS_PERSON)
            if "excludes" in self.relations:
                answers.append(Answer.FAIL)
        return worst(answers)

    @property
    def if_found(self) -> Answer:
        """What a conflict of this pair means."""
        return Answer.FAIL if self.pair.relation == "excludes" else Answer.NEEDS_PERSON
