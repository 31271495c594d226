"""Garden, bikes, outdoor and pets."""

from genfacet_training.shops.schema import Category, Choice, Flag, Kind, Number

WITH_BOX = ("drive", "electric", "cordless", "petrol")
WITH_MOTOR = (*WITH_BOX, "robotic")

GARDEN = Category(
    names=("Garden", "Garden & patio", "Gardening"),
    attributes=(
        Choice("colour", ("Green", "Grey", "Black", "Brown", "Orange"), varies=True),
        Flag("weatherproof", 0.7, "weatherproof"),
        Number("weight", "kg", 1, 45, 0.5, gap=0.35),
    ),
    sentences=(
        "Stays outside all year round.",
        "Folds away when summer is over.",
        "UV-stable, so that it does not fade.",
        "Tested by gardeners through two seasons.",
    ),
    kinds=(
        Kind(
            ("lawn mower", "mower"),
            320,
            "{brand} {series} {drive} {noun}[, {cutting_width} cm][, for {lawn_area} m²]",
            (
                Choice("drive", ("hand-pushed", "electric", "cordless", "petrol", "robotic"), worth=1.3, gap=0.0),
                Number("weight", "kg", 9, 45, 0.5),
                Number("cutting width", "cm", 30, 56, 2, worth=0.3),
                Number("lawn area", "m²", 150, 2000, 50, worth=0.4),
                Number("grass box", "l", 25, 75, 5, gap=0.3, when=WITH_BOX),
                Number("noise level", "dB", 58, 98, gap=0.3, when=WITH_MOTOR),
            ),
            (
                "A {drive} {noun} for lawns up to {lawn_area} m².",
                "Cuts {cutting_width} cm in one pass.",
                "The cutting height is set with one lever.",
            ),
        ),
        Kind(
            ("garden chair", "patio chair"),
            89,
            "{brand} {series} [{foldable} ]{noun}[, {material}][, {colour}]",
            (
                Choice("material", ("Plastic", "Steel", "Rattan", "Aluminium", "Teak"), worth=0.8),
                Number("weight", "kg", 2, 12, 0.5, gap=0.3),
                Flag("foldable", 0.5, "folding"),
                Flag("stackable", 0.4, "stackable"),
                Number("maximum load", "kg", 90, 160, 10),
                Number("reclining positions", "", 1, 8, worth=0.2, gap=0.4),
            ),
            ("A comfortable {noun} for long evenings.", "The {material} frame carries up to {maximum_load} kg."),
        ),
        Kind(
            ("barbecue", "grill"),
            260,
            "{brand} {series} {fuel} {noun}[ with {burners} burners][, {grill_area} cm²]",
            (
                Choice("fuel", ("charcoal", "electric", "gas"), worth=0.8, gap=0.0),
                Number("burners", "", 1, 6, worth=0.4, when=("fuel", "gas")),
                Number("grill area", "cm²", 1200, 4800, 100, worth=0.4),
                Flag("lid", 0.7),
                Choice("features", ("thermometer", "castors", "warming rack", "side shelf", "rotisserie"), several=3),
            ),
            ("A {fuel} {noun} for the whole family.", "The grate is made of cast iron.", "With {features}."),
        ),
        Kind(
            ("hedge trimmer", "hedge cutter"),
            110,
            "{brand} {series} {power_source} {noun}[, {blade_length} cm]",
            (
                Choice("power source", ("Mains", "Rechargeable battery", "Petrol"), worth=0.6, gap=0.0),
                Number("blade length", "cm", 40, 75, 5, worth=0.3),
                Number("weight", "kg", 2.2, 5.5, 0.1),
                Number("tooth spacing", "mm", 16, 34, 2),
                Flag("telescopic", 0.2, "telescopic", worth=0.3),
            ),
            ("Cuts twigs up to {tooth_spacing} mm thick.", "Light enough for work above the shoulder."),
        ),
        Kind(
            ("plant pot", "planter"),
            29,
            "{brand} {series} {noun}[ Ø {diameter} cm][, {material}][, {colour}]",
            (
                Number("diameter", "cm", 12, 60, 4, worth=0.8, varies=True),
                Choice("material", ("Plastic", "Terracotta", "Fibre clay", "Zinc", "Glazed ceramic"), worth=0.7),
                Number("weight", "kg", 0.2, 9, 0.1, gap=0.4),
                Flag("drainage hole", 0.6),
                Flag("self-watering", 0.25, "self-watering", worth=0.3),
                Flag("frost resistant", 0.5, "frost-resistant", worth=0.1),
            ),
            ("A {noun} for herbs, flowers or a small tree.", "Made of {material}[, {diameter} cm across]."),
        ),
    ),
)

