"""Baselines on probes and histories made by hand, and sources that are bad on purpose."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from genfacet.catalog import Attribute, Catalog
from genfacet.errors import SettingsError
from genfacet.events import Event, Origin, Query, facet_click, facet_impression, write
from genfacet.probe import AttributeProbe, Probe
from genfacet.sources import Source, View
from genfacet_training.evaluation.baselines.brandfirst import BrandFirst
from genfacet_training.evaluation.baselines.clicks import Clicks, History, count_events, read_history
from genfacet_training.evaluation.baselines.controls import RandomFacets, SameFacets
from genfacet_training.evaluation.baselines.retrieve import Retrieve
from genfacet_training.evaluation.documents import Document
from genfacet_training.evaluation.embedding import Embedding
from genfacet_training.evaluation.experts import read_experts
from genfacet_training.evaluation.splits import HeldOut

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIELDS = {name: Attribute(name, name.title(), "keyword", name) for name in ("brand", "colour")}
CATALOG = Catalog(FIELDS, (), ("title",))


def seen(name: str, docs: int, **values: int) -> AttributeProbe:
    return AttributeProbe(Attribute(name, name.title(), "keyword"), docs, tuple(values.items()))


def view(query: str, *attributes: AttributeProbe) -> View:
    return View(query, Probe(100, 100, {a.attribute.name: a for a in attributes}, {}, {}), None, CATALOG)


COLOUR = seen("colour", 100, red=50, blue=50)
BRAND = seen("brand", 100, acme=90, bolt=10)
SIZE = seen("size", 20, small=10, large=10)


def names(source: Source, query: str = "lamp", *attributes: AttributeProbe) -> list[str]:
    return [found.name for found in source.propose(view(query, *(attributes or (COLOUR, BRAND, SIZE))), 5, 6)]


def test_brand_comes_first_whatever_splits_better() -> None:
    assert names(BrandFirst()) == ["brand", "colour", "size"]


def events(*shown: str, clicked: Iterable[str] = (), query_id: str = "q") -> list[Event]:
    origin = Origin(query_id, "someone")
    impressions = [
        facet_impression(origin, NOON, name, "v", ordinal=place, value_ordinal=1) for place, name in enumerate(shown, 1)
    ]
    clicks = [facet_click(origin, NOON, name, "v", ordinal=shown.index(name) + 1, value_ordinal=1) for name in clicked]
    return [*impressions, *clicks]


def test_what_was_clicked_after_a_query_comes_first_there() -> None:
    history = History()
    for n in range(50):
        lamp, desk = f"lamp{n}", f"desk{n}"
        shown = [
            *events("colour", "size", clicked=["size"], query_id=lamp),
            *events("colour", "size", clicked=["colour"], query_id=desk),
        ]
        counted = count_events(shown, {lamp: "Lamp", desk: "desk"})
        history.impressions.update(counted.impressions)
        for key, clicks in counted.clicks.items():
            history.clicks[key] = history.clicks.get(key, 0.0) + clicks
    full = seen("size", 100, small=50, large=50)
    assert names(Clicks(history), "lamp", COLOUR, full) == ["size", "colour"]
    assert names(Clicks(history), "desk", COLOUR, full) == ["colour", "size"]
    assert history.rate("lamp", "size") > history.rate("chair", "size") > history.rate("desk", "size")


def test_a_click_further_down_counts_for_more() -> None:
    shown = [
        *(event for n in range(8) for event in events("colour", "size", clicked=["colour"], query_id=f"a{n}")),
        *(event for n in range(4) for event in events("colour", "size", clicked=["size"], query_id=f"b{n}")),
    ]
    history = count_events(shown, {})
    # 8 of 12 clicks at the first place, 4 of 12 at the second: half as likely to be looked at.
    assert history.clicks["", "colour"] == pytest.approx(8)
    assert history.clicks["", "size"] == pytest.approx(8)


def test_an_answer_counts_once_however_many_values_it_shows() -> None:
    twice = [*events("colour"), *events("colour")]
    assert count_events(twice, {"q": "lamp"}).impressions == {("lamp", "colour"): 1, ("", "colour"): 1, ("", ""): 1}


def test_a_history_is_a_file_of_events(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    query = Query("lamp", "q", "someone", timestamp=NOON)
    lines = [write(query), *map(write, events("colour", clicked=["colour"])), b"{not json", b'{"action_name": 5}']
    file.write_bytes(b"\n".join(line.strip() for line in lines))
    history = read_history(file)
    assert history.rejected == 2
    assert history.clicks["lamp", "colour"] == 1
    file.write_bytes(b"")
    with pytest.raises(SettingsError, match="holds no events of facets"):
        read_history(file)
    with pytest.raises(SettingsError, match="cannot be read"):
        read_history(tmp_path / "none")


PRODUCTS = [
    Document(str(n), title, title, values)
    for n in range(6)
    for title, values in (
        ("red lamp for reading", {"brand": ("acme",), "colour": ("red",)}),
        ("oak desk with drawers", {"brand": ("bolt",), "material": ("oak",)}),
    )
]


def test_meaning_comes_from_what_goes_together_in_the_catalogue() -> None:
    embedding = Embedding.fit(PRODUCTS, CATALOG, seed=1)
    assert embedding.similarity("lamp", "red") > embedding.similarity("lamp", "oak")
    assert embedding.similarity("lamp", "unheard") == 0
    material = seen("material", 100, oak=50, steel=50)
    assert names(Retrieve(embedding), "desk", seen("colour", 100, red=60, blue=40), material) == ["material", "colour"]


def test_random_facets_are_the_same_for_the_same_seed() -> None:
    many = [seen(f"a{n}", 100, x=50, y=50) for n in range(30)]
    assert names(RandomFacets(1), "lamp", *many) == names(RandomFacets(1), "lamp", *many)
    assert names(RandomFacets(1), "lamp", *many) != names(RandomFacets(2), "lamp", *many)
    assert names(RandomFacets(1), "lamp", *many) != names(RandomFacets(1), "desk", *many)


def test_the_same_facets_whatever_is_asked() -> None:
    popular = SameFacets.of(PRODUCTS, CATALOG)
    assert names(popular, "lamp", SIZE) == names(popular, "desk", COLOUR) == ["brand"]


def test_only_held_out_plans_are_compared_with(tmp_path: Path) -> None:
    file = tmp_path / "plans.jsonl"
    queries = [f"lamp number {chr(97 + n)}x{n}" for n in range(60)]
    use = {"name": "~use", "label": "What for", "values": ["reading|text=read"]}
    facets = [{"name": "colour", "values": ["red"]}, use]
    file.write_text("\n".join(json.dumps({"query": query, "facets": facets}) for query in queries))
    experts = read_experts(file, CATALOG)
    assert set(experts) == {query for query in queries if query in HeldOut(queries)}
    assert 0 < len(experts) <= len(queries)
    colour, opened = next(iter(experts.values()))
    assert (colour.label, opened.label, opened.kind, opened.values[0].label) == (
        "Colour",
        "What for",
        "open",
        "reading",
    )
    file.write_text('{"query": "x"}')
    with pytest.raises(SettingsError, match="no file of plans"):
        read_experts(file, CATALOG)


@pytest.mark.parametrize("products", [[], [Document("1", "", "", {})], [Document("1", "lamp", "lamp", {})] * 2])
def test_an_index_without_words_has_no_meaning_to_learn(products: list[Document]) -> None:
    with pytest.raises(SettingsError, match="no words in common"):
        Embedding.fit(products, CATALOG, seed=1)
