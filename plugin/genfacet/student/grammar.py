"""What an answer may say, token by token: a rule is a generator that yields what may come next and is sent what came.

The rules follow the format of ``genfacet.prompt`` from top to bottom. Markers and values come from the prompt's
candidates alone, so that whatever a model prefers, its answer parses and names only what exists.
"""

from collections.abc import Collection, Generator, Iterable, Sequence
from dataclasses import dataclass

from genfacet.generation import Choice, Generation
from genfacet.prompt import FACETS, OPEN_VALUES, PHRASES, open_name
from genfacet.student.vocabulary import Mask, Vocabulary
from genfacet.values import MAX_CONSTRAINTS

LABEL, WORDS, QUERY = 60, 60, 256
"""Most characters of a label, of a value's words or a phrase, and of a query."""
FEWEST_VALUES = 2
"""An open facet with fewer values splits nothing."""
TEXTS, PHRASES_LENGTH = 2, 100
"""Most constraints of phrases in a value, and the characters after which one takes no more: a value has a length."""
DIGITS = 7
"""Most digits of a number before its point."""


@dataclass(frozen=True, slots=True)
class Next:
    """What may come next: these tokens, and those of a mask."""

    tokens: tuple[int, ...] = ()
    mask: Mask | None = None

    @property
    def forced(self) -> int | None:
        """The only token that may come; None where there is a choice."""
        return self.tokens[0] if self.mask is None and len(self.tokens) == 1 else None


Rule = Generator[Next, int, str]
"""A rule returns the text that it read."""


def grammar(vocabulary: Vocabulary, generation: Generation) -> Rule:
    """The rule of a whole answer, which ends with the token that ends answers."""
    if generation.task == "rewrite":
        return _rewrite(vocabulary)
    return _facets(vocabulary, generation.choices)


def _rewrite(v: Vocabulary) -> Rule:
    """One line of free text."""
    text, _ = yield from _free_text(v, QUERY, ["\n", ""], lead=False)
    return text


def _facets(v: Vocabulary, choices: Sequence[Choice]) -> Rule:
    """Facets, each once: a marker alone, or a label with its values."""
    closed = {one.marker: one for one in choices}
    labels: set[str] = set()
    after = ""
    for place in range(FACETS):
        options = [f"{marker}\n" for marker in closed] + ["~"]
        after = after or (yield from _one_of(v, [*options, ""] if place else options))
        if not after:
            return ""
        if after != "~":
            del closed[after[0]]
            after = ""
            continue
        label, _ = yield from _free_text(v, LABEL, ["\n"], lead=False, refused=labels)
        labels.add(open_name(label))
        after = yield from _values(v, choices, [f"{marker}\n" for marker in closed], place == FACETS - 1)
    yield from _one_of(v, [""])
    return ""


def _values(v: Vocabulary, choices: Sequence[Choice], closed: Sequence[str], is_last: bool) -> Rule:
    """The values of an open facet; what the next line begins with: a marker's line, the sign of a label, or nothing."""
    following = [""] if is_last else [*closed, "~", ""]
    said: set[str] = set()
    for count in range(OPEN_VALUES):
        begun = yield from _one_of(v, ["-"] if count < FEWEST_VALUES else ["-", *following])
        if begun != "-":
            return begun
        words = yield from _value(v, choices, said)
        said.add(open_name(words))
    return (yield from _one_of(v, following))


def _value(v: Vocabulary, choices: Sequence[Choice], said: Collection[str]) -> Rule:
    """A value after its dash: words that were not said yet, and the constraints that they stand for."""
    words, sign = yield from _free_text(v, WORDS, [" =", "\n"], lead=True, refused=said)
    left = list(choices)
    texts = TEXTS
    for count in range(MAX_CONSTRAINTS):
        if sign == "\n":
            break
        ends = ["\n"] if count == MAX_CONSTRAINTS - 1 or len(left) + texts == 1 else [" &", "\n"]
        name = yield from _one_of(v, [*([" T"] if texts else []), *(f" {one.marker}" for one in left)])
        if name == " T":
            texts -= 1
            sign = yield from _phrases(v, ends)
            continue
        choice = next(one for one in left if one.marker == name[1])
        left.remove(choice)
        sign = yield from (_range(v, ends) if choice.is_spread else _listed(v, choice.values, ends))
    return words