BIKES = Category(
    names=("Bikes", "Cycling", "Bicycles"),
    attributes=(
        Choice("colour", ("Black", "Blue", "White", "Red", "Green", "Orange", "Grey"), varies=True),
        Choice("audience", ("Unisex", "Women", "Men", "Children"), gap=0.25),
    ),
    sentences=(
        "Arrives assembled to the last bolt but the pedals.",
        "Ridden and approved by our workshop.",
        "All bearings are sealed.",
    ),
    kinds=(
        Kind(
            ("mountain bike", "MTB"),
            890,
            '{brand} {series} {noun}[ {wheel_size}"][, {gears} gears][, {frame_material}][, {colour}]',
            (
                Number("wheel size", "inch", steps=(24, 26, 27.5, 29), varies=True, gap=0.06),
                Choice("frame material", ("Steel", "Aluminium", "Carbon fibre"), worth=1.2),
                Number("gears", "", steps=(8, 11, 12, 18, 21, 24, 27)),
                Choice("brakes", ("V-brake", "Mechanical disc", "Hydraulic disc"), worth=0.5),
                Choice("suspension", ("Hardtail", "Full suspension"), worth=0.7),
                Number("suspension travel", "mm", 80, 180, 10, worth=0.4, gap=0.25),
                Number("weight", "kg", 10, 16.5, 0.1, gap=0.3),
            ),
            (
                "A {suspension} {noun} for roots and rocks.",
                "{suspension_travel} mm of travel swallow the rough.",
                "{brakes} brakes bite in the wet too.",
            ),
        ),
        Kind(
            ("city bike", "commuter bike"),
            620,
            '{brand} {series} {noun}[ {wheel_size}"][, {gear_type}][, {colour}]',
            (
                Number("wheel size", "inch", steps=(26, 28), varies=True),
                Choice("gear type", ("single speed", "hub gear", "derailleur", "belt drive"), worth=0.6),
                Choice("frame shape", ("Step-through", "Diamond", "Trapeze")),
                Choice("features", ("mudguards", "pannier rack", "dynamo lights", "basket", "kickstand"), several=4),
                Number("weight", "kg", 11, 20, 0.5, gap=0.3),
            ),
            ("A {noun} for every day.", "With {features}.", "The {frame_shape} frame makes mounting easy."),
        ),
        Kind(
            ("electric bike", "e-bike"),
            2400,
            "{brand} {series} {noun}[, {battery} Wh][, {motor} motor][, {colour}]",
            (
                Number("battery", "Wh", steps=(300, 400, 500, 625, 750), worth=0.5),
                Choice("motor", ("front hub", "rear hub", "mid-drive"), worth=0.5),
                Number("range", "km", 40, 180, 10, worth=0.2),
                Number("torque", "Nm", 30, 95, 5, worth=0.3, gap=0.3),
                Choice("frame shape", ("Step-through", "Diamond", "Trapeze")),
                Number("weight", "kg", 16, 28, 0.5, gap=0.2),
            ),
            ("Takes you up to {range} km on one charge.", "The {motor} motor pushes with {torque} Nm."),
        ),
        Kind(
            ("bike helmet", "cycling helmet"),
            65,
            "{brand} {series} {noun}[, size {size}][, {colour}]",
            (
                Choice("size", ("S", "M", "L", "XL"), varies=True, gap=0.05),
                Number("vents", "", 6, 24, 2, worth=0.2),
                Flag("rotation protection", 0.4, "MIPS", worth=0.4),
                Flag("light", 0.25, "with light", worth=0.1),
                Number("weight", "g", 210, 420, 10, gap=0.2),
            ),
            ("A {noun} that you forget you are wearing.", "{vents} vents keep your head cool."),
        ),
        Kind(
            ("bike lock", "cycle lock"),
            42,
            "{brand} {series} {lock_type} {noun}[, {length} cm]",
            (
                Choice("lock type", ("cable", "chain", "folding", "U-"), worth=0.6, gap=0.0),
                Number("length", "cm", 20, 120, 10, varies=True),
                Number("security level", "of 15", 3, 15, worth=0.6),
                Choice("closure", ("Key", "Combination", "Smartphone"), worth=0.2),
                Number("weight", "g", 300, 2800, 100, gap=0.3),
            ),
            ("Security level {security_level} of 15.", "Opens by {closure}[ and is {length} cm long]."),
        ),
    ),
)

