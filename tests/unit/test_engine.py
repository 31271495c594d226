"""The way of one query: what is asked of Elasticsearch, what is shown, and what happens when something is missing."""

import pytest
from memory_index import MemoryIndex

from genfacet.control import Control, State
from genfacet.engine import Answer, Engine, Shared, section
from genfacet.errors import SettingsError
from genfacet.facets import Definition
from genfacet.request import read_request
from genfacet.settings import parse_settings
from genfacet.sibling import Search

FACETS = {
    "brand": {"field": "brand"},
    "colour": {"field": "colour"},
    "price": {"field": "cents", "type": "number", "scale": 0.01, "unit": "EUR"},
    "stock": {"field": "stock", "type": "boolean", "label": "In stock"},
}
SHOP = {"search": {"template": {}, "text_fields": ["title"]}, "facets": FACETS}
QUERY = {"query": {"match": {"title": "lamp"}}}
DOCUMENTS = [
    {
        "brand": ["HP", "Canon", "Epson"][n % 3],
        "colour": ["black", "white"][n % 2],
        "cents": 1000 + 700 * n,
        "stock": n % 4 > 0,
    }
    for n in range(60)
]


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def make_engine(clock=None, **options):
    settings = parse_settings({"indices": {"shop": SHOP}, "engine": options})
    return Engine(settings, Control(clock=clock) if clock else None)


def run(engine, index, audience="", body=QUERY, target="shop", **section_):
    """The answer to a search, with every sibling answered by the index."""
    plan = engine.plan(Search(target, {}, body), read_request(section_), audience)
    return plan, drive(engine.facets(plan), index)


def drive(work, index):
    reply = None
    while True:
        try:
            step = work.send(reply)
        except StopIteration as stop:
            return stop.value
        reply = drive(step.work, index) if isinstance(step, Shared) else index.answer(step)


def stages(index):
    return [sibling.stage for sibling in index.asked]


def shown(answer, name):
    facet = next(facet for facet in answer.facets if facet.name == name)
    return {value.value: value.count for value in facet.values}


def test_a_probe_and_one_request_for_all_counts():
    index = MemoryIndex(DOCUMENTS)
    plan, answer = run(make_engine(), index)
    assert stages(index) == ["probe", "counts"]
    assert shown(answer, "brand") == {"HP": 20, "Canon": 20, "Epson": 20}
    assert shown(answer, "colour") == {"black": 30, "white": 30}
    assert shown(answer, "stock") == {"yes": 45, "no": 15}
    assert sum(shown(answer, "price").values()) == 60
    assert len(shown(answer, "price")) > 1
    assert (answer.total, answer.exact, answer.missing, answer.reason) == (60, True, (), None)
    assert plan.is_untouched


def test_size_and_values_bound_what_is_shown():
    documents = [{"brand": f"b{n % 9}", "colour": f"c{n % 7}", "stock": n % 2 == 0} for n in range(70)]
    for size in (1, 2):
        _, answer = run(make_engine(), MemoryIndex(documents), size=size, values=3)
        assert len(answer.facets) == size
        assert all(2 <= len(facet.values) <= 3 for facet in answer.facets)


def test_no_shown_value_is_a_dead_end_and_no_facet_is_without_a_choice():
    """Between the probe and the counts a product was sold out, and with it a colour and the choice of brands."""
    engine, before = make_engine(), MemoryIndex(DOCUMENTS)
    run(engine, before)
    after = MemoryIndex([{**document, "brand": "HP", "colour": "black"} for document in DOCUMENTS])
    _, answer = run(engine, after)
    assert stages(after) == ["counts"]
    assert {facet.name for facet in answer.facets} == {"price", "stock"}
    assert all(value.count > 0 for facet in answer.facets for value in facet.values)


def test_a_selected_facet_keeps_its_other_values_and_narrows_the_rest():
    _, answer = run(make_engine(), MemoryIndex(DOCUMENTS), selected={"brand": ["HP"]})
    brand = answer.facets[0]
    assert brand.name == "brand"
    assert shown(answer, "brand") == {"HP": 20, "Canon": 20, "Epson": 20}
    assert [value.value for value in brand.values if value.selected] == ["HP"]
    assert sum(shown(answer, "colour").values()) == 20
    assert answer.total == 20


