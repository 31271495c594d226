"""Titles and descriptions out of templates, and the slips of the pen in them."""

import re
from collections.abc import Mapping
from random import Random

OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
PLACEHOLDER = re.compile(r"\{(\w+)\}")
KEYS = {"a": "sq", "e": "wr", "i": "uo", "o": "ip", "n": "bm", "r": "et", "s": "ad", "t": "ry", "l": "k", "m": "n"}
"""Neighbours on the keyboard."""


def fill(template: str, words: Mapping[str, str], rng: Random, keep: float = 1.0) -> str | None:
    """Fill in a template; None where a word outside brackets is missing.

    A bracket goes away where one of its words is missing, and else stays with the probability `keep`.
    """

    def bracket(match: re.Match[str]) -> str:
        stays = rng.random() < keep
        return match[1] if stays and all(name in words for name in PLACEHOLDER.findall(match[1])) else ""

    text = OPTIONAL.sub(bracket, template)
    if any(name not in words for name in PLACEHOLDER.findall(text)):
        return None
    return _tidy(PLACEHOLDER.sub(lambda match: words[match[1]], text))


def _tidy(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r" ([,.;])", r"\1", text)
    return re.sub(r"\b([Aa]) (?=[aeio])", r"\1n ", text)


def sentence(text: str) -> str:
    """Begin with a capital."""
    return text[:1].upper() + text[1:]


def misspell(text: str, rng: Random) -> str:
    """Put one typing error into one of the longer words."""
    spots = list(re.finditer(r"[^\W\d_]{5,}", text))
    if not spots:
        return text
    spot = rng.choice(spots)
    word = spot.group()
    at = rng.randrange(1, len(word) - 1)
    match rng.randrange(4):
        case 0:
            wrong = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        case 1:
            wrong = word[:at] + word[at + 1 :]
        case 2:
            wrong = word[:at] + word[at] + word[at:]
        case _:
            wrong = word[:at] + rng.choice(KEYS.get(word[at], "e")) + word[at + 1 :]
    return text[: spot.start()] + wrong + text[spot.end() :]
