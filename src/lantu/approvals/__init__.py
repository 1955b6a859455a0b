"""批复 text → dated, cited control targets."""

from lantu.approvals.read import read
from lantu.approvals.reading import Question, ReadDuty, Reading, ReadPlan, ReadTarget

__all__ = ["Question", "ReadDuty", "ReadPlan", "ReadTarget", "Reading", "read"]
