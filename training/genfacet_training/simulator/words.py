"""Words that shoppers may use instead of the catalogue's: which of them they do use is drawn from a seed."""

SIDES: tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...] = (
    (("noise", "sound pressure", "sound power"), ("quiet", "silent", "hushed"), ("loud", "room-filling")),
    (("weight",), ("light", "featherweight", "easy to carry"), ("solid", "hefty")),
    (("price", "cost"), ("cheap", "affordable", "budget"), ("premium", "high-end", "upmarket")),
    (("diagonal", "screen size", "display size"), ("small screen", "handy"), ("big screen", "cinema-like")),
    (("power consumption", "energy", "thermal design"), ("economical", "eco-friendly"), ("powerful", "strong")),
    (("battery", "run time", "running time"), ("for short trips",), ("long-lasting", "all-day")),
    (("capacity", "memory", "storage", "volume"), ("basic", "entry-level"), ("spacious", "room for everything")),
    (("speed", "frequency", "rate", "cores"), ("everyday", "unhurried"), ("fast", "snappy", "quick")),
    (("resolution", "pixel"), ("plain picture",), ("sharp", "crisp", "detailed")),
    (("brightness", "luminous", "lumen"), ("dim", "soft light"), ("bright", "radiant")),
    (("yield", "pages"), ("for occasional use",), ("lasts for ages", "for heavy use")),
    (("rating", "stars", "review"), ("unloved",), ("well-loved", "recommended")),
    (("length", "range", "reach"), ("short", "tidy"), ("long", "far-reaching")),
    (("width", "height", "depth", "dimension", "size", "thickness"), ("compact", "space-saving"), ("large", "roomy")),
    (("quantity", "number", "ports", "buttons", "outlets"), ("minimal", "uncluttered"), ("well-equipped", "many")),
)
"""Words of an attribute's name or label, then what shoppers call few of it, then what they call much of it."""
ANY_LOW = ("modest", "humble", "sparing")
ANY_HIGH = ("generous", "ample", "serious")
VALUES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("black", ("dark", "night")),
    ("white", ("pale", "snowy")),
    ("silver", ("shiny", "metallic look")),
    ("red", ("fiery", "eye-catching")),
    ("blue", ("ocean", "cool-toned")),
    ("green", ("leafy", "natural")),
    ("leather", ("classy", "elegant")),
    ("wood", ("cosy", "warm")),
    ("steel", ("sturdy", "indestructible")),
    ("metal", ("sturdy", "robust")),
    ("aluminium", ("sleek", "robust")),
    ("plastic", ("easy to clean", "carefree")),
    ("cotton", ("cuddly", "gentle")),
    ("wireless", ("cable-free", "untethered")),
    ("bluetooth", ("cable-free", "pairs with my phone")),
    ("laser", ("sharp print", "smudge-proof")),
    ("ink", ("photo-like", "vivid")),
)
"""Words of a value, and what shoppers say instead."""
PURPOSES = (
    "for travel",
    "for the office",
    "for gaming",
    "for students",
    "for the workshop",
    "for families",
    "for beginners",
    "for professionals",
    "for small rooms",
    "for outdoors",
    "as a gift",
    "no-frills",
    "stylish",
    "hard-wearing",
    "old-school",
    "cutting-edge",
)
"""What shoppers say where no better word is known."""