def test_any_within_a_facet_all_across():
    _, answer = run(make_engine(), MemoryIndex(DOCUMENTS), selected={"brand": ["HP", "Canon"], "stock": ["yes"]})
    chosen = [d for d in DOCUMENTS if d["brand"] in {"HP", "Canon"} and d["stock"]]
    assert answer.total == len(chosen)
    assert shown(answer, "stock")["yes"] == len(chosen)
    assert shown(answer, "brand")["Epson"] == sum(d["brand"] == "Epson" and d["stock"] for d in DOCUMENTS)


def test_a_selected_value_comes_back_even_if_it_finds_nothing():
    documents = [document for document in DOCUMENTS if document["brand"] != "HP" or document["cents"] < 5000]
    _, answer = run(make_engine(), MemoryIndex(documents), selected={"brand": ["HP"], "price": ["100.."]})
    assert answer.total == 0
    assert shown(answer, "brand")["HP"] == 0
    assert shown(answer, "price")["100.."] == 0
    assert answer.missing == ()


def test_a_value_that_exists_no_more_is_ignored_and_the_search_goes_on():
    engine, index = make_engine(), MemoryIndex(DOCUMENTS)
    plan, answer = run(engine, index, selected={"brand": ["Nokia", "HP"]})
    assert answer.missing == (("brand", "Nokia"),)
    better = engine.without_missing(plan, answer)
    assert better.selections == {"brand": ("HP",)}
    assert section(better, drive(engine.facets(better), index), 1)["ignored"] == [
        {"name": "brand", "value": "Nokia", "reason": "the catalogue holds no such value any more"}
    ]
    assert engine.without_missing(better, drive(engine.facets(better), index)) is None


def test_where_counts_are_not_had_selected_values_come_back_with_null():
    engine = make_engine()
    plan = engine.plan(
        Search("shop", {}, QUERY), read_request({"selected": {"brand": ["HP"], "~how_far": ["a|b=c"]}}), ""
    )
    written = section(plan, engine.uncounted(plan, "deadline", timed_out=True), 100)
    assert written["timed_out"] is True
    assert written["reason"] == "deadline"
    assert [(f["name"], f["label"], f["values"]) for f in written["facets"]] == [
        ("brand", "Brand", [{"value": "HP", "label": "HP", "count": None, "selected": True}])
    ]
    assert [ignored["name"] for ignored in written["ignored"]] == ["~how_far"], "it has no attribute b"


def test_an_open_selection_is_labelled_by_its_words():
    plan, answer = run(
        make_engine(), MemoryIndex(DOCUMENTS), selected={"~how_far": ["near|colour=black"]}, mode="filter"
    )
    facet = section(plan, answer, 1)["facets"][0]
    assert (facet["name"], facet["label"], facet["kind"]) == ("~how_far", "How far", "open")
    assert facet["values"] == [{"value": "near|colour=black", "label": "near", "count": 30, "selected": True}]


def test_a_list_is_computed_once_for_each_audience_and_counted_every_time():
    engine, index = make_engine(), MemoryIndex(DOCUMENTS)
    for _ in range(2):
        run(engine, index, audience="a")
    assert stages(index) == ["probe", "counts", "counts"]
    run(engine, index, audience="b")
    assert stages(index)[3:] == ["probe", "counts"]
    run(engine, index, audience="b", selected={"brand": ["HP"]})
    assert stages(index)[5:] == ["probe", "counts"]


def test_lists_beyond_the_bound_are_computed_again():
    engine, index = make_engine(cache_entries=1), MemoryIndex(DOCUMENTS)
    for audience in ("a", "b", "a"):
        run(engine, index, audience=audience)
    assert stages(index).count("probe") == 3


def test_the_background_is_read_once_for_all_queries_of_an_audience():
    engine, index = make_engine(source="significant"), MemoryIndex(DOCUMENTS)
    for text in ("lamp", "desk"):
        run(engine, index, body={"query": {"match": {"title": text}}})
    assert stages(index).count("background") == 1
    run(engine, index, audience="other")
    assert stages(index).count("background") == 2


