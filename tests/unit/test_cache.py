"""The cache: what shares an entry and what must not, and that it never grows beyond its bound."""

import pytest

from genfacet.cache import TtlCache, list_key
from genfacet.errors import RequestError
from genfacet.sibling import Search

BODY = {"query": {"match": {"title": "laser printer"}}, "size": 10}


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def key(target="shop", params=None, body=BODY, query="laser printer", **parts):
    return list_key(Search(target, params or {}, body), query, audience="a", locale=None, selections={}, **parts)


def test_the_least_recently_used_leaves_first():
    cache = TtlCache(2, 60, Clock())
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.get("a") == 1
    cache.put("c", 3)
    assert [cache.get(name) for name in "abc"] == [1, None, 3]
    for number in range(100):
        cache.put(str(number), number)
    assert len(cache) == 2


def test_entries_age_and_can_be_renewed():
    clock = Clock()
    cache = TtlCache(2, 60, clock)
    cache.put("a", 1)
    clock.now += 59
    assert cache.get("a") == 1
    clock.now += 2
    assert cache.get("a") is None
    assert len(cache) == 0
    cache.put("a", 2)
    assert cache.get("a") == 2


def test_a_cache_without_room_keeps_nothing():
    cache = TtlCache(0, 60)
    cache.put("a", 1)
    assert cache.get("a") is None


def test_what_only_presents_the_results_shares_an_entry():
    presented = {**BODY, "size": 3, "from": 20, "sort": ["price"], "aggs": {"x": {}}, "highlight": {}, "_source": False}
    assert key(body=presented) == key()
    assert key(body={"query": {"match": {"title": " Laser  PRINTER"}}}, query="laser  Printer") == key()
    assert key(body=dict(reversed(BODY.items()))) == key()
    assert key(params={"size": "3", "pretty": "", "filter_path": "hits", "preference": "session-1"}) == key()


@pytest.mark.parametrize(
    "other",
    [
        key(target="other"),
        key(target=None),
        key(params={"routing": "1"}),
        key(params={"preference": "_shards:2"}),
        key(body={"query": {"match": {"description": "laser printer"}}}),
        key(body={**BODY, "post_filter": {"term": {"brand": "HP"}}}),
        key(body={**BODY, "min_score": 1}),
        key(body={"query": {"bool": {"must": BODY["query"], "filter": {"term": {"tenant": 1}}}}}),
        key(query="ink", body={"query": {"match": {"title": "ink"}}}),
        key(source="count"),
    ],
)
def test_what_changes_the_results_has_an_entry_of_its_own(other):
    assert other != key()


@pytest.mark.parametrize("part", ["audience", "locale", "selections"])
def test_audiences_languages_and_selections_share_nothing(part):
    parts = {"audience": "public", "locale": "en", "selections": {"brand": ["HP"]}}
    search = Search("shop", {}, BODY)
    other = {**parts, part: {"brand": ["HP", "Epson"]} if part == "selections" else "other"}
    assert list_key(search, "laser printer", **parts) != list_key(search, "laser printer", **other)


def test_words_and_the_rest_of_a_body_cannot_be_mixed_up():
    words_in_a_filter = {"query": {"bool": {"must": {"match": {"title": "a"}}, "filter": {"match": {"x": "b"}}}}}
    other = {"query": {"bool": {"must": {"match": {"title": "b"}}, "filter": {"match": {"x": "a"}}}}}
    assert key(body=words_in_a_filter, query="a") != key(body=other, query="a")


@pytest.mark.parametrize("odd", ["deep", 10**30, "\ud800"])
def test_what_no_json_can_hold_is_refused(odd):
    body = {"query": {"term": {"x": odd}}}
    if odd == "deep":
        for _ in range(300):
            body = {"query": {"bool": {"must": body["query"]}}}
    with pytest.raises(RequestError, match="nested too deeply"):
        key(body=body)
