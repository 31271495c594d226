"""Words that every shop chooses its own from: colours, materials, names of attributes, brands and series."""

COLOURS = ("Black", "White", "Grey", "Blue", "Green", "Red", "Beige", "Brown", "Yellow", "Pink", "Orange")

SPELLINGS: dict[str, tuple[str, ...]] = {
    "Black": ("Black", "Jet black", "Onyx", "Midnight black", "Carbon"),
    "White": ("White", "Snow white", "Ivory", "Chalk", "Off-white"),
    "Grey": ("Grey", "Light grey", "Anthracite", "Slate", "Charcoal", "Silver grey"),
    "Blue": ("Blue", "Navy", "Petrol", "Sky blue", "Ocean blue", "Denim blue"),
    "Green": ("Green", "Olive", "Sage", "Forest green", "Mint", "Moss"),
    "Red": ("Red", "Bordeaux", "Cherry red", "Brick red", "Crimson"),
    "Beige": ("Beige", "Sand", "Cream", "Oat", "Taupe"),
    "Brown": ("Brown", "Chestnut", "Cognac", "Mocha", "Walnut brown"),
    "Yellow": ("Yellow", "Mustard", "Lemon", "Honey", "Ochre"),
    "Pink": ("Pink", "Rose", "Blush", "Old rose", "Fuchsia"),
    "Orange": ("Orange", "Terracotta", "Apricot", "Rust", "Copper orange"),
    "Stainless steel": ("Stainless steel", "Brushed steel", "Steel, stainless", "Inox"),
    "Aluminium": ("Aluminium", "Anodised aluminium", "Alloy"),
    "Plastic": ("Plastic", "Polypropylene", "ABS plastic"),
    "Cotton": ("Cotton", "Pure cotton", "Organic cotton"),
    "Polyester": ("Polyester", "Recycled polyester", "Microfibre"),
    "Leather": ("Leather", "Full-grain leather", "Nubuck leather"),
    "Oak": ("Oak", "Solid oak", "Wild oak"),
    "Pine": ("Pine", "Solid pine", "Nordic pine"),
    "Bamboo": ("Bamboo", "Moso bamboo"),
    "Rattan": ("Rattan", "Poly rattan", "Wicker"),
    "Men": ("Men", "Gents", "Him"),
    "Women": ("Women", "Ladies", "Her"),
    "Children": ("Children", "Kids", "Juniors"),
    "Rechargeable battery": ("Rechargeable battery", "Li-ion battery", "Cordless"),
    "Mains": ("Mains", "Mains power", "Corded"),
    "Wireless": ("Wireless", "Bluetooth"),
    "Modern": ("Modern", "Contemporary", "Minimalist"),
    "Scandinavian": ("Scandinavian", "Nordic"),
    "Industrial": ("Industrial", "Loft"),
    "Country house": ("Country house", "Farmhouse", "Rustic"),
}
"""Spellings of one value; a shop keeps one or two of them."""

NAMES: dict[str, tuple[str, ...]] = {
    "colour": ("colour", "color", "shade", "main colour"),
    "material": ("material", "main material", "made of"),
    "weight": ("weight", "item weight", "net weight"),
    "width": ("width", "overall width"),
    "height": ("height", "overall height"),
    "length": ("length", "overall length"),
    "depth": ("depth", "overall depth"),
    "power": ("power", "rated power", "wattage"),
    "capacity": ("capacity", "volume"),
    "style": ("style", "look"),
    "suitable for": ("suitable for", "recommended for", "use"),
    "features": ("features", "extras", "highlights"),
    "power source": ("power source", "power supply"),
    "age from": ("age from", "recommended age", "minimum age"),
    "audience": ("audience", "gender", "for whom"),
    "size": ("size", "sizes"),
    "waterproof": ("waterproof", "water resistant"),
    "dishwasher safe": ("dishwasher safe", "dishwasher proof"),
    "assembly required": ("assembly required", "needs assembly"),
    "battery life": ("battery life", "running time"),
    "maximum load": ("maximum load", "load capacity", "maximum user weight"),
    "foldable": ("foldable", "can be folded"),
    "diameter": ("diameter", "across"),
    "noise level": ("noise level", "sound level", "loudness"),
    "luminous flux": ("luminous flux", "brightness", "light output"),
    "pieces": ("pieces", "number of pieces", "set size"),
    "closure": ("closure", "fastening"),
    "animal": ("animal", "pet", "for which animal"),
    "certification": ("certification", "label", "certificates"),
    "washable at": ("washable at", "washing temperature"),
    "blade length": ("blade length", "length of blade"),
    "connection": ("connection", "connectivity", "connections"),
    "upper material": ("upper material", "upper"),
    "season": ("season", "season rating"),
    "theme": ("theme", "world", "topic"),
    "pattern": ("pattern", "design", "print"),
    "wheel size": ("wheel size", "wheel diameter"),
    "seats": ("seats", "number of seats"),
    "water column": ("water column", "hydrostatic head"),
    "shaft height": ("shaft height", "cut height"),
    "fit": ("fit", "cut"),
    "pack size": ("pack size", "contents", "package contents"),
}
"""Names of one attribute; a shop keeps one of them."""

