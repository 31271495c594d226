"""What every teacher is: it answers a query with plans, which count for nothing until they are executed."""

from collections.abc import Sequence
from typing import Protocol

from genfacet.memory.plan import Plan
from genfacet.sources import View


class TeacherError(Exception):
    """Why a query has no answer, in a few words without any of its content; it can be asked again."""


class BudgetError(TeacherError):
    """What may be spent is spent: nothing is asked any more."""


class Teacher(Protocol):
    """Somebody who knows more than a search can wait for."""

    async def plans(self, view: View) -> Sequence[Plan]:
        """Plans for a query, the best of which is kept by executing them all.

        Raises TeacherError, and PlanError where there was an answer and it holds no plan.
        """
