"""What a field's name says about it."""

import re
from collections.abc import Iterable

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OTHER = re.compile(r"[\W_]+")

TITLES = frozenset({"title", "titles", "headline", "titel", "titre", "titulo"})
PLAIN_NAMES = frozenset({"name", "names", "label"})
PRODUCT = frozenset({"product", "item", "article", "display", "full", "long", "short"})
BRANDS = frozenset({"brand", "brands", "manufacturer", "vendor", "maker", "marke", "marque", "marca"})
TEXTS = frozenset(
    {"body", "bullet", "bullets", "content", "copy", "desc", "description", "details", "features", "keywords"}
    | {"summary", "tags", "text"}
)
CATEGORIES = (
    frozenset({"category", "categories", "kategorie", "categorie", "categoria"}),
    frozenset({"department", "departments"}),
    frozenset({"type", "types"}),
    frozenset({"section", "group", "class", "genre"}),
)
"""Words for the category of a product, the likeliest first."""

PRICES = frozenset({"price", "prices", "msrp", "rrp", "preis", "prix", "precio", "prezzo"})
CURRENT_PRICES = frozenset({"current", "sale", "sales", "final", "selling", "retail", "now", "actual"})
MINOR_UNITS = frozenset({"cent", "cents", "pence", "pennies", "minor", "ct"})
NO_PRICES = frozenset({"change", "count", "discount", "id", "level", "percent", "pct", "ratio", "type"})
POPULARITY = (
    frozenset({"popularity", "popular", "bestseller"}),
    frozenset({"sales", "sold", "orders", "purchases"}),
    frozenset({"views", "clicks", "hits", "visits"}),
    frozenset({"reviews", "ratings", "votes"}),
    frozenset({"rank", "ranking"}),
)
"""Words for figures of popularity, the best first. Of a rank the lower is usually the better."""

STOCK = frozenset({"stock", "inventory", "qty"})
ORDERS = frozenset({"position", "order", "sort", "sequence", "seq", "boost"})
MOMENTS = frozenset({"at", "created", "date", "epoch", "modified", "time", "timestamp", "ts", "updated"})

_LAST_WORD_OF_CODES = frozenset(
    {"barcode", "checksum", "code", "codes", "cursor", "email", "etag", "filename", "hash", "id", "identifier", "ids"}
    | {"key", "mpn", "phone", "serial", "slug", "token"}
)
_CODES = frozenset(
    {"asin", "ean", "eans", "gtin", "gtins", "guid", "isbn", "issn", "md5", "sha1", "sha256", "sku", "skus"}
    | {"upc", "uuid"}
)
_LINKS = frozenset(
    {"href", "image", "images", "img", "link", "links", "photo", "photos", "picture", "pictures", "thumb"}
    | {"thumbnail", "uri", "url", "urls"}
)


def words(name: str) -> tuple[str, ...]:
    """The words of a name: `productCode`, `product-code` and `product_code` are (product, code)."""
    return tuple(word for word in _OTHER.split(_CAMEL.sub("_", name).lower()) if word)


def normal(name: str) -> str:
    """The name with its words joined by underscores."""
    return "_".join(words(name))


def holds(name: str, known: Iterable[str]) -> bool:
    """Whether one of these words is in the name."""
    return not set(words(name)).isdisjoint(known)


def ends_in(name: str, known: Iterable[str]) -> bool:
    """Whether the name's last word is one of these."""
    return words(name)[-1:] != () and words(name)[-1] in set(known)


def code_or_link(name: str) -> str | None:
    """What the name says that no shopper reads: an identifier or a link; None where it says no such thing."""
    if ends_in(name, _LAST_WORD_OF_CODES) or holds(name, _CODES):
        return "an identifier, by its name"
    return "a link or picture, by its name" if ends_in(name, _LINKS) else None


def is_title(name: str) -> bool:
    """Whether the name is one for titles of products."""
    return ends_in(name, TITLES) or (ends_in(name, PLAIN_NAMES) and set(words(name)[:-1]) <= PRODUCT)


def rank_among(name: str, groups: Iterable[frozenset[str]]) -> int | None:
    """The place of the first group that shares a word with the name; None where none does."""
    return next((place for place, group in enumerate(groups) if holds(name, group)), None)
