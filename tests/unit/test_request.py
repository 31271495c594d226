"""``ext.genfacet`` of a request: bounds, names that are nearly right, and everything hostile."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genfacet.errors import RequestError
from genfacet.request import FacetRequest, read_request
from genfacet.settings import EngineSettings

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(sorted(FacetRequest.model_fields))


def refusal(section, **options):
    with pytest.raises(RequestError) as caught:
        read_request(section, **options)
    assert caught.value.status == 400
    return str(caught.value)


def test_an_empty_section_takes_the_defaults_of_the_configuration():
    request = read_request({}).filled(EngineSettings(size=3, values=4, deadline_ms=50))
    assert (request.size, request.values, request.deadline_ms, request.mode) == (3, 4, 50, "auto")
    assert request.selections() == {}
    asked = read_request({"size": 1, "values": 2, "deadline_ms": 0}).filled(EngineSettings())
    assert (asked.size, asked.values, asked.deadline_ms) == (1, 2, 0)


@pytest.mark.parametrize(("key", "least", "most"), [("size", 1, 20), ("values", 1, 50), ("deadline_ms", 0, 5000)])
def test_numbers_have_bounds(key, least, most):
    for fitting in (least, most):
        assert getattr(read_request({key: fitting}), key) == fitting
    for odd in (least - 1, most + 1, 10**30, 2.5, "3", True, [], {}):
        assert key in refusal({key: odd})


@pytest.mark.parametrize(
    ("key", "most"),
    [("user_query", 1024), ("rewritten", 256), ("locale", 35), ("session_id", 256), ("client_id", 256)],
)
def test_texts_have_bounds(key, most):
    assert getattr(read_request({key: "x" * most}), key) == "x" * most
    assert key in refusal({key: "x" * (most + 1)})
    assert key in refusal({key: 7})
    assert key in refusal({key: "\ud800"})


@pytest.mark.parametrize(
    ("written", "meant"),
    [("deadline", "deadline_ms"), ("user_qery", "user_query"), ("select", "selected"), ("Size", "size")],
)
def test_an_unknown_key_is_named_with_the_nearest_known_one(written, meant):
    assert refusal({written: 1}) == f"[ext.genfacet] unknown key [{written}], did you mean [{meant}]?"


def test_a_key_like_no_other_is_named_alone():
    assert refusal({"zzz": 1}) == "[ext.genfacet] unknown key [zzz]"


def test_an_unknown_source_is_named_with_the_known_ones():
    assert read_request({"source": "count"}, ("count", "entropy")).source == "count"
    assert refusal({"source": "cuont"}, known_sources=("entropy", "count")).endswith(
        "unknown source [cuont], known are count, entropy"
    )


@pytest.mark.parametrize("section", [None, [], "x", 1, True, [{}]])
def test_a_section_is_an_object(section):
    assert refusal(section) == "[ext.genfacet] must be an object"


def test_selections_keep_their_order_and_each_value_once():
    request = read_request({"selected": {"b": ["2", "1", "2"], "a": ["x"], "c": []}})
    assert list(request.selections().items()) == [("b", ("2", "1")), ("a", ("x",))]


@pytest.mark.parametrize(
    "selected",
    [
        {"brand": "HP"},
        {"brand": [1]},
        {"brand": [None]},
        {"brand": [""]},
        {"brand": ["x" * 513]},
        {"": ["x"]},
        {"x" * 257: ["x"]},
        {"brand": [["HP"]]},
        {"brand": [{"script": {"source": "1"}}]},
        {"brand": [str(n) for n in range(101)]},
        {str(n): ["x"] for n in range(101)},
        {"a": [str(n) for n in range(60)], "b": [str(n) for n in range(60)]},
        [["brand", "HP"]],
    ],
)
def test_malformed_selections_are_refused(selected):
    assert "selected" in refusal({"selected": selected})


@given(st.dictionaries(KEYS | st.text(max_size=5), JSON, max_size=4) | JSON)
def test_any_json_is_read_or_refused(section):
    try:
        reason = repr(read_request(section, ("count",)))
    except RequestError as error:
        reason = str(error)
    reason.encode()


@pytest.mark.parametrize("opening", [{"selected": None}, {"size": None}, {"zzz": None}])
def test_deep_nesting_is_refused_and_nothing_overflows(opening):
    deep = "x"
    for _ in range(100_000):
        deep = [deep]
    refusal(dict.fromkeys(opening, deep))
    while isinstance(deep, list):  # taken apart here, because Python frees it recursively
        deep = deep[0]


def test_megabytes_are_refused():
    refusal({"user_query": "x" * 10_000_000})
    refusal({"selected": {str(n): [str(n)] for n in range(200_000)}})
    assert len(refusal({"x" * 10_000_000: 1})) < 400
