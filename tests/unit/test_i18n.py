"""Texts: nothing is missing, nothing is left over, and translations say the same values."""

from __future__ import annotations

import ast
import pickle
import re
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from scripts import texts
from seqlib.archive import ArchiveError
from seqlib.i18n import (
    LANGUAGES,
    LOCALES,
    N_,
    SOURCE,
    InputError,
    Later,
    _,
    browser_words,
    n_,
    speaking,
)
from seqlib.shapes.layers.base import Missing
from ui.lessons.markdown import LESSONS

OTHERS = [language for language in LANGUAGES if language != SOURCE]
AREAS = texts.sources()
PLOTLY = re.compile(r"%\{[^}]*\}")
PLACE = re.compile(r"\{[^}]*\}")
BOLD = re.compile(r"(.?)\*\*([^*\n]+)\*\*(.?)")
MARKS = string.punctuation + "。，、：；！？（）《》“”…"
# Areas whose texts are not all translated yet. This list may only get shorter.
NOT_YET: set[str] = set()


def catalogs(area: str, language: str):
    with (LOCALES / language / f"{area}.po").open("rb") as file:
        return read_po(file, locale=language)


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_of_several_areas_is_translated_alike(language):
    """One of them would be shown on all pages: a class of sentences was a class at school."""
    known: dict[str, object] = {}
    for area in AREAS:
        for message in catalogs(area, language):
            assert known.setdefault(str(message.id), message.string) == message.string, message.id


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("area", [area for area, files in AREAS.items() if files])
def test_the_translation_file_of_an_area_is_what_the_code_says_and_complete(area, language):
    if area in NOT_YET:
        pytest.xfail(f"{area} is not translated yet")
    path = LOCALES / language / f"{area}.po"
    wanted = texts.updated(area, AREAS[area], language)
    if not len(wanted):
        return
    assert path.exists(), f"run python -m scripts.texts {area}, and translate"
    assert path.read_text("utf-8") == texts.written(wanted), f"run python -m scripts.texts {area}"
    assert texts.untranslated(wanted) == []


def test_no_translation_file_is_left_of_an_area_that_is_gone():
    for language in OTHERS:
        assert {path.stem for path in (LOCALES / language).glob("*.po")} <= set(AREAS)


@pytest.mark.parametrize("path", sorted(LOCALES.glob("*/*.po")), ids=lambda path: path.stem)
def test_a_translation_has_the_same_places_for_values(path):
    for message in catalogs(path.stem, path.parent.name):
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        given = message.string if isinstance(message.string, tuple) else (message.string,)
        for text in filter(None, given):
            # Of the plural: the singular may say its one without a figure.
            assert places(text) == places(ids[-1]), f"{ids[-1]!r} is given as {text!r}"


def places(text: str) -> set[tuple[str, str]]:
    """Names and formats of {places}, Plotly's %{places} apart."""
    ours = PLOTLY.sub("", text)
    found = {(name, spec or "") for _, name, spec, _ in _parsed(ours) if name is not None}
    return found | {("%", place) for place in PLOTLY.findall(text)}


def _parsed(text: str):
    try:
        return list(string.Formatter().parse(text))
    except ValueError:  # a lone brace: never formatted
        return []


@pytest.mark.parametrize("language", OTHERS)
def test_bold_text_ends_where_markdown_sees_it_end(language):
    """After a full stop and before a word, as in **…。**…, the asterisks would be shown."""
    shown = [path.read_text("utf-8") for path in (LESSONS / language).rglob("*.md")]
    for path in (LOCALES / language).glob("*.po"):
        for message in catalogs(path.stem, language):
            shown += [message.string] if isinstance(message.string, str) else message.string
    for text in shown:
        for before, bold, after in BOLD.findall(PLACE.sub("0", text)):
            assert not (bold[-1] in MARKS and after.isalnum()), bold
            assert not (bold[0] in MARKS and before.isalnum()), bold


def test_areas_share_no_file_and_leave_none_out():
    files = [file for area in AREAS.values() for file in area]
    assert len(files) == len(set(files))
    root = Path(texts.ROOT)
    for file in [*root.glob("ui/**/*.py"), *root.glob("seqlib/**/*.py"), *root.glob("pages/*.py")]:
        assert file in files, f"{file} is in no area of scripts/texts.py"


def test_a_text_is_found_beside_others_and_their_values_in_javascript(tmp_path):
    file = tmp_path / "panel.js"
    file.write_text('said = ` ${t("{name}, step {n}:", { name, n: at + 1 })} ${t("on")} …`;')
    assert {message.id for message in texts.texts([file])} == {"", "{name}, step {n}:", "on"}


