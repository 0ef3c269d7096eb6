"""Files of sentences as people have them: the right answer, and neighbours of each."""

from __future__ import annotations

import contextlib
import json
import tracemalloc
from pathlib import Path

import pytest

from seqlib import limits
from seqlib.text import DEFAULT_CLASSES, columns, read_csv, read_sentences, read_several
from seqlib.vectors import load

FILES = Path(__file__).parents[2] / "files" / "text"
TEXTS = (
    "I love you, dear",
    "What a game, really",
    "so sad",
    "I am hungry, feed me",
    "we play ball",
    "you make me cry",
    "hello there; you",
    "nice | ok",
)
LABELS = ("love", "ball", "sad", "food", "ball", "sad", "love", "love")
ROWS = tuple(zip(TEXTS, LABELS, strict=True))


def lines(form: str, head: str = "") -> bytes:
    """Write a line a row; in the form ``x`` is the sentence, ``y`` the label, ``i`` the number."""
    rows = (form.format(x=x, y=y, i=i, k=i % 3) for i, (x, y) in enumerate(ROWS))
    return (head + "\n".join(rows) + "\n").encode()


def labels_of(data: bytes) -> list[str]:
    labelled, _report = read_csv(data)
    return [labelled.classes[label].name for label in labelled.labels.tolist()]


@pytest.mark.parametrize(
    ("name", "rows", "header", "first", "classes"),
    [
        ("T04_zh_more.csv", 40, True, "这家店的味道真好0", ["好评", "差评"]),
        ("T08_emoji_shortcode.csv", 10, True, "@user i love this song", None),
        ("T09_lab_3cols.csv", 10, False, "@user i love this song", None),
        ("T10_csv_unclosed.csv", 5, True, '"The best of the year', ["0", "1"]),
        ("T10_tsv_quotes.tsv", 8, True, '"Great" movie', ["0", "1"]),
        ("T10_unquoted_commas_label_first.csv", 5, True, "Well, I love you, really", None),
        ("T10_unquoted_mixed.csv", 50, True, "I love this tune number 0", None),
        ("T14_header_utterance_mood.csv", 4, True, "I love this tune", ["joy", "grief"]),
        ("T14_zh_headers.csv", 10, True, "这家店的味道真好", ["好评", "差评"]),
    ],
)
def test_every_file_gives_its_rows_and_the_same_sentences_in_many_sentences(
    name, rows, header, first, classes
):
    labelled, report = read_csv(FILES / name)
    assert (len(labelled), report.n_skipped, report.header) == (rows, 0, header)
    assert labelled.sentences[0] == first
    names = [one.name for one in labelled.classes]
    assert names == (classes or [one.name for one in DEFAULT_CLASSES])
    assert read_sentences(FILES / name)[0] == labelled.sentences


def test_delimiters_inside_sentences_stay_there_and_labels_stay_labels():
    mixed, _report = read_csv(FILES / "T10_unquoted_mixed.csv")
    assert mixed.sentences[30] == "Well, I love you, really 0"
    assert mixed.labels[30:35].tolist() == [0, 3, 2, 1, 4]
    first, _report = read_csv(FILES / "T10_unquoted_commas_label_first.csv")
    assert first.labels.tolist() == [0, 1, 3, 4, 2]
    quotes, _report = read_csv(FILES / "T10_tsv_quotes.tsv")
    assert quotes.labels.tolist() == [1, 1, 0, 0, 0, 1, 1, 0]
    assert quotes.sentences[4:6] == ('she said "never again"', "loved it")


