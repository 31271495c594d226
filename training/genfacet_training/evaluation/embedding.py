"""Meaning by latent semantic analysis of the catalogue itself: no model from outside, the same for the same seed.

TF-IDF over words, reduced by a truncated SVD (Deerwester et al., 1990). It knows which words of this catalogue go
together and nothing of the world beyond it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline, make_pipeline

from genfacet.catalog import Catalog, label_of
from genfacet.errors import SettingsError
from genfacet.sources.ranking import words
from genfacet_training.evaluation.documents import Document

DIMENSIONS = 96
NEGLIGIBLE = 1e-6


def _tokens(text: str) -> list[str]:
    return sorted(words(text))


@dataclass
class Embedding:
    """Texts as vectors of unit length, (texts, dimensions); a text of unknown words is the zero vector."""

    pipeline: Pipeline
    _known: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def fit(cls, sample: Sequence[Document], catalog: Catalog, seed: int) -> "Embedding":
        """Learns from products: their texts, and the labels and values of their attributes.

        Raises SettingsError where they have nothing in common to learn from, as those of an empty index.
        """
        texts = [_describe(document, catalog) for document in sample]
        vectorizer = TfidfVectorizer(
            tokenizer=_tokens, token_pattern=None, lowercase=False, min_df=2, sublinear_tf=True
        )
        try:
            matrix = vectorizer.fit_transform(texts)
            dimensions = max(2, min(DIMENSIONS, min(matrix.shape) - 1))
            svd = TruncatedSVD(dimensions, random_state=seed).fit(matrix)
        except ValueError:
            raise SettingsError(
                "no meaning can be learnt from this index (source retrieve, --matcher embedding): "
                "its products have no words in common"
            ) from None
        # Directions that no product lies in are arbitrary, and words would look alike in them by chance.
        svd.components_ = svd.components_[svd.singular_values_ > NEGLIGIBLE * svd.singular_values_[0]]
        return cls(make_pipeline(vectorizer, svd))

    def similarities(self, text: str, others: Sequence[str]) -> list[float]:
        """Cosines of one text with each of the others (-1 to 1); 0 where one has no known word."""
        self._learn([text, *others])
        return [float(self._known[text] @ self._known[other]) for other in others]

    def similarity(self, one: str, other: str) -> float:
        """Cosine of two texts."""
        return self.similarities(one, [other])[0]

    def _learn(self, texts: Sequence[str]) -> None:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if not new:
            return
        found = self.pipeline.transform(new)
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        self._known |= dict(zip(new, found / np.where(lengths > 0, lengths, 1.0), strict=True))


def _describe(document: Document, catalog: Catalog) -> str:
    parts = [document.text]
    for name, shown in document.values.items():
        attribute = catalog.attribute(name)
        parts += [attribute.label if attribute else label_of(name), *shown]
    return " ".join(parts)
