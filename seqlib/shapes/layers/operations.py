"""Shapes of what functions of the backend give, and the stand-in for ``Lambda``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from seqlib.shapes.layers.base import MAX_SIZE, Layer, text, written
from seqlib.shapes.layers.merging import broadcast
from seqlib.shapes.layers.plain import axis_of, reshaped
from seqlib.shapes.recording import ShapeError, Spec


def _reduced(spec: Spec, axis: Any = None, keepdims: Any = False) -> Spec:
    given = axis if isinstance(axis, list | tuple) else [axis]
    chosen = {axis_of("axis", one, spec.shape, first=0) for one in given if one is not None}
    if not chosen:
        chosen = set(range(len(spec.shape)))
    sizes = [1 if n in chosen else size for n, size in enumerate(spec.shape)]
    return Spec(tuple(s for n, s in enumerate(sizes) if keepdims or n not in chosen), spec.dtype)


def _expand(spec: Spec, axis: Any = -1) -> Spec:
    at = axis_of("axis", axis, (*spec.shape, 1), first=0)
    return Spec((*spec.shape[:at], 1, *spec.shape[at:]), spec.dtype)


def _squeeze(spec: Spec, axis: Any = None) -> Spec:
    if axis is None:
        return Spec(tuple(size for size in spec.shape if size != 1), spec.dtype)
    at = axis_of("axis", axis, spec.shape, first=0)
    if spec.shape[at] not in (1, None):
        raise ShapeError("An axis of {n} cannot be squeezed; only one of 1.", n=spec.shape[at])
    return Spec((*spec.shape[:at], *spec.shape[at + 1 :]), spec.dtype)


def _joined(*specs: Spec, axis: Any = -1) -> Spec:
    at = axis_of("axis", axis, specs[0].shape, first=0)
    sizes: list[Any] = [spec.shape[at] if len(spec.shape) > at else None for spec in specs]
    total = None if None in sizes else sum(sizes)
    return Spec((*specs[0].shape[:at], total, *specs[0].shape[at + 1 :]), specs[0].dtype)


def _stacked(*specs: Spec, axis: Any = 0) -> Spec:
    at = axis_of("axis", axis, (*specs[0].shape, 1), first=0)
    shape = specs[0].shape
    return Spec((*shape[:at], len(specs), *shape[at:]), specs[0].dtype)


def _one_hot(spec: Spec, num_classes: Any = None, depth: Any = None, axis: Any = -1) -> Spec:
    size = num_classes if num_classes is not None else depth
    if not isinstance(size, int) or not 0 < size <= MAX_SIZE:
        raise ShapeError("one_hot needs a number of classes, not {n}.", n=written(size))
    return Spec((*spec.shape, size))


def _transposed(spec: Spec, axes: Any = None, perm: Any = None, pattern: Any = None) -> Spec:
    order = next((one for one in (axes, perm, pattern) if one is not None), None)
    order = list(order) if isinstance(order, list | tuple) else list(range(len(spec.shape)))[::-1]
    if sorted(one for one in order if isinstance(one, int)) != list(range(len(spec.shape))):
        raise ShapeError(
            "{order} does not name every axis of {shape} once.",
            order=written(order),
            shape=text(spec.shape),
        )
    return Spec(tuple(spec.shape[axis] for axis in order), spec.dtype)


def _reshape(spec: Spec, shape: Any = None, newshape: Any = None) -> Spec:
    target = tuple(shape if shape is not None else newshape or ())
    if not all(isinstance(size, int) and size != 0 for size in target if size is not None):
        raise ShapeError("{shape} is no shape.", shape=written(target))
    if target and target[0] in (-1, None):
        rest = tuple(-1 if size is None else size for size in target[1:])
        return Spec((spec.shape[0], *reshaped(spec.shape[1:], rest)), spec.dtype)
    return Spec(target, spec.dtype)


def _repeat(spec: Spec, n: Any = 1, repeats: Any = None, axis: Any = None) -> Spec:
    times = repeats if repeats is not None else n
    if not isinstance(times, int) or not 0 < times <= 100_000:
        raise ShapeError("{n} is no number of times.", n=written(times))
    if axis is None:  # the backend's repeat: one vector, n times
        return Spec((spec.shape[0], times, *spec.shape[1:]), spec.dtype)
    at = axis_of("axis", axis, spec.shape, first=0)
    size = None if spec.shape[at] is None else spec.shape[at] * times
    return Spec((*spec.shape[:at], size, *spec.shape[at + 1 :]), spec.dtype)


def _product(one: Spec, other: Spec) -> Spec:
    left, right = one.shape, other.shape
    if None not in (left[-1], right[-2:][0]) and left[-1] != right[-2:][0]:
        raise ShapeError(
            "A product of {one} and {other} is not defined; the last axis of the first must "
            "be the last but one of the second.",
            one=text(left),
            other=text(right),
        )
    return Spec((*left[:-1], right[-1]))


def elementwise(kind: str, one: Spec, other: Any = None) -> Spec:
    """Return what arithmetic of two tensors gives, or of a tensor and a number."""
    if not isinstance(other, Spec):
        return Spec(one.shape)
    shape = broadcast(kind, one.shape, other.shape)
    return Spec(shape, other.dtype if other.dtype.startswith("float") else one.dtype)


_SAME = (
    *("tanh", "sigmoid", "hard_sigmoid", "relu", "softmax", "softplus", "elu", "selu", "gelu"),
    *("silu", "swish", "exp", "log", "abs", "square", "sqrt", "negative", "sign", "clip"),
    *("clip_by_value", "round", "stop_gradient", "identity", "flip", "reverse", "l2_normalize"),
    *("normalize", "zeros_like", "ones_like", "nan_to_num", "cumsum"),
)
_REDUCED = (
    *("mean", "sum", "max", "min", "prod", "any", "all", "std", "var"),
    *("reduce_mean", "reduce_sum", "reduce_max", "reduce_min"),
)
# Functions of ``keras.backend``, ``keras.ops`` and ``tf``, by the last part of their names.
FUNCTIONS: dict[str, Callable[..., Spec]] = {
    **dict.fromkeys(_SAME, lambda spec, *args, **kwargs: Spec(spec.shape, spec.dtype)),
    **dict.fromkeys(_REDUCED, _reduced),
    "cast": lambda spec, dtype="float32": Spec(
        spec.shape, dtype if isinstance(dtype, str) and dtype.startswith("int") else "float32"
    ),
    "argmax": lambda spec, axis=-1: Spec(_reduced(spec, axis).shape, "int32"),
    "expand_dims": _expand,
    "squeeze": _squeeze,
    "concatenate": _joined,
    "concat": _joined,
    "stack": _stacked,
    "one_hot": _one_hot,
    "transpose": _transposed,
    "permute_dimensions": _transposed,
    "reshape": _reshape,
    "repeat": _repeat,
    "repeat_elements": lambda spec, rep, axis: _repeat(spec, rep, axis=axis),
    "dot": _product,
    "matmul": _product,
    "batch_flatten": lambda spec: Spec(
        (spec.shape[0], *reshaped(spec.shape[1:], (-1,))), spec.dtype
    ),
    "add": lambda one, other: elementwise("add", one, other),
    "multiply": lambda one, other: elementwise("multiply", one, other),
    "subtract": lambda one, other: elementwise("subtract", one, other),
}


class Lambda(Layer):
    """A function of a reader's own; ``work`` reads it and gives the result's shape."""

    takes = "function, output_shape=None, mask=None, arguments=None"
    several = (1, 64)
    work: Callable[..., Spec]

    def results(self, *specs: Spec, **options: Any) -> list:
        return [self.work(*specs)]
