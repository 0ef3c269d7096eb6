"""Stand-ins for layers that read several tensors."""

from __future__ import annotations

from typing import Any, ClassVar

from seqlib.shapes.arithmetic import as_text
from seqlib.shapes.layers.base import Layer, Missing, free, needs_size
from seqlib.shapes.layers.plain import Floats, axis_of
from seqlib.shapes.recording import ShapeError, Spec

MANY = 64


def broadcast(kind: str, one: tuple, other: tuple, *, known: bool = False) -> tuple:
    """Return the shape of two tensors taken element by element.

    A size that is known on one side only stays open in layers; functions take it as ``known``.
    """
    if len(one) < len(other):
        one, other = other, one
    shape = list(one[: len(one) - len(other)])
    for left, right in zip(one[len(one) - len(other) :], other, strict=True):
        if left is None or right is None:
            size = right if left is None else left
            shape.append(None if size == 1 or not known else size)
        elif left != right and 1 not in (left, right):
            raise ShapeError(
                "{kind} takes tensors element by element, and {one} and {other} do not fit; "
                "give both the same sizes, by a Dense(…) for one of them perhaps.",
                kind=kind,
                one=as_text(one),
                other=as_text(other),
            )
        else:
            shape.append(right if left == 1 else left)
    return tuple(shape)


def joined(kind: str, axis: Any, first: tuple, *others: tuple) -> tuple:
    """Return the shape of tensors one after the other along an axis."""
    at = axis_of(kind, axis, first, first=0)
    for shape in others:
        same = len(shape) == len(first) and all(
            number == at or None in (one, other) or one == other
            for number, (one, other) in enumerate(zip(first, shape, strict=False))
        )
        if not same:
            raise ShapeError(
                "{kind} joins tensors that differ on axis {axis} only, and gets {one} and "
                "{other}; RepeatVector, Flatten or return_sequences make them alike.",
                kind=kind,
                axis=axis,
                one=as_text(first),
                other=as_text(shape),
            )
    sizes = [shape[at] for shape in (first, *others)]
    return (*first[:at], None if None in sizes else sum(sizes), *first[at + 1 :])


class _Merge(Layer):
    """Tensors taken element by element."""

    several: ClassVar[tuple[int, int]] = (2, MANY)

    def results(self, *specs: Spec, **options: Any) -> list:
        shape = specs[0].shape[1:]
        for spec in specs[1:]:
            shape = broadcast(self.kind, shape, spec.shape[1:])
        batch = next((spec.shape[0] for spec in specs if spec.shape[0] is not None), None)
        masks = [spec.mask for spec in specs]
        mask = None if None in masks else max(masks, key=lambda one: len(one or ()))
        return [Spec((batch, *shape), "float32", mask)]


class Add(_Merge):
    pass


class Multiply(_Merge):
    pass


class Average(_Merge):
    pass


class Maximum(_Merge):
    pass


class Minimum(_Merge):
    pass


class Subtract(_Merge):
    several = (2, 2)


class Concatenate(Layer):
    takes = "axis=-1"
    own = ("axis",)
    several = (2, MANY)

    def results(self, *specs: Spec, **options: Any) -> list:
        shape = joined(self.kind, self.given.axis, *(spec.shape for spec in specs))
        masked = any(spec.mask is not None for spec in specs)
        dtype = specs[0].dtype if len({spec.dtype for spec in specs}) == 1 else "float32"
        return [Spec(shape, dtype, shape[:-1] if masked else None)]


class Dot(Layer):
    takes = "axes, normalize=False"
    own = ("axes",)
    several = (2, 2)

    def axes(self, *specs: Spec) -> tuple[int, int]:
        """Return the axes that are multiplied, counted from 0."""
        given = self.given.axes
        pair = given if isinstance(given, list | tuple) and len(given) == 2 else (given, given)
        one, other = (
            axis_of(self.kind, axis, spec.shape) for axis, spec in zip(pair, specs, strict=True)
        )
        return one, other

    def check(self, *specs: Spec) -> None:
        one, other = self.axes(*specs)
        sizes = specs[0].shape[one], specs[1].shape[other]
        if sizes[0] != sizes[1]:
            raise ShapeError(
                "Dot multiplies axis {one} of {first} with axis {other} of {second}, which "
                "have different sizes; choose other axes.",
                one=one,
                first=as_text(specs[0].shape),
                other=other,
                second=as_text(specs[1].shape),
            )

    def results(self, *specs: Spec, **options: Any) -> list:
        one, other = self.axes(*specs)
        left, right = list(specs[0].shape), list(specs[1].shape)
        left.pop(one)
        right.pop(other)
        shape = left + right[1:]
        return [Spec(tuple(shape if len(shape) > 1 else [*shape, 1]))]


class Attention(Layer):
    takes = "use_scale=False, score_mode='dot', dropout=0.0, seed=None"
    several = (2, 3)

    def check(self, *specs: Spec) -> None:
        query, value, key = (*specs, specs[1])[:3]
        for spec in specs:
            if len(spec.shape) != 3:
                raise Missing(
                    "{kind} reads sequences, [query, value], and gets {shape}.",
                    kind=self.kind,
                    shape=as_text(spec.shape),
                )
        if query.shape[-1] != key.shape[-1] or value.shape[1] != key.shape[1]:
            raise ShapeError(
                "{kind} compares vectors of the same length, and gets {query} and {key}; give "
                "both layers the same number of units.",
                kind=self.kind,
                query=as_text(query.shape),
                key=as_text(key.shape),
            )

    def count(self, *shapes: tuple) -> int:
        return int(self.given.use_scale) + (self.given.score_mode == "concat")

    def check_again(self, spec: Spec) -> None:
        """Allow any features: the weights are single numbers."""

    def results(self, *specs: Spec, **options: Any) -> list:
        query, value = specs[0], specs[1]
        out = Spec((*query.shape[:-1], value.shape[-1]), "float32", query.mask)
        if options.get("return_attention_scores") is True:
            return [out, Spec((*query.shape[:-1], specs[-1].shape[1]))]
        return [out]


class AdditiveAttention(Attention):
    takes = "use_scale=True, dropout=0.0"

    def count(self, *shapes: tuple) -> int:
        return needs_size(self.kind, shapes[0][-1]) if self.given.use_scale else 0


class MultiHeadAttention(Floats):
    takes = (
        "num_heads, key_dim, value_dim=None, dropout=0.0, use_bias=True, output_shape=None, "
        f"attention_axes=None, {free('kernel', 'bias')}, seed=None"
    )
    own = ("value_dim",)
    masking = True
    several = (2, 3)

    def count(self, *shapes: tuple) -> int:
        given = self.given
        query, value, key = (needs_size(self.kind, one[-1]) for one in (*shapes, shapes[1])[:3])
        long, bias = given.value_dim or given.key_dim, int(given.use_bias)
        read = (query + key + 2 * bias) * given.key_dim + (value + bias) * long
        return given.num_heads * (read + long * query) + bias * query
