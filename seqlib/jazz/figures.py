"""Draw the jazz model's inputs and training metrics as Plotly figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from seqlib.figures import FROM_ZERO, figure
from seqlib.i18n import _

# Of a heatmap that grows with the epochs; it is some 500 pixels wide.
COLUMNS = 240


def one_hot(x: np.ndarray, labels: Sequence[str], height: int = 380) -> go.Figure:
    """Draw one window of ``X``, (Tx, n_values), with time across and tokens upwards.

    ``labels`` names the n_values tokens, on hover and as ticks where they fit.
    """
    Tx, n_values = x.shape
    every = max(1, round(n_values / (height / 26)))
    ticks = list(range(0, n_values, every))
    return figure(
        height,
        _("time step t  (Tx)"),
        _("token  (n_values)"),
        yaxis={"tickvals": ticks, "ticktext": [labels[i] for i in ticks]},
        traces=[
            {
                "type": "heatmap",
                "z": x.T,
                "x": np.arange(1, Tx + 1),
                "customdata": np.broadcast_to(np.asarray(labels, object)[:, None], (n_values, Tx)),
                "colorscale": [[0, FROM_ZERO[0]], [1, FROM_ZERO[-1]]],
                "zmin": 0,
                "zmax": 1,
                "xgap": 1,
                "ygap": 0,
                "showscale": False,
                "hovertemplate": _(
                    "step %{x}<br>token %{y}: %{customdata}<br>X = %{z:.0f}<extra></extra>"
                ),
            }
        ],
    )


def per_step(shares: np.ndarray, epochs: int, what: str) -> go.Figure:
    """Draw a share of every output at every epoch, (epochs so far, Ty), time steps upwards.

    In whole percent, and of more than ``COLUMNS`` epochs only every second, third …, the last
    one always: what travels at every redraw is one byte for each cell that can be told apart.
    """
    every = max(1, -(-len(shares) // COLUMNS))
    shown = slice((len(shares) - 1) % every, None, every)
    return figure(
        300,
        _("epoch"),
        _("output t  (Ty)"),
        xaxis={"range": [0.5, max(2, epochs) + 0.5]},
        traces=[
            {
                "type": "heatmap",
                "z": np.round(100 * shares[shown].T).astype(np.uint8),
                "x": np.arange(1, len(shares) + 1)[shown],
                "y": np.arange(1, shares.shape[1] + 1),
                "colorscale": FROM_ZERO,
                "zmin": 0,
                "zmax": 100,
                "colorbar": {
                    "title": {"text": what, "side": "right"},
                    "thickness": 14,
                    "ticksuffix": " %",
                },
                "hovertemplate": _("epoch %{x}<br>output %{y}<br>")
                + f"{what} %{{z}} %<extra></extra>",
            }
        ],
    )