@pytest.mark.parametrize("area", AREAS)
def test_a_plural_keeps_both_its_forms(area):
    """Babel forgets the second where another text stands among the values."""
    known = {message.id for message in texts.texts(AREAS[area])}
    for file in (file for file in AREAS[area] if file.suffix == ".py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "n_":
                forms = [form.value for form in node.args[:2] if isinstance(form, ast.Constant)]
                assert not forms or tuple(forms) in known, f"{file}:{node.lineno}"


def test_after_a_chinese_sentence_is_no_space():
    with speaking("zh"):
        assert "。 " not in str(Missing("One is missing."))
    for file in (file for area in AREAS.values() for file in area if file.suffix == ".py"):
        joined = re.findall(r"""f"\{[\w.]+\} (?:\{_\(|" \+ _\()""", file.read_text("utf-8"))
        assert joined == [], f"{file}: put them together with ``sentences``"
        assert '"; ".join(' not in file.read_text("utf-8"), f"{file}: a semicolon is a text"


@pytest.mark.parametrize(
    ("other", "used"),
    [
        ("随附", "自带"),
        ("方程", "公式"),
        ("补位", "填充"),
        ("单词索引", "词索引"),
        ("词汇表", "词表"),
        ("循环权重", "循环核"),
        ("投影模式", "演示模式"),
        ("四个门", "三个门和候选值"),
        ("支曲子", "首曲子"),
    ],
)
def test_one_thing_has_one_name_in_chinese(other, used):
    files = [*(LESSONS / "zh").rglob("*.md"), *(LOCALES / "zh").glob("*.po")]
    found = {path.name: path.read_text("utf-8") for path in files}
    assert [name for name, text in found.items() if other in text] == []
    assert any(used in text for text in found.values())


def test_no_name_in_javascript_stays_english():
    for file in texts.ROOT.glob("static/**/*.js"):
        names = r"""(?:aria-label|aria-roledescription|title|placeholder|alt)"?: ["'`][A-Za-z]"""
        assert re.findall(names, file.read_text("utf-8")) == [], file


def test_no_text_hides_in_an_f_string():
    """Babel does not find it there."""
    for file in (file for area in AREAS.values() for file in area if file.suffix == ".py"):
        inside = [
            node
            for text in ast.walk(ast.parse(file.read_text("utf-8")))
            if isinstance(text, ast.JoinedStr)
            for node in ast.walk(text)
        ]
        hidden = [
            ast.unparse(node)
            for node in inside
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in texts.KEYWORDS
            and any(isinstance(given, ast.Constant) for given in node.args)
        ]
        assert hidden == [], file


def test_an_area_may_be_handed_to_the_browser():
    assert browser_words("stage")["words"] == {}
    with speaking("zh"):
        assert browser_words("stage")["words"]["step {n} of {total}"] == "第 {n} 步，共 {total} 步"


def test_a_text_without_a_translation_is_itself():
    with speaking("zh"):
        assert _("no such text: {n}", n=3) == "no such text: 3"
        assert n_("{n} such", "{n} suches", 1) == "1 such"
        assert n_("{n} such", "{n} suches", 2) == "2 suches"
        assert _("") == ""
        assert N_("kept") == "kept"


# -- lessons ------------------------------------------------------------------------------

PAGES = sorted(path.relative_to(LESSONS / SOURCE) for path in (LESSONS / SOURCE).rglob("*.md"))


@pytest.mark.parametrize("language", OTHERS)
def test_lessons_have_the_same_files_in_every_language(language):
    there = sorted(
        path.relative_to(LESSONS / language) for path in (LESSONS / language).rglob("*.md")
    )
    assert there == PAGES


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_lesson_has_the_same_sections_and_places_in_every_language(page, language):
    source, other = ((LESSONS / name / page).read_text("utf-8") for name in (SOURCE, language))
    if page.suffixes == [".md"] and len(page.parts) == 1 and page.stem not in NAMED_SECTIONS:
        assert headings(other) == headings(source)
    assert places(other) == places(source)
    assert len(re.findall(r"^#+ ", other, re.M)) == len(re.findall(r"^#+ ", source, re.M))


# Their headings are read, not looked up, so they are translated.
NAMED_SECTIONS = {"plan", "handout", "glossary"}


def headings(text: str) -> list[str]:
    return re.findall(r"^## (.+)$", text, re.M)


def test_a_note_lists_names_in_the_language_of_whoever_reads_it():
    note = Later("{file}; not read: {others}", {"file": "a.txt", "others": ["b", "c"]})
    assert str(note) == "a.txt; not read: b, c"
    with speaking("zh"):
        assert "b、c" in str(note)


def test_an_error_is_told_in_the_language_of_whoever_reads_it():
    try:
        raise ArchiveError("The part “{name}” is missing.", name="model.json")
    except ArchiveError as problem:
        told = InputError(
            "This model file cannot be used, so download it again: {problem}", problem=problem
        )
    assert str(told).endswith("again: The part “model.json” is missing.")
    for one in (told, pickle.loads(pickle.dumps(told))):
        with speaking("zh"):
            assert "缺少“model.json”部分" in str(one)
    (said,) = told.args
    assert isinstance(said.values["problem"], Later), "no traceback, which would hold the file"
    assert str(InputError("It is damaged: {problem}", problem=OSError("no disk"))).endswith("disk")
