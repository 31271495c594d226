"""Tools, audio, office and fitness."""

from genfacet_training.shops.schema import Category, Choice, Flag, Kind, Number

TOOLS = Category(
    names=("Tools", "DIY & tools", "Workshop"),
    coded=True,
    attributes=(
        Choice("power source", ("Rechargeable battery", "Mains", "Manual"), gap=0.15),
        Number("weight", "kg", 0.4, 8, 0.1),
        Flag("case included", 0.5, "in case", worth=0.15),
        Choice("suitable for", ("Wood", "Metal", "Concrete", "Plastic", "Tiles"), several=3, gap=0.25),
    ),
    sentences=(
        "Made for the building site, fair to your wallet.",
        "The rubber grip fits small and large hands.",
        "Brushless and low in maintenance.",
    ),
    kinds=(
        Kind(
            ("cordless drill", "drill driver"),
            129,
            "{brand} {series} {noun}[ {voltage} V][, {torque} Nm][, {case_included}]",
            (
                Choice("power source", ("Rechargeable battery",), gap=0.1),
                Number("voltage", "V", steps=(10.8, 12, 14.4, 18, 20), worth=0.5, gap=0.05),
                Number("torque", "Nm", 20, 120, 5, worth=0.5),
                Number("battery capacity", "Ah", 1.3, 6, 0.1, worth=0.3),
                Number("chuck", "mm", steps=(10, 13), gap=0.3),
                Flag("hammer function", 0.4, "hammer", worth=0.2),
            ),
            ("Drives long screws with {torque} Nm.", "The {battery_capacity} Ah battery lasts for a day's work."),
        ),
        Kind(
            ("circular saw", "hand-held circular saw"),
            149,
            "{brand} {series} {noun}[ {power} W][, Ø {blade_diameter} mm]",
            (
                Number("power", "W", 700, 2200, 100, worth=0.4),
                Number("blade diameter", "mm", steps=(115, 140, 165, 190, 235), worth=0.3),
                Number("cutting depth", "mm", 35, 90, 5),
                Choice("power source", ("Mains", "Rechargeable battery"), gap=0.1),
                Flag("laser guide", 0.3, worth=0.1),
            ),
            ("Cuts up to {cutting_depth} mm deep.", "The {blade_diameter} mm blade is changed in a minute."),
        ),
        Kind(
            ("angle grinder", "grinder"),
            89,
            "{brand} {series} {noun}[ {disc_diameter} mm][, {power} W]",
            (
                Number("disc diameter", "mm", steps=(115, 125, 150, 230), worth=0.3, gap=0.05),
                Number("power", "W", 700, 2600, 100, worth=0.4),
                Number("idle speed", "rpm", 6000, 12000, 500, gap=0.3),
                Flag("anti-kickback", 0.4, worth=0.2),
            ),
            ("Takes {disc_diameter} mm discs.", "Restart protection and a tool-free guard."),
        ),
        Kind(
            ("screwdriver set", "screwdriver kit"),
            32,
            "{brand} {series} {noun}[, {pieces} pieces][, {tip_type}]",
            (
                Number("pieces", "", 4, 60, 2, worth=0.8),
                Choice("power source", ("Manual",), gap=0.95),
                Choice("tip type", ("slotted", "Phillips", "Torx", "hex"), several=3),
                Choice("material", ("Chrome vanadium", "S2 steel"), worth=0.3),
                Flag("insulated", 0.3, "insulated to 1000 V", worth=0.3),
            ),
            ("{pieces} pieces in a roll.", "Tips of {material}, magnetic."),
        ),
        Kind(
            ("ladder", "multi-purpose ladder"),
            119,
            "{brand} {series} {noun}[, {rungs} rungs][, {working_height} m]",
            (
                Number("rungs", "", 3, 16, worth=0.5),
                Number("working height", "m", 2.2, 6.5, 0.1, worth=0.4),
                Choice("material", ("Aluminium", "Wood", "Fibreglass"), worth=0.3),
                Choice("power source", ("Manual",), gap=0.95),
                Number("maximum load", "kg", steps=(120, 150, 180), gap=0.2),
                Flag("foldable", 0.5, "folding"),
            ),
            ("Reaches a working height of {working_height} m.", "{material}, tested to {maximum_load} kg."),
        ),
    ),
)

