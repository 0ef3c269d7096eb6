"""Who trains: the equations in NumPy, or Keras; and what both say from the same weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from operator import attrgetter
from typing import Any

import numpy as np

from seqlib.i18n import _
from seqlib.training import keras_room
from seqlib.training.run import Run
from ui.state import options


def offered(key: str, help: str) -> dict[str, Any]:
    """Return what the choice ``key`` takes: where Keras is missing, what it needs is the help."""
    missing = keras_room.missing()
    engines = list(options(key))[: 1 if missing else None]
    return {"options": engines, "disabled": bool(missing), "help": missing or help}


def name_of(key: str, engine: str) -> str:
    """What the choice ``key`` calls an engine, in the reader's language."""
    return _(next(name for name, one in options(key).items() if one == engine))


def peers(runs: Iterable[Any], run: Any, part: str = "engine", **may_differ: Any) -> dict[str, Any]:
    """The latest of ``runs`` of each engine, or other ``part``, that was set as ``run`` was.

    Pace and epochs may differ too. Empty unless there are two with a finished epoch.
    """

    def asked(one: Any) -> Any:
        return replace(one.settings, pace=0, epochs=1, **may_differ)

    found = {attrgetter(part)(one): one for one in runs if one.epoch and asked(one) == asked(run)}
    return found if len(found) > 1 and run in found.values() else {}


def seconds(run: Any) -> str:
    """How long an engine took for its epochs; where it is Keras, loading and tracing apart."""
    spent = run.metrics.spent
    if spent is None:
        return _("**{seconds:.1f} s** for {n} epochs", seconds=run.trained_for, n=run.epoch)
    loading, tracing, fit = map(float, spent.sum(axis=0))
    after = [
        *([_("loading TensorFlow {seconds:.1f} s", seconds=loading)] if loading > 0.1 else []),
        _("building and tracing, the first epoch with it, {seconds:.1f} s", seconds=tracing),
    ]
    return _(
        "**{seconds:.1f} s** for {n} epochs; before that {after}",
        seconds=fit,
        n=int((spent[:, 2] > 0).sum()),
        after=_("; ").join(after),
    )


def compared(key: str, runs: Mapping[str, Run], loss: Callable[[Any], np.ndarray]) -> str:
    """Markdown: the largest difference between the losses (epochs,), and everybody's seconds."""
    curves = [loss(run) for run in runs.values()]
    n = min(map(len, curves))
    first = curves[0][:n]
    apart = max(float(np.abs(curve[:n] - first).max()) for curve in curves[1:])
    lines = [
        _(
            "From the same weights, over {n} epochs, the losses differ by at most "
            "**{apart:.1e}**; the first is {loss:.3g}.",
            n=n,
            apart=apart,
            loss=first[0],
        ),
        "",
        *(
            "- " + _("{name}: {what}", name=name_of(key, engine), what=seconds(run))
            for engine, run in runs.items()
        ),
    ]
    return "\n".join(lines)
