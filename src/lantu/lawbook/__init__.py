"""The law as data: documents, codes, units, indicators, rules and every sentence a user sees."""

from lantu.lawbook.book import Lawbook, load
from lantu.lawbook.messages import message

__all__ = ["Lawbook", "load", "message"]
