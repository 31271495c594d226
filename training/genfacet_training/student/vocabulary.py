"""A byte-level BPE tokenizer restricted to the tokens that some texts need.

A text is cut as before where all its tokens are kept, because a merge is kept with everything that it is made of; any
other text is cut into smaller pieces, down to bytes, so that nothing is unknown. Half of a small model's weights are
rows of embeddings that a shop's texts never use.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

PAD, START, END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
"""Special tokens that are kept: padding, the beginning of a turn, and its end, which ends an answer."""


@dataclass(frozen=True)
class Vocabulary:
    """Tokens by their number, and pairs that are merged, in their order."""

    tokens: Sequence[str]
    merges: Sequence[tuple[str, str]]

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The tokenizer, as SmolLM2 cuts: digits one by one, then bytes."""
        numbered = {token: number for number, token in enumerate(self.tokens)}
        made = Tokenizer(models.BPE(vocab=numbered, merges=list(self.merges)))
        digits, letters = (
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        )
        made.pre_tokenizer = pre_tokenizers.Sequence([digits, letters])
        made.decoder = decoders.ByteLevel()
        made.add_special_tokens([AddedToken(token, special=True) for token in (PAD, START, END)])
        return made

    def restricted(self, texts: Iterable[str], frequent: int, least: int = 2) -> tuple["Vocabulary", list[int]]:
        """The vocabulary of what occurs ``least`` times in the texts, and of the ``frequent`` first tokens.

        With it the number here of each token there: the rows of the embeddings that stay.
        """
        counted: Counter[int] = Counter()
        for text in texts:
            counted.update(self.tokenizer.encode(text, add_special_tokens=False).ids)
        wanted = {number for number, count in counted.items() if count >= least} | set(range(frequent))
        kept = self._with_parts(self.tokens[number] for number in wanted)
        return self.with_tokens(kept | set(pre_tokenizers.ByteLevel.alphabet()) | {PAD, START, END})

    def with_tokens(self, tokens: Collection[str]) -> tuple["Vocabulary", list[int]]:
        """The vocabulary of these tokens alone, in the order here, and their numbers here."""
        known = set(tokens)
        rows = [number for number, token in enumerate(self.tokens) if token in known]
        merges = [pair for pair in self.merges if known.issuperset((*pair, "".join(pair)))]
        return Vocabulary([self.tokens[row] for row in rows], merges), rows

    def _with_parts(self, tokens: Iterable[str]) -> set[str]:
        """The tokens, and all that they are merged of."""
        made_of: Mapping[str, tuple[str, str]] = {"".join(pair): pair for pair in reversed(self.merges)}
        kept: set[str] = set()
        left = list(tokens)
        while left:
            token = left.pop()
            if token not in kept:
                kept.add(token)
                left.extend(made_of.get(token, ()))
        return kept
