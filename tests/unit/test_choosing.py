"""Which open facets are executed and which of them are shown: pure parts of the memory."""

from dataclasses import replace

import pytest

from genfacet.catalog import Attribute, Catalog
from genfacet.facets import Definition
from genfacet.memory.choosing import CANDIDATES, Candidate, chosen, definitions
from genfacet.memory.lookup import LEAST, lookup_request, nearness, read_neighbours
from genfacet.memory.plan import Plan, PlannedFacet, read_plan
from genfacet.memory.stored import VERSION, Marks, document, marks_of, read_stored
from genfacet.probe import AttributeProbe, Probe
from genfacet.prompt import Proposed
from genfacet.sources.memory import open_candidates
from genfacet.verify import Counts

LENGTH = Attribute("length", "Length", "number", "length")
COLOUR = Attribute("colour", "Colour", "keyword", "colour")
CATALOG = Catalog({"length": LENGTH, "colour": COLOUR}, (), ("title",))
SEEN = {
    "length": AttributeProbe(LENGTH, 90, (("1", 9),), 80, (0.5, 1, 2, 3, 9)),
    "colour": AttributeProbe(COLOUR, 40, (("Red", 30), ("Blue", 10))),
}
PROBE = Probe(100, 100, SEEN, {}, {}, ("Patch cable red", "Patch cable blue 2 m"))
RUN = Proposed("~run", "Where it runs", ("in the rack|length=..1", "across the room|length=1..5", "far|length=5.."))
MARKS = marks_of("patch cables", PROBE)


def counts_of(values: dict[str, dict[str, int]], **twins: frozenset[str]) -> Counts:
    return Counts(100, values, {}, (), True, dict.fromkeys(values, frozenset()) | twins)


def counts(run: tuple[int, ...], *twins: int) -> tuple[list[Definition], Counts]:
    [counted] = definitions([Candidate(RUN, 0.5)], PROBE, CATALOG, "memory")
    values = {counted.name: dict(zip(counted.values, run, strict=True))}
    return [counted], counts_of(values, **{counted.name: frozenset(counted.values[place] for place in twins)})


def test_values_that_cannot_hold_here_are_not_executed() -> None:
    odd = Proposed("~odd", "Odd ones", ("a|weight=..5", "b|length=x", "c|colour=Red", "d|text=far", "e"))
    [found] = definitions([Candidate(odd, 0.5)], PROBE, CATALOG, "memory")
    assert found.values == ("c|colour=Red", "d|text=far", "e")
    assert found.labels == ("c", "d", "e")
    assert found.name == "~odd_ones"
    strange = replace(odd, values=("a|weight=..5", "b|weight=5..", "c|colour=Red"))
    assert definitions([Candidate(strange, 0.5)], PROBE, CATALOG, "memory") == []


def test_each_label_and_each_meaning_is_executed_once_and_not_too_many() -> None:
    same = replace(RUN, label="Another label")
    again = replace(RUN, values=("near|colour=Red", "far|colour=Blue"))
    found = definitions([Candidate(same, 0.4), Candidate(RUN, 0.9), Candidate(again, 0.3)], PROBE, CATALOG, "memory")
    assert [one.label for one in found] == ["Where it runs"]
    many = [Candidate(Proposed("~x", f"Label {n}", (f"a|text=a{n}", f"b|text=b{n}")), 0.5) for n in range(30)]
    assert len(definitions(many, PROBE, CATALOG, "memory")) == CANDIDATES


def test_values_that_find_one_product_or_nearly_all_are_left_out() -> None:
    counted, found = counts((30, 50, 1))
    [facet] = chosen(counted, found, 2)
    assert facet.labels == ("in the rack", "across the room")
    assert facet.explanation["coverage"] == pytest.approx(0.8)
    assert facet.explanation["share"] == pytest.approx(2 / 3)


@pytest.mark.parametrize("run", [(0, 0, 60), (98, 99, 1), (3, 4, 5), (0, 1, 1)])
def test_a_facet_that_splits_or_covers_too_little_is_not_shown(run: tuple[int, ...]) -> None:
    counted, found = counts(run)
    assert chosen(counted, found, 2) == []


