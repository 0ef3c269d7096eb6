"""Stand-ins for Keras layers: what all of them share, and the checks of their arguments."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from types import SimpleNamespace
from typing import Any, ClassVar

from seqlib.i18n import N_, _, sentences
from seqlib.shapes.arithmetic import as_text
from seqlib.shapes.recording import ShapeError, Size, Spec, SymbolicTensor, recording

MAX_SIZE = 10_000_000
# Keras' names. Without "glu", which halves an axis, and "threshold", which needs two numbers.
ACTIVATIONS = (
    *("celu", "elu", "exponential", "gelu", "hard_shrink", "hard_sigmoid", "hard_silu"),
    *("hard_swish", "hard_tanh", "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish"),
    *("relu", "relu6", "selu", "sigmoid", "silu", "soft_shrink", "softmax", "softplus"),
    *("softsign", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus", "swish", "tanh"),
    "tanh_shrink",
)


# -- arguments ---------------------------------------------------------------------------------


def whole(kind: str, name: str, value: Any) -> int:
    """Return a size; raises ``ShapeError`` unless it is a whole number from 1 to ``MAX_SIZE``."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ShapeError(
            "{layer}: {name} is {value}; give a whole number of at least 1.",
            layer=kind,
            name=name,
            value=written(value),
        )
    if value > MAX_SIZE:
        raise ShapeError(
            "{layer}: {value} is too large; at most {most:,}.",
            layer=kind,
            value=written(value),
            most=MAX_SIZE,
        )
    return value


def written(value: Any) -> str:
    """Write an argument's value in at most 40 letters; integers may have any length."""
    if isinstance(value, int) and abs(value) >= 10**15:
        digits = int(abs(value).bit_length() * 0.30103)
        return f"~{'-' if value < 0 else ''}10^{digits}"
    if isinstance(value, list | tuple):
        inside = ", ".join(written(one) for one in value[:8])
        text = f"[{inside}]" if isinstance(value, list) else f"({inside})"
    elif isinstance(value, str | int | float | None):
        text = repr(value)
    else:
        names = (getattr(value, name, "") for name in ("title", "label", "dotted"))
        text = next((name for name in names if name), type(value).__name__)
    return text if len(text) <= 40 else text[:39] + "…"


def _activation(kind: str, name: str, value: Any) -> str | None:
    if value is not None and not (isinstance(value, str) and value in ACTIVATIONS):
        raise ShapeError(
            "{layer}: {value} is no activation here; write 'softmax', 'tanh', 'relu', "
            "'sigmoid' or another name of Keras.",
            layer=kind,
            value=written(value),
        )
    return value


