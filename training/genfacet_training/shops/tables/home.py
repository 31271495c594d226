"""Furniture, lighting, kitchen and home textiles."""

from genfacet_training.shops.schema import Category, Choice, Flag, Kind, Number
from genfacet_training.shops.tables.words import COLOURS

STYLE = Choice("style", ("Modern", "Scandinavian", "Industrial", "Country house", "Classic", "Vintage"), gap=0.3)

FURNITURE = Category(
    names=("Furniture", "Furniture & living", "Home furniture"),
    attributes=(
        Choice("colour", ("White", "Black", "Grey", "Brown", "Beige", "Green", "Blue"), varies=True),
        STYLE,
        Flag("assembly required", 0.7),
    ),
    sentences=(
        "Looks good alone and mixes easily with what you have.",
        "Its clear lines suit small flats as well as large rooms.",
        "Felt pads protect your floor.",
        "The surface wipes clean with a damp cloth.",
    ),
    kinds=(
        Kind(
            ("office chair", "desk chair", "swivel chair"),
            159,
            "{brand} {series} [{ergonomic} ]{noun}[ with {armrests} armrests][, {colour}]",
            (
                Choice("upholstery", ("Plastic", "Polyester", "Mesh", "Faux leather", "Leather"), worth=0.7),
                Choice("armrests", ("fixed", "height-adjustable", "4D"), worth=0.4),
                Flag("ergonomic", 0.55, "ergonomic", worth=0.3),
                Number("weight", "kg", 9, 24, 0.5, gap=0.35),
                Flag("headrest", 0.4, worth=0.15),
                Number("maximum load", "kg", 90, 180, 10, worth=0.3),
                Number("seat height", "cm", 42, 56),
            ),
            (
                "A {noun} for long days at the desk.",
                "The {upholstery} cover keeps its shape[ and carries up to {maximum_load} kg].",
                "The seat can be set up to {seat_height} cm high.",
            ),
        ),
        Kind(
            ("sofa", "couch", "settee"),
            790,
            "{brand} {series} [{seats}-seater ]{noun}[ in {cover}][, {colour}]",
            (
                Number("seats", "", steps=(2, 2.5, 3, 4), worth=0.5, varies=True, gap=0.08),
                Choice("cover", ("Polyester", "Linen", "Corduroy", "Velvet", "Wool", "Leather"), worth=0.6),
                Flag("sleeping function", 0.3, "sleeper", worth=0.2),
                Number("width", "cm", 140, 290, 2),
                Number("weight", "kg", 38, 110, gap=0.4),
                Number("seat depth", "cm", 52, 70),
                Choice("leg material", ("Pine", "Beech", "Oak", "Stainless steel"), gap=0.4),
            ),
            (
                "A generous {noun} with deep cushions.",
                "At {width} cm it leaves room for everybody.",
                "The {cover} cover is removable[; the legs are {leg_material}].",
            ),
        ),
        Kind(
            ("dining table", "kitchen table"),
            420,
            "{brand} {series} {noun}[ in {material}][, {length} cm][, {extendable}]",
            (
                Choice("material", ("Particle board", "Pine", "Bamboo", "Beech", "Oak", "Walnut"), worth=0.8),
                Number("length", "cm", 100, 260, 10, worth=0.4, varies=True),
                Flag("extendable", 0.35, "extendable", worth=0.25),
                Choice("shape", ("Rectangular", "Round", "Oval", "Square")),
                Number("weight", "kg", 18, 90, gap=0.4),
                Number("seating capacity", "people", steps=(2, 4, 6, 8, 10)),
            ),
            (
                "A {noun} that becomes the heart of the home.",
                "The {material} top is oiled by hand[ and seats {seating_capacity}].",
                "Its {shape} shape makes the most of the room.",
            ),
        ),
        Kind(
            ("bookcase", "bookshelf"),
            180,
            "{brand} {series} {noun}[ with {shelves} shelves][, {material}][, {colour}]",
            (
                Choice("material", ("Particle board", "Steel", "Pine", "Bamboo", "Oak"), worth=0.7),
                Number("shelves", "", 3, 8, worth=0.3),
                Number("height", "cm", 80, 220, 10, worth=0.3, varies=True),
                Number("width", "cm", 40, 120, 5),
                Number("weight", "kg", 9, 48, gap=0.35),
                Flag("wall mounting", 0.6),
            ),
            (
                "A tall {noun} for books, plants and boxes.",
                "Its {shelves} shelves can be moved without tools.",
                "{height} cm high, with a fitting for the wall.",
            ),
        ),
        Kind(
            ("bed frame", "bed"),
            520,
            "{brand} {series} {noun}[ {mattress_size} cm][, {material}][, {colour}]",
            (
                Choice("mattress size", ("90 x 200", "140 x 200", "160 x 200", "180 x 200"), 0.4, varies=True),
                Choice("material", ("Steel", "Pine", "Beech", "Oak", "Upholstered"), worth=0.5),
                Flag("under-bed storage", 0.3, "storage", worth=0.2),
                Flag("slatted base included", 0.5, worth=0.15),
                Choice("headboard", ("Low", "High", "Padded"), gap=0.35),
            ),
            (
                "A sturdy {noun} that does not creak.",
                "Made for mattresses of {mattress_size} cm.",
                "The {headboard} headboard invites you to read.",
            ),
        ),
    ),
)

