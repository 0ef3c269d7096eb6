"""What the shipped vectors are judged on, written for this project.

Odd comparisons: the first word should be nearer to the second than to the third. Analogies:
the first is to the second as the third is to the fourth.
"""

from __future__ import annotations

from seqlib.vectors import WordVectors

COMMON = 20_000

TRIPLES = """
pizza pasta planet         burger sandwich engine     bread cheese hammer
coffee tea carpet          apple pear bicycle         breakfast dinner lawyer
hungry thirsty metallic    cook bake sail             restaurant cafe volcano
soup stew window           cake cookie soldier        eat drink sign
delicious tasty angry      chocolate candy river      salad lettuce trousers
baseball basketball soup   football soccer violin     pitcher catcher priest
tennis golf cheese         ball bat law               game match onion
team player sauce          coach trainer moon         goal score butter
throw catch boil           stadium arena kitchen      win lose cook
happy glad heavy           happy joyful sad           happy cheerful angry
smile laugh vote           funny amusing sad          joy delight grief
fun amusement funeral      great wonderful awful      proud pleased sorry
sad unhappy cheerful       sad sorrowful hungry       grief sorrow joy
cry weep laugh             angry furious calm         bad awful good
lonely lonesome popular    fail lose succeed          hate dislike eat
tears weeping bread        afraid scared hungry       upset distressed delighted
love affection geology     love adore throw           kiss hug calculate
heart soul spoon           darling beloved enemy      wife husband stone
mother father tree         friend companion tax       marry wed dig
boyfriend girlfriend truck dear cherished rusty       romance courtship cement
dog cat bridge             horse pony kettle          red blue loud
king queen pepper          doctor nurse forest        car truck pillow
piano guitar beard         river lake sofa            school teacher whale
snow ice jazz              summer winter dentist      money cash feather
france germany cucumber    computer software goat     paper pencil kidney
walk run think             big large sweet            fast quick wet
begin start paint          house home acid            ship boat sheep
loved loves cooked         games teams cakes          eating eats playing
happier happiest salty     children kids bottles      walked walking froze
don't not pizza            she he brick               i me museum
"""

ANALOGIES = """
man woman king queen           man woman father mother       man woman boy girl
man woman uncle aunt           man woman husband wife        boy girl son daughter
king queen prince princess     man woman actor actress       brother sister nephew niece
father mother grandfather grandmother
walk walked talk talked        play played work worked       go went see saw
eat eating drink drinking      sing singing dance dancing    laugh laughed smile smiled
dog dogs cat cats              game games team teams         apple apples pear pears
child children woman women     big bigger small smaller      happy happier sad sadder
good better bad worse          quick quickly slow slowly
france paris italy rome        germany berlin spain madrid   japan tokyo china beijing
dog puppy cat kitten           cow calf sheep lamb           horse foal cow calf
baseball bat tennis racket     bread baker meat butcher      happy happiness sad sadness
angry anger sad sadness        love loved hate hated         hot cold tall short
bird feather fish scale        painter paint writer write    swim swimmer run runner
"""


def triples() -> list[tuple[str, str, str]]:
    """(a, b, c) where a should be nearer to b than to c."""
    words = TRIPLES.split()
    return list(zip(*[iter(words)] * 3, strict=True))


def analogies() -> list[tuple[str, str, str, str]]:
    """(a, b, c, d) where a is to b as c is to d."""
    words = ANALOGIES.split()
    return list(zip(*[iter(words)] * 4, strict=True))


def judge(vectors: WordVectors) -> dict[str, list]:
    """Which comparisons fail, and which analogies find the word at once or among five."""
    wrong = [
        (a, b, c)
        for a, b, c in triples()
        if vectors.similarities_of(a, vectors.vector(b))
        <= vectors.similarities_of(a, vectors.vector(c))
    ]
    first, among_five = [], []
    for a, b, c, d in analogies():
        found = [
            neighbour.word for neighbour in vectors.analogy(a, b, c, 5, among=COMMON).neighbours
        ]
        if found[0] == d:
            first.append((a, b, c, d))
        if d in found:
            among_five.append((a, b, c, d))
    return {"wrong": wrong, "first": first, "among five": among_five}
