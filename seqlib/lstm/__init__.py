"""The LSTM: its equations, its way back, and a hand in its gates."""

from seqlib.lstm.cell import (
    GATES,
    LSTMWeights,
    Step,
    StepBack,
    glorot_uniform,
    orthogonal,
    sigmoid,
    softmax,
    step,
    step_back,
)
from seqlib.lstm.sequence import Back, Trace, backward, forward
