"""The catalogue's own attributes in the order of the student's probability to name each of them first.

One reading of the prompt scores all candidates at once: the token that comes next is the marker of a facet. To score a
closed vocabulary instead of generating is LinkedIn's design (arXiv 2605.16479). Where the student does not answer, the
order of the ranker stands.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from genfacet.facets import Definition
from genfacet.generation import Generated, Generation, choices_of
from genfacet.planning import Plan
from genfacet.prompt import CANDIDATES, candidates_of, facet_prompt, read_scores
from genfacet.sources import View
from genfacet.sources.ranker import Ranker, Weights, ranked_attributes, shipped_weights
from genfacet.sources.student import patience_s


@dataclass(frozen=True)
class Score:
    """Reorders the first candidates of the ranker."""

    weights: Weights
    needs_background = False
    needs_titles = True

    def propose(self, view: View, size: int, values: int) -> Sequence[Definition]:
        """The ranker's order, see ``consult``."""
        return Ranker(self.weights).propose(view, size, values)

    def consult(self, view: View, plan: Plan, size: int, values: int) -> Generator[Any, Any, Sequence[Definition]]:
        """Asks the student for the probability of each candidate; at most ``size`` facets, the likeliest first."""
        prompt = facet_prompt(view.query, view.probe, candidates_of(ranked_attributes(view, self.weights)))
        generated: Generated = yield Generation("score", prompt.text, choices_of(prompt), patience_s(plan))
        scores = read_scores(prompt, generated.text)
        ranked = self.propose(view, max(size, CANDIDATES), values)
        ordered = sorted(ranked, key=lambda facet: -scores.get(facet.name, float("-inf")))
        return [_scored(facet, scores, generated.model) for facet in ordered[:size]]


def _scored(facet: Definition, scores: dict[str, float], model: str | None) -> Definition:
    """The facet with its log-probability as score, named after this source."""
    if facet.name not in scores:
        return replace(facet, source="score")
    return replace(facet, source="score", explanation={"score": scores[facet.name]}, model=model)


def __getattr__(name: str) -> Any:
    """``source``, made when it is asked for: importing this module reads no file."""
    if name == "source":
        return Score(shipped_weights())
    raise AttributeError(name)
