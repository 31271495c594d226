"""Held-out queries: a tenth by their own text, and all that is nearly the same."""

from hypothesis import given
from hypothesis import strategies as st

from genfacet_training.evaluation.splits import HeldOut, is_drawn, near_duplicates, split

DRAWN = next(f"black hdmi cable {n}m" for n in range(1000) if is_drawn(f"black hdmi cable {n}m"))


def free(query):
    """The query, made one that is not drawn by its own text: spaces at its end change nothing but its hash."""
    while is_drawn(query):
        query += " "
    return query


def test_the_draw_is_the_documented_one():
    # Digests by sha256sum, remainders by long division: 0, 0, LASER, WALL.
    queries = ["satin photo paper roll", "usb hub", "laser printer", "wall mount rack"]
    assert list(filter(is_drawn, queries)) == ["satin photo paper roll", "usb hub"]


def test_about_a_tenth_is_drawn():
    assert 850 < sum(is_drawn(f"query {n}") for n in range(10_000)) < 1150


def test_near_duplicates_share_their_words():
    assert near_duplicates("hdmi cable", "HDMI  cable")
    assert near_duplicates("hdmi cables", "cable hdmi")
    assert near_duplicates("iphone 12 case", "iphone 13 case")
    assert near_duplicates("black hdmi cable long", "black hdmi cable")  # 3 of 4
    assert not near_duplicates("black hdmi cable", "hdmi cable")  # 2 of 3
    assert near_duplicates("4060", "4060 ")
    assert not near_duplicates("4060", "4070")


def test_what_is_nearly_the_same_is_held_out_too():
    other, far = free("Cable HDMI black"), free("hdmi adapter")
    parts = split([far, other, DRAWN])
    assert parts.held_out == (other, DRAWN)
    assert parts.development == (far,)


def test_near_duplicates_of_near_duplicates():
    one = free("black hdmi m cable thin")
    two = free("black hdmi m cable thin flat")
    assert not near_duplicates(two, DRAWN)
    assert split([two, one, DRAWN]).held_out == (two, one, DRAWN)
    assert split([two, DRAWN]).development == (two,)


def test_any_query_can_be_asked_about():
    held_out = HeldOut([DRAWN])
    assert free("Black HDMI cables") in held_out
    assert free("white paper") not in held_out
    assert DRAWN in HeldOut([])
    assert free("half a character \ud800") not in held_out


QUERIES = st.lists(st.text("abc ", max_size=9), max_size=30)


@given(QUERIES)
def test_nothing_to_train_on_is_close_to_what_is_held_out(queries):
    parts = split(queries)
    assert sorted(parts.development + parts.held_out) == sorted(queries)
    assert not any(near_duplicates(one, other) for one in parts.development for other in parts.held_out)
    assert not any(map(is_drawn, parts.development))


@given(QUERIES, st.randoms(use_true_random=False))
def test_the_order_does_not_matter(queries, random):
    shuffled = random.sample(queries, len(queries))
    assert set(split(queries).held_out) == set(split(shuffled).held_out)
