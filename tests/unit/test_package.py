"""What `pip install` gives: seqlib with its data, and nothing that it does not declare."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from collections import Counter
from pathlib import Path

from packaging.requirements import Requirement

import seqlib

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def run(python: Path, code: str, folder: Path) -> str:
    """What ``code`` prints in an environment, run in a folder outside the checkout."""
    done = subprocess.run(
        [python, "-c", code], cwd=folder, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_the_library_and_its_data_and_nothing_of_the_app(wheel):
    assert wheel.name.startswith(f"seqscope-{seqlib.__version__}-")
    with zipfile.ZipFile(wheel) as opened:
        names = set(opened.namelist())
    tops = {name.split("/")[0] for name in names}
    assert tops == {"seqlib", f"seqscope-{seqlib.__version__}.dist-info"}
    modules = {str(path.relative_to(ROOT)) for path in ROOT.glob("seqlib/**/*.py")}
    assert modules <= names
    assert wheel.stat().st_size < 11e6


def test_without_any_framework_every_module_is_imported_and_the_data_are_there(install, tmp_path):
    said = run(
        install(),
        """
import importlib, pkgutil, sys
import seqlib
for module in pkgutil.walk_packages(seqlib.__path__, "seqlib."):
    importlib.import_module(module.name)
for name in ("streamlit", "tensorflow", "keras", "pyarrow", "sklearn", "ui"):
    assert importlib.util.find_spec(name) is None, name
assert "site-packages" in seqlib.__file__
corpus, vectors = seqlib.default_corpus(), seqlib.load_vectors()
solo = seqlib.sample(seqlib.load_jazz("good"), 8, seed=7)
model, _ = seqlib.load_emojify(vectors)
print(corpus.n_values, vectors.matrix.shape, model.read("I love my sister").emoji)
with seqlib.i18n.speaking("zh"):
    stage = seqlib.solo_stage(solo, seqlib.load_jazz("good"))
print(ascii(stage.label[:2]), stage._repr_html_()[:7])
""",
        tmp_path,
    )
    assert said.splitlines() == ["78 (20001, 50) ❤️", f"{'训练'!a} <iframe"]


def test_the_readmes_example_runs_as_it_stands_with_one_import(install, tmp_path):
    readme = (ROOT / "README.md").read_text("utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    assert len(re.findall(r"^(?:import|from) ", example, re.MULTILINE)) == 1
    said = run(
        install(),
        f"{example}\nprint(run.state, solo.trace.f.shape, stage._repr_html_()[:7])",
        tmp_path,
    )
    assert said.splitlines()[-1] == "done (64, 64) <iframe"


def test_the_chinese_readme_has_the_commands_names_and_sections_of_the_english():
    chinese, english = ((ROOT / name).read_text("utf-8") for name in ("README.zh.md", "README.md"))
    pictures = r"!\[.*?\]\(.*?\)|<img .*?>|<!-- .*? -->"
    for what in (r"^```.*?^```$", r"`[^`\n]+`", r"^#+ ", r"https?://[^\s>)]+", r"\d[\d.,]*\d"):
        here, there = (
            Counter(re.findall(what, re.sub(pictures, "", text), re.MULTILINE | re.DOTALL))
            for text in (chinese, english)
        )
        assert here == there, what
    for picture in re.findall(r"assets/gallery/[\w-]+\.webp", chinese):
        assert (ROOT / picture).is_file(), picture


def test_a_name_is_imported_when_it_is_used_and_not_before(install, tmp_path):
    said = run(
        install(),
        """
import sys
import seqlib
print("numpy" in sys.modules, set(seqlib.__all__) <= set(dir(seqlib)))
seqlib.forward
print("seqlib.jazz" in sys.modules, "plotly" in sys.modules, "forward" in vars(seqlib))
try:
    seqlib.backward
except AttributeError as problem:
    print(problem)
""",
        tmp_path,
    )
    assert said.splitlines() == [
        "False True",
        "False False True",
        "module 'seqlib' has no attribute 'backward'",
    ]


def test_every_public_name_is_found_told_to_editors_and_explained_in_the_help():
    tree = ast.parse(Path(seqlib.__file__).read_text("utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    told = {
        alias.asname or alias.name: f"{line.module}:{alias.name}"
        for line in block.body
        for alias in line.names
    }
    places = {
        name: place if ":" in place else f"{place}:{name}" for name, place in seqlib._PLACES.items()
    }
    assert told == places
    assert sorted(seqlib.__all__) == sorted(places)
    for name in seqlib.__all__:
        assert getattr(seqlib, name).__doc__
        assert re.search(rf"^    {name} |``{name}``", seqlib.__doc__, re.MULTILINE), name


def declared() -> list[Requirement]:
    extras = PROJECT["optional-dependencies"].values()
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in extra)]
    return [one for one in map(Requirement, lines) if one.name != PROJECT["name"]]


def test_the_apps_pins_are_of_what_is_declared_and_within_its_bounds():
    pins = {}
    for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            pin = Requirement(line)
            pins[pin.name.lower().replace("_", "-")] = str(pin.specifier).removeprefix("==")
    wanted = declared()
    for one in wanted:
        name = one.name.lower().replace("_", "-")
        assert one.specifier.contains(pins[name]), one
    asked = re.findall(r"^([\w-]+)", (ROOT / "requirements.in").read_text("utf-8"), re.MULTILINE)
    assert {name.removesuffix("-cpu") for name in asked} == {one.name for one in wanted}


def test_vectors_in_a_text_file_are_read_without_arrow_too(tmp_path, monkeypatch):
    path = tmp_path / "vectors.txt"
    path.write_text("the 0.5 -0.25 1e-3\nof 1 2 3\nbad 1 x 3\ncucumber -0.1 .2 3.\n")
    usual = seqlib.load_vectors(path, cache=tmp_path / "usual")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    plain = seqlib.load_vectors(path, cache=tmp_path / "plain")
    assert (plain.matrix == usual.matrix).all()
    assert list(plain.words) == list(usual.words) == ["the", "of", "cucumber"]
    assert plain.report.problems == usual.report.problems
