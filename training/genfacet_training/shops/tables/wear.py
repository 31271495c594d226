"""Clothing, shoes, toys and baby."""

from genfacet_training.shops.schema import Category, Choice, Flag, Kind, Number
from genfacet_training.shops.tables.words import COLOURS

CLOTHING_SIZES = ("XS", "S", "M", "L", "XL", "XXL")

CLOTHING = Category(
    names=("Clothing", "Fashion", "Apparel"),
    attributes=(
        Choice("colour", COLOURS, varies=True, gap=0.05),
        Choice("size", CLOTHING_SIZES, several=6, gap=0.05),
        Choice("audience", ("Women", "Men", "Unisex"), gap=0.06),
        Choice("fit", ("Regular", "Slim", "Relaxed", "Oversized"), gap=0.3),
        Choice("certification", ("GOTS", "Fairtrade", "Oeko-Tex Standard 100", "Bluesign"), gap=0.6),
        Number("washable at", "°C", steps=(20, 30, 40, 60), gap=0.35),
    ),
    sentences=(
        "Cut for movement.",
        "Goes with everything you own.",
        "Our model is 1.80 m tall and wears size M.",
        "Pre-washed, so that it does not shrink.",
    ),
    kinds=(
        Kind(
            ("rain jacket", "waterproof jacket"),
            130,
            "{brand} {series} {noun}[ for {audience}][, {colour}]",
            (
                Number("water column", "mm", 3000, 20000, 1000, worth=0.6),
                Choice("material", ("Polyester", "Nylon", "Waxed cotton", "3-layer laminate"), worth=0.6),
                Flag("hood", 0.85),
                Flag("windproof", 0.7, "windproof"),
                Flag("taped seams", 0.6, worth=0.2),
            ),
            ("A {noun} for real weather.", "A water column of {water_column} mm keeps the rain out."),
        ),
        Kind(
            ("T-shirt", "tee"),
            25,
            "{brand} {series} {noun}[ for {audience}][, {material}][, {colour}]",
            (
                Choice("material", ("Polyester", "Cotton", "Linen", "Merino wool"), worth=0.8),
                Choice("neckline", ("Crew neck", "V-neck", "Henley")),
                Choice("sleeve", ("Short", "Long", "Three-quarter", "Sleeveless")),
                Choice("pattern", ("Plain", "Striped", "Printed", "Dotted")),
            ),
            ("A {noun} with a {neckline}.", "{material}, {pattern} and pleasant on the skin."),
        ),
        Kind(
            ("jeans", "denim trousers"),
            79,
            "{brand} {series} {leg_shape} {noun}[ for {audience}][, {colour}]",
            (
                Choice("leg shape", ("straight", "skinny", "tapered", "bootcut", "wide-leg"), gap=0.0),
                Choice("colour", ("Blue", "Black", "Grey", "White"), varies=True, gap=0.04),
                Choice("rise", ("Low", "Mid", "High"), gap=0.25),
                Number("stretch", "% elastane", 0, 5, gap=0.35),
                Choice("size", ("28", "29", "30", "31", "32", "33", "34", "36", "38"), several=8, gap=0.05),
            ),
            ("A pair of {leg_shape} {noun}.", "Denim with {stretch} % elastane.", "{rise} rise."),
        ),
        Kind(
            ("jumper", "sweater", "pullover"),
            75,
            "{brand} {series} {material} {noun}[ for {audience}][, {colour}]",
            (
                Choice("material", ("acrylic", "cotton", "lambswool", "merino", "cashmere"), worth=1.2, gap=0.0),
                Choice("neckline", ("Crew neck", "V-neck", "Roll neck", "Half zip")),
                Choice("knit", ("Fine", "Chunky", "Cable", "Ribbed")),
            ),
            ("A warm {noun} in {knit} knit.", "{neckline}, with ribbed cuffs."),
        ),
        Kind(
            ("dress", "summer dress"),
            85,
            "{brand} {series} {noun}[, {pattern}][, {occasion}][, {colour}]",
            (
                Choice("audience", ("Women",), gap=0.05),
                Choice("occasion", ("everyday", "office", "party", "wedding guest"), worth=0.4),
                Choice("pattern", ("plain", "floral", "dotted", "checked")),
                Choice("dress length", ("Mini", "Knee", "Midi", "Maxi")),
                Choice("material", ("Viscose", "Cotton", "Linen", "Silk"), worth=0.7),
            ),
            ("A {noun} of flowing {material}.", "{dress_length} length[, {pattern}]."),
        ),
    ),
)

