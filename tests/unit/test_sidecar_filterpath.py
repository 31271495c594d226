"""``filter_path`` on the section that is added to an answer."""

from typing import Any

import pytest

from genfacet.sidecar.filterpath import filter_member

SECTION = {
    "took": 3,
    "query": {"mode": None},
    "facets": [{"name": "brand", "values": [{"count": 1}]}, {"name": "price"}],
}


@pytest.mark.parametrize(
    ("filter_path", "left"),
    [
        (None, SECTION),
        ("", SECTION),
        ("ext", SECTION),
        ("e*.gen*", SECTION),
        ("hits.total", None),
        ("hits.total,ext.genfacet.took", {"took": 3}),
        ("ext.genfacet.facets.name", {"facets": [{"name": "brand"}, {"name": "price"}]}),
        ("ext.genfacet.facets.values", {"facets": [{"values": [{"count": 1}]}]}),
        ("**.count", {"facets": [{"values": [{"count": 1}]}]}),
        ("ext.**.mode", {"query": {"mode": None}}),
        ("**", SECTION),
        ("genfacet", None),
        ("-ext", None),
        ("-hits", SECTION),
        ("-ext.genfacet.facets,-**.mode", {"took": 3, "query": {}}),
        ("ext.genfacet,-ext.genfacet.facets,-ext.genfacet.query", {"took": 3}),
        ("[e]xt", None),
    ],
)
def test_patterns(filter_path: str | None, left: Any) -> None:
    assert filter_member(SECTION, ("ext", "genfacet"), filter_path) == left


def test_items_of_a_msearch_are_filtered_below_responses() -> None:
    above = ("responses", "ext", "genfacet")
    assert filter_member(SECTION, above, "responses.ext.genfacet.took") == {"took": 3}
    assert filter_member(SECTION, above, "ext.genfacet.took") is None
