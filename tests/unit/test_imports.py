"""Which module imports which, and what importing the library costs.

No module imports in a circle, rooms import only rooms below them, the library knows nothing of
the app; no Streamlit ever, no TensorFlow until a model is built.
"""

from __future__ import annotations

import ast
import pkgutil
import subprocess
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path

import pytest

import seqlib

ROOT = Path(__file__).parents[2]
HEAVY = ("streamlit", "tensorflow", "keras", "torch")
MODULES = sorted(module.name for module in pkgutil.walk_packages(seqlib.__path__, "seqlib."))


# From the ground up. Rooms of one line do not import each other.
ROOMS = (
    ("seqlib.assets", "seqlib.limits"),
    ("seqlib.i18n",),
    ("seqlib.archive", "seqlib.contents", "seqlib.display", "seqlib.figures"),
    ("seqlib.lstm", "seqlib.music", "seqlib.text"),
    ("seqlib.training",),
    ("seqlib.board",),
    ("seqlib.jazz", "seqlib.vectors"),
    ("seqlib.stage",),
    ("seqlib.emojify",),
    ("seqlib.saved", "seqlib.shapes"),
    ("seqlib",),
    ("ui.files", "ui.navigation", "ui.state"),
    ("ui.component",),
    ("ui.lessons", "ui.status"),
    ("ui.visit",),
    ("ui.parts",),
    ("ui.frame",),
    ("ui.jazz", "ui.embeddings"),
    ("ui.emojify", "ui.shapes"),
    ("ui.cell",),
    ("ui",),
)
LEVEL = {room: level for level, rooms in enumerate(ROOMS) for room in rooms}


@cache
def imports() -> dict[str, set[str]]:
    """Return what each module of ours imports anywhere in it, functions included."""
    files = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
        for top in ("seqlib", "ui")
        for file in (ROOT / top).rglob("*.py")
    }
    found: dict[str, set[str]] = {}
    for name, file in files.items():
        found[name] = set()
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found[name] |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                package = name if file.name == "__init__.py" else name.rpartition(".")[0]
                module = resolve_name("." * node.level + (node.module or ""), package)
                for alias in node.names:
                    inner = f"{module}.{alias.name}"
                    found[name].add(inner if inner in files else module)
    return found


def room(module: str) -> str:
    return ".".join(module.split(".")[:2])


def test_no_module_imports_in_a_circle():
    graph = {
        name: {other for other in others if other in imports()}
        for name, others in imports().items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as problem:
        pytest.fail(" → ".join(problem.args[1]))


def test_rooms_import_only_rooms_below_them():
    assert {room(name) for name in imports()} == LEVEL.keys()
    upward = {
        (name, other)
        for name, others in imports().items()
        for other in others & imports().keys()
        if room(name) != room(other) and LEVEL[room(other)] >= LEVEL[room(name)]
    }
    assert upward == set()


def test_the_library_knows_nothing_of_the_app():
    theirs = {
        (name, other)
        for name, others in imports().items()
        for other in others
        if name.split(".")[0] == "seqlib" and other.split(".")[0] in ("ui", "pages", "streamlit")
    }
    assert theirs == set()


def loaded_after(code: str) -> set[str]:
    """Which heavy packages a fresh interpreter has imported after ``code``."""
    report = f"import sys; print(*[name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return set(done.stdout.split())


def test_the_check_itself_sees_an_import():
    assert loaded_after("import streamlit") == {"streamlit"}


def test_importing_every_module_imports_no_framework():
    assert "seqlib.jazz.training" in MODULES
    assert loaded_after("\n".join(f"import {name}" for name in MODULES)) == set()


@pytest.mark.parametrize(
    "use",
    [
        "weights.trace(X)",
        "sample(weights, 20, seed=1)",
        "TrainingRun(X, X.swapaxes(0, 1), RunSettings(n_a=4)).snapshot()",
        "from seqlib.shapes.constructions import CONSTRUCTIONS\n"
        "for made in CONSTRUCTIONS.values(): made.sketch(made.seed_sizes)",
    ],
    ids=["tracing", "sampling", "creating a run", "sketching every construction"],
)
def test_using_the_numpy_side_imports_no_framework(use):
    assert (
        loaded_after(
            "import numpy as np\n"
            "from seqlib.jazz import JazzWeights\n"
            "from seqlib.jazz.sampling import sample\n"
            "from seqlib.jazz.training import RunSettings, TrainingRun\n"
            "X = np.zeros((2, 3, 7), np.float32)\n"
            "weights = JazzWeights.initial(4, 7)\n" + use
        )
        == set()
    )


def test_training_imports_no_framework():
    assert (
        loaded_after(
            "import numpy as np\n"
            "from seqlib.jazz.training import RunSettings, TrainingRun\n"
            "Y = np.eye(7, dtype=np.float32)[np.zeros((2, 3), int)]\n"
            "run = TrainingRun(Y, Y.swapaxes(0, 1), RunSettings(n_a=4, epochs=3)).start()\n"
            "assert run.wait(100) == 'done', run.error\n"
        )
        == set()
    )
