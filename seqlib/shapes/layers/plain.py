"""Stand-ins for layers that read one tensor and keep no state."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from seqlib.shapes.arithmetic import as_text
from seqlib.shapes.layers.base import (
    Layer,
    free,
    needs_size,
    needs_vectors,
    one_of,
    whole,
    written,
)
from seqlib.shapes.recording import ShapeError, Spec


class Floats(Layer):
    """A layer whose results are floats."""

    dtype = "float32"


class Embedding(Floats):
    takes = (
        "input_dim, output_dim, embeddings_initializer=None, embeddings_regularizer=None, "
        "embeddings_constraint=None, mask_zero=False, weights=None"
    )

    def check(self, *specs: Spec) -> None:
        # Keras takes floats for indices where the input says no type.
        if not specs[0].dtype.startswith("int") and len(specs[0].shape) > 2:
            raise ShapeError(
                "Embedding looks up whole numbers, and gets vectors, {shape}; put it first, "
                "on word indices.",
                shape=as_text(specs[0].shape),
            )

    def count(self, *shapes: tuple) -> int:
        return self.given.input_dim * self.given.output_dim

    def shape(self, shape: tuple) -> tuple:
        return (*shape, self.given.output_dim)

    def mask(self, spec: Spec) -> tuple | None:
        return spec.shape if self.given.mask_zero else None

    def check_again(self, spec: Spec) -> None:
        """Allow any input: the weights do not depend on it."""


class TextVectorization(Layer):
    takes = (
        "max_tokens=None, standardize=None, split=None, ngrams=None, output_mode='int', "
        "output_sequence_length=None, pad_to_max_tokens=False, vocabulary=None"
    )
    dtype = "int64"

    def shape(self, shape: tuple) -> tuple:
        return (shape[0], self.given.output_sequence_length)


class Dense(Floats):
    takes = f"units, activation=None, use_bias=True, {free('kernel', 'bias')}"
    masking = True

    def check(self, *specs: Spec) -> None:
        needs_vectors("Dense", specs[0])
        if len(specs[0].shape) < 2:
            raise ShapeError(
                "{kind} reads vectors, and gets {shape}; give the input a size.",
                kind=self.kind,
                shape=as_text(specs[0].shape),
            )

    def count(self, *shapes: tuple) -> int:
        features = needs_size("Dense", shapes[0][-1])
        return (features + self.given.use_bias) * self.given.units

    def shape(self, shape: tuple) -> tuple:
        return (*shape[:-1], self.given.units)


class Same(Floats):
    """A layer that changes numbers, but neither shape nor mask."""

    masking = True


class _Alike(Same):
    """One that keeps the type, too."""

    dtype = ""


class Dropout(_Alike):
    takes = "rate, noise_shape=None, seed=None"


class SpatialDropout1D(Dropout):
    takes = "rate, seed=None"
    over_time = True


class GaussianDropout(Dropout):
    takes = "rate, seed=None"


class AlphaDropout(Dropout):
    pass


class Identity(_Alike):
    pass


class GaussianNoise(Same):
    takes = "stddev, seed=None"
    own = ("stddev",)


class ActivityRegularization(Same):
    takes = "l1=0.0, l2=0.0"


class Activation(_Alike):
    takes = "activation"


class Softmax(Same):
    takes = "axis=-1"
    own = ("axis",)


class ReLU(Same):
    takes = "max_value=None, negative_slope=0.0, threshold=0.0"


class LeakyReLU(Same):
    takes = "negative_slope=0.3"


class ELU(Same):
    takes = "alpha=1.0"


class PReLU(Same):
    takes = "alpha_initializer=None, alpha_regularizer=None, alpha_constraint=None"

    def count(self, *shapes: tuple) -> int:
        return math.prod(needs_size("PReLU", size) for size in shapes[0][1:])


class Masking(Layer):
    takes = "mask_value=0.0"

    def mask(self, spec: Spec) -> tuple | None:
        return spec.shape[:-1]


def axis_of(kind: str, axis: Any, shape: tuple, *, first: int = 1) -> int:
    """Return an axis counted from 0; raises ``ShapeError`` where the shape has no such axis."""
    if isinstance(axis, list | tuple) and len(axis) == 1:
        axis = axis[0]
    n = len(shape)
    if (
        isinstance(axis, bool)
        or not isinstance(axis, int)
        or not first <= axis % n < n > axis >= -n
    ):
        raise ShapeError(
            "{kind}: axis {axis} is none of {shape}.",
            kind=kind,
            axis=written(axis),
            shape=as_text(shape),
        )
    return axis % n


def axes_of(kind: str, axis: Any, shape: tuple, *, first: int = 1) -> list[int]:
    """Return one axis or several counted from 0; raises as ``axis_of``."""
    axes = axis if isinstance(axis, list | tuple) else [axis]
    return [axis_of(kind, one, shape, first=first) for one in axes]


class BatchNormalization(Same):
    takes = (
        "axis=-1, momentum=0.99, epsilon=0.001, center=True, scale=True, "
        + free("beta", "gamma")
        + ", moving_mean_initializer=None, moving_variance_initializer=None, synchronized=False"
    )
    own = ("axis",)

    def count(self, *shapes: tuple) -> int:
        axis = axis_of(self.kind, self.given.axis, shapes[0])
        return (2 + self.given.center + self.given.scale) * needs_size(self.kind, shapes[0][axis])


class LayerNormalization(Same):
    takes = f"axis=-1, epsilon=0.001, center=True, scale=True, {free('beta', 'gamma')}"
    own = ("axis",)

    def count(self, *shapes: tuple) -> int:
        axes = axes_of(self.kind, self.given.axis, shapes[0])
        sizes = [needs_size(self.kind, shapes[0][axis]) for axis in axes]
        return (int(self.given.center) + int(self.given.scale)) * math.prod(sizes)


class UnitNormalization(Same):
    takes = "axis=-1"
    own = ("axis",)

    def shape(self, shape: tuple) -> tuple:
        axes_of(self.kind, self.given.axis, shape, first=0)
        return shape


# -- layers that move numbers ------------------------------------------------------------------


class Flatten(Layer):
    takes = "data_format=None"

    def shape(self, shape: tuple) -> tuple:
        return (shape[0], None if None in shape[1:] else math.prod(shape[1:]))


class Reshape(Layer):
    takes = "target_shape"

    def shape(self, shape: tuple) -> tuple:
        return (shape[0], *reshaped(shape[1:], self.given.target_shape))


def reshaped(shape: tuple, target: tuple) -> tuple:
    """Return ``target`` with its -1 worked out; raises ``ShapeError`` if the numbers do not fit."""
    missing = target.count(-1)
    if None in shape and missing < 2:
        return tuple(None if size == -1 else size for size in target)
    n, known = math.prod(size or 1 for size in shape), math.prod(s for s in target if s != -1)
    if missing > 1 or (n % known if missing else n != known):
        raise ShapeError(
            "Reshape: {n:,} numbers, {before}, do not fit into {shape}.",
            n=n,
            before=as_text(shape),
            shape=as_text(target),
        )
    return tuple(n // known if size == -1 else size for size in target)


class Permute(Layer):
    takes = "dims"
    own = ("dims",)

    def shape(self, shape: tuple) -> tuple:
        dims = self.given.dims
        if (
            not isinstance(dims, list | tuple)
            or not all(isinstance(axis, int) for axis in dims)
            or sorted(dims) != list(range(1, len(shape)))
        ):
            raise ShapeError(
                "Permute: {dims} does not name every axis of {shape} once; the batch is not "
                "counted, and the first axis after it is 1.",
                dims=written(dims),
                shape=as_text(shape),
            )
        return (shape[0], *(shape[axis] for axis in dims))


class RepeatVector(Layer):
    takes = "n"

    def check(self, *specs: Spec) -> None:
        if len(specs[0].shape) != 2:
            raise ShapeError(
                "RepeatVector repeats one vector, (m, features), and gets {shape}; leave out "
                "return_sequences=True in the layer before it.",
                shape=as_text(specs[0].shape),
            )

    def shape(self, shape: tuple) -> tuple:
        return (shape[0], self.given.n, shape[1])


# -- layers over time --------------------------------------------------------------------------


class _Window(Layer):
    """A window that moves over time."""

    over_time = True

    def check(self, *specs: Spec) -> None:
        needs_vectors(self.kind, specs[0])
        super().check(*specs)

    def steps(self, steps: int | None, window: int, stride: int) -> int | None:
        """Return how many places a window has."""
        if steps is None:
            return None
        if self.given.padding != "valid":
            return (steps - 1) // stride + 1
        if steps < window:
            raise ShapeError(
                "{kind} needs {window} steps at least, and gets {steps}; choose a smaller "
                "window, or padding='same'.",
                kind=self.kind,
                window=window,
                steps=steps,
            )
        return (steps - window) // stride + 1


class Conv1D(_Window):
    takes = (
        "filters, kernel_size, strides=1, padding='valid', data_format=None, dilation_rate=1, "
        f"groups=1, activation=None, use_bias=True, {free('kernel', 'bias')}"
    )
    own: ClassVar[tuple[str, ...]] = ("padding",)
    paddings: ClassVar[tuple[str, ...]] = ("valid", "same", "causal")

    def check(self, *specs: Spec) -> None:
        super().check(*specs)
        given, features = self.given, needs_size(self.kind, specs[0].shape[-1])
        one_of(*self.paddings)(self.kind, "padding", given.padding)
        groups = getattr(given, "groups", 1)
        if features % groups or given.filters % groups:
            raise ShapeError(
                "{kind}: groups={groups} must divide both the {features} features that "
                "arrive and the filters.",
                kind=self.kind,
                groups=groups,
                features=features,
            )
        if given.strides > 1 and given.dilation_rate > 1:
            raise ShapeError("{kind} takes strides or dilation_rate, not both.", kind=self.kind)

    def count(self, *shapes: tuple) -> int:
        given = self.given
        kernel = given.kernel_size * (shapes[0][-1] // given.groups)
        return (kernel + given.use_bias) * given.filters

    def shape(self, shape: tuple) -> tuple:
        given = self.given
        window = given.dilation_rate * (given.kernel_size - 1) + 1
        return (shape[0], self.steps(shape[1], window, given.strides), given.filters)


class SeparableConv1D(Conv1D):
    takes = (
        "filters, kernel_size, strides=1, padding='valid', data_format=None, dilation_rate=1, "
        "depth_multiplier=1, activation=None, use_bias=True, "
        + free("depthwise", "pointwise", "bias")
    )
    own = ("padding", "depth_multiplier")
    paddings = ("valid", "same")

    def count(self, *shapes: tuple) -> int:
        given = self.given
        between = shapes[0][-1] * given.depth_multiplier
        return given.kernel_size * between + (between + given.use_bias) * given.filters


class MaxPooling1D(_Window):
    takes = "pool_size=2, strides=None, padding='valid', data_format=None"
    own = ("padding",)

    def check(self, *specs: Spec) -> None:
        super().check(*specs)
        one_of("valid", "same")(self.kind, "padding", self.given.padding)

    def shape(self, shape: tuple) -> tuple:
        window = self.given.pool_size
        return (shape[0], self.steps(shape[1], window, self.given.strides or window), shape[2])


class AveragePooling1D(MaxPooling1D):
    takes = "pool_size, strides=None, padding='valid', data_format=None"


class GlobalMaxPooling1D(Layer):
    takes = "data_format=None, keepdims=False"
    over_time = True

    def shape(self, shape: tuple) -> tuple:
        return (shape[0], 1, shape[2]) if self.given.keepdims else (shape[0], shape[2])


class GlobalAveragePooling1D(GlobalMaxPooling1D):
    pass


class UpSampling1D(Layer):
    takes = "size=2"
    over_time = True

    def shape(self, shape: tuple) -> tuple:
        steps = None if shape[1] is None else shape[1] * self.given.size
        return (shape[0], steps, shape[2])


class ZeroPadding1D(Layer):
    takes = "padding=1"
    own = ("padding",)
    over_time = True
    sign = 1

    def shape(self, shape: tuple) -> tuple:
        given = next(iter(vars(self.given).values()))
        both = given if isinstance(given, list | tuple) else (given, given)
        if len(both) != 2:
            whole(self.kind, "padding", given)
        for one in both:
            if one != 0:
                whole(self.kind, "padding", one)
        if shape[1] is None:
            return shape
        return (shape[0], whole(self.kind, "Tx", shape[1] + self.sign * sum(both)), shape[2])


class Cropping1D(ZeroPadding1D):
    takes = "cropping=(1, 1)"
    own = ("cropping",)
    sign = -1
