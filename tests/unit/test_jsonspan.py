"""JSON surgery: what is cut or added is exact, and every other byte stays as it was."""

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from genfacet.jsonspan import NotJsonError, replace_spans, response_spans, splice_section, strip_section

KEYS = st.sampled_from(["ext", "genfacet", "query", "hits", "a}", 'b"', "é", "{"]) | st.text(max_size=3)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=4)
SPACES = st.text(" \t\r\n", max_size=3)


def spaced(value: Any, draw: st.DrawFn) -> str:
    """The value as JSON with white space wherever it may be, and with or without escapes."""
    if isinstance(value, dict):
        members = [spaced(key, draw) + ":" + spaced(inner, draw) for key, inner in value.items()]
        text = "{" + (",".join(members) or draw(SPACES)) + "}"
    elif isinstance(value, list):
        text = "[" + (",".join(spaced(item, draw) for item in value) or draw(SPACES)) + "]"
    else:
        text = json.dumps(value, ensure_ascii=draw(st.booleans()))
    return draw(SPACES) + text + draw(SPACES)


@st.composite
def documents(draw: st.DrawFn, values: st.SearchStrategy[Any] = OBJECTS) -> bytes:
    text = spaced(draw(values), draw)
    assume(not any("\ud800" <= char <= "\udfff" for char in text))
    return text.encode()


@st.composite
def with_section(draw: st.DrawFn) -> bytes:
    """A search body that holds `ext.genfacet` among other members, at any place."""
    body, ext = dict(draw(OBJECTS)), dict(draw(st.dictionaries(KEYS, VALUES, max_size=3)))
    ext["genfacet"] = draw(OBJECTS)
    body["ext"] = dict(draw(st.permutations(list(ext.items()))))
    return draw(documents(st.just(dict(draw(st.permutations(list(body.items())))))))


@given(with_section())
def test_stripping_leaves_the_document_without_the_section(raw: bytes) -> None:
    expected = json.loads(raw)
    section = expected["ext"].pop("genfacet")
    if not expected["ext"]:
        del expected["ext"]
    rest, parsed = strip_section(raw)
    assert parsed == section
    assert json.loads(rest) == expected
    assert list(json.loads(rest)) == list(expected)
    start = next((at for at, (a, b) in enumerate(zip(raw, rest, strict=False)) if a != b), len(rest))
    assert raw[:start] + raw[start + len(raw) - len(rest) :] == rest, "one cut, everything around it is untouched"


@given(documents())
def test_a_body_without_the_section_is_the_very_same_object(raw: bytes) -> None:
    ext = json.loads(raw).get("ext")
    assume(not (isinstance(ext, dict) and "genfacet" in ext))
    rest, section = strip_section(raw)
    assert rest is raw
    assert section is None


@pytest.mark.parametrize(
    ("raw", "rest", "section"),
    [
        (b'{"ext":{"genfacet":{}}}', b"{}", {}),
        (b'{ "size": 1e1, "ext": {"genfacet": {"size": 5}} }\n', b'{ "size": 1e1 }\n', {"size": 5}),
        (b'{"ext": {"genfacet": 1}, "x": 1}', b'{"x": 1}', 1),
        (b'{"ext":{"a":1,"genfacet":null,"b":2}}', b'{"ext":{"a":1,"b":2}}', None),
        (b'{"ext":{"gen\\u0066acet":{"a":"\xc3\xa9"}},"q":"\xff"}', b'{"q":"\xff"}', {"a": "é"}),
        (b'\xef\xbb\xbf{"ext":{"genfacet":[]},"a":1}', b'\xef\xbb\xbf{"a":1}', []),
        (b'{"q":{"ext":{"genfacet":1}}}', b'{"q":{"ext":{"genfacet":1}}}', None),
        (b'{"ext":"genfacet"}', b'{"ext":"genfacet"}', None),
        (b'{"n":' + b"9" * 5000 + b',"ext":{"genfacet":2}}', b'{"n":' + b"9" * 5000 + b"}", 2),
    ],
)
def test_examples_of_stripping(raw: bytes, rest: bytes, section: Any) -> None:
    assert strip_section(raw) == (rest, section)