ONSETS = (
    "B", "Br", "C", "Cal", "D", "Dor", "El", "F", "Fen", "G", "Gal", "H", "Hal", "I", "Jor", "K", "Kel",
    "L", "Lor", "M", "Mar", "N", "Nor", "O", "Or", "P", "Pel", "Qu", "R", "Rav", "S", "Sol", "St", "T",
    "Tal", "Th", "Tr", "Ul", "V", "Vel", "W", "Wil", "Y", "Z", "Zan",
)  # fmt: skip
MIDDLES = (
    "a", "e", "i", "o", "u", "ae", "ari", "avi", "el", "en", "era", "ibo", "ima", "ino", "iva", "ola",
    "one", "ora", "uri", "umi", "yla",
)  # fmt: skip
CODAS = (
    "bel", "berg", "by", "dal", "dane", "den", "do", "don", "field", "gard", "gen", "ka", "kin", "la",
    "len", "lo", "lux", "ma", "mark", "mont", "na", "nex", "no", "ra", "ren", "ric", "ro", "sen", "so",
    "son", "ta", "tec", "ton", "va", "ven", "vik", "wick", "xa",
)  # fmt: skip
COMPANY_WORDS = ("& Sons", "Works", "Living", "Studio", "Home", "Brothers", "Collective", "Goods")

SERIES = (
    "Alba", "Alder", "Amber", "Arbor", "Aspen", "Atlas", "Aurora", "Avon", "Basalt", "Birch", "Bora",
    "Breeze", "Brook", "Canyon", "Cedar", "Cirrus", "Coast", "Comet", "Coral", "Cove", "Crest", "Dawn",
    "Delta", "Drift", "Dune", "Echo", "Elm", "Ember", "Falcon", "Fern", "Finch", "Fjord", "Flint",
    "Forge", "Frost", "Glen", "Grove", "Harbour", "Haven", "Heath", "Heron", "Horizon", "Indigo", "Iris",
    "Isle", "Juniper", "Kite", "Lagoon", "Lark", "Linden", "Loft", "Luna", "Lyra", "Maple", "Meadow",
    "Mesa", "Mira", "Mistral", "Nova", "Oasis", "Opal", "Orbit", "Orion", "Osprey", "Pebble", "Pine",
    "Polar", "Prairie", "Quartz", "Quill", "Rally", "Reef", "Ridge", "River", "Robin", "Rowan", "Sable",
    "Sierra", "Sky", "Solstice", "Spruce", "Stella", "Summit", "Swift", "Terra", "Tidal", "Trail",
    "Tundra", "Umbra", "Vale", "Vega", "Vista", "Wave", "Willow", "Zenith", "Zephyr",
)  # fmt: skip
CODE_LETTERS = (
    "A", "B", "C", "D", "E", "G", "H", "K", "L", "M", "P", "R", "S", "T", "V", "X", "AX", "BT", "DX",
    "FX", "GT", "HD", "KX", "LX", "MT", "NX", "PX", "QR", "RS", "SX", "TX", "VX", "ZR",
)  # fmt: skip
CODE_TAILS = ("", "", "", "i", "s", " Pro", " Plus", " II", "e")

PROPER = frozenset((
    "Biothane", "Bluesign", "Bluetooth", "Damascus", "Dolby", "English", "Fairtrade", "French", "German",
    "Isofix", "MIPS", "Moso", "Nordic", "Phillips", "Scandinavian", "Torx", "Tritan", "Vibram",
))  # fmt: skip
"""Words that keep their capital inside a sentence."""

UNSPOKEN = frozenset({"Unisex"})
"""Values that no title mentions."""

PROMISES = (
    "Comes with a two-year guarantee.",
    "Free returns within 30 days.",
    "Delivered in packaging made of recycled board.",
    "Spare parts are available for at least ten years.",
    "Chosen by our buyers for its value.",
    "Designed in-house and made in small batches.",
    "Ready to ship the same day.",
    "A favourite of our customers since its launch.",
)
"""Closing sentences; a shop keeps three of them."""