OUTDOOR = Category(
    names=("Outdoor", "Camping & hiking", "Outdoor & camping"),
    attributes=(
        Choice("colour", ("Green", "Blue", "Orange", "Grey", "Black", "Red"), varies=True),
        Choice("season", ("Summer", "3 seasons", "Winter", "All year"), gap=0.3),
        Flag("waterproof", 0.5, "waterproof", worth=0.2),
    ),
    sentences=(
        "Packs small and carries easily.",
        "Field-tested from Lapland to the Pyrenees.",
        "PFC-free and repairable.",
    ),
    kinds=(
        Kind(
            ("tent", "camping tent"),
            260,
            "{brand} {series} [{persons}-person ]{tent_type} {noun}[, {colour}]",
            (
                Number("persons", "", steps=(1, 2, 3, 4, 5, 6), worth=0.5, varies=True, gap=0.05),
                Choice("tent type", ("pop-up", "dome", "tunnel", "geodesic"), worth=0.6, gap=0.0),
                Number("water column", "mm", 1500, 8000, 500, worth=0.4),
                Number("weight", "kg", 1.1, 14, 0.1),
                Number("setup time", "min", 1, 20, gap=0.35),
            ),
            (
                "A {tent_type} {noun} that sleeps {persons}.",
                "A water column of {water_column} mm keeps you dry.",
                "Stands in {setup_time} minutes.",
            ),
        ),
        Kind(
            ("sleeping bag", "mummy sleeping bag"),
            130,
            "{brand} {series} {noun}[, {filling}][, comfort {comfort_temperature} °C][, {colour}]",
            (
                Choice("filling", ("Hollow fibre", "Synthetic", "Duck down", "Goose down"), worth=0.9),
                Number("comfort temperature", "°C", -20, 15),
                Number("length", "cm", steps=(180, 195, 215), varies=True),
                Number("weight", "g", 500, 2400, 50),
                Flag("two-way zip", 0.6),
            ),
            ("Keeps you warm down to {comfort_temperature} °C.", "The {filling} filling lofts at once."),
        ),
        Kind(
            ("hiking backpack", "trekking rucksack"),
            120,
            "{brand} {series} {noun} [{capacity} l][, {colour}]",
            (
                Number("capacity", "l", 18, 80, 2, worth=0.6, varies=True, gap=0.04),
                Number("weight", "g", 600, 2600, 50, gap=0.25),
                Flag("rain cover", 0.6, worth=0.1),
                Choice("back system", ("Padded", "Mesh", "Adjustable"), worth=0.3),
                Choice("features", ("hydration sleeve", "hip belt", "laptop pocket", "pole loops"), several=3),
            ),
            ("Carries {capacity} l close to your back.", "With {features}.", "{back_system} back panel."),
        ),
        Kind(
            ("camping stove", "gas stove"),
            58,
            "{brand} {series} {noun}[ with {flames} flames][, {power} W]",
            (
                Number("flames", "", 1, 3, worth=0.3),
                Choice("fuel", ("Gas cartridge", "Petrol", "Spirit", "Wood"), worth=0.2),
                Number("power", "W", 1200, 4200, 200, worth=0.2),
                Flag("piezo ignition", 0.55, worth=0.15),
                Number("boiling time", "min", 2, 9, 0.5, gap=0.35),
            ),
            ("Boils a litre in {boiling_time} minutes.", "Burns {fuel}[; {power} W]."),
        ),
        Kind(
            ("head torch", "headlamp"),
            45,
            "{brand} {series} {noun}[, {luminous_flux} lm][, {power_source}]",
            (
                Number("luminous flux", "lm", 100, 1200, 50, worth=0.6),
                Choice("power source", ("Batteries", "Rechargeable battery", "USB-C"), worth=0.3),
                Number("beam distance", "m", 30, 200, 10),
                Number("battery life", "h", 3, 120, 3, gap=0.25),
                Flag("red light", 0.5),
            ),
            ("Lights the path {beam_distance} m ahead.", "Burns up to {battery_life} h."),
        ),
    ),
)

