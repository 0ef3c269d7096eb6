"""Shapes of what functions of the backend give, and the stand-in for ``Lambda``."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from seqlib.shapes.arithmetic import as_text
from seqlib.shapes.layers.base import MAX_SIZE, Layer, written
from seqlib.shapes.layers.merging import MANY, broadcast, joined
from seqlib.shapes.layers.plain import axes_of, axis_of, reshaped
from seqlib.shapes.recording import Operation, ShapeError, Spec


def _reduced(spec: Spec, axis: Any = None, keepdims: Any = False) -> Spec:
    chosen = axes_of("axis", axis, spec.shape, first=0) if axis is not None else range(99)
    sizes = [1 if n in chosen else size for n, size in enumerate(spec.shape)]
    return Spec(tuple(s for n, s in enumerate(sizes) if keepdims or n not in chosen), spec.dtype)


def _argmax(spec: Spec, axis: Any = None, keepdims: Any = False) -> Spec:
    return Spec(_reduced(spec, axis, keepdims).shape, "int32")


def _expand(spec: Spec, axis: Any = -1) -> Spec:
    shape = list(spec.shape)
    axes = axis if isinstance(axis, list | tuple) else [axis]
    whole = (*shape, *[1] * len(axes))
    for at in sorted(axes_of("axis", list(axes), whole, first=0)):
        shape.insert(at, 1)
    return Spec(tuple(shape), spec.dtype)


def _squeeze(spec: Spec, axis: Any = None) -> Spec:
    if axis is None:
        return Spec(tuple(size for size in spec.shape if size != 1), spec.dtype)
    out = axes_of("axis", axis, spec.shape, first=0)
    for size in (spec.shape[at] for at in out):
        if size not in (1, None):
            raise ShapeError("An axis of {n} cannot be squeezed; only one of 1.", n=size)
    return Spec(tuple(size for n, size in enumerate(spec.shape) if n not in out), spec.dtype)


def _joined(*specs: Spec, axis: Any = 0) -> Spec:
    return Spec(joined("concatenate", axis, *(spec.shape for spec in specs)), specs[0].dtype)


def _stacked(*specs: Spec, axis: Any = 0) -> Spec:
    shapes = (_expand(spec, axis).shape for spec in specs)
    return Spec(joined("stack", axis, *shapes), specs[0].dtype)


def _split(
    spec: Spec, num_or_size_splits: Any = None, axis: Any = 0, indices_or_sections: Any = None
) -> list[Spec]:
    parts = indices_or_sections if num_or_size_splits is None else num_or_size_splits
    if not isinstance(parts, int):
        raise TypeError(parts)
    at = axis_of("axis", axis, spec.shape, first=0)
    size = spec.shape[at]
    if not 0 < parts <= MANY or (size or 0) % parts:
        raise ShapeError("{n} cannot be split into {parts} equal parts.", n=size, parts=parts)
    part = size and size // parts
    return [Spec((*spec.shape[:at], part, *spec.shape[at + 1 :]), spec.dtype)] * parts


def _unstacked(spec: Spec, num: Any = None, axis: Any = 0) -> list[Spec]:
    size = spec.shape[axis_of("axis", axis, spec.shape, first=0)]
    return [_squeeze(one, axis) for one in _split(spec, num if size is None else size, axis)]


def _one_hot(spec: Spec, num_classes: Any = None, depth: Any = None, axis: Any = -1) -> Spec:
    size = num_classes if num_classes is not None else depth
    if not isinstance(size, int) or not 0 < size <= MAX_SIZE:
        raise ShapeError("one_hot needs a number of classes, not {n}.", n=written(size))
    at = axis_of("axis", axis, (*spec.shape, size), first=0)
    return Spec((*spec.shape[:at], size, *spec.shape[at:]))


def _transposed(spec: Spec, axes: Any = None, perm: Any = None, pattern: Any = None) -> Spec:
    given = next((one for one in (axes, perm, pattern) if one is not None), None)
    n = len(spec.shape)
    order = list(given) if isinstance(given, list | tuple) else list(range(n))[::-1]
    if sorted(one % n for one in order if isinstance(one, int)) != list(range(n)):
        raise ShapeError(
            "{order} does not name every axis of {shape} once.",
            order=written(order),
            shape=as_text(spec.shape),
        )
    return Spec(tuple(spec.shape[axis] for axis in order), spec.dtype)


def _swapped(spec: Spec, axis1: Any, axis2: Any) -> Spec:
    shape = list(spec.shape)
    one, other = axes_of("axis", [axis1, axis2], spec.shape, first=0)
    shape[one], shape[other] = shape[other], shape[one]
    return Spec(tuple(shape), spec.dtype)


def _moved(spec: Spec, source: Any, destination: Any) -> Spec:
    shape = list(spec.shape)
    source, destination = axes_of("axis", [source, destination], spec.shape, first=0)
    shape.insert(destination, shape.pop(source))
    return Spec(tuple(shape), spec.dtype)


def _reshape(spec: Spec, shape: Any = None, newshape: Any = None) -> Spec:
    target = tuple(shape if shape is not None else newshape or ())
    if not all(isinstance(size, int) and size != 0 for size in target if size is not None):
        raise ShapeError("{shape} is no shape.", shape=written(target))
    if target[:1] == (None,):  # the batch's own size, such as tf.shape(x)[0]
        rest = tuple(-1 if size is None else size for size in target[1:])
        return Spec((spec.shape[0], *reshaped(spec.shape[1:], rest)), spec.dtype)
    return Spec(reshaped(spec.shape, target), spec.dtype)


def _times(n: Any) -> int:
    if not isinstance(n, int) or not 0 < n <= 100_000:
        raise ShapeError("{n} is no number of times.", n=written(n))
    return n


def _repeat(spec: Spec, repeats: Any = None, axis: Any = None) -> Spec:
    shape = spec.shape
    if axis is None:  # all the numbers in a row
        shape, axis = (None if None in shape else math.prod(s for s in shape if s),), 0
    at = axis_of("axis", axis, shape, first=0)
    size = None if shape[at] is None else shape[at] * _times(repeats)
    return Spec((*shape[:at], size, *shape[at + 1 :]), spec.dtype)


def _repeated(spec: Spec, n: Any) -> Spec:
    return Spec((spec.shape[0], _times(n), *spec.shape[1:]), spec.dtype)


def _tiled(spec: Spec, repeats: Any = None, multiples: Any = None) -> Spec:
    times = list(repeats if repeats is not None else multiples)
    times = [1] * (len(spec.shape) - len(times)) + times
    shape = (1,) * (len(times) - len(spec.shape)) + spec.shape
    sizes = (
        None if size is None else size * _times(n) for size, n in zip(shape, times, strict=True)
    )
    return Spec(tuple(sizes), spec.dtype)


def _taken(spec: Spec, indices: Any, axis: Any = None) -> Spec:
    if isinstance(indices, Spec):
        found = indices.shape
    else:
        found = () if isinstance(indices, int) else (len(indices),)
    if axis is None:  # of all the numbers in a row
        return Spec(found, spec.dtype)
    at = axis_of("axis", axis, spec.shape, first=0)
    return Spec((*spec.shape[:at], *found, *spec.shape[at + 1 :]), spec.dtype)


def _fits(one: Spec, other: Spec) -> None:
    inner = one.shape[-1], other.shape[-2:][0]
    if None not in inner and inner[0] != inner[1]:
        raise ShapeError(
            "A product of {one} and {other} is not defined; the last axis of the first must "
            "be the last but one of the second.",
            one=as_text(one.shape),
            other=as_text(other.shape),
        )


def _dot(one: Spec, other: Spec) -> Spec:
    _fits(one, other)
    return Spec((*one.shape[:-1], *other.shape[:-2], *other.shape[1:][-1:]))


def _product(one: Spec, other: Spec, transpose_a: Any = False, transpose_b: Any = False) -> Spec:
    one = _swapped(one, -1, -2) if transpose_a else one
    other = _swapped(other, -1, -2) if transpose_b else other
    _fits(one, other)
    batch = broadcast("matmul", one.shape[:-2], other.shape[:-2], known=True)
    return Spec((*batch, *one.shape[-2:-1], *other.shape[1:][-1:]))


def _einsum(*given: Any) -> Spec:
    *specs, equation = given
    read, _, made = equation.replace(" ", "").partition("->")
    if not (read.replace(",", "") + made).isalpha():
        raise ValueError(equation)
    sizes: dict[str, Any] = {}
    for letters, spec in zip(read.split(","), specs, strict=True):
        for letter, size in zip(letters, spec.shape, strict=True):
            if None not in (size, sizes.setdefault(letter, size)) and sizes[letter] != size:
                raise ShapeError(
                    "In {equation}, “{letter}” is an axis of {one} and of {other}; it must be "
                    "the same.",
                    letter=letter,
                    equation=written(equation),
                    one=sizes[letter],
                    other=size,
                )
            sizes[letter] = size if sizes[letter] is None else sizes[letter]
    return Spec(tuple(sizes[letter] for letter in made))


def elementwise(kind: str, *given: Any) -> Spec:
    """Return what arithmetic of tensors gives, or of tensors and numbers."""
    specs = [spec for spec in given if isinstance(spec, Spec)]
    shape: tuple = ()
    for spec in specs:
        shape = broadcast(kind, shape, spec.shape, known=True)
    whole = len(specs) > 1 and not any(spec.dtype.startswith("float") for spec in specs)
    return Spec(shape, specs[0].dtype if whole else "float32")


def compared(kind: str, *given: Any) -> Spec:
    """Return what a comparison of tensors gives, or of tensors and numbers."""
    return Spec(elementwise(kind, *given).shape, "bool")


def _same(spec: Spec, *_given: Any, **_how: Any) -> Spec:
    return Spec(spec.shape, spec.dtype)


_SAME = (
    *("tanh", "sigmoid", "hard_sigmoid", "relu", "softmax", "softplus", "elu", "selu", "gelu"),
    *("silu", "swish", "exp", "log", "abs", "square", "sqrt", "negative", "sign", "clip"),
    *("clip_by_value", "round", "stop_gradient", "identity", "flip", "reverse", "l2_normalize"),
    *("normalize", "zeros_like", "ones_like", "nan_to_num", "cumsum", "sort", "dropout", "pow"),
    *("power", "rsqrt", "log_softmax", "leaky_relu", "argsort", "roll", "log1p", "expm1", "floor"),
    *("sin", "cos"),
)
_REDUCED = (
    *("mean", "sum", "max", "min", "prod", "any", "all", "std", "var", "logsumexp"),
    *("reduce_mean", "reduce_sum", "reduce_max", "reduce_min", "reduce_prod", "reduce_any"),
    *("reduce_all", "reduce_std", "reduce_variance", "reduce_logsumexp", "median"),
)
_PAIRED = ("add", "multiply", "subtract", "divide", "maximum", "minimum", "where")
_COMPARED = (
    *("equal", "not_equal", "greater", "greater_equal", "less", "less_equal"),
    *("logical_and", "logical_or", "logical_not"),
)
# What else is given to these changes no shape.
FREE = {*_SAME, *_PAIRED, *_COMPARED}
# Functions of ``keras.ops`` and ``tf``, by the last part of their names.
FUNCTIONS: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(_SAME, _same),
    **dict.fromkeys(_REDUCED, _reduced),
    **{name: partial(elementwise, name) for name in _PAIRED},
    **{name: partial(compared, name) for name in _COMPARED},
    "cast": lambda spec, dtype="float32": Spec(
        spec.shape, dtype if isinstance(dtype, str) and dtype.startswith("int") else "float32"
    ),
    "argmax": _argmax,
    "argmin": _argmax,
    "expand_dims": _expand,
    "squeeze": _squeeze,
    "concatenate": _joined,
    "concat": _joined,
    "stack": _stacked,
    "split": _split,
    "unstack": _unstacked,
    "one_hot": _one_hot,
    "transpose": _transposed,
    "permute_dimensions": _transposed,
    "swapaxes": _swapped,
    "moveaxis": _moved,
    "reshape": _reshape,
    "repeat": _repeat,
    "repeat_elements": lambda spec, rep, axis: _repeat(spec, rep, axis),
    "tile": _tiled,
    "take": _taken,
    "gather": lambda spec, indices, axis=0: _taken(spec, indices, axis),
    "norm": lambda spec, ord=None, axis=None, keepdims=False: _reduced(spec, axis, keepdims),
    "dot": _dot,
    "matmul": _product,
    "einsum": _einsum,
    "batch_flatten": lambda spec: Spec(
        (spec.shape[0], *reshaped(spec.shape[1:], (-1,))), spec.dtype
    ),
}
# Where they count otherwise.
OF_BACKEND: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(("argmax", "argmin"), lambda spec, axis=-1: _argmax(spec, axis)),
    "concatenate": lambda *specs, axis=-1: _joined(*specs, axis=axis),
    "repeat": _repeated,
}
OF_TF: dict[str, Callable[..., Any]] = dict.fromkeys(
    ("argmax", "argmin"), lambda spec, axis=0: _argmax(spec, axis)
)


def function(dotted: str) -> Callable[..., Any] | None:
    """Return what a function of the backend, of ``keras.ops`` or ``tf`` gives; None if unknown."""
    first, _, _ = dotted.partition(".")
    own = OF_BACKEND if ".backend." in f".{dotted}" or first == "K" else {}
    own = OF_TF if first in ("tensorflow", "tf") and not own else own
    name = dotted.rpartition(".")[2]
    return own.get(name) or FUNCTIONS.get(name)


class Lambda(Layer):
    """A function of a reader's own; ``work`` reads it and gives the result's shape.

    ``alone`` is the operation that it consists of, if that is only one.
    """

    takes = "function, output_shape=None, mask=None, arguments=None"
    several = (1, 64)
    work: Callable[..., Spec | list[Spec]]
    alone: Operation | None = None

    def results(self, *specs: Spec, **options: Any) -> list:
        return [self.work(*specs)]