AUDIO = Category(
    names=("Audio", "Hi-fi & audio", "Sound"),
    coded=True,
    attributes=(
        Choice("colour", ("Black", "White", "Grey", "Blue", "Red"), varies=True),
        Choice("connection", ("Wireless", "3.5 mm jack", "USB-C", "Optical", "RCA"), several=3),
        Number("weight", "g", 40, 4000, 20, gap=0.35),
    ),
    sentences=(
        "Tuned by ear, not by numbers.",
        "Pairs with two devices at once.",
        "Firmware updates come over the app.",
    ),
    kinds=(
        Kind(
            ("headphones", "over-ear headphones"),
            149,
            "{brand} {series} {wearing_style} {noun}[ with {noise_cancelling}][, {colour}]",
            (
                Choice("wearing style", ("on-ear", "over-ear"), gap=0.0),
                Flag("noise cancelling", 0.5, "noise cancelling", worth=0.6),
                Number("battery life", "h", 15, 70, 5, worth=0.2),
                Choice("microphone", ("Built in", "Detachable"), gap=0.35),
                Number("impedance", "Ohm", steps=(16, 32, 64, 250), gap=0.4),
                Flag("foldable", 0.55, "folding"),
                Number("weight", "g", 150, 420, 10, gap=0.25),
            ),
            ("{wearing_style} {noun} for train and sofa.", "Plays up to {battery_life} h on one charge."),
        ),
        Kind(
            ("earbuds", "in-ear headphones"),
            89,
            "{brand} {series} [{noise_cancelling} ]{noun}[, {battery_life} h][, {colour}]",
            (
                Flag("noise cancelling", 0.45, "noise-cancelling", worth=0.5),
                Number("battery life", "h", 4, 14, worth=0.2),
                Number("battery life with case", "h", 16, 60, 4, gap=0.25),
                Choice("water protection", ("IPX4", "IPX5", "IPX7", "IP57"), worth=0.2),
                Choice("connection", ("Wireless",), gap=0.1),
                Number("weight", "g", 4, 9, 0.5, gap=0.3),
            ),
            ("Small {noun} with a big sound.", "The case brings {battery_life_with_case} h in all."),
        ),
        Kind(
            ("portable speaker", "Bluetooth speaker"),
            99,
            "{brand} {series} [{waterproof} ]{noun}[, {power} W][, {colour}]",
            (
                Number("power", "W", 5, 120, 5, worth=0.9),
                Number("battery life", "h", 6, 36, 2),
                Flag("waterproof", 0.6, "waterproof", worth=0.15),
                Choice("connection", ("Wireless", "3.5 mm jack", "USB-C"), several=2),
                Flag("stereo pairing", 0.5),
            ),
            ("Fills the garden with {power} W.", "Plays for {battery_life} h."),
        ),
        Kind(
            ("soundbar", "TV soundbar"),
            249,
            "{brand} {series} {noun} [{channels}][ with {subwoofer}][, {colour}]",
            (
                Choice("channels", ("2.0", "2.1", "3.1", "5.1", "5.1.2"), worth=0.9, gap=0.05),
                Number("power", "W", 40, 500, 20, worth=0.4),
                Flag("subwoofer", 0.5, "subwoofer", worth=0.2),
                Number("width", "cm", 55, 120, 5),
                Choice("surround formats", ("Dolby Atmos", "DTS:X", "Dolby Digital"), several=2, gap=0.3),
                Choice("connection", ("HDMI ARC", "Optical", "Wireless"), several=3),
            ),
            ("Makes dialogue clear and explosions big.", "Supports {surround_formats}."),
        ),
        Kind(
            ("turntable", "record player"),
            229,
            "{brand} {series} {noun}[, {turntable_drive} drive][, {colour}]",
            (
                Choice("turntable drive", ("belt", "direct"), worth=0.5),
                Flag("built-in preamp", 0.6),
                Choice("cartridge", ("Ceramic", "Moving magnet", "Moving coil"), worth=0.8),
                Choice("speeds", ("33", "45", "78"), several=3),
                Flag("USB recording", 0.35, worth=0.1),
                Number("weight", "kg", 2.5, 11, 0.1, gap=0.25),
            ),
            ("A {noun} with {turntable_drive} drive.", "Comes with a {cartridge} cartridge."),
        ),
    ),
)

