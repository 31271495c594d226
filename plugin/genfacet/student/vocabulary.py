"""The tokens of a model as the grammar of answers sees them: which may stand in free text, and where."""

import re
import unicodedata
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from genfacet.errors import SettingsError

Mask = NDArray[np.bool_]
_SIGNS = re.compile(r"[=&~<>|:;,\\]")
LONGEST = 24
"""Characters from which the room that is left does not matter to any token: longer ones are not used in free text."""


class Vocabulary:
    """A tokenizer and what is known of its tokens."""

    def __init__(self, tokenizer: bytes, end: int) -> None:
        """``tokenizer`` is the content of a ``tokenizer.json``; raises SettingsError where it is none."""
        try:
            self.tokenizer = Tokenizer.from_buffer(tokenizer)
        except Exception as error:  # the library raises plain Exception
            raise SettingsError(f"the student's tokenizer is none ({str(error)[:120]})") from None
        self.end = end
        self.size = self.tokenizer.get_vocab_size()
        self._cut: dict[str, tuple[int, ...]] = {}
        self._masks: dict[tuple[bool, bool, int], Mask] = {}

    def tokens(self, text: str) -> tuple[int, ...]:
        """The tokens of a text."""
        return tuple(self.tokenizer.encode(text, add_special_tokens=False).ids)

    def cut(self, text: str) -> tuple[int, ...]:
        """The tokens of a text that comes again and again: they are kept."""
        known = self._cut.get(text)
        if known is None:
            known = self.tokens(text)
            if len(self._cut) < 4096:
                self._cut[text] = known
        return known

    def text(self, tokens: list[int]) -> str:
        """The text of tokens."""
        return str(self.tokenizer.decode(tokens, skip_special_tokens=True))

    @cached_property
    def pieces(self) -> list[str | None]:
        """The text of each token; None for one that is no whole text by itself, or is special."""
        decoded = [self.tokenizer.decode([number], skip_special_tokens=True) for number in range(self.size)]
        return [text if text and "\ufffd" not in text else None for text in decoded]

    @cached_property
    def space(self) -> int | None:
        """The token that is one space."""
        return next((number for number, text in enumerate(self.pieces) if text == " "), None)

    @cached_property
    def digits(self) -> dict[str, int]:
        """The tokens of single digits."""
        return {
            text: number for number, text in enumerate(self.pieces) if text is not None and re.fullmatch("[0-9]", text)
        }

    @cached_property
    def _free(self) -> tuple[Mask, Mask, Mask, Mask, NDArray[np.int64]]:
        """By token: whether it may be free text, has a letter or digit, begins with a space or digit; its length."""
        usable, lettered, spaced, digital = (np.zeros(self.size, bool) for _ in range(4))
        length = np.zeros(self.size, np.int64)
        for number, text in enumerate(self.pieces):
            if text is None or len(text) > LONGEST or number == self.space or not _is_free(text):
                continue
            usable[number], spaced[number], length[number] = True, text[0] == " ", len(text)
            lettered[number], digital[number] = any(map(str.isalnum, text)), text[0] in "0123456789"
        return usable, lettered, spaced, digital, length

    def free(self, room: int, *, lead: bool = False, bare: bool = False) -> Mask:
        """Tokens that free text may go on with in ``room`` characters.

        ``lead``: its first token, which brings the space before it. ``bare``: right after a line's sign, where no space
        may follow. Either has a letter or digit, so that the text is a name whatever comes next.
        """
        key = (lead, bare, min(room, LONGEST))
        mask = self._masks.get(key)
        if mask is None:
            usable, lettered, spaced, _, length = self._free
            mask = usable & (length <= room)
            if lead or bare:
                mask &= lettered & (spaced if lead else ~spaced)
            if self.space is not None and not bare and room >= 2:
                mask[self.space] = True
            mask.setflags(write=False)
            self._masks[key] = mask
        return mask

    def after_space(self, room: int) -> Mask:
        """Tokens after a lone space: digits, the only ones that the tokenizer cuts from it."""
        usable, _, _, digital, length = self._free
        return np.asarray(usable & digital & (length <= room))


def _is_free(text: str) -> bool:
    body = text[1:] if text[0] == " " else text
    if not body or _SIGNS.search(body):
        return False
    return all(unicodedata.category(char)[0] not in "CZ" for char in body)
