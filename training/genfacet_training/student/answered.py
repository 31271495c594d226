"""A student that has answered already, as a source of the evaluation kit, and a source where another is thin."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from genfacet.facets import Definition
from genfacet.memory.executing import execute
from genfacet.planning import Plan
from genfacet.prompt import candidates_of, facet_prompt, read_facets
from genfacet.sibling import Sibling
from genfacet.sources import View
from genfacet.sources.consulting import Consulting
from genfacet.sources.ranker import Weights
from genfacet_training.student.lessons import ranked_attributes
from genfacet_training.student.score import candidates_of_readings


@dataclass(frozen=True)
class Answered:
    """Open facets of a student's answers, by query; none where it was not asked."""

    answers: Mapping[str, Sequence[str]]
    weights: Weights
    common: Mapping[str, float] = field(default_factory=dict)
    needs_background = False
    needs_titles = True

    def propose(self, view: View, size: int, values: int) -> Sequence[Definition]:
        """Nothing: what was answered has to be executed, see ``consult``."""
        return ()

    def consult(self, view: View, plan: Plan, size: int, values: int) -> Generator[Sibling, Any, Sequence[Definition]]:
        """Executes what was answered; see ``Consulting``."""
        prompt = facet_prompt(view.query, view.probe, candidates_of(ranked_attributes(view, self.weights)))
        readings = [read_facets(prompt, answer) for answer in self.answers.get(view.query or "", ())]
        candidates = candidates_of_readings(readings, self.common)
        return (yield from execute(candidates, view, plan.base, plan.selections, "student", size))


@dataclass(frozen=True)
class Fallback:
    """Open facets of one source, and of another where the first has fewer than ``enough``."""

    first: Consulting
    second: Consulting
    enough: int = 1
    needs_background = False
    needs_titles = True

    def propose(self, view: View, size: int, values: int) -> Sequence[Definition]:
        """Nothing, see ``consult``."""
        return ()

    def consult(self, view: View, plan: Plan, size: int, values: int) -> Generator[Sibling, Any, Sequence[Definition]]:
        """See ``Consulting``."""
        found = yield from self.first.consult(view, plan, size, values)
        if len(found) >= self.enough:
            return found
        more = yield from self.second.consult(view, plan, size, values)
        return [*found, *(one for one in more if one.name not in {other.name for other in found})][:size]