SHOES = Category(
    names=("Shoes", "Footwear", "Shoes & boots"),
    attributes=(
        Choice("colour", ("Black", "White", "Brown", "Blue", "Grey", "Green", "Pink"), varies=True, gap=0.05),
        Choice("audience", ("Women", "Men", "Unisex"), gap=0.05),
        Choice("size", tuple(str(n) for n in range(36, 47)), several=9, gap=0.04),
        Choice("upper material", ("Textile", "Synthetic", "Suede", "Leather"), worth=0.5),
        Choice("closure", ("Laces", "Slip-on", "Zip", "Velcro"), gap=0.25),
    ),
    sentences=("Runs true to size.", "The insole can be taken out.", "Comfortable from the first step."),
    kinds=(
        Kind(
            ("running shoes", "running trainers"),
            115,
            "{brand} {series} {noun}[ for {audience}][, {terrain}][, {colour}]",
            (
                Choice("terrain", ("road", "trail", "track", "treadmill")),
                Choice("cushioning", ("Low", "Medium", "Maximum"), worth=0.4),
                Number("heel drop", "mm", 0, 12, gap=0.25),
                Number("weight", "g", 190, 340, 10, gap=0.3),
                Choice("pronation", ("Neutral", "Stability"), gap=0.3),
            ),
            ("{cushioning} cushioning for {terrain} running.", "A heel drop of {heel_drop} mm."),
        ),
        Kind(
            ("hiking boots", "walking boots"),
            150,
            "{brand} {series} [{waterproof} ]{noun}[ for {audience}][, {colour}]",
            (
                Flag("waterproof", 0.6, "waterproof", worth=0.3),
                Choice("shaft height", ("Low", "Mid", "High"), worth=0.3),
                Choice("sole", ("Rubber", "Vibram", "EVA"), gap=0.25),
                Choice("difficulty", ("Easy paths", "Mountain trails", "Alpine tours"), worth=0.5),
                Number("weight", "g", 380, 900, 20, gap=0.3),
            ),
            ("{shaft_height} {noun} for {difficulty}.", "The {sole} sole grips on wet rock."),
        ),
        Kind(
            ("sneakers", "trainers"),
            75,
            "{brand} {series} {noun}[ for {audience}][, {upper_material}][, {colour}]",
            (
                Choice("shaft height", ("Low", "High"), gap=0.2),
                Flag("vegan", 0.3, "vegan"),
                Choice("sole", ("Rubber", "Recycled rubber", "Cork"), gap=0.3),
            ),
            ("Plain {noun} that go with everything.", "{upper_material} upper on a {sole} sole."),
        ),
        Kind(
            ("sandals", "summer sandals"),
            55,
            "{brand} {series} {noun}[ for {audience}][, {upper_material}][, {colour}]",
            (
                Choice("footbed", ("EVA", "Cork", "Memory foam", "Leather"), worth=0.4),
                Number("heel height", "cm", 1, 9, 0.5, gap=0.25),
                Flag("adjustable straps", 0.6),
            ),
            ("Airy {noun} with a {footbed} footbed.", "Heel height {heel_height} cm."),
        ),
    ),
)

TOYS = Category(
    names=("Toys", "Toys & games", "Play"),
    attributes=(
        Number("age from", "years", 0, 12, gap=0.08),
        Choice("material", ("Plastic", "Cardboard", "Textile", "Wood"), worth=0.3),
        Choice("theme", ("Animals", "Vehicles", "Space", "Fairy tale", "Farm", "Dinosaurs", "Pirates")),
        Flag("batteries required", 0.2),
    ),
    sentences=("No screens, no noise, just play.", "Made to be handed down.", "Tested by a class of six-year-olds."),
    kinds=(
        Kind(
            ("building blocks", "construction set"),
            39,
            "{brand} {series} {noun}[, {pieces} pieces][, {theme}]",
            (
                Number("pieces", "", 20, 900, 20, worth=1.0, gap=0.05),
                Number("age from", "years", 1, 10, gap=0.08),
                Choice("skills", ("Fine motor skills", "Creativity", "Logic", "Teamwork"), several=3, gap=0.3),
            ),
            ("{pieces} pieces for castles, bridges and towers.", "Trains {skills}."),
        ),
        Kind(
            ("board game", "family game"),
            32,
            "{brand} {series} {noun}[, {players} players][, from {age_from} years]",
            (
                Choice("players", ("1-4", "2", "2-4", "2-6", "3-8")),
                Number("playing time", "min", 15, 180, 15, worth=0.4),
                Number("age from", "years", 4, 14, gap=0.04),
                Choice("game type", ("Cooperative", "Strategy", "Party", "Quiz", "Dice")),
                Choice("language", ("English", "German", "French", "Multilingual"), gap=0.3),
                Choice("material", ("Cardboard", "Wood"), gap=0.4),
            ),
            ("A {game_type} {noun} that is explained in five minutes.", "One round takes {playing_time} minutes."),
        ),
        Kind(
            ("jigsaw puzzle", "puzzle"),
            18,
            "{brand} {series} {noun}[, {pieces} pieces][, {theme}]",
            (
                Number("pieces", "", steps=(24, 48, 100, 200, 500, 1000, 1500, 2000), worth=0.6, gap=0.03),
                Number("finished width", "cm", 20, 100, 5, gap=0.3),
                Choice("material", ("Cardboard", "Wood"), worth=0.4),
                Choice("motif", ("Landscape", "Animals", "City", "Art", "Map")),
            ),
            ("A {noun} with a {motif} motif.", "The pieces fit tightly."),
        ),
        Kind(
            ("soft toy", "cuddly toy", "plush toy"),
            22,
            "{brand} {series} {noun} {animal_figure}[, {height} cm]",
            (
                Choice("theme", ("Animals", "Farm", "Fairy tale"), gap=0.3),
                Choice("animal figure", ("bear", "rabbit", "fox", "elephant", "dragon", "sheep", "sloth"), gap=0.0),
                Number("height", "cm", 12, 80, 4, worth=0.7, varies=True),
                Number("washable at", "°C", steps=(30, 40, 60), gap=0.2),
                Choice("material", ("Polyester", "Cotton", "Mohair"), worth=0.5),
            ),
            ("A {animal_figure} to fall asleep with.", "Washable at {washable_at} °C."),
        ),
        Kind(
            ("remote-controlled car", "RC car"),
            69,
            "{brand} {series} {noun} [{scale}][, {top_speed} km/h]",
            (
                Choice("theme", ("Vehicles", "Space"), gap=0.2),
                Choice("scale", ("1:24", "1:18", "1:16", "1:10"), worth=0.7),
                Number("top speed", "km/h", 8, 60, 2, worth=0.6),
                Number("battery life", "min", 10, 60, 5),
                Number("control range", "m", 20, 120, 10, gap=0.3),
                Choice("wheel drive", ("Two-wheel", "Four-wheel"), worth=0.3),
                Flag("batteries required", 0.6),
            ),
            ("Races at up to {top_speed} km/h.", "{wheel_drive} drive for grass and gravel."),
        ),
    ),
)