def _phrases(v: Vocabulary, ends: Sequence[str]) -> Rule:
    said: set[str] = set()
    sign = ","
    while sign == ",":
        more = [] if len(said) == PHRASES - 1 or sum(map(len, said)) > PHRASES_LENGTH else [","]
        phrase, sign = yield from _free_text(v, WORDS, [*more, *ends], lead=True, refused=said)
        said.add(open_name(phrase))
    return sign


def _listed(v: Vocabulary, values: Sequence[str], ends: Sequence[str]) -> Rule:
    """Some of an attribute's values, each once."""
    left = list(values)
    while True:
        # A value may be the beginning of another: what follows a value tells which of them it was.
        more = [","] if len(left) > 1 else []
        said = yield from _one_of(v, [f" {value}{end}" for value in left for end in [*more, *ends]])
        value, sign = next((value, end) for value in left for end in [*more, *ends] if said == f" {value}{end}")
        if sign != ",":
            return sign
        left.remove(value)


def _range(v: Vocabulary, ends: Sequence[str]) -> Rule:
    """A span of whole numbers: below a bound, above one, or between two of which the second is larger."""
    yield from _one_of(v, [" "])
    low, _ = yield from _digits(v, [".."], 0, DIGITS - 1)
    _, sign = yield from _digits(v, ends, 0 if low else 1, len(low) + 1 if low else DIGITS, above=low)
    return sign


def _digits(
    v: Vocabulary, ends: Sequence[str], least: int, most: int, above: str = ""
) -> Generator[Next, int, tuple[str, str]]:
    """A number of ``least`` to ``most`` digits and what ended it; where it is one, larger than ``above``.

    One digit more than ``above`` has, and no zero in front, make it larger, so that an end can always be reached.
    """
    firsts = {v.cut(end)[0]: end for end in ends}
    said = ""
    while True:
        is_whole = len(said) == most or said == "0"
        going = (
            () if is_whole else tuple(v.digits[digit] for digit in "0123456789" if said or digit != "0" or not above)
        )
        may_end = len(said) >= least and (not said or not above or int(said) > int(above))
        token = yield Next((*going, *firsts) if may_end else going)
        if may_end and token in firsts:
            yield from _rest(v, firsts[token])
            return said, firsts[token]
        said += v.pieces[token] or ""


def _free_text(
    v: Vocabulary, most: int, ends: Iterable[str], *, lead: bool, refused: Collection[str] = ()
) -> Generator[Next, int, tuple[str, str]]:
    """Free text of at most ``most`` characters and what ended it.

    ``lead``: it stands after a sign, with a space before it. ``refused`` are names that its words must not make: a
    digit at the end, for which a character is spared, makes another of any.
    """
    firsts = {(v.cut(end)[0] if end else v.end): end for end in ends}
    said = ""
    while True:
        room = most - bool(refused) - len(said.lstrip())
        if not said:
            mask = v.free(room, lead=lead, bare=not lead)
        elif said.endswith(" "):
            mask = v.after_space(room)
        else:
            mask = v.free(room)
        done = bool(said.strip()) and not said.endswith(" ") and open_name(said) not in refused
        if done or mask.any():
            token = yield Next(tuple(firsts) if done else (), mask)
        else:
            token = yield Next(tuple(one for d, one in v.digits.items() if open_name(said + d) not in refused))
        if done and token in firsts:
            yield from _rest(v, firsts[token])
            return said.strip(), firsts[token]
        said += v.pieces[token] or ""


def _one_of(v: Vocabulary, options: Sequence[str]) -> Rule:
    """One of some texts; the empty one is the end of the answer."""
    left = {option: v.cut(option) if option else (v.end,) for option in options}
    place = 0
    while True:
        nexts = tuple(dict.fromkeys(tokens[place] for tokens in left.values()))
        token = yield Next(nexts)
        left = {option: tokens for option, tokens in left.items() if tokens[place] == token}
        place += 1
        whole = [option for option, tokens in left.items() if len(tokens) == place]
        if whole:
            return whole[0]


def _rest(v: Vocabulary, text: str) -> Generator[Next, int, None]:
    """What of a text comes after its first token."""
    for token in v.cut(text)[1:]:
        yield Next((token,))
