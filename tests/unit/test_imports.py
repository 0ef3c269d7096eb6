"""What importing the library costs: no Streamlit ever, no TensorFlow until a model is built."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import seqlib

ROOT = Path(__file__).parents[2]
HEAVY = ("streamlit", "tensorflow", "keras", "torch")
MODULES = sorted(module.name for module in pkgutil.walk_packages(seqlib.__path__, "seqlib."))


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


def test_a_run_started_during_the_first_import_waits_for_it_and_trains():
    """Two threads enter TensorFlow in a fresh interpreter: no deadlock, no half a module."""
    assert loaded_after(
        "import numpy as np\n"
        "from seqlib.jazz.training import RunSettings, TrainingRun, warm\n"
        "Y = np.eye(7, dtype=np.float32)[np.zeros((2, 3), int)]\n"
        "warm(2, 3, 7, 4)\n"
        "run = TrainingRun(Y, Y.swapaxes(0, 1), RunSettings(n_a=4, epochs=3)).start()\n"
        "assert run.wait(100) == 'done', run.error\n"
    ) == {"tensorflow", "keras"}