OFFICE = Category(
    names=("Office", "Office supplies", "Office & stationery"),
    coded=True,
    attributes=(
        Choice("colour", ("Black", "White", "Grey", "Blue", "Red", "Green"), varies=True),
        Flag("recycled material", 0.3, "recycled"),
    ),
    sentences=("Keeps the desk tidy.", "A classic of every office.", "Comes in plastic-free packaging."),
    kinds=(
        Kind(
            ("laser printer", "printer"),
            260,
            "{brand} {series} {print_colour} {noun}[ with {features}][, {print_speed} ppm]",
            (
                Choice("print colour", ("monochrome", "colour"), worth=0.6, gap=0.0),
                Number("print speed", "ppm", 18, 60, 2, worth=0.6),
                Choice("features", ("duplex", "scanner", "fax", "document feeder", "Wi-Fi"), several=4),
                Choice("paper size", ("A4", "A3"), worth=0.5),
                Number("paper capacity", "sheets", 100, 900, 50, worth=0.2),
            ),
            ("A {print_colour} {noun} for small teams.", "Prints {print_speed} pages a minute.", "With {features}."),
        ),
        Kind(
            ("shredder", "paper shredder"),
            110,
            "{brand} {series} {noun}[, {sheets} sheets][, security level {shredding_level}]",
            (
                Number("sheets", "at once", 5, 24, worth=0.5),
                Choice("shredding level", ("P-2", "P-3", "P-4", "P-5"), worth=0.5),
                Number("bin", "l", 12, 60, 4, worth=0.2),
                Choice("cut", ("Strips", "Cross cut", "Micro cut"), gap=0.2),
            ),
            ("Takes {sheets} sheets at once.", "{cut}, security level {shredding_level}."),
        ),
        Kind(
            ("notebook", "notepad"),
            12,
            "{brand} {series} {noun} [{paper_format}][, {ruling}][, {colour}]",
            (
                Choice("paper format", ("A6", "A5", "B5", "A4"), worth=0.4, varies=True, gap=0.03),
                Choice("ruling", ("lined", "dotted", "squared", "plain")),
                Number("pages", "", 60, 240, 20, worth=0.3),
                Choice("cover", ("Softcover", "Hardcover", "Leather"), worth=0.8),
                Number("paper weight", "g/m²", 70, 120, 10, gap=0.35),
            ),
            ("{pages} pages that do not bleed through.", "{cover} with a ribbon and a pocket."),
        ),
        Kind(
            ("ballpoint pen set", "pens"),
            9,
            "{brand} {series} {noun}[, pack of {pack_size}][, {ink_colour} ink]",
            (
                Number("pack size", "", steps=(3, 5, 10, 20, 50), worth=1.0, varies=True),
                Choice("ink colour", ("blue", "black", "red", "green"), several=3, varies=True),
                Number("line width", "mm", steps=(0.3, 0.5, 0.7, 1.0)),
                Flag("refillable", 0.5, "refillable"),
            ),
            ("Writes at once, at any angle.", "Line width {line_width} mm."),
        ),
        Kind(
            ("whiteboard", "magnetic board"),
            75,
            "{brand} {series} {noun}[ {board_size} cm][, {surface}]",
            (
                Choice("board size", ("60 x 45", "90 x 60", "120 x 90", "180 x 120"), worth=1.0, varies=True),
                Choice("surface", ("painted steel", "enamel", "glass"), worth=0.6),
                Flag("magnetic", 0.8, "magnetic"),
                Choice("mounting", ("Wall", "Mobile stand"), worth=0.4, gap=0.25),
            ),
            ("A {noun} for plans that change.", "The {surface} surface wipes clean without a trace."),
        ),
    ),
)