BABY = Category(
    names=("Baby", "Baby & toddler", "Little ones"),
    attributes=(
        Choice("colour", ("Grey", "Beige", "Blue", "Pink", "Black", "Green"), varies=True),
        Choice("safety standard", ("EN 1888", "EN 716", "UN R129", "EN 14988"), gap=0.4),
    ),
    sentences=("Designed by parents.", "Free of harmful substances.", "One hand is enough to use it."),
    kinds=(
        Kind(
            ("pushchair", "buggy", "stroller"),
            420,
            "{brand} {series} [{foldable} ]{noun}[, {weight} kg][, {colour}]",
            (
                Number("weight", "kg", 5.5, 15, 0.5),
                Flag("foldable", 0.8, "folding"),
                Choice("wheels", ("Plastic", "EVA foam", "Air-filled"), worth=0.5),
                Number("maximum child weight", "kg", 15, 25),
                Choice("features", ("rain cover", "reversible seat", "sun canopy", "cup holder"), several=4),
                Flag("lie-flat", 0.6, "lie-flat", worth=0.2),
            ),
            ("A {noun} for town and park.", "With {features}.", "Carries children up to {maximum_child_weight} kg."),
        ),
        Kind(
            ("child car seat", "car seat"),
            210,
            "{brand} {series} {noun}[, {height_range} cm][, {isofix}][, {colour}]",
            (
                Choice("height range", ("40-87", "61-105", "76-150", "100-150"), gap=0.05),
                Flag("isofix", 0.65, "Isofix", worth=0.3),
                Flag("swivel", 0.35, "swivelling", worth=0.3),
                Choice("facing", ("Rearward", "Forward", "Both"), worth=0.3),
                Number("weight", "kg", 4, 15, 0.5, gap=0.3),
            ),
            ("A {noun} for children of {height_range} cm.", "Faces {facing}."),
        ),
        Kind(
            ("high chair", "feeding chair"),
            120,
            "{brand} {series} {noun}[, {material}][, {colour}]",
            (
                Choice("material", ("Plastic", "Aluminium", "Pine", "Beech"), worth=0.6),
                Flag("grows along", 0.45, "grow-along", worth=0.4),
                Flag("removable tray", 0.6),
                Number("age from", "months", 3, 8),
                Number("maximum child weight", "kg", 15, 30, 5, gap=0.3),
            ),
            ("Brings your child to the table from {age_from} months.", "The {material} frame does not tip."),
        ),
        Kind(
            ("baby monitor", "baby phone"),
            95,
            "{brand} {series} [{video} ]{noun}[, {transmission_range} m]",
            (
                Flag("video", 0.55, "video", worth=0.6),
                Number("transmission range", "m", 150, 1000, 50, worth=0.2),
                Number("battery life", "h", 6, 30, worth=0.1),
                Flag("night vision", 0.5, "night vision"),
                Choice("features", ("lullabies", "temperature display", "two-way talk", "night light"), several=3),
            ),
            ("Hears every breath over {transmission_range} m.", "With {features}."),
        ),
    ),
)

WEAR = (CLOTHING, SHOES, TOYS, BABY)
