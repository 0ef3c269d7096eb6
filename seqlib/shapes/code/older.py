"""Translate layers and arguments of Keras 1 and 2 to Keras 3, and name what was translated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from seqlib.i18n import N_, _
from seqlib.shapes.layers.base import Layer, signature

RENAMED_LAYERS = {
    "Convolution1D": "Conv1D",
    "AtrousConvolution1D": "Conv1D",
    "CuDNNLSTM": "LSTM",
    "CuDNNGRU": "GRU",
}
# Names that Keras 3 still knows beside the longer ones.
ALIASES = {
    "MaxPool1D": "MaxPooling1D",
    "AvgPool1D": "AveragePooling1D",
    "GlobalMaxPool1D": "GlobalMaxPooling1D",
    "GlobalAvgPool1D": "GlobalAveragePooling1D",
}
RENAMED = {
    "output_dim": "units",
    "init": "kernel_initializer",
    "inner_init": "recurrent_initializer",
    "inner_activation": "recurrent_activation",
    "W_regularizer": "kernel_regularizer",
    "U_regularizer": "recurrent_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "U_constraint": "recurrent_constraint",
    "b_constraint": "bias_constraint",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "bias": "use_bias",
    "nb_filter": "filters",
    "filter_length": "kernel_size",
    "border_mode": "padding",
    "subsample_length": "strides",
    "subsample": "strides",
    "pool_length": "pool_size",
    "stride": "strides",
    "length": "size",
    "atrous_rate": "dilation_rate",
    "p": "rate",
    "sigma": "stddev",
    "alpha": "negative_slope",
    "concat_axis": "axis",
    "dot_axes": "axes",
    "beta_init": "beta_initializer",
    "gamma_init": "gamma_initializer",
}
GONE = {
    "input_length": N_("the length comes from Input(shape=(Tx,))"),
    "batch_input_shape": N_("write Input(batch_shape=…) as the first layer"),
    "consume_less": N_("Keras chooses by itself how to compute"),
    "implementation": N_("Keras chooses by itself how to compute"),
    "forget_bias_init": N_("unit_forget_bias=True, the default, does it"),
    "dropout": N_("add SpatialDropout1D after the Embedding"),
    "dropout_W": N_("add SpatialDropout1D after the Embedding"),
    "mode": N_("the layer has one way only"),
    "init": N_("write embeddings_initializer"),
    "W_regularizer": N_("write embeddings_regularizer"),
    "W_constraint": N_("write embeddings_constraint"),
    "embeddings_dropout": N_("add SpatialDropout1D after the Embedding"),
    "time_major": N_("the batch is always the first axis"),
    "ragged": N_("pad the sequences and mask them"),
    "sparse": N_("one-hot vectors are given in full"),
    "weights": N_("give them with set_weights"),
    "reset_after": N_("the layer has one way only"),
    "unit_forget_bias": N_("the layer has no forget gate"),
    "recurrent_activation": N_("the layer has no gates"),
}
MERGED = {
    "concat": "Concatenate",
    "sum": "Add",
    "mul": "Multiply",
    "ave": "Average",
    "max": "Maximum",
    "dot": "Dot",
    "cos": "Dot",
}

Say = Callable[..., None]


def renamed(old: str, new: str) -> str:
    """Say what an argument or layer is called today."""
    return _("{old} is written {new} in Keras 3.", old=old, new=new)


def translate(kind: type[Layer], kwargs: dict[str, Any], say: Say) -> dict[str, Any]:
    """Return a layer's arguments as Keras 3 has them, and say what was changed."""
    known = signature(kind.takes).parameters
    found = {}
    for name, value in kwargs.items():
        new = RENAMED.get(name, "")
        if name in known:
            found[name] = value
        elif new in known:
            found.setdefault(new, value)
            say(renamed(f"{name}=", f"{new}="))
        elif name in GONE:
            say(
                "{kind} takes no {name}= in Keras 3: {why}.",
                kind=kind.__name__,
                name=name,
                why=_(GONE[name]),
            )
        else:
            found[name] = value
    return found


def input_shape(kind: str, kwargs: dict[str, Any], say: Say) -> tuple | None:
    """Take out of the arguments what they say of the layer's input, as (batch, …)."""
    batch = kwargs.pop("batch_size", None)
    for name in ("batch_input_shape", "batch_shape"):
        if name in kwargs:
            if name == "batch_input_shape":
                say(renamed("batch_input_shape=", "Input(batch_shape=…)"))
            return _tuple(kwargs.pop(name))
    if "input_shape" in kwargs:
        shape = _tuple(kwargs.pop("input_shape"))
        kwargs.pop("input_length", None)
        return (batch, *shape) if isinstance(shape, tuple) else shape
    length = kwargs.get("input_length")
    if kind == "Embedding":
        if length is None:
            return None
        lengths = length if isinstance(length, list | tuple) else (length,)
        return (batch, *lengths)
    features = kwargs.pop("input_dim", None)
    kwargs.pop("input_length", None)
    if features is None:
        return None
    if kind in ("LSTM", "GRU", "SimpleRNN", "Conv1D", "Masking", "RNN", "Bidirectional"):
        say(renamed("input_dim=", "Input(shape=(Tx, n))"))
        return (batch, length, features)
    return (batch, features)


def _tuple(shape: Any) -> Any:
    if isinstance(shape, int):
        return (shape,)
    return tuple(shape) if isinstance(shape, list | tuple) else shape