FITNESS = Category(
    names=("Fitness", "Sports & fitness", "Gym & sports"),
    attributes=(
        Choice("colour", ("Black", "Grey", "Blue", "Red", "Green", "Pink"), varies=True),
        Choice("level", ("Beginner", "Intermediate", "Professional"), worth=0.4, gap=0.3),
    ),
    sentences=("Stands up to hard training.", "Workouts are free in our app.", "Stores under the bed."),
    kinds=(
        Kind(
            ("yoga mat", "exercise mat"),
            39,
            "{brand} {series} [{non_slip} ]{noun}[ {thickness} mm][, {colour}]",
            (
                Number("thickness", "mm", steps=(2, 3, 4, 5, 6, 8, 10, 15), varies=True),
                Choice("material", ("PVC", "TPE", "Natural rubber", "Cork"), worth=0.8),
                Number("length", "cm", steps=(173, 183, 200), gap=0.25),
                Flag("non-slip", 0.6, "non-slip"),
            ),
            ("A {noun} for every pose.", "{material}, {thickness} mm thick."),
        ),
        Kind(
            ("dumbbell", "dumbbells"),
            45,
            "{brand} {series} {noun}[ {weight} kg][, {coating}]",
            (
                Number("weight", "kg", steps=(1, 2, 3, 5, 8, 10, 12.5, 15, 20, 25), worth=1.4, varies=True, gap=0.02),
                Choice("coating", ("vinyl", "neoprene", "rubber", "chrome"), worth=0.3),
                Flag("adjustable", 0.2, "adjustable", worth=0.5),
                Flag("sold as pair", 0.5, "pair"),
            ),
            ("A {weight} kg {noun} that does not roll away.", "The {coating} coating is kind to the floor."),
        ),
        Kind(
            ("exercise bike", "spinning bike"),
            390,
            "{brand} {series} {noun}[, {resistance_levels} levels][, {flywheel} kg flywheel]",
            (
                Number("resistance levels", "", 8, 32, 4, worth=0.3),
                Number("flywheel", "kg", 4, 24, worth=0.6),
                Number("maximum load", "kg", 100, 160, 10, worth=0.2),
                Choice("resistance type", ("Friction", "Magnetic"), worth=0.3),
                Flag("heart rate monitor", 0.5, worth=0.1),
                Number("weight", "kg", 18, 60, gap=0.25),
            ),
            ("Quiet enough for a flat.", "The {flywheel} kg flywheel runs smoothly."),
        ),
        Kind(
            ("treadmill", "running machine"),
            790,
            "{brand} {series} [{foldable} ]{noun}[, {top_speed} km/h]",
            (
                Number("top speed", "km/h", 8, 24, worth=0.6),
                Number("incline", "%", 0, 15, worth=0.3),
                Number("motor power", "hp", 1, 4.5, 0.25, worth=0.4),
                Number("running surface length", "cm", 100, 160, 5),
                Flag("foldable", 0.65, "folding"),
                Number("maximum load", "kg", 100, 180, 10, gap=0.2),
            ),
            ("Runs up to {top_speed} km/h.", "The {running_surface_length} cm belt is cushioned."),
        ),
        Kind(
            ("fitness tracker", "activity tracker"),
            85,
            "{brand} {series} {noun}[ with {features}][, {colour}]",
            (
                Number("battery life", "days", 3, 30, worth=0.2),
                Choice(
                    "features",
                    ("GPS", "heart rate", "sleep tracking", "payment", "blood oxygen"),
                    several=3,
                ),
                Choice("display", ("LCD", "OLED", "AMOLED"), worth=0.5),
                Number("water resistance", "m", steps=(10, 30, 50, 100), worth=0.2),
                Choice("strap material", ("Silicone", "Nylon", "Stainless steel"), worth=0.4),
            ),
            ("Counts steps and more: {features}.", "One charge lasts {battery_life} days."),
        ),
    ),
)

TECHNICAL = (TOOLS, AUDIO, OFFICE, FITNESS)
