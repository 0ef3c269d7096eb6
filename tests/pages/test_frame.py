"""What the frame does for the process behind it."""

from __future__ import annotations

import gc

from streamlit.testing.v1 import AppTest

from ui.frame import frame


def test_a_rerun_does_not_take_keras_state_from_under_a_training_step(keras):
    """Streamlit clears Keras' session after every script run, whoever is tracing a model."""
    first = keras.layers.Dense(1).name
    keras.backend.clear_session()
    assert keras.layers.Dense(1).name != first


def test_what_modules_are_made_of_is_kept_out_of_the_sweep_after_every_script_run(keras):
    """Streamlit sweeps after each poll too; with TensorFlow in it that is ten times the poll."""
    AppTest.from_file(str(frame.ROOT / "streamlit_app.py"), default_timeout=60).run()
    swept = len(gc.get_objects())  # what is frozen is not among them
    assert gc.get_freeze_count() > swept