@pytest.mark.parametrize(
    "raw",
    [
        b'["ext", {"genfacet": 1}]',
        b'{"ext":{"genfacet":1}',
        b'{"ext":{"genfacet":1},}',
        b'{"ext":{"genfacet":1}} {}',
        b'{"ext":{"genfacet":1},"ext":{}}',
        b'{"ext":{"genfacet":1,"genfacet":2}}',
        b'{"ext":{"genfacet":{"size":1,"size":2}}}',
        b'{"ext":{"genfacet":"\xff"}}',
        b'{1:2,"ext":{"genfacet":1}}',
        b'{"ext" {"genfacet":1}}',
        b'{"a":' + b"[" * 100_000 + b'"genfacet"',
        b'{"ext":{"genfacet":' + b'{"a":' * 100_000,
        b'"\\u0000\x00\x01genfacet',
        b"genfacet",
        '{"ext":{"genfacet":1}}'.encode("utf-16") + b"genfacet",
    ],
)
def test_what_is_no_json_object_is_refused(raw: bytes) -> None:
    with pytest.raises(NotJsonError):
        strip_section(raw)


@given(st.binary() | st.binary().map(lambda tail: b'{"ext":{"genfacet":' + tail))
def test_garbage_is_refused_or_left_alone(raw: bytes) -> None:
    try:
        rest, section = strip_section(raw)
    except NotJsonError:
        return
    assert rest is raw or len(rest) < len(raw)
    assert section is None or rest is not raw


@given(documents(), OBJECTS)
def test_a_spliced_answer_is_the_answer_and_the_section(raw: bytes, section: dict[str, Any]) -> None:
    expected = json.loads(raw)
    assume(isinstance(expected.get("ext", {}), dict) and "genfacet" not in expected.get("ext", {}))
    assume(b"\\u" not in raw)
    spliced = splice_section(raw, json.dumps(section).encode())
    expected.setdefault("ext", {})["genfacet"] = section
    assert json.loads(spliced) == expected
    start = next(at for at, (a, b) in enumerate(zip(raw, spliced, strict=False)) if a != b)
    assert spliced[:start] + spliced[start + len(spliced) - len(raw) :] == raw, "one insertion, nothing else"


@pytest.mark.parametrize(
    ("raw", "spliced"),
    [
        (b"{}", b'{"ext":{"genfacet":1}}'),
        (b'{"took":1}\n', b'{"took":1,"ext":{"genfacet":1}}\n'),
        (b'{\n  "hits" : { }\n}\n', b'{\n  "hits" : { },"ext":{"genfacet":1}\n}\n'),
        (b'{"ext":{"a":2},"took":1}', b'{"ext":{"a":2,"genfacet":1},"took":1}'),
        (b'{"ext":{ }}', b'{"ext":{"genfacet":1 }}'),
        (b'{"hits":[{"_source":{"ext":3}}]}', b'{"hits":[{"_source":{"ext":3}}],"ext":{"genfacet":1}}'),
    ],
)
def test_examples_of_splicing(raw: bytes, spliced: bytes) -> None:
    assert splice_section(raw, b"1") == spliced


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b'{"took":1', b'{"ext":3}', b"\x1f\x8b"])
def test_an_answer_that_is_no_object_is_refused(raw: bytes) -> None:
    with pytest.raises(NotJsonError):
        splice_section(raw, b"1")


@given(documents(st.fixed_dictionaries({"took": VALUES, "responses": st.lists(OBJECTS, max_size=4)})), st.data())
def test_each_answer_of_a_multi_search_is_found_and_replaced(raw: bytes, data: st.DataObject) -> None:
    expected = json.loads(raw)
    assume(b"\\u" not in raw)
    spans = response_spans(raw)
    assert [json.loads(raw[start:end]) for start, end in spans] == expected["responses"]
    others = data.draw(st.lists(st.none() | OBJECTS, min_size=len(spans), max_size=len(spans)))
    texts = [None if other is None else json.dumps(other).encode() for other in others]
    for place, other in enumerate(others):
        if other is not None:
            expected["responses"][place] = other
    assert json.loads(replace_spans(raw, spans, texts)) == expected
    assert replace_spans(raw, spans, [None] * len(spans)) == raw


@pytest.mark.parametrize("raw", [b'{"error":{}}', b'{"responses":{}}', b"not even JSON", b""])
def test_an_answer_without_responses_is_refused(raw: bytes) -> None:
    with pytest.raises(NotJsonError):
        response_spans(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"ext":{"genfacet":' + b"[" * 10_000_000,
        b'{"query":' + b'{"bool":' * 1_200_000 + b'{},"ext":{"genfacet":{}}}',
        b'{"ext":{"genfacet":"' + b"\xff\x00" * 5_000_000 + b'"}}',
        bytes(range(256)) * 40_000 + b"genfacet",
    ],
    ids=["brackets", "queries", "bytes in a string", "bytes"],
)
def test_ten_megabytes_of_anything_are_refused(raw: bytes) -> None:
    for read in (strip_section, response_spans):
        with pytest.raises(NotJsonError):
            read(raw)
    with pytest.raises(NotJsonError):
        splice_section(raw.removesuffix(b"}}") + b'"ext"', b"{}")