def _rate(kind: str, name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ShapeError(
            "{kind}: the rate is {rate}; give a number from 0 to 1.",
            kind=kind,
            rate=written(value),
        )
    return value


def _flag(kind: str, name: str, value: Any) -> bool:
    if value not in (True, False) or not isinstance(value, int):
        raise ShapeError(
            "{layer}: {name} is {value}; write True or False.",
            layer=kind,
            name=name,
            value=written(value),
        )
    return bool(value)


def _one_size(kind: str, name: str, value: Any) -> int | None:
    """Return the one size of a window over time, given as 3, (3,) or [3]."""
    if value is None and name in NO_SIZE:
        return None
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    return whole(kind, name, value)


def _target_shape(kind: str, name: str, value: Any) -> tuple:
    if not isinstance(value, list | tuple) or not all(
        isinstance(size, int) and not isinstance(size, bool) and (size > 0 or size == -1)
        for size in value
    ):
        raise ShapeError(
            "Reshape: {shape} is no shape; write the sizes without the batch, such as (1, 78).",
            shape=written(value),
        )
    return tuple(value)


def one_of(*options: Any) -> Callable[[str, str, Any], Any]:
    """Make a check that an argument is one of these."""

    def check(kind: str, name: str, value: Any) -> Any:
        if not isinstance(value, str | None) or value not in options:
            raise ShapeError(
                "{layer}: {name} is {value}; choose {options}.",
                layer=kind,
                name=name,
                value=written(value),
                options=[*map(repr, options)],
            )
        return value

    return check


WHOLE = (
    *("units", "filters", "input_dim", "output_dim", "n", "groups", "num_heads", "key_dim"),
    "depth_multiplier",
)
NO_SIZE = ("strides", "output_sequence_length")  # may be None
ONE_SIZE = ("kernel_size", "pool_size", "dilation_rate", "size", *NO_SIZE)
FLAGS = (
    *("use_bias", "return_sequences", "return_state", "stateful", "go_backwards", "unroll"),
    *("mask_zero", "reset_after", "center", "scale", "keepdims", "use_scale", "normalize"),
)
RATES = ("rate", "dropout", "recurrent_dropout")
CHECKS: dict[str, Callable[[str, str, Any], Any]] = {
    **dict.fromkeys(WHOLE, whole),
    **dict.fromkeys(ONE_SIZE, _one_size),
    **dict.fromkeys(FLAGS, _flag),
    **dict.fromkeys(RATES, _rate),
    **dict.fromkeys(("activation", "recurrent_activation"), _activation),
    "target_shape": _target_shape,
    "merge_mode": one_of("concat", "sum", "mul", "ave", None),
    "score_mode": one_of("dot", "concat"),
    "data_format": one_of("channels_last", None),
}
# What every layer takes beside its own; no shape and no weight depends on it.
COMMON = ("trainable", "dtype", "activity_regularizer", "autocast")


@cache
def signature(takes: str) -> inspect.Signature:
    """Read the arguments of a layer from text such as "units, activation=None"."""
    given = ast.parse(f"lambda {takes}: 0", mode="eval").body.args  # type: ignore[attr-defined]
    missing = [inspect.Parameter.empty] * (len(given.args) - len(given.defaults))
    defaults = [*missing, *map(ast.literal_eval, given.defaults)]
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Signature(
        [
            inspect.Parameter(one.arg, kind, default=default)
            for one, default in zip(given.args, defaults, strict=True)
        ]
    )


def free(*groups: str) -> str:
    """Write the initializers, regularizers and constraints of weights, as Keras orders them."""
    kinds = ("initializer", "regularizer", "constraint")
    return ", ".join(f"{group}_{kind}=None" for kind in kinds for group in groups)


# -- layers ------------------------------------------------------------------------------------


class Layer:
    """A stand-in for a Keras layer, which knows its result shapes and its number of weights.

    ``takes`` are its arguments as in Keras; those in ``CHECKS`` and in ``own`` are handed to
    Keras when a model is confirmed, no other. ``dtype`` is the type of its result, "" for that
    of its input. ``masking`` tells whether it hands a mask on, ``over_time`` whether it needs
    three axes.
    """

    takes: ClassVar[str] = ""
    own: ClassVar[tuple[str, ...]] = ()
    dtype: ClassVar[str] = ""
    masking: ClassVar[bool] = False
    over_time: ClassVar[bool] = False
    counts: ClassVar[bool] = True
    several: ClassVar[tuple[int, int]] = (1, 1)  # least and most inputs

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.kind = type(self).__name__
        self.name, self.title, self.line = "", "", 0
        self.hint: Any = None  # what pasted code says of the layer's input
        self.asked_for: Any = None  # by this name, in pasted code
        self.n_parameters = 0
        self.built: Spec | None = None
        bound = self._bound(args, {n: v for n, v in kwargs.items() if n not in COMMON})
        written_out = set(bound.arguments)
        bound.apply_defaults()
        checked = {
            name: CHECKS[name](self.kind, name, value) if name in CHECKS else value
            for name, value in bound.arguments.items()
        }
        self.given = SimpleNamespace(**checked)
        self.passed = {
            name: value
            for name, value in checked.items()
            if name in written_out and (name in CHECKS or name in self.own)
        }

    def _bound(self, args: tuple, kwargs: Mapping[str, Any]) -> inspect.BoundArguments:
        known = signature(self.takes)
        unknown = [name for name in kwargs if name not in known.parameters]
        if unknown and (near := get_close_matches(unknown[0], known.parameters, 1)):
            raise ShapeError(
                "{kind} has no argument {name} here; {other} is meant perhaps.",
                kind=self.kind,
                name=unknown[0],
                other=near[0],
            )
        if unknown:
            raise ShapeError(
                "{kind} has no argument {name} here; it takes {names}.",
                kind=self.kind,
                name=unknown[0],
                names=list(known.parameters)[:12] or "-",
            )
        try:
            return known.bind(*args, **kwargs)
        except TypeError:
            raise ShapeError(
                "{kind} is given the wrong number of arguments; write {example}.",
                kind=self.kind,
                example=example(self.kind),
            ) from None

    def __call__(self, inputs: Any, initial_state: Any = None, **options: Any) -> Any:
        """Record a call; return the result, or the list of results if there are several."""
        tensors = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
        states = flat([] if initial_state is None else initial_state)
        specs = [tensor.spec for tensor in tensors]
        least, most = self.several
        if not least <= len(specs) <= most:
            raise ShapeError(self._wrong_number(len(specs)))
        if states:
            self.take_states([state.spec for state in states])
        results = self.apply(*specs, **options)
        record = recording.get()
        own = self.title if self.title.isidentifier() else self.kind.lower()
        self.name = self.name or record.free_name(own)
        made = record.add(self, flat(results), tensors, states)
        return made[0] if len(made) == 1 else _like(results, iter(made))

    def _wrong_number(self, found: int) -> str:
        if self.several[0] > 1:
            return _(
                "{kind} reads a list of tensors, such as {kind}()([a, b]), and gets {n}.",
                kind=self.kind,
                n=found,
            )
        return _(
            "{kind} reads one tensor, and gets {n}; a layer below gives several results "
            "(return_state=True), so choose one, or join them with Concatenate()([a, b]).",
            kind=self.kind,
            n=found,
        )

    def apply(self, *specs: Spec, **options: Any) -> list:
        """Build the layer at its first call, and list what it gives for such inputs."""
        self.check(*specs)
        if self.built is None:
            self.n_parameters = self.count(*(spec.shape for spec in specs))
            self.built = specs[0]
        self.check_again(specs[0])
        return self.results(*specs, **options)

    def check_again(self, spec: Spec) -> None:
        """Raise ``ShapeError`` where a layer with weights is called with other features."""
        before = self.built.shape if self.built else spec.shape
        if self.n_parameters and before and spec.shape and before[-1] != spec.shape[-1]:
            raise ShapeError(
                "{kind} has weights for {before} features from its first call, and now gets "
                "{now}; make a layer of its own for the second tensor.",
                kind=self.kind,
                before=before[-1],
                now=spec.shape[-1],
            )

    def take_states(self, states: Sequence[Spec]) -> None:
        """Raise ``ShapeError`` for initial states that the layer cannot begin from."""
        raise ShapeError("{kind} keeps no state; leave initial_state out.", kind=self.kind)

    def check(self, *specs: Spec) -> None:
        """Raise ``ShapeError`` for inputs that the layer cannot read."""
        if self.over_time and len(specs[0].shape) != 3:
            raise Missing(
                "{kind} reads three axes, (m, Tx, features), and gets {shape}.",
                kind=self.kind,
                shape=as_text(specs[0].shape),
            )

    def count(self, *shapes: tuple) -> int:
        """Count the weights for inputs of these shapes."""
        return 0

    def results(self, *specs: Spec, **options: Any) -> list:
        """List what the layer gives; states of a stack of cells stand in lists of their own."""
        spec = specs[0]
        return [Spec(self.shape(spec.shape), self.dtype or spec.dtype, self.mask(spec))]

    def shape(self, shape: tuple) -> tuple:
        """Return the shape of the result."""
        return shape

    def mask(self, spec: Spec) -> tuple | None:
        """Return the shape of the result's mask."""
        return spec.mask if self.masking else None


def example(kind: str) -> str:
    """Write an example of a layer."""
    examples = {
        "Embedding": "Embedding(10000, 50)",
        "Dropout": "Dropout(0.5)",
        "Activation": "Activation('softmax')",
        "Bidirectional": "Bidirectional(LSTM(64))",
        "TimeDistributed": "TimeDistributed(Dense(5))",
        "RNN": "RNN(LSTMCell(64))",
        "StackedRNNCells": "StackedRNNCells([LSTMCell(64), LSTMCell(32)])",
        "Conv1D": "Conv1D(32, 3)",
        "SeparableConv1D": "SeparableConv1D(32, 3)",
        "Reshape": "Reshape((1, 78))",
        "Permute": "Permute((2, 1))",
        "RepeatVector": "RepeatVector(10)",
        "Dot": "Dot(axes=1)",
        "MultiHeadAttention": "MultiHeadAttention(4, 16)",
    }
    if kind in examples:
        return examples[kind]
    return f"{kind}(64)" if kind.startswith(("LSTM", "GRU", "Simple", "Dense")) else f"{kind}()"


def flat(values: Any) -> list:
    """List what nested lists hold; a ``Spec`` is one value."""
    if isinstance(values, list | tuple) and not isinstance(values, Spec):
        return [one for value in values for one in flat(value)]
    return [values]


def _like(values: Any, made: Any) -> Any:
    """Put tensors in the place of specs in nested lists."""
    if isinstance(values, list):
        return [_like(value, made) for value in values]
    return next(made)


def needs_sequence(kind: str, spec: Spec) -> None:
    """Raise ``ShapeError`` unless a tensor is (m, Tx, features)."""
    if len(spec.shape) == 3 and not spec.dtype.startswith("int"):
        return
    if len(spec.shape) > 3:
        raise ShapeError(
            "{kind} reads three axes, (m, Tx, features), and gets {shape}; there is one axis "
            "too many: of a second Embedding perhaps, of an Embedding on an input of shape "
            "(Tx, 1), which is (Tx,), or the batch, which Input(shape=…) leaves out.",
            kind=kind,
            shape=as_text(spec.shape),
        )
    needs_vectors(kind, spec)
    raise Missing(
        "{kind} reads a sequence with three axes, (m, Tx, features), and gets {shape}.",
        N_(
            "If a recurrent layer stands before it, set return_sequences=True there; if the input "
            "is word indices, put an Embedding first; RepeatVector makes a sequence of one vector."
        ),
        kind=kind,
        shape=as_text(spec.shape),
    )


SEQUENCES = N_("If a recurrent layer stands before it, set return_sequences=True there.")


class Missing(ShapeError):
    """Raised where a sequence is needed; ``needs`` is the message without its cure."""

    def __init__(self, needs: str, cure: str = SEQUENCES, /, **values: Any) -> None:
        self.needs = _(needs, **values)
        super().__init__(sentences(self.needs, _(cure)))


def needs_vectors(kind: str, spec: Spec) -> None:
    """Raise ``ShapeError`` for word indices."""
    if spec.dtype.startswith("int"):
        raise ShapeError(
            "{kind} reads vectors, and gets word indices; put an Embedding first.", kind=kind
        )


def needs_size(kind: str, size: int | None) -> int:
    """Return the last axis of an input, from which weights are made."""
    if size is None:
        raise ShapeError(
            "{kind} needs to know how many features it reads, and the last axis is None; give "
            "the input all its sizes.",
            kind=kind,
        )
    return size


def twice(size: int) -> int:
    """Return two times a size, which keeps its name: "2 n_a"."""
    name = getattr(size, "name", None)
    return Size(2 * size, f"2 {name}") if name else 2 * size


def as_tensors(value: Any) -> list[SymbolicTensor]:
    """List the tensors in a value."""
    return [one for one in flat(value) if isinstance(one, SymbolicTensor)]
