from seqlib.music import BAR, QUALITIES, Melody, Token, harmonise
from seqlib.music.comping import VOICINGS
from seqlib.music.harmony import SCALES, members


def melody(text, ticks=12):
    """Letters to a melody in the octave above middle C, which ``C`` ends."""
    places = {"c": 60, "d": 62, "e": 64, "f": 65, "g": 67, "a": 69, "b": 71, "C": 72}
    return Melody(tuple(Token(places[letter], ticks) for letter in text))


def transposed(line, up):
    return Melody(tuple(Token(token.pitch + up, token.ticks) for token in line.tokens))


def test_every_quality_has_a_scale_that_holds_it_and_a_voicing_from_both():
    assert QUALITIES.keys() == SCALES.keys() == VOICINGS.keys()
    for quality, steps in QUALITIES.items():
        assert set(steps) <= set(SCALES[quality])
        assert {step % 12 for step in VOICINGS[quality]} <= {*SCALES[quality]}


def test_a_two_five_one_is_heard_as_one_in_every_key():
    line = melody("dfaCgbdfcegbcccc")
    for up in range(-5, 7):
        chords = harmonise(transposed(line, up))
        assert [((chord.root - up) % 12, chord.quality) for chord in chords[:3]] == [
            (2, "m7"),
            (7, "7"),
            (0, "maj7"),
        ]


def test_most_notes_on_the_beat_are_in_their_chord():
    line = melody("cegCbagfedcbagfedfagecegCbagfedc")
    chords = harmonise(line)
    inside = [
        token.pitch % 12 in members(next(c for c in chords if c.start <= start < c.start + c.ticks))
        for start, token in zip(line.edges, line.tokens, strict=False)
    ]
    assert sum(inside) > 0.5 * len(inside)


def test_chords_fill_whole_bars_and_change_at_half_bars():
    for line in (melody("ceg"), melody("cdefgabCbag", 8), Melody((Token(None, 100),))):
        chords = harmonise(line)
        ends = [chord.start + chord.ticks for chord in chords]
        assert [chord.start for chord in chords] == [0, *ends[:-1]]
        assert ends[-1] == -(-line.edges[-1] // BAR) * BAR
        assert all(chord.ticks % (BAR // 2) == 0 for chord in chords)


def test_nothing_to_harmonise_gives_no_chords():
    assert harmonise(Melody(())) == ()
