"""Chinese is split into words, and the table says what they mean in English."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqlib.text import encode, negates, read_csv, tokenise
from seqlib.text.chinese import LONGEST, ChineseWords, chinese_words, is_han

SMALL = ChineseWords(
    "我\t\ti 100\n不\t\tnot 100\n爱\t愛\tlove 100\n的\t\t\n爱情\t愛情\tlove 60 romance 40\n"
)


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("我今天很开心", "我 今天 很 开心"),
        ("一起打球吧！", "一起 打球 吧"),
        ("我們今天踢足球", "我們 今天 踢足球"),
        ("一点也不好笑", "一点 也 不好笑"),
        ("我love你, really", "我 love 你 really"),
        ("今晚吃pizza🍕", "今晚 吃 pizza 🍕"),
        ("我 不 开心", "我 不 开心"),
        ("我不開心", "我 不開心"),
        ("妈妈，我爱你。", "妈妈 我 爱 你"),
    ],
)
def test_a_sentence_is_split_into_words(sentence, words):
    assert tokenise(sentence) == tuple(words.split())


@given(st.text("我爱情不的龘愛开心吃a1 ，", max_size=40))
def test_splitting_keeps_every_character_and_no_run_of_characters_is_one_word(sentence):
    words = tokenise(sentence)
    assert "".join(words) == "".join(sentence.replace("，", " ").split())
    assert all(len(word) <= LONGEST for word in words if is_han(word))


def test_the_commoner_words_win_and_unknown_characters_stand_alone():
    assert SMALL.split("我爱情") == ("我", "爱情")
    assert SMALL.split("龘我龘龘") == ("龘", "我", "龘", "龘")
    assert SMALL.split("") == ()


def test_traditional_characters_mean_what_the_simplified_ones_mean():
    assert SMALL.meaning("愛情") == SMALL.meaning("爱情") == (("love", 0.6), ("romance", 0.4))
    assert SMALL.meaning("的") == SMALL.meaning("龘") == ()
    table = chinese_words()
    for pair in ("開心 开心", "難過 难过", "籃球 篮球", "謝謝 谢谢", "沒有 没有", "這 这", "餓 饿"):
        traditional, simplified = pair.split()
        assert table.meaning(traditional) == table.meaning(simplified) != ()


def test_the_shipped_table_is_in_order_and_its_weights_are_shares():
    table = chinese_words()
    assert len(table.words) == len(set(table.words)) > 40_000
    assert [word for word in "的了吗呢吧" if table.meaning(word)] == []
    for place in range(0, len(table.words), 50):
        meaning = table.meaning(place)
        assert not meaning or 0.95 < sum(share for _word, share in meaning) < 1.05, table.words[
            place
        ]


@pytest.mark.parametrize(
    "sentence",
    [
        "我不相信",
        "沒有人理我",
        "别走",
        "他从来没笑过",
        "我再也不相信你",
        "不要哭",
        "冰箱里沒有牛奶",
    ],
)
def test_chinese_negations_are_found(sentence):
    assert any(map(negates, tokenise(sentence)))
    assert not any(map(negates, tokenise("我很开心，特别好吃")))


SIMPLIFIED = "句子,标签\n我今天很开心！,开心\n“好吃”，再来一碗,食物\n他不爱我了…,难过\n"
TRADITIONAL = "句子,標籤\n我今天很開心！,開心\n「好吃」，再來一碗,食物\n他不愛我了…,難過\n"


@pytest.mark.parametrize(
    ("content", "codec", "name"),
    [
        (SIMPLIFIED, "gbk", "GBK"),
        (SIMPLIFIED, "gb18030", "GBK"),
        (TRADITIONAL, "big5", "Big5"),
        (TRADITIONAL, "gbk", "GBK"),
        (SIMPLIFIED, "utf-16", "UTF-16"),
        (TRADITIONAL, "utf-8-sig", "UTF-8"),
    ],
)
def test_chinese_files_are_read_whatever_their_encoding(content, codec, name):
    labelled, report = read_csv(content.encode(codec))
    assert (report.encoding, report.header) == (name, True)
    assert labelled.sentences == tuple(line.split(",")[0] for line in content.splitlines()[1:])
    assert [one.emoji for one in labelled.classes][:3] == ["😄", "😞", "🍴"]


def test_western_files_are_not_taken_for_chinese():
    text = "The café is good today,food\nHe cried when Zoë left déjà vu,sad\nMañana we play,ball\n"
    assert read_csv(text.encode("cp1252"))[1].encoding == "Windows-1252"


def test_a_word_without_meaning_reads_the_padding_row_but_is_known():
    found = encode("我的爱龘", {"我": 1, "的": 0, "爱": 2}, 5)
    assert found.indices.tolist() == [1, 0, 2, 0, 0]
    assert found.unknown == ("龘",)
    assert found.heard
    assert not encode("的龘", {"的": 0}, 5).heard