LIGHTING = Category(
    names=("Lighting", "Lamps & lights", "Lights"),
    attributes=(
        Choice("colour", ("Black", "White", "Grey", "Yellow", "Green"), varies=True),
        Choice("colour temperature", ("Warm white (2700 K)", "Neutral white (4000 K)", "Daylight (6500 K)")),
        Number("luminous flux", "lm", 150, 3500, 50, worth=0.4),
        Flag("dimmable", 0.45, "dimmable", worth=0.2),
        Choice("energy class", ("G", "F", "E", "D", "C"), gap=0.3),
        STYLE,
    ),
    sentences=(
        "The light is even and does not flicker.",
        "Uses a fraction of the power of a halogen bulb.",
        "The bulb can be changed without tools.",
    ),
    kinds=(
        Kind(
            ("floor lamp", "standard lamp"),
            95,
            "{brand} {series} [{dimmable} ]{noun}[, {shade_material} shade][, {colour}]",
            (
                Choice("shade material", ("Paper", "Cotton", "Metal", "Glass", "Linen"), worth=0.4),
                Number("height", "cm", 120, 190, 5),
                Choice("socket", ("E27", "E14", "GU10", "LED built in")),
            ),
            (
                "A {noun} for the reading corner.",
                "The {shade_material} shade softens the light.",
                "{height} cm high.",
            ),
        ),
        Kind(
            ("ceiling light", "ceiling lamp", "pendant light"),
            85,
            "{brand} {series} {noun}[ with {lights} lights][ Ø {diameter} cm][, {colour}]",
            (
                Number("lights", "", steps=(1, 2, 3, 4, 6), worth=0.3),
                Number("diameter", "cm", 20, 90, 5, worth=0.3, varies=True),
                Choice("shade material", ("Paper", "Metal", "Glass", "Rattan"), worth=0.3),
                Flag("smart home", 0.25, "smart", worth=0.25),
            ),
            (
                "A {noun} that lights up the whole table.",
                "Made of {shade_material}[, {diameter} cm across].",
                "The cable can be shortened to fit.",
            ),
        ),
        Kind(
            ("desk lamp", "reading lamp"),
            49,
            "{brand} {series} LED {noun}[ with {features}][, {colour}]",
            (
                Choice("features", ("USB charging port", "clamp", "swivel arm", "touch control", "timer"), several=2),
                Choice("power source", ("Mains", "USB", "Rechargeable battery")),
                Number("power", "W", 3, 15),
            ),
            ("A bright {noun} with a small footprint.", "Runs on {power_source}[ and draws only {power} W]."),
        ),
        Kind(
            ("outdoor wall light", "garden wall lamp"),
            65,
            "{brand} {series} {noun}[ with {sensor}][, {protection}][, {colour}]",
            (
                Choice("protection", ("IP44", "IP54", "IP65"), worth=0.2),
                Choice("sensor", ("motion sensor", "twilight sensor"), gap=0.45),
                Choice("power source", ("Solar", "Mains")),
                Choice("material", ("Plastic", "Aluminium", "Stainless steel"), worth=0.4),
            ),
            ("Finds your keyhole for you.", "The {material} housing stands rain and frost[ ({protection})]."),
        ),
    ),
)

