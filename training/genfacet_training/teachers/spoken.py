"""Teachers that are told in words and answer in JSON: any chat model, far away or in this process."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from genfacet.memory.plan import Plan, PlanError
from genfacet.sources import View
from genfacet.sources.ranker import Weights
from genfacet_training.teachers.briefing import messages, nearest, read_answer

Say = Callable[[Sequence[Mapping[str, str]]], Awaitable[str]]
"""Answers a conversation; raises TeacherError."""


@dataclass(frozen=True)
class Spoken:
    """A chat model, the examples that it is shown, and how often it is asked the same."""

    say: Say
    examples: Sequence[Plan]
    weights: Weights
    samples: int = 1

    async def plans(self, view: View) -> Sequence[Plan]:
        """See ``Teacher``; answers that hold no plan are left out where another one does."""
        told = messages(view, nearest(view.query or "", self.examples), self.weights)
        found: list[Plan] = []
        wrong: PlanError | None = None
        for _ in range(self.samples):
            text = await self.say(told)
            try:
                found.append(read_answer(view.query or "", text))
            except PlanError as error:
                wrong = error
        if not found and wrong is not None:
            raise wrong
        return found
