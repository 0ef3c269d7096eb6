"""What the frame does for the process behind it."""

from __future__ import annotations

from ui import frame  # noqa: F401  (the import is what is tested)


def test_a_rerun_does_not_take_keras_state_from_under_a_training_step(keras):
    """Streamlit clears Keras' session after every script run, whoever is tracing a model."""
    first = keras.layers.Dense(1).name
    keras.backend.clear_session()
    assert keras.layers.Dense(1).name != first
