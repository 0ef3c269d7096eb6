from pathlib import Path

import midi_bytes as mb
import pytest

from seqlib.i18n import _, speaking
from seqlib.music import read_midi
from seqlib.music.midi import INSTRUMENTS

NAMES = {
    "gb18030": [
        "旋律",
        "鼓",
        "Piano 琴",
        "Bass贝斯",
        "葫芦丝",
        "第一小提琴",
        "月亮代表我的心",
        "音轨 1",
        "小",  # in UTF-8 a Russian letter
        "医学",
    ],
    "big5": ["旋律", "鼓", "鋼琴", "望春風", "人聲", "雨夜花", "音軌 1", "二胡"],
    "cp932": ["メロディ", "ピアノ", "旋律", "歌", "ﾋﾟｱﾉ", "さくら", "荒城の月", "第一バイオリン"],
    "cp949": ["멜로디", "피아노", "노래"],
    "cp1251": ["Мелодия", "Скрипка 1"],
    "cp1252": [
        "Flûte",
        "Übung",
        "Señor",
        "à la",
        "Élan",
        "ÉTÉ",
        "Øl",
        "Mélodie",
        "© 1999",
        "Voix d’été",
    ],
    "utf-8": ["旋律", "Flûte", "Ñ", "🎷 Solo", "メロディ", "Мелодия"],
    "utf-16": ["旋律", "Flûte"],
}


def named(*raw, words=()):
    lyrics = b"".join(mb.meta(0, 0x05, word) for word in words)
    tracks = [mb.track(mb.name(name), lyrics, mb.notes([60, 62, 64, 65])) for name in raw]
    return [track.name for track in read_midi(mb.file(*tracks)).tracks]


@pytest.mark.parametrize(
    ("codec", "name"), [(codec, name) for codec, names in NAMES.items() for name in names]
)
def test_a_name_is_shown_as_it_was_written_whatever_its_encoding(codec, name):
    assert named(name.encode(codec)) == [name]


def test_the_chinese_name_of_a_real_file():
    case = Path(__file__).parent / "cases" / "M19_name_gbk.mid"
    assert [track.name for track in read_midi(case).tracks] == ["旋律"]


def test_one_file_has_one_encoding_and_its_lyrics_help_to_find_it():
    name = "A律".encode("gb18030")  # in Latin-1 a word in capitals
    lyrics = "小城故事多 充满喜和乐 若是你到小城来".encode("gb18030")
    assert named(name, words=[lyrics]) == ["A律"]
    assert named("IÉÉ".encode("cp1252"), words=["Il était une fois".encode("cp1252")]) == ["IÉÉ"]


def test_a_name_cut_within_a_character_loses_that_character_only():
    assert named("主旋律钢琴".encode("gb18030")[:-1]) == ["主旋律钢"]


def test_instruments_have_the_names_of_general_midi_in_both_languages():
    import pretty_midi

    english = INSTRUMENTS.split("; ")
    assert english == [pretty_midi.program_to_instrument_name(n) for n in range(128)]
    song = read_midi(mb.file(mb.track(mb.program(73), mb.notes([60, 62, 64]))))
    assert song.tracks[0].name == "Flute"
    with speaking("zh"):
        assert len(set(_(INSTRUMENTS).split("; "))) == 128
        assert song.tracks[0].name == "长笛"


def test_a_utf_8_name_beside_others_stays_utf_8():
    assert named("旋律".encode(), "钢琴".encode("gb18030")) == ["旋律", "钢琴"]
