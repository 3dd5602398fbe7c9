"""Sample posts: some years of the life of Mira, who does not exist, the same in every demo."""

import re
from collections.abc import Iterator
from random import Random

START_S = 1_483_257_600  # 1 January 2017
DAY_S = 86_400
POSTS_A_DAY = 2.8

# A word in braces stands for one of its lines; lines may have braces again.
LINES = {
    "post": """
        {weather} {today}
        {weather}
        {today}
        {today} {feeling}
        {seen} on the way to {place}. {feeling}
        Saw {seen} near {place}.
        {made} with {thing} {time}. {verdict}
        {made}. {verdict}
        Reading {book}. {bookwords}
        Finished {book} {time}. {bookwords}
        {question}
        The {train} was {late} {time}. {trainwords}
        {friend} came by {time}. We {together}.
        {friend} says {claim}. {opinion}
        Today I learned: {fact}.
        {number} {things} on the windowsill now. {opinion}
        Note to self: {advice}.
        {code} {verdict}
        Whoever left {thing} at {place}: {wish}
        {seen}. That is the whole post.
        Walked to {place} {time}, {walked}. {weather}
        {wish}
    """,
    "weather": """
        Fog over the harbour, the lighthouse only a sound.
        Rain since {hour}, and it means it.
        First {season} day with the window open.
        Wind from the north, the whole street sounds like paper.
        Clear night, you could count the masts in the harbour.
        Snow on the ferry, and nobody else on deck.
        It is {number} degrees and I am pretending it is summer.
        Thunder behind the hills, none of it for us.
    """,
    "today": """
        Repaired {thing} instead of buying a new one.
        The {shop} has {food} again.
        Moved the {plant} into the light.
        Answered {number} letters and owe {number} more.
        Found {thing} in the pocket of my winter coat.
        Missed the ferry by {number} seconds.
        Gave {thing} to {friend}, who will use it.
        Wrote {number} pages and kept one.
    """,
    "feeling": """
        Good day.
        I could get used to this.
        No complaints.
        Small things.
        Not everything has to be useful.
        More of that, please.
        It will do.
        Tired in the good way.
    """,
    "seen": """
        a heron standing in the canal
        two swans arguing with a kayak
        a fox, quite at home
        the lighthouse keeper in the bakery
        an old man teaching a parrot the timetable
        {number} crows on one antenna
        a violin in a shopping trolley
        somebody reading {book} while walking
        a cat asleep on the ticket machine
    """,
    "made": """
        Baked {food}
        Made {food}
        Tried {food} for the first time
        Built a shelf out of {thing}
        Knitted something like a hat
        Planted {plant}
        Sewed a button on {thing}
    """,
    "verdict": """
        It works and I do not know why.
        Would do it again.
        Never again.
        Better than it looks.
        {friend} laughed, but took two.
        Success, mostly.
        Only a little smoke.
        Now I need a bigger table.
    """,
    "bookwords": """
        The first {number} pages are a slow train, then it flies.
        I want to live in its second chapter.
        Underlined half of it.
        Who can I lend it to?
        Everybody in it should go to bed earlier.
        The translation sings.
    """,
    "trainwords": """
        Met half the village on the platform.
        Time for another chapter.
        Nobody minded, the sun was out.
        The announcement apologised in verse.
        Next time I take the boat.
    """,
    "question": """
        Does anybody know how to mend {thing}?
        Who has a recipe for {food}?
        What do you do with {number} kilos of {fruit}?
        Is {place} open on Sundays?
        Why is it always {thing} that breaks first?
        Which of you put {thing} in front of my door? Thank you!
    """,
    "together": """
        talked until {hour}
        repaired {thing}
        ate all of the {food}
        walked to {place} and back
        played cards, badly
        listened to the rain
    """,
    "claim": """
        {fruit} should be a vegetable
        nobody needs more than {number} chairs
        the sea was louder this year
        {book} is overrated
        every {plant} has a name
        the best bread is a day old
    """,
    "opinion": """
        Hard to argue with that.
        I am not so sure.
        We will see.
        History will judge.
        I have asked {friend} for a second opinion.
    """,
    "fact": """
        swifts sleep while they fly
        our lighthouse was painted twice in one year, because of a bet
        an octopus has three hearts
        {place} used to be a cinema
        rye can grow taller than I am
        bees can be late as well
    """,
    "advice": """
        never shop for {food} when hungry
        label the keys
        write down where {thing} is
        the {plant} wants less water, not more
        call {friend} back before {hour}
        umbrellas only help if you take them along
    """,
    "code": """
        Wrote a small script that sorts my photographs by tide.
        The weather station in the garden speaks again, after {number} attempts.
        Moved my notes to plain text, once more.
        Fixed the doorbell with {number} lines of Python.
        Deleted more code than I wrote.
        Backed up everything, then checked that it can be read.
    """,
    "wish": """
        may your {food} always rise.
        Somebody should write a song about {place}.
        I wish {season} would stay {number} weeks longer.
        One day I will sail to {place} and not come back before {hour}.
        Let there be {food}.
    """,
    "walked": """
        shoes wet, mind dry
        the long way
        without a map
        with {friend} and a thermos
        against the wind
    """,
    "book": """
        The Summer Book
        Moominpappa at Sea
        a history of lighthouses
        a book about knots
        Invisible Cities
        The Left Hand of Darkness
        a thick novel about bees
        the collected letters of a botanist
        a timetable from 1931
    """,
    "place": """
        the harbour
        the old lighthouse
        the allotments
        the station
        the library
        the island
        the bridge
        the ferry
        the swimming hall
        the market
        the observatory
    """,
    "thing": """
        the bicycle pump
        a lamp
        the kettle
        the radio
        an accordion
        the typewriter
        a box of screws
        the garden gate
        the green scarf
        an old compass
        the sewing machine
    """,
    "things": """
        tomato plants
        jars of quince jelly
        sea shells
        postcards
        unread books
        acorns
    """,
    "food": """
        rye bread
        plum cake
        cardamom buns
        potato soup
        pickled cucumbers
        rhubarb crumble
        lentils
        dumplings
        apple strudel
        blueberry pancakes
    """,
    "fruit": """
        plums
        quinces
        cherries
        apples
        gooseberries
        tomatoes
    """,
    "plant": """
        fig tree
        fern
        basil
        lemon tree
        ivy
        tulips
        peas
    """,
    "friend": """
        Jonas
        Lea
        my sister
        Amira
        the neighbour
        Tomasz
        Grandfather
    """,
    "time": """
        this morning
        last night
        at noon
        today
        yesterday
        on Sunday
        before breakfast
        after work
    """,
    "hour": """
        six
        seven
        noon
        midnight
        half past four
        eleven
    """,
    "season": """
        spring
        summer
        autumn
        winter
    """,
    "train": """
        7:14
        night train
        tram
        bus to the coast
        last ferry
    """,
    "late": """
        on time, so I missed it
        {number} minutes late
        full of schoolchildren and one goat
        empty but for me
        early, which helps nobody
    """,
    "shop": """
        bakery
        corner shop
        market
        harbour kiosk
    """,
    "number": """
        two
        three
        four
        five
        seven
        nine
        eleven
        fourteen
        twenty
        forty
    """,
}

