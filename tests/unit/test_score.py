"""The source ``score``: the order of the student where it answers, that of the ranker where it does not."""

import pytest

from genfacet.catalog import Attribute, Catalog
from genfacet.facets import Definition
from genfacet.generation import Generated, Generation
from genfacet.planning import Plan, make_plan
from genfacet.probe import AttributeProbe, Probe
from genfacet.prompt import candidates_of, facet_prompt, read_scores, write_scores
from genfacet.request import FacetRequest
from genfacet.sibling import Search
from genfacet.sources import View
from genfacet.sources.ranker import ranked_attributes, shipped_weights
from genfacet.sources.score import Score

ATTRIBUTES = [Attribute(name.casefold(), name, "keyword", name.casefold()) for name in ("Colour", "Size", "Material")]
SEEN = {
    attribute.name: AttributeProbe(attribute, 50 + place, (("a", 20), ("b", 20)))
    for place, attribute in enumerate(ATTRIBUTES)
}
CATALOG = Catalog({attribute.name: attribute for attribute in ATTRIBUTES}, (), ("title",))
VIEW = View("lamp", Probe(100, 100, SEEN, {}, {}, ("Red lamp",)), None, CATALOG)
PLAN: Plan = make_plan(Search("shop", {}, {"query": {"match_all": {}}}), FacetRequest(deadline_ms=100), CATALOG, 2.0)


def ordered(answer: str) -> tuple[Generation, list[Definition]]:
    source = Score(shipped_weights())
    work = source.consult(VIEW, PLAN, 5, 6)
    asked = next(work)
    with pytest.raises(StopIteration) as end:
        work.send(Generated(answer, True, "v1"))
    return asked, list(end.value.value)


def test_facets_stand_in_the_order_of_the_student() -> None:
    asked, ranked = ordered("")
    assert (asked.task, asked.patience_s) == ("score", pytest.approx(0.07))
    assert [facet.name for facet in ranked] == [facet.name for facet in Score(shipped_weights()).propose(VIEW, 5, 6)], (
        "without an answer the ranker's order"
    )
    prompt = facet_prompt("lamp", VIEW.probe, candidates_of(ranked_attributes(VIEW, shipped_weights())))
    assert asked.prompt == prompt.text
    wanted = [facet.name for facet in reversed(ranked)]
    markers = {one.seen.attribute.name: marker for marker, one in prompt.candidates.items()}
    scores = {markers[name]: -float(place) for place, name in enumerate(wanted)}
    _, found = ordered(write_scores(scores))
    assert [facet.name for facet in found] == wanted
    assert {(facet.source, facet.model) for facet in found} == {("score", "v1")}
    # What the student does not name comes last, in the ranker's order.
    _, found = ordered(f"{markers[wanted[0]]} -0.5")
    assert [facet.name for facet in found] == [wanted[0], *(facet.name for facet in ranked if facet.name != wanted[0])]


@pytest.mark.parametrize("line", ["A", "A x", "A nan", "A inf", "Z -1.0", "A -1.0 -2.0", "A 1e3", "\x00", "A  -1.0"])
def test_lines_that_are_no_score_are_left_out(line: str) -> None:
    prompt = facet_prompt("lamp", VIEW.probe, candidates_of(ranked_attributes(VIEW, shipped_weights())))
    assert read_scores(prompt, line) == {}