def test_results_that_nothing_splits_say_so():
    for documents in ([], [{"brand": "HP"}] * 10):
        _, answer = run(make_engine(), MemoryIndex(documents))
        assert answer.facets == ()
        assert answer.reason == "nothing splits these results"


@pytest.mark.parametrize(
    ("body", "exact"),
    [
        (QUERY, True),
        ({**QUERY, "terminate_after": 5}, False),
        ({"retriever": {"standard": QUERY}}, True),
        ({"retriever": {"rrf": {"retrievers": []}}}, False),
        ({"query": {"bool": {"must": [{"knn": {"field": "v"}}]}}}, False),
        ({"query": {"boosting": {"positive": {"constant_score": {"filter": {"knn": {"field": "v"}}}}}}}, False),
        ({"query": {"semantic": {"field": "v", "query": "lamp"}}}, False),
        ({"retriever": {"standard": {"query": {"match_all": {}}, "terminate_after": 3}}}, False),
        ({"query": {"match": {"knn": "lamp"}}}, True),
    ],
)
def test_counts_that_may_not_be_exact_are_called_approximate(body, exact):
    plan, answer = run(make_engine(), MemoryIndex(DOCUMENTS), body=body)
    assert answer.facets
    assert section(plan, answer, 1).get("count_relation") == (None if exact else "approximate")


@pytest.mark.parametrize("trouble", [{"timed_out": True}, {"_shards": {"failed": 1}}, {"terminated_early": True}])
def test_a_failed_shard_or_a_time_out_makes_counts_approximate(trouble):
    class Troubled(MemoryIndex):
        def answer(self, sibling):
            return {**super().answer(sibling), **trouble}

    plan, answer = run(make_engine(), Troubled(DOCUMENTS))
    assert answer.facets
    assert section(plan, answer, 1)["count_relation"] == "approximate"


class HalfBlind(MemoryIndex):
    """An index that for once cannot see what it holds."""

    def __init__(self, documents, stage, trouble):
        super().__init__(documents)
        self.stage, self.trouble = stage, trouble

    def answer(self, sibling):
        if sibling.stage != self.stage:
            return super().answer(sibling)
        self.stage, seen, self.documents = None, self.documents, []
        blind = {**super().answer(sibling), **self.trouble}
        self.documents = seen
        return blind


@pytest.mark.parametrize("trouble", [{"timed_out": True}, {"_shards": {"failed": 1}}])
def test_a_selection_is_not_gone_because_the_shard_that_holds_it_failed(trouble):
    engine = make_engine()
    plan, answer = run(engine, HalfBlind(DOCUMENTS, "counts", trouble), selected={"brand": ["HP"]})
    assert engine.without_missing(plan, answer) is None
    assert section(plan, answer, 1)["count_relation"] == "approximate"


@pytest.mark.parametrize("trouble", [{"timed_out": True}, {"_shards": {"failed": 1}}])
def test_a_list_made_of_half_a_probe_is_not_kept(trouble):
    engine, index = make_engine(), HalfBlind(DOCUMENTS, "probe", trouble)
    assert not run(engine, index)[1].facets
    assert run(engine, index)[1].facets


def test_an_index_that_is_not_configured_is_searched_as_it_came():
    engine, index = make_engine(), MemoryIndex(DOCUMENTS)
    plan, answer = run(engine, index, target="other", selected={"brand": ["HP"]})
    assert index.asked == []
    assert plan.is_untouched
    assert "genfacet init" in answer.reason
    assert [ignored.name for ignored in plan.ignored] == ["brand"]


def test_a_path_without_an_index_means_the_only_one():
    assert run(make_engine(), MemoryIndex(DOCUMENTS), target=None)[1].facets
    two = Engine(parse_settings({"indices": {"shop": SHOP, "other": SHOP}}))
    assert two.index(None) is None
    assert two.index("other")[0] == "other"
    assert run(two, MemoryIndex(DOCUMENTS), target=None)[1].reason == (
        "the search names no index, and several are configured"
    )