PETS = Category(
    names=("Pets", "Pet supplies", "Dogs, cats & co"),
    attributes=(
        Choice("animal", ("Dog", "Cat", "Rodent", "Bird"), gap=0.06),
        Choice("life stage", ("Adult", "Puppy or kitten", "Senior"), gap=0.4),
    ),
    sentences=("Loved by our own office dogs.", "Vets helped to design it.", "Free of anything harmful to chew on."),
    kinds=(
        Kind(
            ("dog bed", "pet bed"),
            55,
            "{brand} {series} [{orthopaedic} ]{noun}[ {bed_length} cm][, {colour}]",
            (
                Number("bed length", "cm", 40, 130, 10, worth=0.7, varies=True, gap=0.06),
                Choice("animal", ("Dog",), gap=0.05),
                Choice("material", ("Polyester", "Faux leather", "Cotton", "Plush"), worth=0.3),
                Choice("colour", ("Grey", "Brown", "Beige", "Blue", "Black"), varies=True),
                Flag("orthopaedic", 0.35, "orthopaedic", worth=0.4),
                Flag("removable cover", 0.7),
            ),
            ("A {noun} to curl up in.", "The {material} cover is easy on fur and paws."),
        ),
        Kind(
            ("dry dog food", "dog kibble"),
            38,
            "{brand} {series} {noun}[ with {flavour}][, {pack_size} kg][, {grain_free}]",
            (
                Choice("animal", ("Dog",), gap=0.03),
                Choice("flavour", ("chicken", "beef", "salmon", "lamb", "duck", "venison"), varies=True),
                Number("pack size", "kg", steps=(1, 2.5, 5, 10, 15), worth=1.6, varies=True, gap=0.03),
                Flag("grain free", 0.45, "grain-free", worth=0.2),
                Number("protein", "%", 18, 38, worth=0.2),
                Choice("breed size", ("Small", "Medium", "Large", "Giant"), gap=0.3),
            ),
            ("A complete food with {flavour}.", "{protein} % protein for active dogs.", "For {breed_size} breeds."),
        ),
        Kind(
            ("cat tree", "scratching post"),
            79,
            "{brand} {series} {noun}[, {height} cm][, {platforms} platforms][, {colour}]",
            (
                Choice("animal", ("Cat",), gap=0.04),
                Number("height", "cm", 50, 240, 10, worth=0.8, varies=True),
                Number("platforms", "", 1, 8, worth=0.2),
                Choice("covering", ("Plush", "Sisal", "Felt", "Water hyacinth"), worth=0.3),
                Choice("colour", ("Beige", "Grey", "Brown", "White"), varies=True),
                Flag("ceiling mount", 0.2, worth=0.1),
            ),
            ("A {noun} to climb, scratch and sleep on.", "Covered with {covering}."),
        ),
        Kind(
            ("dog lead", "leash"),
            24,
            "{brand} {series} [{retractable} ]{noun}[ {length} m][, {material}][, {colour}]",
            (
                Choice("animal", ("Dog",), gap=0.05),
                Number("length", "m", steps=(1.2, 2, 3, 5, 8), worth=0.3, varies=True),
                Choice("material", ("Nylon", "Cotton rope", "Biothane", "Leather"), worth=0.6),
                Choice("colour", ("Black", "Red", "Blue", "Brown", "Green", "Pink"), varies=True),
                Flag("reflective", 0.45, "reflective"),
                Flag("retractable", 0.25, "retractable", worth=0.2),
                Number("maximum dog weight", "kg", 5, 60, 5, gap=0.3),
            ),
            ("A {noun} that lies well in the hand.", "For dogs up to {maximum_dog_weight} kg."),
        ),
        Kind(
            ("small animal cage", "hutch"),
            95,
            "{brand} {series} {noun}[, {length} cm][, {levels} levels]",
            (
                Choice("animal", ("Rodent", "Rabbit", "Bird"), gap=0.05),
                Number("length", "cm", 60, 160, 10, worth=0.6),
                Number("levels", "", 1, 4, worth=0.3),
                Number("bar spacing", "mm", 6, 25, gap=0.3),
                Choice("material", ("Plastic and steel", "Pine", "Steel"), worth=0.2),
            ),
            ("Room to hop and hide.", "The bars are {bar_spacing} mm apart."),
        ),
    ),
)

OUTSIDE = (GARDEN, BIKES, OUTDOOR, PETS)
