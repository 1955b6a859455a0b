"""The law as data: documents, codes, units, indicators, rules and every sentence a user sees."""

from lantu.lawbook.book import Lawbook, load
from lantu.lawbook.compatibility import Compatibility, Verdict
from lantu.lawbook.divisions import Division, Divisions
from lantu.lawbook.messages import Message, message
from lantu.lawbook.models import (
    ChangeRule,
    Citation,
    CodeList,
    Dated,
    Field,
    FieldSpec,
    Indicator,
    LandClass,
    LayerKind,
    LayerSpec,
    PackageProfile,
    Parameter,
    Part,
    QualityRule,
    Source,
    UnitRule,
    Words,
)

__all__ = [
    "ChangeRule",
    "Citation",
    "CodeList",
    "Compatibility",
    "Dated",
    "Division",
    "Divisions",
    "Field",
    "FieldSpec",
    "Indicator",
    "LandClass",
    "Lawbook",
    "LayerKind",
    "LayerSpec",
    "Message",
    "PackageProfile",
    "Parameter",
    "Part",
    "QualityRule",
    "Source",
    "UnitRule",
    "Verdict",
    "Words",
    "load",
    "message",
]
