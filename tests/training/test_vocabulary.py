"""The restricted vocabulary cuts what it knows as before, and anything else without loss."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_models import tiny_vocabulary

from genfacet_training.student.vocabulary import END, PAD, START

TEXTS = ["an apple", "apple"]


def tokens(vocabulary, text: str) -> list[str]:
    return vocabulary.tokenizer.encode(text, add_special_tokens=False).tokens


def test_texts_that_it_was_made_for_are_cut_as_before():
    whole = tiny_vocabulary()
    small, rows = whole.restricted(TEXTS, frequent=3, least=1)
    assert len(small.tokens) < len(whole.tokens)
    assert [whole.tokens[row] for row in rows] == list(small.tokens)
    for text in TEXTS:
        assert tokens(small, text) == tokens(whole, text)
    assert {PAD, START, END} <= set(small.tokens)


def test_what_is_rare_is_cut_into_smaller_pieces():
    small, _ = tiny_vocabulary().restricted(["apple"] * 2, frequent=3, least=2)
    assert tokens(small, "apple") == ["apple"]
    assert tokens(small, "red") == ["r", "e", "d"]


def test_the_tokens_of_a_trained_student_give_the_same_vocabulary_again():
    whole = tiny_vocabulary()
    small, rows = whole.restricted(TEXTS, frequent=3, least=1)
    again, same = whole.with_tokens(small.tokens)
    assert (list(again.tokens), list(again.merges), same) == (list(small.tokens), list(small.merges), rows)


@given(st.text(max_size=60))
def test_no_text_is_unknown(text: str):
    small, _ = tiny_vocabulary().restricted(["apple"], frequent=3, least=1)
    encoded = small.tokenizer.encode(text, add_special_tokens=False)
    special = {PAD, START, END}
    if not any(token in text for token in special):
        assert small.tokenizer.decode(encoded.ids) == text


@pytest.mark.parametrize("text", ["12 apples", "1920"])
def test_digits_stand_alone(text: str):
    assert all(
        len(token.strip("Ġ")) <= 1 or not any(map(str.isdigit, token)) for token in tokens(tiny_vocabulary(), text)
    )
