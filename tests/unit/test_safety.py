"""Nothing of a reader's is run, opened or drawn as markup; uploads need the XSRF token."""

from __future__ import annotations

import ast
import http.client
import json
import re
from functools import cache
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import numpy as np
import pytest
import requests

from benchmarks._server import OURS, server, wait_until_it_answers
from benchmarks._session import Session
from seqlib import vectors
from seqlib.emojify import pretrained, save_model
from seqlib.jazz.corpus import default_corpus
from seqlib.music import write_midi
from seqlib.shapes import pasted
from seqlib.text import shipped
from tests import loops
from ui import visit

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    [*(ROOT / "seqlib").rglob("*.py"), *(ROOT / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py")]
)

# What somebody would write to see it run, followed, fetched or set in bold.
TAG = "<img src=x onerror=alert(1)>"
LINK = "[x](javascript:alert(1))"
PICTURE = "![x](http://127.0.0.1:9/x.png)"
ANCHOR = '<a href="http://127.0.0.1:9/">x</a>'
SCRIPT = "</script><script>alert(1)</script>"
MARKS = "**loud** $x^2$ :material/home: :red[red]"
HOSTILE = (TAG, LINK, PICTURE, ANCHOR, SCRIPT, MARKS)
# Words cannot hold spaces or commas.
WORDS = ("<b>x</b>", "[x](http://y)", "![x](http://y)", "*loud*", "</script>", "$x$", ":red[x]")


# What the code may not contain.


@cache
def code() -> list[tuple[str, ast.AST]]:
    """All calls and imports, with the files that they stand in."""
    return [
        (str(path.relative_to(ROOT)), node)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call | ast.Import | ast.ImportFrom)
    ]


def names(*wanted: str) -> list[str]:
    """Where the code calls one of these, bare or as an attribute."""
    found = []
    for path, node in code():
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in wanted or called.split(".")[-1] in wanted:
                found.append(f"{path}:{called}")
    return found