TAGS = {
    "harbour": ("harbour", "ferry", "lighthouse", "sail", "island"),
    "kitchen": ("baked", "recipe", "soup", "cake", "bread", "dumplings", "jelly"),
    "books": ("book", "reading", "finished", "cities", "pages"),
    "garden": ("tomato", "tulips", "peas", "fig tree", "basil", "bees"),
    "trains": ("train", "tram", "station", "timetable"),
    "mending": ("repaired", "mend", "sewed", "fixed"),
}
TAGGED_SHARE = 0.3


def posts(count: int) -> Iterator[tuple[int, str]]:
    """Yield (time in ms, text), oldest first."""
    random = Random("mira")
    choices = {
        name: [line.strip() for line in lines.strip().splitlines()]
        for name, lines in LINES.items()
    }
    at_s = float(START_S)
    for _ in range(count):
        at_s += random.expovariate(POSTS_A_DAY / DAY_S)
        text = _fill("{post}", choices, random)
        yield round(at_s * 1000), text + _tag(text, random)


def _fill(text: str, choices: dict[str, list[str]], random: Random) -> str:
    while "{" in text:
        text = re.sub(r"{(\w+)}", lambda match: random.choice(choices[match[1]]), text)
    return re.sub(r"(^|[.?!] )([a-z])", lambda match: match[1] + match[2].upper(), text)


def _tag(text: str, random: Random) -> str:
    fitting = [tag for tag, words in TAGS.items() if any(w in text.lower() for w in words)]
    return f" #{fitting[0]}" if fitting and random.random() < TAGGED_SHARE else ""
