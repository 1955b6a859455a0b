"""Plans: five levels, three kinds, their versions and the targets that bind them. Pure values."""

from lantu.plans.model import Approval, Plan, PlanKind, PlanLevel, PlanVersion, Target, plan_id
from lantu.plans.tree import Node, build, codes_above, level_of_code, with_parents

__all__ = [
    "Approval",
    "Node",
    "Plan",
    "PlanKind",
    "PlanLevel",
    "PlanVersion",
    "Target",
    "build",
    "codes_above",
    "level_of_code",
    "plan_id",
    "with_parents",
]