NOT_FILTER = ("machine type", "espresso", "capsule", "bean-to-cup")

KITCHEN = Category(
    names=("Kitchen", "Cooking & kitchen", "Kitchen & dining"),
    attributes=(
        Choice("colour", ("Black", "Grey", "White", "Red", "Beige", "Blue"), varies=True),
        Number("weight", "kg", 0.8, 3.5, 0.1, gap=0.4),
    ),
    sentences=(
        "Easy to clean, easy to store.",
        "Made for every day, good enough for guests.",
        "A recipe booklet is in the box.",
        "Non-slip feet keep it where it is.",
    ),
    kinds=(
        Kind(
            ("coffee machine", "coffee maker"),
            140,
            "{brand} {series} {machine_type} {noun}[, {pressure} bar][, {colour}]",
            (
                Choice("machine type", ("filter", "capsule", "espresso", "bean-to-cup"), worth=1.2, gap=0.0),
                Number(
                    "pressure",
                    "bar",
                    steps=(9, 15, 19),
                    worth=0.2,
                    when=NOT_FILTER,
                ),
                Number("capacity", "l", 0.8, 2.4, 0.1),
                Number("weight", "kg", 1.8, 11, 0.1, gap=0.3),
                Flag(
                    "milk frother",
                    0.45,
                    "milk frother",
                    worth=0.3,
                    when=NOT_FILTER,
                ),
                Number("power", "W", 900, 1850, 50),
                Choice("features", ("timer", "auto shut-off", "grinder", "cup warmer", "descaling"), several=3),
            ),
            (
                "Brews {machine_type} coffee at the push of a button.",
                "The {capacity} l tank lasts for a whole breakfast.",
                "With {features}.",
            ),
        ),
        Kind(
            ("frying pan", "skillet"),
            39,
            "{brand} {series} {noun}[ {diameter} cm][, {material}][, {induction}]",
            (
                Number("diameter", "cm", steps=(20, 24, 26, 28, 30, 32), worth=0.2, varies=True, gap=0.05),
                Choice("material", ("Aluminium", "Cast iron", "Stainless steel", "Copper"), worth=0.8),
                Choice("coating", ("PTFE", "Ceramic", "Uncoated")),
                Flag("induction", 0.65, "suitable for induction", worth=0.1),
                Flag("dishwasher safe", 0.6, "dishwasher-safe"),
                Flag("oven safe", 0.4, "oven-safe"),
            ),
            ("A {noun} that browns evenly.", "{material} with {coating} surface.", "The handle stays cool."),
        ),
        Kind(
            ("chef's knife", "kitchen knife"),
            48,
            "{brand} {series} {noun}[ {blade_length} cm][, {handle_material} handle]",
            (
                Number("blade length", "cm", steps=(12, 15, 18, 20, 24), varies=True, gap=0.08),
                Choice("blade material", ("Stainless steel", "Carbon steel", "Ceramic", "Damascus steel"), worth=0.9),
                Choice("handle material", ("Plastic", "Beech", "Pakkawood", "Olive wood"), worth=0.4),
                Flag("dishwasher safe", 0.4, "dishwasher-safe"),
                Number("weight", "g", 80, 380, 10, gap=0.4),
                Number("hardness", "HRC", 54, 64, worth=0.3, gap=0.35),
            ),
            ("A well-balanced {noun} for meat, fish and herbs.", "The {blade_material} blade stays sharp for long."),
        ),
        Kind(
            ("kettle", "electric kettle"),
            45,
            "{brand} {series} {noun}[ {capacity} l][, {material}][, {colour}]",
            (
                Number("capacity", "l", 0.8, 2.0, 0.1, gap=0.05),
                Choice("material", ("Plastic", "Glass", "Stainless steel"), worth=0.5),
                Number("power", "W", 1500, 3000, 100, worth=0.1),
                Flag("temperature control", 0.35, "temperature control", worth=0.4),
                Flag("limescale filter", 0.6),
            ),
            ("Boils a litre in about three minutes.", "The {material} body looks good on any worktop."),
        ),
        Kind(
            ("blender", "smoothie maker"),
            75,
            "{brand} {series} {noun}[ {power} W][ with {jug_material} jug][, {colour}]",
            (
                Number("power", "W", 300, 1800, 100, worth=0.6),
                Choice("jug material", ("Plastic", "Tritan", "Glass"), worth=0.3),
                Number("capacity", "l", 0.6, 2.0, 0.2),
                Number("speed settings", "", 1, 10, worth=0.2),
                Number("noise level", "dB", 68, 92, gap=0.4),
            ),
            ("For smoothies, soups and crushed ice.", "{power} W and {speed_settings} speeds handle frozen fruit."),
        ),
    ),
)

