"""Every notebook runs as it is from the installed library, computes what its page computes, and
takes what is set safely.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

from scripts import make_notebooks
from seqlib.i18n import LANGUAGES
from ui.lessons import notebooks

TEXT, CODE = "markdown", "code"

# What runs here: small trainings, every notebook, every variant.
RUNS = [
    *((name, "", {}) for name in notebooks.NAMES if name not in ("jazz", "emojify")),
    ("cell", "", {"free_running": True}),
    ("shapes_djmodel", "", {"Tx": 1, "n_a": 1, "m": 1, "n_values": 2}),
    ("jazz", "all choruses", {"epochs": 3}),
    ("jazz", "one tune", {"epochs": 3, "method": "top-k", "prompt": 4, "m": 1}),
    ("jazz", "my MIDI", {"epochs": 3, "Tx": 8, "start": [0, 1]}),
    ("jazz", "one tune", {"epochs": 3, "cell": "GRU", "stop_at_turn": True}),
    ("emojify", "our sentences", {"epochs": 1, "units": 16}),
    ("emojify", "132 of them", {"epochs": 1, "units": 16, "mask": False, "trainable": True}),
    ("emojify", "my sentences", {"epochs": 2, "units": 8, "unknown": "shared UNK row"}),
]
# What each must have printed, for its default sizes.
SAYS = {
    "home": (r"^y \(96, 78\)$", r"^t = 8: "),
    "jazz": (r"^done  [\d.]+ → [\d.]+$", r"Novelty\(longest_run="),
    "emojify": (r"^loss +[\d.]+ → [\d.]+$", r"^feeling +\S+ +\d+%"),
    "shapes_djmodel": (r"^X \(60, 30, 78\) Y \(30, 60, 78\)$", r"^1250340 = 30 × 41678$"),
    "shapes_emojify": (r"^A1 \(None, 10, 128\)$", r"^A2 \(None, 128\)$", r"expected ndim=3"),
    "shapes_embedding": (r"^X \(60, 10\) → \(60, 10, 50\)$",),
    "embeddings": (r"^indices \(3, 5\) embeddings \(3, 5, 50\)$", r"^0.0 5,000,250$"),
    "cell": (r"^z \(512,\) c \(128,\) a \(128,\)$",),
}
# What is shown rather than printed, by the cell that shows it.
SHOWS = {
    "home": {"stage": "<iframe srcdoc="},
    "jazz": {"curve": "<svg ", "stage": "<iframe srcdoc="},
    "emojify": {"curve": "vnd.plotly", "gates": "<iframe srcdoc="},
    "cell": {"picture": "vnd.plotly"},
}
# Where NumPy is compared with Keras: the cell, and the number before the others' bound.
EQUAL = {
    "jazz": "equal",
    "emojify": "equal",
    "shapes_djmodel": "numpy",
    "shapes_emojify": "numpy",
    "shapes_embedding": "run",
    "embeddings": "keras",
    "cell": "all",
}


def start_kernel(python, folder, **variables) -> KernelManager:
    """A kernel of some Python, outside the checkout."""
    spec = folder / "wheel"
    spec.mkdir()
    argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    about = {"argv": argv, "display_name": "wheel", "language": "python"}
    (spec / "kernel.json").write_text(json.dumps(about))
    specs = KernelSpecManager(kernel_dirs=[str(folder)])
    manager = KernelManager(kernel_name="wheel", kernel_spec_manager=specs)
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    manager.start_kernel(env={**environment, **variables}, cwd=str(folder))
    return manager


@pytest.fixture(scope="module")
def kernel(install, tmp_path_factory):
    """One kernel for all: importing TensorFlow once. ``%reset`` gives each an empty namespace.

    It has Jupyter's kernel, the wheel, and what the notebooks' first cells ask for; no checkout.
    """
    python = install(*notebooks.KERAS_EXTRAS.split(","), also=("ipykernel",))
    folder = tmp_path_factory.mktemp("notebooks")
    manager = start_kernel(python, folder, CUDA_VISIBLE_DEVICES="-1")
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def execute(made, kernel):
    clean = nbformat.v4.new_code_cell("%reset -f")
    made.cells.insert(0, clean)
    manager, client = kernel
    runner = NotebookClient(made, km=manager, timeout=120)
    runner.kc = client
    runner.execute(cleanup_kc=False)
    made.cells.remove(clean)
    return made


def printed(cells) -> str:
    outputs = [output for cell in cells if cell.cell_type == CODE for output in cell.outputs]
    return "".join(one.text for one in outputs if one.output_type == "stream")


@pytest.mark.parametrize(("name", "variant", "settings"), RUNS)
def test_a_notebook_runs_as_it_is_and_numpy_equals_keras(name, variant, settings, kernel):
    """Its own assertions hold too: a failing one would raise here."""
    made = execute(notebooks.notebook(name, settings, variant=variant), kernel)
    code = [cell for cell in made.cells if cell.cell_type == CODE]
    assert [cell.execution_count is not None for cell in code] == [True] * len(code)
    said = printed(code)
    for pattern in SAYS[name] if "Tx" not in settings or name == "jazz" else ():
        assert re.search(pattern, said, re.MULTILINE), f"{pattern} in\n{said}"
    names = [cell.name for cell in notebooks.cells(name) if cell.variant in ("", variant)]
    if name in EQUAL and settings.get("cell") != "GRU":
        output = printed([code[1 + names.index(EQUAL[name])]])
        differences = [float(found) for found in re.findall(r"([\d.e-]+)$", output, re.MULTILINE)]
        assert differences
        assert max(differences) <= 1e-5
    for shown, part in SHOWS.get(name, {}).items():
        assert part in str(code[1 + names.index(shown)].outputs[-1].data)
    if name in ("home", "jazz"):
        assert "solo.mid" in code[-1].source


def test_the_kernel_has_the_library_from_the_wheel_and_no_app(kernel):
    asks = "import importlib.util, seqlib; print(seqlib.__file__)\n"
    asks += "print(importlib.util.find_spec('streamlit'), importlib.util.find_spec('ui'))"
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(asks)])
    said = printed(execute(made, kernel).cells)
    assert re.fullmatch(r"\S+/site-packages/seqlib/__init__\.py\nNone None\n", said)


def test_without_seqlib_it_says_one_clear_sentence(tmp_path):
    made = notebooks.notebook("home", language="zh", address="")
    manager = start_kernel(sys.executable, tmp_path)
    NotebookClient(made, km=manager, timeout=60, allow_errors=True).execute(cleanup_kc=True)
    (error,) = (one for one in made.cells[1].outputs if one.output_type == "error")
    assert error.ename == "SystemExit"
    assert error.evalue == f"seqlib: {notebooks.text('setup', 'zh')['missing']}"


@pytest.mark.parametrize("works", [True, False])
def test_the_first_cell_installs_what_is_missing_from_the_projects_address(works, tmp_path):
    """With a pip of the test's own, which notes what it is asked for."""
    pip = tmp_path / "pip"
    pip.mkdir()
    (pip / "__init__.py").touch()
    told = "import pathlib, sys\nhere = pathlib.Path(__file__).parents[1]\n"
    told += "(here / 'asked').write_text(' '.join(sys.argv[1:]))\n"
    (pip / "__main__.py").write_text(told + works * "(here / 'seqlib').mkdir()\n")
    made = notebooks.notebook("home", address="https://github.com/o/r")
    done = subprocess.run(
        [sys.executable, "-c", made.cells[1].source],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    wanted = "seqscope[notebook] @ git+https://github.com/o/r"
    assert (tmp_path / "asked").read_text() == f"install --quiet {wanted}"
    missing = f"seqlib: {notebooks.text('setup', 'en')['missing']}\n"
    assert done.stderr == ("" if works else missing)
    assert done.returncode == (0 if works else 1)


def test_only_a_notebook_that_uses_keras_asks_for_it():
    for name in notebooks.NAMES:
        made = notebooks.notebook(name, address="https://github.com/o/r")
        asks = "[keras,notebook] @ " in made.cells[1].source
        assert asks == any("import keras" in c.source or "keras_" in c.source for c in made.cells)
        assert asks == (name != "home")


def test_the_notebooks_in_the_repository_are_those_that_pages_begin_with():
    for path, content in make_notebooks.files().items():
        assert path.read_bytes() == content, "run `make notebooks`"
    assert set(make_notebooks.FOLDER.glob("*/*")) == set(make_notebooks.files())


def test_colab_opens_them_once_the_project_has_an_address_on_github():
    link = notebooks.colab("jazz", "zh", "https://github.com/o/r")
    assert link == (
        "https://colab.research.google.com/github/o/r/blob/main/notebooks/zh/jazz.ipynb"
    )
    assert (make_notebooks.FOLDER / "zh" / "jazz.ipynb").is_file()
    assert notebooks.colab("jazz", "zh", "https://example.org/r.git") == ""
    assert notebooks.colab("jazz", "zh", "") == ""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", notebooks.NAMES)
def test_every_cell_has_its_text_in_every_language_and_no_text_is_left_over(name, language):
    about = notebooks.text(name, language)
    assert about["title"]
    assert about["intro"]
    names = {cell.name for cell in notebooks.cells(name)}
    assert set(about) - {"title", "intro"} == names
    assert all(about.values())


@pytest.mark.parametrize("name", notebooks.NAMES)
def test_languages_differ_in_text_only(name):
    english, chinese = (notebooks.notebook(name, language=one) for one in LANGUAGES)
    for ours, theirs in zip(english.cells[2:], chinese.cells[2:], strict=True):
        assert ours.cell_type == theirs.cell_type
        assert (ours.source == theirs.source) == (ours.cell_type == CODE)


@pytest.mark.parametrize("name", notebooks.NAMES)
def test_code_has_no_words_that_would_need_translation(name):
    """Code cells are the same in all languages, so their only comments are shapes."""
    for cell in notebooks.cells(name):
        for comment in re.findall(r"#(.*)$", cell.source, re.MULTILINE):
            shape = r"[( ]*([a-zA-Z_0-9 ,]+|…)\)?| \.h is \(.*\)| c⟨t−1⟩, \(Tx, n_a\)"
            assert re.fullmatch(shape, comment.rstrip()), comment
            assert "(" in comment


def test_the_same_settings_give_the_same_file():
    one, other = (notebooks.as_bytes(notebooks.notebook("home", {"seed": 3})) for _ in range(2))
    assert one == other
    nbformat.validate(nbformat.reads(one.decode(), as_version=4))


def settings_cell(made) -> str:
    return next(cell.source for cell in made.cells[2:] if cell.cell_type == CODE)


@given(text=st.text(), number=st.floats(allow_nan=False, allow_infinity=False))
def test_what_a_reader_typed_stays_a_text(text, number):
    made = notebooks.notebook("emojify", {"sentence": text, "dropout": number})
    source = settings_cell(made)
    assigned = {line.targets[0].id: ast.literal_eval(line.value) for line in ast.parse(source).body}
    assert assigned["sentence"] == text
    assert assigned["dropout"] == number
    others = [cell.source for cell in made.cells if cell.source != source]
    plain = notebooks.notebook("emojify")
    assert others == [cell.source for cell in plain.cells if cell.source != settings_cell(plain)]


@pytest.mark.parametrize(
    ("name", "settings", "variant", "sentence"),
    [
        ("tango", {}, "", "There is no notebook 'tango'"),
        ("home", {"tempo": 3}, "", "home has no setting 'tempo'"),
        ("home", {}, "fast", "home has no variant 'fast'"),
        ("home", {"seed": float("nan")}, "", "seed cannot be written as a literal"),
        ("home", {"seed": object()}, "", "seed cannot be written as a literal"),
    ],
)
def test_what_does_not_fit_is_named(name, settings, variant, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        notebooks.notebook(name, settings, variant=variant)