FORMS = {
    "label last, commas unquoted": lines("{x},{y}"),
    "label first, commas unquoted": lines("{y},{x}"),
    "number, sentence, label": lines("{i},{x},{y}"),
    "timestamp before": lines('{i},2021-03-0{i} 10:22:1{i},{y},"{x}"'),
    "timestamp in words": lines('{y},"Mon Apr 06 22:19:4{i} PDT 2009",user_{i},"{x}"'),
    "long date, identifier": lines(
        '550e8400-e29b-41d4-a716-44665544000{i},"Wednesday, September {i}, 2020","{x}",{y}'
    ),
    "address": lines('"{x}",https://example.com/a/very-long-name/{i},{y}'),
    "names of one's own": lines('"{x}",{y}', "what_they_said,how\n"),
    "semicolons": lines('"{x}";{y}', "phrase;humeur\n"),
    "sep=": lines('"{x}";{y}', "sep=;\nphrase;humeur\n"),
    "pandas index": lines('{i},"{x}",{y}', ",text,label\n"),
    "a column for the split": lines('{i},"{x}",{y},part{k}', "id,text,emotion,split\n"),
    "swapped names": lines('"{x}",{y}', "label,text\n"),
    "a note on some rows": lines('"{x}",{y}') + b'"so nice",love,a note\n"so bad",sad\n',
    "backslash": lines('"{x} \\"so\\"",{y}'),
    "inches": lines('{x} 5",{y}'),
    "cells of several lines": lines('"{x}\n and so on, you know\n",{y}'),
    "users and labels": lines('user{k},"{x}",{y}'),
    "trailing commas, as the SMS collection has": lines('{y},"{x}",,,', "v1,v2,,,\n"),
    "table of Markdown": lines('"{x}" | {y}', "text | label\n"),
    "one date for many": lines('2021-03-01,"{x}",{y}'),
    "Chinese commas": lines("{x}，{y}"),
    "Chinese semicolons": lines("{y}；{x}"),
    "a title above": lines('"{x}",{y}', "My survey, 2021\n\ntext,label\n"),
    "remarks above": lines('{y};"{x}"', "# made by me\n# in May\nlabel;text\n"),
    "fastText": lines("__label__{y} {x}"),
    "fastText, commas": lines("__label__{y} , {x}"),
    "fastText, last": lines("{x} __label__{y}"),
}


@pytest.mark.parametrize("form", FORMS)
def test_labels_are_what_repeats_wherever_they_stand(form):
    labelled, report = read_csv(FORMS[form])
    assert report.n_skipped == 0
    assert all(a.startswith(b[:12]) for a, b in zip(labelled.sentences, TEXTS, strict=False))
    assert labels_of(FORMS[form])[: len(LABELS)] == list(LABELS)
    assert read_sentences(FORMS[form])[0] == labelled.sentences


OBJECTS = [{"id": i, "text": x, "label": y} for i, (x, y) in enumerate(ROWS)]
COLUMNS = {"text": list(TEXTS), "label": list(LABELS)}


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(map(json.dumps, OBJECTS)),
        json.dumps(OBJECTS, indent=2),
        json.dumps({"version": "1", "data": OBJECTS}),
        json.dumps({"data": OBJECTS, "languages": ["de", "en"]}),
        json.dumps(COLUMNS),
        json.dumps({name: dict(enumerate(column)) for name, column in COLUMNS.items()}),
        json.dumps([list(row) for row in ROWS]),
        json.dumps([{"satz": x, "art": [y]} for x, y in ROWS]),
        json.dumps([{"data": {"text": x}, "annotations": [{"label": y}]} for x, y in ROWS]),
        json.dumps(dict(ROWS)),
    ],
    ids=[
        *("lines", "array", "inside", "beside", "columns", "pandas", "arrays", "lists-of-one"),
        *("nested", "sentence-to-label"),
    ],
)
def test_json_in_any_usual_form(text):
    labelled, report = read_csv(text.encode())
    assert report.delimiter == "JSON"
    assert labelled.sentences == TEXTS
    assert labels_of(text.encode()) == list(LABELS)


def test_json_lists_of_sentences_by_label_and_a_deep_object():
    by_label = {label: [x for x, y in ROWS if y == label] for label in dict.fromkeys(LABELS)}
    assert sorted(zip(*read_pairs(json.dumps(by_label)), strict=True)) == sorted(ROWS)
    deep = '{"a":' * 500 + '{"text":"so deep","label":"sad"}' + "}" * 500
    with pytest.raises(ValueError, match=r"\.$"):
        read_csv(f"{deep}\n{deep}".encode())


def read_pairs(text: str) -> tuple[tuple[str, ...], list[str]]:
    return read_csv(text.encode())[0].sentences, labels_of(text.encode())


def test_rows_left_out_are_counted_and_named_by_line():
    data = b"__label__a one two\nno label\n__label__a __label__b three\n__label__b four five\n"
    _labelled, report = read_csv(data)
    assert [(one.line, str(one.why)) for one in report.skipped] == [
        (2, "no label"),
        (3, "more than one label"),
    ]
    rows = "\n".join(map(json.dumps, OBJECTS)).replace("}", "", 1)
    assert [one.line for one in read_csv(rows.encode())[1].skipped] == [1]
    wide = lines('"{x}",{y}') + b"so" + b"," * 300 + b"\nlonely\n"
    _labelled, report = read_csv(wide)
    assert [(one.line, str(one.why)) for one in report.skipped] == [
        (9, "more than 200 columns"),
        (10, "no label"),
    ]


