"""The LSTM cell: its equations, its way back, and a hand in its gates."""

from seqlib.lstm.cell import (
    GATES,
    LSTMWeights,
    Step,
    Trace,
    forward,
    sigmoid,
    softmax,
    step,
    step_projected,
)

__all__ = [
    "GATES",
    "LSTMWeights",
    "Step",
    "Trace",
    "forward",
    "sigmoid",
    "softmax",
    "step",
    "step_projected",
]
