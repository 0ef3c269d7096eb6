"""A run as a notebook shows it: one line of words, and its loss as a small SVG.

An SVG needs no script and no network, so it shows in Jupyter, Colab and VS Code alike.
"""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np

from seqlib.i18n import _

WIDTH, HEIGHT, LEFT, BOTTOM, MARGIN = 640, 240, 56, 36, 12


def run_html(run: Any) -> str:
    """HTML of a run's state and its loss so far; an error is said in its sentence."""
    loss = run.rows()["loss"]
    loss = loss if loss.ndim == 1 else loss.sum(axis=1)  # (epochs,), of all outputs
    words = [
        type(run).__name__,
        str(run.state),
        _("epoch {n} of {epochs}", n=len(loss), epochs=run.settings.epochs),
    ]
    if len(loss):
        words.append(_("loss {first:.3g} → {last:.3g}", first=loss[0], last=loss[-1]))
    if run.error:
        words.append(run.error)
    said = escape(" · ".join(words))
    return f"<div>{said}<br>{curve_svg(loss, run.settings.epochs, said)}</div>"


def curve_svg(values: np.ndarray, epochs: int, label: str) -> str:
    """SVG of ``values`` (epochs so far,) as a line, drawn from zero.

    ``epochs`` is the width of the axis; ``label``, HTML already, is read out. Text takes the
    colour of what stands around it, so that it can be read on light and on dark.
    """
    values = np.nan_to_num(np.asarray(values, float), nan=0, posinf=0, neginf=0)
    top = float(values.max(initial=0)) or 1.0
    right, low = WIDTH - MARGIN, HEIGHT - BOTTOM
    x = LEFT + np.arange(len(values)) * (right - LEFT) / max(1, epochs - 1)
    y = low - values / top * (low - MARGIN)
    line = " ".join(f"{at:.1f},{up:.1f}" for at, up in zip(x, y, strict=True))
    texts = (
        (LEFT - 6, MARGIN + 5, "end", f"{top:.3g}"),
        (LEFT - 6, low + 5, "end", "0"),
        (LEFT, HEIGHT - 14, "middle", "1"),
        (right, HEIGHT - 14, "end", _("epoch {n}", n=epochs)),
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" role="img" aria-label="{label}" '
        'style="max-width: 100%; font: 14px system-ui, sans-serif">'
        f'<path d="M{LEFT} {MARGIN}V{low}H{right}" fill="none" stroke="currentColor" opacity=".4"/>'
        f'<polyline points="{line}" fill="none" stroke="#2f6bdb" stroke-width="2"/>'
        + "".join(
            f'<text x="{at}" y="{up}" text-anchor="{anchor}" fill="currentColor">'
            f"{escape(text)}</text>"
            for at, up, anchor, text in texts
        )
        + "</svg>"
    )