def test_values_that_hold_for_the_same_results_are_one() -> None:
    [facet] = chosen(*counts((30, 30, 20), 1), 2)
    assert facet.labels == ("in the rack", "far")
    assert chosen(*counts((30, 30, 30), 1, 2), 2) == []


def test_no_two_facets_say_the_same() -> None:
    other = Proposed("~b", "Where does it run", ("here|colour=Red", "there|colour=Blue"))
    third = Proposed("~c", "Look", ("hot|colour=Red", "cold|text=blue"))
    candidates = [Candidate(RUN, 0.9), Candidate(other, 0.8), Candidate(third, 0.7)]
    counted = definitions(candidates, PROBE, CATALOG, "memory")
    found = counts_of({one.name: dict.fromkeys(one.values, 30) for one in counted})
    assert [one.label for one in chosen(counted, found, 2)] == ["Where it runs", "Look"]
    assert len(chosen(counted, found, 1)) == 1


def test_marks_are_words_and_frequent_attributes() -> None:
    assert (
        Marks(frozenset({"patch", "cable"}), frozenset({"patch", "cable", "red", "blue", "m"}), ("length", "colour"))
        == MARKS
    )
    assert marks_of(None, PROBE).words == frozenset()


def test_nearness_is_high_for_the_same_and_low_for_another_kind() -> None:
    assert nearness(MARKS, MARKS) == pytest.approx(1.0)
    tap = Marks(frozenset({"patch", "kit"}), frozenset({"tyre", "repair"}), ("pieces", "material"))
    assert nearness(MARKS, tap) < LEAST
    assert nearness(MARKS, Marks(frozenset(), frozenset(), ())) == 0.0


def test_a_document_is_read_as_it_was_written_and_only_near_ones_come_back() -> None:
    plan = Plan(
        "patch cable",
        (PlannedFacet("~run", RUN.label, RUN.values), PlannedFacet("colour", None, ("Red", "Blue"))),
        area="net",
    )
    first, content = document(plan, MARKS, "shop", source="plans", made_at="2026-01-01")
    stored = read_stored(content)
    assert stored is not None
    assert (stored.plan, stored.marks, stored.index) == (plan, MARKS, "shop")
    assert read_plan(content["plan"]) == plan
    assert document(Plan("Patch  CABLE", plan.facets), MARKS, "shop", source="x", made_at="")[0] == first
    assert document(plan, MARKS, "shop", source="x", made_at="", audiences=("a",))[0] != first
    far = {**content, "words": "coffee", "titles": "machine", "attributes": ["cups"]}
    answer = {
        "hits": {"hits": [{"_source": far}, {"_source": content}, {"_source": {**content, "version": 9}}, {}, None]}
    }
    [near] = read_neighbours(answer, MARKS)
    assert near.stored.plan.query == "patch cable"
    [candidate] = open_candidates([near])
    assert candidate.facet.label == RUN.label
    for nothing in (None, {}, {"hits": None}, {"hits": {"hits": "x"}}):
        assert read_neighbours(nothing, MARKS) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"plan": None},
        {"plan": {"query": "x"}},
        {"words": 3},
        {"titles": None},
        {"attributes": {"a": 1}},
        {"version": VERSION + 1},
    ],
)
def test_a_document_of_another_form_is_none(changes: dict) -> None:
    plan = Plan("patch cable", (PlannedFacet("colour", None, ("Red", "Blue")),))
    _, content = document(plan, MARKS, "shop", source="plans", made_at="2026-01-01")
    assert read_stored({**content, **changes}) is None
    assert read_stored("text") is None


def test_the_lookup_asks_with_the_service_credential_for_this_audience_alone() -> None:
    request = lookup_request("genfacet-plans", MARKS, "partners")
    assert request.service
    assert request.path == "/genfacet-plans/_search"
    [version, audience] = request.body["query"]["bool"]["filter"]
    assert version == {"term": {"version": VERSION}}
    assert {"term": {"audiences": "partners"}} in audience["bool"]["should"]
    assert lookup_request("../_all", MARKS, "").path == "/..%2F_all/_search"
