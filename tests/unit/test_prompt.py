"""The student's text format: what is written is read again, and no text can take the part of structure."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odd_probes import HOSTILE, attributes

from genfacet.catalog import Attribute, Catalog
from genfacet.clauses import is_expressible
from genfacet.probe import AttributeProbe, Probe
from genfacet.prompt import (
    CANDIDATES,
    FACETS,
    OPEN_VALUES,
    Near,
    Proposed,
    candidates_of,
    clean,
    facet_prompt,
    open_name,
    read_facets,
    read_rewrite,
    rewrite_prompt,
    write_facets,
    write_rewrite,
)
from genfacet.values import Constraint, OpenValue, read_range, write_open

CONNECTOR = AttributeProbe(Attribute("connector", "Connector", "keyword"), 30, (("LC", 20), ("SC", 6), ("LC, UPC", 4)))
REACH = AttributeProbe(
    Attribute("reach", "Reach", "number", unit="m"), 40, (("300", 9), ("550", 8)), 23, (100, 300, 550, 10000, 40000)
)
SOLD_OUT = AttributeProbe(Attribute("sold_out", "Sold out", "boolean"), 40, (("no", 40),))
CANDIDATE_LIST = [(2.0, CONNECTOR), (1.0, REACH), (0.5, SOLD_OUT)]
PROMPT = facet_prompt(
    "sfp module", Probe(40, 40, {}, {}, {}, ("A module", "Another one")), candidates_of(CANDIDATE_LIST)
)
CATALOG = Catalog(
    {seen.attribute.name: replace(seen.attribute, field="f") for _, seen in CANDIDATE_LIST}, (), ("title",)
)


def test_a_prompt_says_query_titles_and_candidates() -> None:
    assert PROMPT.text == (
        "facets: sfp module\n- A module\n- Another one\nA9 Connector: LC, SC, LC UPC\nB3 Reach: 300 550 10000 m\n>\n"
    )
    assert set(PROMPT.candidates) == {"A", "B"}, "what has one value cannot be a facet"


def test_kinds_trends_and_a_near_plan_are_shown_where_there_are_some() -> None:
    probe = Probe(40, 40, {}, {}, {"Modules": 0.7, "Cables": 0.28, "Odds": 0.02})
    near = Near("sfp", (Proposed("~reach", "How far", ("near|reach=..300", "odd|colour=red")), Proposed("reach", "")))
    text = facet_prompt("sfp", probe, candidates_of(CANDIDATE_LIST), trends=["10gbase"], near=near).text
    assert "kinds: Modules 70, Cables 28\ntrends: 10gbase\n" in text
    assert text.endswith("near: sfp\n~How far\n- near = B ..300\nB\n>\n")


def test_an_answer_is_read() -> None:
    answer = "~How far apart\n- same room = T 850nm, sx\n- a building = B 500..5000 & A LC, LC UPC\n- spare\nA"
    read = read_facets(PROMPT, answer)
    values = ("same room|text=850nm,sx", r"a building|reach=500..5000|connector=LC,LC\, UPC", "spare")
    assert read.facets == (Proposed("~how_far_apart", "How far apart", values), Proposed("connector", "Connector"))
    assert not read.rejected
    assert all(is_expressible(facet.name, facet.values, CATALOG) for facet in read.facets)


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ("- words = T a word", 0),  # no facet before it
        ("~Label\n- words = Z LC", 0),  # no such candidate
        ("~Label\n- words = A FC", 0),  # no such value
        ("~Label\n- words = A LC, LC", 0),
        ("~Label\n- words = A 1..2", 0),  # no numbers
        ("~Label\n- words = B 9..2", 0),
        ("~Label\n- words = B ..", 0),
        ("~Label\n- words = T ", 0),
        ("~Label\n- words = T x, , y", 0),
        ("~Label\n- words = ", 0),
        ("~Label\n- words = T x &  & T y", 0),
        ("~Label\n-  = T x", 0),
        ("~\n- words = T x", 0),
        ("~a|b\n- words = T x", 0),
        ("Label\n- words = T x", 0),
        ("~Label\n- words = T x\n~Label\n- others = T y", 1),
        ("~Label\n- words = T x\n- words = T x", 1),
        ("A\nA\nA", 1),
        ("T\nAA\n A\nC\n", 0),
        ("", 0),
    ],
)
def test_what_breaks_the_format_is_left_out_and_told(answer: str, kept: int) -> None:
    read = read_facets(PROMPT, answer)
    assert len(read.facets) == kept
    assert all(len(facet.values) == (1 if facet.is_open else 0) for facet in read.facets)
    assert read.rejected or answer in ("", "A\nA\nA")


def test_an_answer_is_bounded() -> None:
    many = "\n".join(f"~Label {n}\n" + "\n".join(f"- words {m} = T x{m}" for m in range(20)) for n in "pqrstuvwxyz")
    read = read_facets(PROMPT, many)
    assert len(read.facets) == FACETS
    assert {len(facet.values) for facet in read.facets} == {OPEN_VALUES}


@given(HOSTILE, st.lists(HOSTILE, max_size=4), attributes(), st.lists(HOSTILE, max_size=3), HOSTILE)
def test_no_text_can_forge_the_structure_of_a_prompt(query, titles, ranked, trends, kind) -> None:
    candidates = candidates_of(ranked)
    text = facet_prompt(query, Probe(9, 9, {}, {}, {kind: 1.0}, tuple(titles)), candidates, trends=trends).text
    head, *lines, end, empty = text.split("\n")
    assert head.startswith("facets:")
    assert (end, empty) == (">", "")
    shapes = r"kinds: [^=&~<>|;:]*|trends: [^=&~<>|;:]*|- [^=&~<>|;:,]*|[A-Z]\d [^=&~<>|;:,]*: ?[^=&~<>|;:]*"
    assert all(re.fullmatch(shapes, line) for line in lines)
    marked = [line for line in lines if re.match(r"[A-Z]\d ", line)]
    assert [line[0] for line in marked] == list(candidates)
    assert len(candidates) <= CANDIDATES
    for line, candidate in zip(marked, candidates.values(), strict=True):
        assert candidate.is_spread or line.partition(": ")[2].split(", ") == list(candidate.values)
    assert len(text) < 4000


@given(st.text(alphabet=st.sampled_from("~-AB T=&,.|\\ \nLCS019x"), max_size=200))
def test_whatever_is_answered_only_what_can_be_executed_comes_back(answer: str) -> None:
    for facet in read_facets(PROMPT, answer).facets:
        assert is_expressible(facet.name, facet.values, CATALOG)
        assert facet.is_open == bool(facet.values)


WORDS = st.text(min_size=1, max_size=60).map(lambda text: clean(text, 60)).filter(bool)
RANGES = st.sampled_from(["..5", "5..100", "0.5..", "-3..-1"]).map(read_range)
CONSTRAINTS = st.one_of(
    st.builds(lambda span: Constraint("reach", range=span), RANGES),
    st.builds(
        lambda chosen: Constraint("connector", alternatives=tuple(v for v, _ in CONNECTOR.values if v in chosen)),
        st.sets(st.sampled_from([value for value, _ in CONNECTOR.values]), min_size=1),
    ),
    st.builds(
        lambda phrases: Constraint("text", alternatives=tuple(phrases)),
        st.lists(WORDS, min_size=1, max_size=4, unique=True),
    ),
)
VALUES = st.builds(lambda words, meaning: OpenValue(words, tuple(meaning)), WORDS, st.lists(CONSTRAINTS, max_size=3))
OPEN = st.builds(
    lambda label, values: Proposed(open_name(label), label, tuple(map(write_open, values))),
    WORDS.filter(lambda label: open_name(label) != "~"),
    st.lists(VALUES, min_size=1, max_size=OPEN_VALUES, unique_by=write_open),
)
PLANNED = st.lists(
    OPEN | st.sampled_from([Proposed("reach", "Reach"), Proposed("connector", "Connector")]),
    max_size=FACETS,
    unique_by=lambda facet: facet.name,
)


@given(PLANNED)
def test_facets_are_read_as_they_were_written(facets: list[Proposed]) -> None:
    read = read_facets(PROMPT, write_facets(PROMPT, facets))
    assert read.facets == tuple(facets)
    assert not read.rejected


def test_what_no_marker_stands_for_is_not_written() -> None:
    open_ = Proposed(
        "~x", "Label", ("one|colour=red", "two|reach=..5|colour=red", "three|text=t", "bad|=", "odd|sold_out=no")
    )
    facets = [open_, Proposed("colour", "Colour"), Proposed("~y", "Other", ("one|colour=red",))]
    assert write_facets(PROMPT, facets) == "~Label\n- three = T t"


def test_a_rewrite_is_asked_for_in_words() -> None:
    labels = {"~reach": "How far apart", "reach": "Reach", "connector": "Connector"}
    selected = {"~reach": ("a building|reach=500..|text=lx,lr",), "connector": ("LC",), "~odd": ("bad|=",)}
    assert rewrite_prompt("sfp", ("A module",), selected, labels) == (
        "rewrite: sfp\n- A module\nHow far apart = a building & Reach 500.. & lx, lr\nConnector = LC\nodd = bad\n>\n"
    )


@given(HOSTILE, st.lists(HOSTILE, max_size=3), HOSTILE, HOSTILE)
def test_no_text_can_forge_the_structure_of_a_rewrite(query: str, titles: list[str], value: str, label: str) -> None:
    text = rewrite_prompt(query, titles, {"~x": (value,), "y": (value,)}, {"~x": label})
    head, *lines, end, empty = text.split("\n")
    assert head.startswith("rewrite:")
    assert (end, empty) == (">", "")
    assert all(re.fullmatch(r"- [^=&~<>|;:,]*", line) for line in lines[:-2])
    assert [line.count(" = ") for line in lines[-2:]] == [1, 1]


@given(HOSTILE)
def test_a_rewritten_query_is_one_line_of_bounded_length(text: str) -> None:
    written = write_rewrite(text)
    assert read_rewrite(written) == (written or None)
    assert len(read_rewrite(text) or "") <= 256