TEXTILES = Category(
    names=("Home textiles", "Bed & bath", "Linen & textiles"),
    attributes=(
        Choice("colour", COLOURS, varies=True),
        Choice("certification", ("Oeko-Tex Standard 100", "GOTS", "Fairtrade"), gap=0.5),
        Number("washable at", "°C", steps=(30, 40, 60, 95), gap=0.25),
        Flag("suitable for tumble dryer", 0.5),
    ),
    sentences=("Keeps its colour wash after wash.", "Soft from the first day.", "Woven in a family-run mill."),
    kinds=(
        Kind(
            ("duvet cover set", "bed linen set"),
            59,
            "{brand} {series} {noun}[ {bed_size} cm][, {material}][, {colour}]",
            (
                Choice("bed size", ("135 x 200", "155 x 220", "200 x 200", "240 x 220"), worth=0.3, varies=True),
                Choice("material", ("Polyester", "Cotton", "Flannel", "Linen", "Silk"), worth=0.8),
                Choice("pattern", ("Plain", "Striped", "Floral", "Checked", "Geometric")),
                Number("thread count", "", 130, 400, 10, worth=0.2, gap=0.5),
            ),
            ("A {noun} for deep sleep.", "{material}, {pattern}, with a hidden zip."),
        ),
        Kind(
            ("bath towel", "towel"),
            19,
            "{brand} {series} {noun}[ {towel_size} cm][, {colour}]",
            (
                Choice("towel size", ("30 x 50", "50 x 100", "70 x 140", "100 x 150"), worth=0.8, varies=True),
                Choice("material", ("Microfibre", "Cotton", "Bamboo", "Linen"), worth=0.3),
                Number("fabric weight", "g/m²", 350, 700, 50, worth=0.3),
            ),
            ("A thirsty {noun} of {material}.", "{fabric_weight} g/m² make it thick and fluffy."),
        ),
        Kind(
            ("curtain", "curtain panel"),
            35,
            "{brand} {series} [{blackout} ]{noun}[ {drop} cm][, {colour}]",
            (
                Flag("blackout", 0.35, "blackout", worth=0.3),
                Number("drop", "cm", steps=(145, 175, 225, 245, 300), worth=0.3, varies=True),
                Choice("heading", ("Eyelets", "Tab top", "Pencil pleat", "Curtain tape")),
                Choice("material", ("Polyester", "Cotton", "Linen", "Velvet"), worth=0.5),
            ),
            ("A {noun} that falls beautifully.", "Hangs by {heading}[; {drop} cm long]."),
        ),
        Kind(
            ("rug", "carpet"),
            150,
            "{brand} {series} {noun}[ {rug_size} cm][, {pile}][, {colour}]",
            (
                Choice("rug size", ("60 x 110", "120 x 170", "160 x 230", "200 x 290"), worth=1.1, varies=True),
                Choice("material", ("Polypropylene", "Jute", "Cotton", "Wool"), worth=0.6),
                Choice("pile", ("flat-woven", "short pile", "high pile")),
                Flag("suitable for underfloor heating", 0.6),
            ),
            ("A {noun} that warms the room.", "{material}, {pile}, with a non-fraying edge."),
        ),
    ),
)

HOME = (FURNITURE, LIGHTING, KITCHEN, TEXTILES)
