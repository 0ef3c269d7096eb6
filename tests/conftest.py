"""Fixtures that several test files share."""

from __future__ import annotations

import os

# CPU only, quiet, before anything can import TensorFlow.
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Tests run side by side, one process a core: more threads would only wait for one another.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
# What is drawn only when it comes near has tests of its own.
os.environ.setdefault("SEQSCOPE_SECTIONS", "whole")

import functools
import gc
import time

import hypothesis
import numpy as np
import pytest

from seqlib.jazz import JazzWeights

# No test is judged by the seconds it takes.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


def pytest_collection_finish():
    """Spare the garbage collector all that is imported by now and stays to the end."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _quick_apps():
    """Spare each AppTest two things that cost more than many a page.

    It reads all packages' metadata to find installed components, and looks a thousand times a
    second whether the script has ended, for which the script has to wait each time.
    """
    from streamlit.components.v2 import manifest_scanner
    from streamlit.testing.v1 import local_script_runner

    def wait(runner, timeout):
        runner._script_thread.join(timeout)
        if not runner.script_stopped():
            runner.request_stop()
            raise RuntimeError(f"The page's script has not ended after {timeout} s.")

    with pytest.MonkeyPatch.context() as patch:
        scan = functools.cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        patch.setattr(local_script_runner, "require_widgets_deltas", wait)
        yield


@pytest.fixture(scope="session")
def keras_installed():
    """Skips what needs Keras where TensorFlow has no release."""
    from seqlib.training import keras_room

    if missing := keras_room.missing():
        pytest.skip(missing)


@pytest.fixture(scope="session")
def keras(keras_installed):
    """Keras on TensorFlow, imported once for all the tests that compare with it."""
    from seqlib.training import tensorflow

    tensorflow.load()
    import keras

    return keras


@pytest.fixture(scope="session")
def keras_awake(keras_installed):
    """Keras' room with TensorFlow loaded, for the tests whose pages ask it."""
    from seqlib.training import keras_room, tensorflow

    keras_room.answer(keras_room.ask(tensorflow.load), timeout=300)


@pytest.fixture
def answered():
    """Runs a page again until what it has asked Keras for is there."""

    def run(app):
        until = time.monotonic() + 600
        while any("hourglass_top" in one.value for one in app.markdown):
            assert time.monotonic() < until, "Keras did not answer"
            time.sleep(0.1)
            app.run()
        return app

    return run


@pytest.fixture(scope="session")
def make_windows():
    """Random windows: (X (m, Tx, n_values), Y (Ty, m, n_values)), one-hot, first step blank."""

    def make(m: int = 6, Tx: int = 5, n_values: int = 7, seed: int = 0):
        tokens = np.random.default_rng(seed).integers(0, n_values, (m, Tx))
        Y = np.eye(n_values, dtype=np.float32)[tokens]  # (m, Tx, n_values)
        X = np.zeros_like(Y)
        X[:, 1:] = Y[:, :-1]
        return X, Y.swapaxes(0, 1)

    return make


@pytest.fixture(scope="session")
def make_weights():
    """Jazz weights with every array drawn at random, biases included."""

    def make(n_a: int = 4, n_values: int = 7, seed: int = 0, scale: float = 0.6) -> JazzWeights:
        rng = np.random.default_rng(seed)
        shapes = [array.shape for array in JazzWeights.initial(n_a, n_values).arrays]
        return JazzWeights.from_arrays(
            [rng.normal(0, scale, shape).astype(np.float32) for shape in shapes]
        )

    return make