@pytest.mark.parametrize(
    ("label", "emoji"),
    [(":joy:", "😂"), (":thumbs_up:", "👍"), (":pizza:", "🍕"), (":snail:", "🐌"), (":xx:", "")],
)
def test_an_emoji_may_be_named_between_colons(label, emoji):
    labelled, _report = read_csv(f"so it is,{label}\nand so,{label}\nnot so,love\n".encode())
    assert (labelled.classes[1].emoji == emoji) is bool(emoji)
    assert labelled.classes[0] == DEFAULT_CLASSES[0]


def test_a_shortcode_of_the_default_classes_is_that_class():
    labelled, _report = read_csv(FILES / "T08_emoji_shortcode.csv")
    assert labelled.classes == DEFAULT_CLASSES
    assert labelled.labels.tolist() == [0, 1, 2, 3, 4, 0, 1, 2, 3, 4]


ZH = (
    ("我今天很开心", "开心"),
    ("他很难过了", "难过"),
    ("我们踢足球", "球类"),
    ("我想吃饭", "食物"),
)
TW = (
    ("我今天很開心", "開心"),
    ("他很難過了", "難過"),
    ("我們踢足球", "球類"),
    ("我想吃飯", "食物"),
)


def pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Sentences between bars, labelled in turn."""
    return tuple((one, "ab"[n % 2]) for n, one in enumerate(text.split("|")))


JA = pairs("この店の料理はおいしかった|配送が遅すぎて最悪|先生の説明がわかりやすい|サービスが悪い")
KO = pairs("이 가게 음식이 정말 맛있어요|배송이 너무 늦었어요|선생님 설명이 쉬워요|방이 좁아요")
RU = pairs("Очень вкусная еда|Доставка была слишком медленной|Учитель объясняет понятно|Грубо")
UK = pairs("Дуже смачна їжа|Доставка була надто повільною|Вчитель пояснює зрозуміло|Грубо")
EL = pairs("Το φαγητό ήταν πολύ νόστιμο|Η παράδοση άργησε πολύ|Ο δάσκαλος εξηγεί καλά|Όχι")
AR = pairs("الطعام لذيذ جدا|التوصيل بطيء جدا|المعلم يشرح بوضوح|الموظف غير مهذب")
HE = pairs("האוכל היה טעים מאוד|המשלוח היה איטי מדי|המורה מסביר היטב|הצוות היה גס")
TH = pairs("อาหารอร่อยมาก|ส่งช้ามาก|ครูสอนเข้าใจง่าย|พนักงานหยาบคาย")
PL = pairs(
    "Jedzenie było świetne|Dostawa trwała zbyt długo, źle|Więcej, proszę|Obsługa była niemiła"
)
CS = pairs("Jídlo bylo dobré, děkuji|Doručení trvalo dlouho|Učitel vysvětluje|Pokoj je hlučný")
TR = pairs("Yemekler çok güzeldi, teşekkürler|Teslimat yavaştı|Öğretmen iyi|Çalışanlar kabaydı")
FR = pairs("Le repas était délicieux|La livraison a été trop lente|Très bien, déjà vu|Ça va, Noël")
DE = pairs("Das Essen war köstlich|Lieferung zu spät, übel|Die Schüler wären müde|Groß und schön")
# Single letters with accents before letters without look like Chinese characters.
NAMES = pairs("Curaçao|Réunion|São Tomé|Åland|Côte d’Ivoire")


@pytest.mark.parametrize(
    ("rows", "codec", "name"),
    [
        (JA, "shift-jis", "Shift-JIS"),
        (JA, "euc-jp", "EUC-JP"),
        (JA, "iso2022-jp", "ISO-2022-JP"),
        (KO, "euc-kr", "EUC-KR"),
        (KO[:2], "euc-kr", "EUC-KR"),
        (RU, "cp1251", "Windows-1251"),
        (RU, "koi8-r", "KOI8"),
        (RU, "cp866", "CP866"),
        (UK, "koi8-u", "KOI8"),
        (EL, "cp1253", "Windows-1253"),
        (HE, "cp1255", "Windows-1255"),
        (AR, "cp1256", "Windows-1256"),
        (TH, "cp874", "Windows-874"),
        (PL, "cp1250", "Windows-1250"),
        (CS, "cp1250", "Windows-1250"),
        (PL, "iso8859-2", "ISO-8859-2"),
        (TR, "cp1254", "Windows-1254"),
        (FR, "cp1252", "Windows-1252"),
        (FR, "mac-roman", "Mac Roman"),
        (DE, "cp1252", "Windows-1252"),
        (NAMES, "cp1252", "Windows-1252"),
        (ZH, "gbk", "GBK"),
        (TW, "big5", "Big5"),
        (ZH, "utf-16", "UTF-16"),
        (ZH, "utf-16-le", "UTF-16"),
        (ZH, "utf-16-be", "UTF-16"),
        (ZH, "utf-32", "UTF-32"),
        (ZH, "utf-8-sig", "UTF-8"),
    ],
)
def test_the_encoding_is_found_and_named(rows, codec, name):
    for times in (1, 3):
        data = "".join(f"{text},{label}\n" for text, label in rows * times).encode(codec)
        labelled, report = read_csv(data)
        assert report.encoding == name
        assert labelled.sentences == tuple(text for text, _label in rows) * times


@pytest.mark.parametrize(
    "header", ["фраза,настроение", "つぶやき,気分", "frase,umore", "文章,心情"]
)
def test_a_header_is_unlike_the_rest_of_its_columns_in_any_language(header):
    data = header + "\n" + lines('"{x}",{y}').decode()
    labelled, report = read_csv(data.encode())
    assert report.header
    assert labelled.sentences == TEXTS


def test_a_first_row_like_the_others_is_no_header():
    assert not read_csv(lines("{x},{y}"))[1].header
    assert not read_csv(lines('"{x}",{y}', "I won,joy\n"))[1].header
    assert read_csv(lines('"{x}",{y}', "I won,joy\n"))[0].sentences[0] == "I won"


def test_a_number_before_each_sentence_may_be_its_label():
    data = b"".join(b"%d %s\n" % (n % 5, text.encode()) for n, text in enumerate(TEXTS * 3))
    labelled, report = read_csv(data)
    assert report.delimiter == "space"
    assert labelled.sentences == TEXTS * 3
    spaced = lines("{x},very {y}").decode().replace("food", "sad")
    assert {one.name for one in read_csv(spaced.encode())[0].classes} == {
        "very love",
        "very ball",
        "very sad",
    }


def test_prose_with_commas_is_no_table():
    prose = "Yes, I do\nNo, I do not\nYes, sure\nNo, never\nHello; you | there\n"
    for text in (prose, "Oh, thanks\nWell, thanks\nYes, please\nHm, please\n"):
        assert read_sentences(text.encode())[0] == tuple(text.strip().split("\n"))


def test_a_long_review_is_read_from_its_beginning_and_said():
    data = b"".join(b"%s it is so very long\t%d\n" % (b"well " * 400, n % 2) for n in range(6))
    labelled, report = read_csv(data)
    assert len(labelled) == 6
    assert {len(sentence) for sentence in labelled.sentences} == {999}
    assert "6 sentences have more than 1,000" in str(report.notes[0])


def test_classes_sorted_in_the_file_are_all_found():
    data = "".join(
        f"sentence number {n} is it,{'good' if n < 3000 else 'bad'}\n" for n in range(6000)
    )
    assert read_csv(data.encode())[0].counts.tolist() == [3000, 3000]


def test_of_two_files_the_one_whose_lines_repeat_has_the_labels():
    files = [("b.txt", "\n".join(TEXTS).encode()), ("a.txt", "\n".join(LABELS).encode())]
    for order in (files, files[::-1]):
        data, _report = read_several(order)
        assert sorted(data.train.sentences + data.test.sentences) == sorted(TEXTS)


def test_nearly_all_words_of_chinese_sentences_have_a_vector():
    words = read_csv(FILES / "T04_zh_more.csv")[0].words
    known = load().indices(words) > 0
    assert known.mean() > 0.9
    # The others are particles.
    assert {word for word, is_known in zip(words, known, strict=True) if not is_known} <= set(
        "了们得的"
    )


# Bounds.


def test_a_row_of_many_cells_costs_no_more_than_a_page_of_them(monkeypatch):
    looked = []
    real = columns._letters
    monkeypatch.setattr(columns, "_letters", lambda text: looked.append(1) or real(text))
    data = b"I am so sad,1\nyou are good,0\n" * 250 + b"a" + b"," * 40_000 + b"\n"
    assert len(read_csv(data)[0]) == 500
    read_csv(b"".join(b"so it is" + b",%d" % (n % 2) * 150 + b"\n" for n in range(500)))
    # Each of a few widths under each delimiter looks at a sample of the cells once.
    assert len(looked) < 12 * limits.SAMPLE_CELLS


@pytest.mark.parametrize("line", [b"a b,1\nc d,0\n", b'"', b",", b'{"a":1}\n', b"__label__a b\n"])
def test_memory_follows_from_what_is_kept(line, monkeypatch):
    monkeypatch.setattr(limits, "ROWS", 5000)
    data = line * (1_000_000 // len(line))
    for read in (read_csv, read_sentences):
        tracemalloc.start()
        with contextlib.suppress(ValueError):
            read(data)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 12e6, (line, peak)  # the text twice, a sample, the rows kept