def test_switched_off_means_no_facets_and_no_siblings_but_selections_filter():
    engine, index = make_engine(), MemoryIndex(DOCUMENTS)
    engine.control.update(State(enabled=False))
    plan, answer = run(engine, index, selected={"brand": ["HP"]})
    assert index.asked == []
    assert answer.reason == "disabled"
    assert shown(answer, "brand") == {"HP": None}
    assert plan.executed.body["query"]["bool"]["filter"] == [{"terms": {"brand": ["HP"]}}]


def test_outside_of_the_rollout_a_client_gets_no_facets():
    engine, index = make_engine(), MemoryIndex(DOCUMENTS)
    engine.control.update(State(rollout_percent=50))
    got = {f"c{n}": bool(run(engine, index, client_id=f"c{n}")[1].facets) for n in range(40)}
    assert 8 < sum(got.values()) < 32
    assert got == {client: bool(run(engine, index, client_id=client)[1].facets) for client in got}
    left_out = next(client for client, has in got.items() if not has)
    assert run(engine, index, client_id=left_out)[1].reason == "not in the rollout"


def test_shadow_computes_and_shows_nothing_but_selections():
    engine, index = make_engine(), MemoryIndex(DOCUMENTS)
    plan, answer = run(engine, index, selected={"brand": ["HP"]})
    assert stages(index) == ["probe", "counts"]
    assert len(section(plan, answer, 1)["facets"]) > 1
    assert [facet["name"] for facet in section(plan, answer, 1, shadow=True)["facets"]] == ["brand"]


def test_over_budget_only_known_lists_are_served():
    clock = Clock()
    engine, index = make_engine(clock), MemoryIndex(DOCUMENTS)
    run(engine, index, audience="known")
    engine.control.update(State(budget_ms_per_s=0))
    assert run(engine, index, audience="known")[1].facets
    assert run(engine, index, audience="new")[1].reason == "over budget"


def test_what_is_given_up_at_its_deadline_counts_against_the_budget():
    clock = Clock()
    engine = make_engine(clock)
    engine.control.update(State(budget_ms_per_s=1e-6))
    clock.now += 10
    assert not engine.control.is_over_budget()
    work = engine.facets(engine.plan(Search("shop", {}, QUERY), read_request({}), ""))
    next(work)
    work.close()
    assert engine.control.is_over_budget()


def test_nothing_is_kept_of_a_list_that_failed():
    engine, index = make_engine(), MemoryIndex(DOCUMENTS)
    plan = engine.plan(Search("shop", {}, QUERY), read_request({}), "")
    for garbage in ({}, {"hits": {"total": {"value": 3}}}, {"error": "x"}):
        work = engine.facets(plan)
        next(work)
        with pytest.raises((KeyError, TypeError)):
            work.send(garbage)
    assert drive(engine.facets(plan), index).facets


def test_explanations_are_given_where_asked_for():
    for explain in (False, True):
        plan, answer = run(make_engine(), MemoryIndex(DOCUMENTS), explain=explain)
        written = section(plan, answer, 9)
        assert all(("explanation" in facet) is explain for facet in written["facets"])
    assert len({section(plan, Answer(()), 1)["query_id"] for _ in range(3)}) == 3


def test_a_source_that_is_not_installed_is_told_at_once():
    with pytest.raises(SettingsError, match=r"unknown source \[guess\], known are count, entropy"):
        make_engine(source="guess")


def test_what_a_source_proposes_twice_or_empty_is_left_out():
    class Careless:
        needs_background = False

        def propose(self, view, size, values):
            def facet(name, *shown):
                return Definition(name, name, "attribute", "careless", shown, shown)

            return [
                facet("brand", "HP", "Canon"),
                facet("brand", "Epson", "HP"),
                facet("colour"),
                facet("stock", "yes", "yes"),
                facet("no such attribute", "a", "b"),
                facet("colour", "black", "white"),
            ]

    engine = Engine(parse_settings({"indices": {"shop": SHOP}}), sources=lambda name: Careless())
    _, answer = run(engine, MemoryIndex(DOCUMENTS))
    assert [(facet.name, len(facet.values)) for facet in answer.facets] == [("brand", 2), ("colour", 2)]
