from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genfacet.values import Constraint, OpenValue, Range, read_number, read_open, read_range, words_of, write_open

TEXTS = st.text(st.sampled_from("ab.,|=\\ ~é") | st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
SPANS = st.tuples(st.none() | st.integers(-999, 999), st.none() | st.integers(-999, 999)).filter(
    lambda pair: pair != (None, None) and (None in pair or pair[0] < pair[1])
)
CONSTRAINTS = st.builds(
    lambda name, alternatives: Constraint(name, alternatives=tuple(alternatives)),
    TEXTS,
    st.lists(TEXTS.filter(lambda text: text.strip() != ""), min_size=1, max_size=4),
) | st.builds(
    lambda name, pair: Constraint(name, range=Range(*(None if n is None else Decimal(n) for n in pair))),
    TEXTS.filter(lambda name: name != "text"),
    SPANS,
)


@given(TEXTS.filter(lambda text: text.strip() != ""), st.lists(CONSTRAINTS, max_size=8))
def test_what_is_written_is_read_back(words, constraints):
    value = OpenValue(words, tuple(constraints))
    written = write_open(value)
    if len(written) <= 512:
        assert read_open(written) == value


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        value = read_open(text)
    except ValueError:
        return
    assert read_open(write_open(value)) == value


def test_the_example_of_the_contract():
    value = read_open("for travel|weight=..1500|display_diagonal=..14")
    assert value == OpenValue(
        "for travel",
        (
            Constraint("weight", range=Range(None, Decimal(1500))),
            Constraint("display_diagonal", range=Range(None, Decimal(14))),
        ),
    )
    assert read_open("gaming|text=gaming,gamer").constraints[0].alternatives == ("gaming", "gamer")
    assert words_of("for travel|weight=..1500") == "for travel"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "|a=b",
        "words|",
        "words|=b",
        "words|a=",
        "words|a=b,",
        "words|a=5..5",
        "words|text=1..2",
        "a\\",
        "a\\b",
        "x" * 513,
        "words|text=" + ",".join("x" * 65),
        "words" + "|a=b" * 9,
    ],
)
def test_broken_open_values_are_refused(text):
    with pytest.raises(ValueError, match=r"."):
        read_open(text)


def test_ranges():
    assert read_range("50..100") == Range(Decimal(50), Decimal(100))
    assert read_range("..2.5") == Range(None, Decimal("2.5"))
    assert read_range("-5..") == Range(Decimal(-5), None)
    for text in ["..", "5..5", "9..1", "a..b", "1...2", "1..2..3", "1e3..2", " 1..2", "", "５..９"]:
        assert read_range(text) is None, text
    assert read_number("4.50") == Decimal("4.50")
    assert read_number("4.") is None