def test_nothing_is_unpickled_and_no_code_of_others_is_run():
    imported = {
        (path, alias.name)
        for path, node in code()
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    # Between the app and its own worker processes; never what a reader has sent.
    imported -= {
        ("seqlib/training/rooms.py", "subprocess"),
        ("seqlib/training/rooms.py", "pickle"),
        ("seqlib/training/worker.py", "pickle"),
        ("seqlib/training/helper.py", "pickle"),
    }
    for name in ("pickle", "dill", "joblib", "shelve", "marshal", "yaml", "subprocess"):
        assert name not in {module for _, module in imported}, name
    assert not names("eval", "system", "popen", "load_model", "unsafe_load", "read_pickle")
    # Builders of ours, from our own files: never what a reader has typed.
    own = {
        called
        for called in names("exec", "compile")
        if called.split(":")[1] not in ("re.compile", "model.compile")
    }
    assert own <= {"seqlib/board/__init__.py:exec", "seqlib/board/__init__.py:compile"}
    for path in SOURCES:
        assert "allow_pickle=True" not in path.read_text(encoding="utf-8"), path


ATTACKS = (
    "__import__('os').system('touch {mark}')",
    "LSTM(__import__('os').system('touch {mark}'))",
    "LSTM((lambda: open('{mark}', 'w'))())",
    "Dense(5, open('{mark}', 'w'))",
    "Bidirectional(eval(\"open('{mark}','w')\"))",
    "LSTM(64, **{{'x': open('{mark}', 'w')}})",
    "Dense([open('{mark}', 'w') for _ in '1'][0])",
    "Dense(f\"{{open('{mark}', 'w')}}\")",
    "(x := open('{mark}', 'w'))",
    "LSTM(64).__class__.__init__.__globals__['os'].system('touch {mark}')",
    "model.add(exec(\"open('{mark}','w')\"))",
    "Embedding(9**9**9**9, 50)",
    "LSTM(" + "(" * 500 + ")" * 500 + ")",
    "Dense(" + "-" * 3000 + "1)",
    "Dense(1" + "0" * 3900 + ")",
    "Dense(0x" + "f" * 3900 + ")",
    "LSTM(" + "+".join("1" * 1900) + ")",
    "Dense(5, {'class_name': 'Lambda', 'config': {}})",
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_pasted_code_is_refused_and_never_run(attack, tmp_path):
    mark = tmp_path / "ran"
    text = attack.format(mark=mark) if "{mark}" in attack else attack
    with pytest.raises(pasted.PasteError, match=r"^Line 1: [^\n]+\.$"):
        pasted.read(text)
    assert not mark.exists()


# A server, and a reader who brings nothing good.

UNDER = ("media", "static", "component", "app/static", "_stcore/bidi-components/x")


@pytest.fixture(scope="module")
def address():
    with server(OURS) as (found, _):
        wait_until_it_answers(found)
        yield found


def upload_answers(address: str, *, cookie: bool, header: bool) -> int:
    """What the server says to a file from a page that has these of the token's two halves."""

    async def ask() -> int:
        async with Session(address, "shapes") as reader:
            token = reader._http.cookies["_streamlit_xsrf"]
            answer = requests.put(
                f"{address}/_stcore/upload_file/{reader.id}/1",
                files={"file": ("a.mid", b"MThd")},
                headers={"X-Xsrftoken": token} if header else {},
                cookies={"_streamlit_xsrf": token} if cookie else {},
                timeout=30,
            )
            return answer.status_code

    return loops.run(ask())


def test_an_upload_needs_both_halves_of_the_xsrf_token(address):
    assert upload_answers(address, cookie=True, header=True) == 204
    assert upload_answers(address, cookie=False, header=False) == 403
    assert upload_answers(address, cookie=True, header=False) == 403
    assert upload_answers(address, cookie=False, header=True) == 403


def test_a_file_over_the_limit_is_refused_before_it_is_kept(address):
    async def ask() -> int:
        async with Session(address, "shapes") as reader:
            return (
                await reader._request(
                    "PUT", f"_stcore/upload_file/{reader.id}/1", files={"a": ("a", bytes(51 << 20))}
                )
            ).status_code

    assert loops.run(ask()) == 413


def answer_to(address: str, path: str) -> tuple[int, bytes]:
    """Status and body for this very path: an ordinary client would take its dots away first."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_what_is_served_can_be_asked_for(address):
    """Else the test below would find nothing because it asks for nothing."""
    assert answer_to(address, "/_stcore/health")[0] == 200
    home = answer_to(address, "/")[1]
    (script,) = re.findall(rb'src="\./(static/js/index[^"]+)"', home)
    assert answer_to(address, f"/{script.decode()}")[0] == 200
    assert answer_to(address, f"/static/../{script.decode()}")[1] != home


@pytest.mark.parametrize("up", ["..", "%2e%2e", "..%2f", "%2e%2e%2f", "..%5c", "....//"])
@pytest.mark.parametrize("under", UNDER)
def test_no_path_leads_out_of_what_is_served(address, under, up):
    ours = (ROOT / "seqlib" / "i18n.py").read_bytes()
    users = Path("/etc/passwd").read_bytes()
    for depth in (1, 2, 3, 4, 8, 16):
        for path in ("seqlib/i18n.py", "etc/passwd"):
            steps = up * depth if up.endswith(("f", "c", "/")) else f"{up}/" * depth
            _, body = answer_to(address, f"/{under}/{steps}{path}")
            assert ours not in body, (steps, path)
            assert users not in body, (steps, path)
    for path in ("//etc/passwd", "/etc/passwd", f"/{ROOT}/seqlib/i18n.py"):
        _, body = answer_to(address, f"/{under}{path}")
        assert ours not in body
        assert users not in body


def rendered_as_markup(reader: Session) -> list[str]:
    """Hostile text that stands where it would be read as markup."""
    found = []
    for node in reader.nodes():
        element = node.element
        if node.kind == "html":
            texts, marks = [element.body], ("<img", "<script", "javascript:", "<a href")
        elif node.kind == "plotly_chart":
            texts, marks = [element.spec], ("<img", "<a href", "</script", "<b>x</b>")
        else:
            texts = [
                getattr(element, name, "") for name in ("body", "label", "help", "text", "caption")
            ]
            texts += [getattr(one, "content", one) for one in getattr(element, "options", ()) or ()]
            marks = MARKDOWN
            texts = [ESCAPED.sub("", text) for text in texts if isinstance(text, str)]
            if node.kind in ("text", "code", "selectbox", "slider", "multiselect"):
                # Their text or options are shown as they are; the label is Markdown.
                texts = [ESCAPED.sub("", getattr(element, "label", ""))]
        for text in texts:
            if isinstance(text, str):
                found += [f"{node.kind}: {text[:200]}" for mark in marks if mark in text]
    return found


ESCAPED = re.compile(r"\\[!-/:-@\[-`{-~]")  # what Markdown shows as it is
MARKDOWN = (
    *("[x](", "![x", "**loud**", "*loud*", "$x", ":red[x]", ":red[red]", "<img", "<a href"),
    *("<script", "</script", "<b>x</b>"),
)


async def settled(reader: Session) -> None:
    await reader.rerun()
    assert not reader.exceptions(), reader.exceptions()
    assert not rendered_as_markup(reader)


def test_what_is_drawn_without_readers_has_none_of_these_marks(address):
    """Else the tests below could not tell ours from theirs."""

    async def walk() -> None:
        async with Session(address) as reader:
            for page in list(reader.navigation):
                await reader.open(page)
                assert not rendered_as_markup(reader), page

    loops.run(walk())


def test_a_mark_is_seen(address):
    async def look() -> list[str]:
        async with Session(address, "shapes") as reader:
            next(reader.nodes("markdown")).element.body = f"see {PICTURE}"
            return rendered_as_markup(reader)

    assert loops.run(look())


def midi_named(text: str) -> bytes:
    """A MIDI file whose track is called so."""
    data = write_midi(default_corpus().melodies[0])
    raw = text.encode()[:120]
    name = b"\x00\xff\x03" + bytes([len(raw)]) + raw
    place = data.rindex(b"MTrk")
    size = int.from_bytes(data[place + 4 : place + 8])
    length = (size + len(name)).to_bytes(4)
    return data[:place] + b"MTrk" + length + name + data[place + 8 :]


def test_file_and_track_names_are_shown_as_they_are(address):
    async def bring() -> None:
        async with Session(address, "jazz") as reader:
            await reader.set("corpus", "my MIDI")
            for text in HOSTILE:
                await reader.upload("midi_file", f"{text.replace('/', '_')}.mid", midi_named(text))
                assert not reader.errors(), reader.errors()
                await settled(reader)
                await reader.upload("midi_file", f"{text}.mid", text.encode())
                assert reader.errors(), text
                await settled(reader)

    loops.run(bring())


def test_sentences_and_labels_are_shown_as_they_are(address):
    rows = [
        f'"{text.replace(chr(34), chr(34) * 2)} {n}","{label.replace(chr(34), chr(34) * 2)}"'
        for n in range(3)
        for text, label in zip(HOSTILE, (*HOSTILE[1:], HOSTILE[0]), strict=True)
    ]

    async def bring() -> None:
        async with Session(address, "emojify", urlencode({"say": TAG})) as reader:
            await settled(reader)
            await reader.set("emoji_data", "my sentences")
            await reader.upload(
                "emoji_csv", f"{TAG}.csv", ("text,label\n" + "\n".join(rows)).encode()
            )
            assert not reader.errors(), reader.errors()
            await settled(reader)
            await reader.set("emoji_many", "\n".join(HOSTILE))
            await settled(reader)

    loops.run(bring())


def test_a_typed_sentence_is_shown_as_it_is(address):
    async def type_it() -> None:
        async with Session(address, "emojify") as reader:
            for text in HOSTILE:
                await reader.set("say", text)
                await settled(reader)
            await reader.open("cell")
            first_layer = reader.widget("cell_of").element.options[1].content
            await reader.set("cell_of", first_layer)
            for text in HOSTILE:
                await reader.set("cell_sentence", text)
                await settled(reader)

    loops.run(type_it())


def test_words_of_a_file_and_typed_words_are_shown_as_they_are(address):
    rng = np.random.default_rng(0)
    lines = "\n".join(
        f"{word} " + " ".join(f"{x:.3f}" for x in rng.normal(size=6))
        for word in (*WORDS, "a", "b", "c", "d", "e")
    )

    async def bring() -> None:
        link = urlencode({"map_own": " ".join(f"{word}-unknown" for word in WORDS)})
        async with Session(address, "embeddings", link) as reader:
            await settled(reader)
            await reader.set("vectors", "my file")
            await reader.upload("vectors_file", f"{PICTURE} {TAG}.txt", lines.encode())
            await settled(reader)
            for key in typed(reader):
                for text in (*WORDS, " ".join(WORDS), f"{PICTURE} {TAG}"):
                    if reader.has(key):
                        most = reader.widget(key).element.max_chars or 10_000
                        await reader.set(key, text[:most])
                        assert not reader.exceptions(), (key, text)
                        assert not rendered_as_markup(reader), (key, text)

    loops.run(bring())


def typed(reader: Session) -> list[str]:
    """Keys of the boxes that take text."""
    kinds = ("text_input", "text_area")
    return sorted(key for key in reader.widgets() if reader.widget(key).kind in kinds)


def test_pasted_layers_and_answers_are_shown_as_they_are(address):
    async def type_it() -> None:
        async with Session(address, "shapes") as reader:
            for key in typed(reader):
                form = reader.widget(key).element.form_id
                for text in HOSTILE:
                    await reader.set(key, text[:80])
                    for button in [one for one in reader.elements("button") if one.form_id == form]:
                        if form and not button.disabled:
                            await reader.press(button.id.split("-", 2)[2])
                    await settled(reader)

    loops.run(type_it())


def test_a_model_of_hostile_names_opens_and_shows_them_as_they_are(address):
    model, _ = pretrained.load(vectors.load())
    data = save_model(model, sorted(shipped().test.words)[:20], settings={"x": TAG})
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    about = json.loads(parts["model.json"])
    about["classes"] = [[text, text] for text in HOSTILE[: len(about["classes"])]]
    about["vectors"] = f"{PICTURE} {MARKS}"
    parts["model.json"] = json.dumps(about).encode()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)

    async def bring() -> None:
        async with Session(address, "emojify") as reader:
            await reader.upload("emoji_open", f"{TAG}.seqscope", made.getvalue())
            assert not reader.errors(), reader.errors()
            await settled(reader)

    loops.run(bring())


def test_saved_visits_end_in_what_the_menu_says():
    assert visit.SUFFIX == ".seqscope"
