"""Ranges: bounds that people would choose, that split, and that read back as they were written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genfacet.ranges import range_label, readable, split
from genfacet.values import Range, read_range

NUMBERS = st.floats(-1e9, 1e9, allow_nan=False).map(lambda number: round(number, 4))
QUANTILES = st.lists(NUMBERS, min_size=5, max_size=5).map(sorted)


@pytest.mark.parametrize(
    ("quantiles", "ranges"),
    [
        ([12.9, 24.5, 49.9, 98.0, 310.0], ["..25", "25..50", "50..100", "100.."]),
        ([1500, 14000, 19900, 52000, 240000], ["..15000", "15000..20000", "20000..50000", "50000.."]),
        ([0.11, 0.19, 0.31, 0.42, 0.9], ["..0.2", "0.2..0.3", "0.3..0.4", "0.4.."]),
        ([5, 5, 5, 5, 5], []),
        ([1, 2], []),
        ([], []),
    ],
)
def test_bounds_are_the_ones_people_choose(quantiles, ranges):
    assert [str(span) for span in split(quantiles)] == ranges


@given(QUANTILES, st.booleans())
def test_ranges_cover_all_numbers_once_and_increase(quantiles, whole):
    spans = split(quantiles, whole)
    assert len(spans) != 1
    assert len(spans) <= 4
    if spans:
        assert spans[0].low is None
        assert spans[-1].high is None
        bounds = [span.high for span in spans[:-1]]
        assert bounds == [span.low for span in spans[1:]]
        assert bounds == sorted(set(bounds))
        assert quantiles[0] < bounds[0]
        assert bounds[-1] <= quantiles[-1]
        assert not whole or all(bound == int(bound) for bound in bounds)


@given(QUANTILES, st.booleans())
def test_a_range_reads_back_as_it_was_written(quantiles, whole):
    for span in split(quantiles, whole):
        assert read_range(str(span)) == span


@given(
    st.none() | st.decimals(-(10**14), 10**14, places=3),
    st.none() | st.decimals(-(10**14), 10**14, places=3),
)
def test_any_range_of_numbers_has_a_text(low, high):
    empty = (low is None and high is None) or (low is not None and high is not None and low >= high)
    assert read_range(str(Range(low, high))) == (None if empty else Range(low, high))


@given(st.text("0123456789.-+eE _", max_size=12))
def test_what_is_no_range_is_not_read_as_one(text):
    span = read_range(text)
    if span is not None:
        assert span.low is not None or span.high is not None
        assert read_range(str(span)) == span


@pytest.mark.parametrize(
    "text", ["..", "5", "5..1", "5..5", "1..2..3", "a..b", "1 .. 2", "1e3..", "٣..", "..x", "+1..2"]
)
def test_odd_texts_are_no_ranges(text):
    assert read_range(text) is None


@given(NUMBERS, st.floats(0.0001, 1e6))
def test_a_readable_number_is_near(number, tolerance):
    assert abs(readable(number, tolerance) - Decimal(repr(number))) <= Decimal(repr(tolerance))


def test_labels_read_like_a_shop():
    labels = [range_label(span, "EUR") for span in split([12.9, 24.5, 49.9, 1980.0, 3100.0])]
    assert labels == ["under 25 EUR", "25 to 50 EUR", "50 to 2,000 EUR", "2,000 EUR and up"]
    assert range_label(Range(Decimal("0.5"), None), "") == "0.5 and up"
