"""Watch a recurrent layer of the reader's own file: every gate, search, influence, a hand in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from seqlib import limits, saved
from seqlib.i18n import N_, _, n_, sentences
from seqlib.jazz import sandbox
from seqlib.jazz.sandbox import Edit
from seqlib.lstm import Trace
from seqlib.lstm.gradients import influence_matrix
from seqlib.lstm.others import OtherTrace
from seqlib.music import one_hot
from seqlib.saved import Layer, Saved, SavedError, watching
from seqlib.stage import Clock, Elsewhere, Heatmap, Lane, Stage, Tokens
from seqlib.stage.lanes import STATES, Equation, Influence, state_heatmap
from seqlib.text import shipped, tokenise
from ui.cell.lane import CellStep
from ui.cell.sandbox import GATE_NAMES
from ui.frame import frame, language
from ui.parts import charts, escape, held, uploads, vectors
from ui.parts import stage as stage_component
from ui.parts.remembered import remembered
from ui.state import options, value, widget

SENTENCE, INDICES, ONE_HOT, TABLE, NOISE = options("own_input")
SEARCHED = 40  # sentences
LANES = {
    "x": N_("x"),
    **{name: title for name, (title, _low, _high) in STATES.items()},
    "cell": N_("every vector of this step"),
    "equation": N_("one unit's equations"),
    "influence": N_("which input mattered"),
}


@dataclass(frozen=True, eq=False)
class Given:
    """What the lowest layer reads, (Tx, n_x), and a label for each step."""

    x: np.ndarray
    labels: tuple[str, ...]


def show() -> None:
    """Draw the upload, the layers found, the input, and the stage."""
    uploads.uploader(
        _("Weights (.weights.h5, .keras, .h5, .npz, .safetensors)"),
        saved.ENDINGS,
        limits.WEIGHTS_BYTES // 1_000_000,
        _open,
        key="own_file",
        help=sentences(
            _("Its arrays are read, and names of activations; no code in it is ever run."),
            _(saved.LEAVE_OUT),
        ),
    )
    found: Saved | None = st.session_state.get("own_layers")
    if found is not None:
        own_layer(found)


@frame.alone()
def own_layer(found: Saved) -> None:
    """Draw the layers found, the choice of one, its input, and the stage."""
    _listed(found)
    chain = _chosen(found)
    if not found.told.there:
        st.caption(
            _("Computed with tanh and σ, the usual ones; this file does not say if it has others.")
        )
    given = _input(found, chain)
    if given is not None:
        _watch(chain, given)


def _open(file: Any) -> None:
    st.session_state["own_layers"] = held.weights(file.getvalue())


def _listed(found: Saved) -> None:
    charts.table(
        {
            _("layer"): [layer.name for layer in found.layers],
            _("kind"): [layer.kind for layer in found.layers],
            _("shapes"): [
                ", ".join(str(array.shape) for array in layer.arrays) for layer in found.layers
            ],
            _("weights"): [sum(array.size for array in layer.arrays) for layer in found.layers],
        },
        key="own_found",
    )


def _chosen(found: Saved) -> tuple[Layer, ...]:
    """Draw the choice of a layer, or of one that reads another."""
    names = {" → ".join(layer.name for layer in chain): chain for chain in found.chains}
    chosen = st.selectbox(
        _("layer to watch"),
        help=_("An arrow: what the first gives, the second reads, and is watched."),
        **widget("own_layer", options=list(names)),
    )
    return names.get(chosen, found.chains[0])


def _input(found: Saved, chain: tuple[Layer, ...]) -> Given | None:
    """Draw the choice of what the layer reads; None with a sentence where it cannot read that."""
    words, n_x = vectors.usable(), chain[0].n_x
    tables = [layer for layer in found.of("Embedding") if layer.n_out == n_x]
    fitting = [
        *([SENTENCE] if words.dim == n_x else []),
        *([INDICES] if tables else []),
        *([ONE_HOT] if n_x > 1 else []),
        *(TABLE, NOISE),
    ]
    kind = language.choice(
        st.selectbox,
        _("input"),
        "own_input",
        options=fitting,
        help=_("It reads {n_x} numbers at a step; what fits is offered.", n_x=n_x),
    )
    try:
        steps = watching.steps(chain)
        if kind == SENTENCE and SENTENCE in fitting:
            said = st.text_input(
                _("sentence"), help=_("Read through the vectors in use."), **widget("own_say")
            )
            return _sentence(said, words, steps)
        if kind in (INDICES, ONE_HOT) and kind in fitting:
            text = st.text_input(
                _("whole numbers"), help=_("A number a step, from 0."), **widget("own_indices")
            )
            rows = tables[0].arrays[0] if kind == INDICES else None
            at = watching.indices(text, n_x if rows is None else len(rows), steps)
            x = one_hot(at, n_x) if rows is None else rows[at]
            return Given(x, tuple(map(str, at.tolist())))
        if kind == TABLE:
            return _table(n_x, steps)
        seed = st.number_input(
            _("seed"), help=_("Another one draws other noise."), **widget("own_seed")
        )
        shape = min(30, steps), n_x
        x = np.random.default_rng(int(seed)).standard_normal(shape).astype(np.float32)
        return Given(x, tuple(map(str, range(1, len(x) + 1))))
    except ValueError as problem:
        st.warning(escape.plain(str(problem)), icon=":material/info:")
        return None


def _sentence(text: str, words: Any, steps: int = watching.STEPS) -> Given:
    said = tokenise(text)[:steps]
    if not said:
        raise SavedError("Type a sentence.")
    return Given(np.asarray(words.table[words.indices(said)], np.float32), tuple(said))


def _table(n_x: int, steps: int) -> Given | None:
    uploads.uploader(
        _("numbers (.csv)"),
        ("csv", "txt", "tsv"),
        limits.TEXT_BYTES // 1_000_000,
        lambda file: st.session_state.update(own_numbers=file.getvalue()),
        key="own_table",
        help=_("A line a step, {n_x} numbers in it.", n_x=n_x),
    )
    data = st.session_state.get("own_numbers")
    if data is None:
        return None
    x = watching.table(data, n_x, steps)
    return Given(x, tuple(map(str, range(1, len(x) + 1))))


def _watch(chain: tuple[Layer, ...], given: Given) -> None:
    """Draw the stage of the last layer, with a hand in its gates if the reader wants one."""
    traces = watching.run(chain, given.x)
    trace, layer = traces[-1], chain[-1]
    labels = _labels(layer, given)
    lanes = language.choice(
        st.pills,
        _("lanes"),
        "own_lanes",
        options=[name for name in LANES if name in trace.states or name in _others(trace)],
        format_func=lambda name: _(LANES[name]),
        help=_("What is drawn, from top to bottom."),
    )
    changed = _by_hand(layer, trace)
    plain = _stage(chain, traces, labels, lanes, _("unchanged"))
    if changed is not None:
        moved = float(np.abs(changed.h[-1] - trace.h[-1]).max())
        st.markdown(_("The last state a moves by at most **{moved:.3f}**.", moved=moved))
        plain = _stage(chain, (*traces[:-1], changed), labels, lanes, _("changed"), plain)
    key = "layer" if layer.kind == "LSTM" else layer.kind  # lanes of their own
    stage_component.show(plain, key=f"own_{key}_stage")
    _downloads(trace, labels)


def _others(trace: Trace | OtherTrace) -> tuple[str, ...]:
    """List the lanes beside the states; all vectors of a step are drawn for an LSTM alone."""
    return ("x", *(["cell"] if isinstance(trace, Trace) else []), "equation", "influence")


def _labels(layer: Layer, given: Given) -> tuple[str, ...]:
    if layer.backward:
        st.caption(_("This layer reads from the end, so its steps go from the last to the first."))
    return given.labels[::-1] if layer.backward else given.labels


def _by_hand(layer: Layer, trace: Trace | OtherTrace) -> Trace | OtherTrace | None:
    """Draw the sandbox, a gate held at a value from a step on; return what it makes of the trace.

    None where nothing is held: a plain RNN has no gate.
    """
    gates = [gate for gate in trace.states if gate not in "ch"]
    if not gates or not st.toggle(
        _("hold a gate"), help=_("A hand in the cell."), **widget("own_hold")
    ):
        return None
    one, two, three = st.columns(3)
    gate = language.choice(
        one.segmented_control,
        _("gate"),
        "own_gate",
        options=gates,
        format_func=lambda gate: _(GATE_NAMES[gate]),
        help=_("Which gate is held."),
    )
    two.slider(
        _("value"),
        help=_(
            "What it is set to, -1 to 1. By itself a gate lies between 0 and 1, the candidate "
            "between -1 and 1."
        ),
        **widget("own_value"),
    )
    three.slider(
        _("from step"),
        help=_("Before it nothing is changed."),
        **widget("own_from", high=max(2, trace.Tx)),
    )
    held, start = float(value("own_value")), int(value("own_from")) - 1
    if isinstance(trace, Trace):
        return sandbox.run(layer.cell, trace.x, [Edit(gate, "hold", held, start=start)])
    changed: OtherTrace = layer.cell.run(trace.x, {gate: held}, start)
    return changed


def _stage(
    chain: tuple[Layer, ...],
    traces: tuple[Trace | OtherTrace, ...],
    labels: tuple[str, ...],
    lanes: tuple[str, ...],
    name: str,
    compare: Stage | None = None,
) -> Stage:
    layer, trace = chain[-1], traces[-1]
    made: list[Lane] = [Tokens(_("read at each step"), labels)]
    if "x" in lanes:
        high = max(float(np.abs(trace.x).max()), 1e-3)
        made.append(Heatmap(_("what the layer reads"), trace.x, "x", "n_x", -high, high))
    made += [
        state_heatmap(trace, state) for state in STATES if state in lanes and state in trace.states
    ]
    if isinstance(trace, Trace) and "cell" in lanes:
        made.append(CellStep(_("every vector of this step"), trace, input_axis="n_x"))
    if "equation" in lanes:
        made.append(Equation(_("one unit's update, with its numbers"), layer.cell, trace))
    if "influence" in lanes and not any(one.backward for one in chain):
        made.append(_influence(chain, traces, labels))
    return Stage(
        Clock.even(trace.Tx, 0.6),
        tuple(made),
        label=_("A layer of your own file over a sequence"),
        names=labels,
        name=name,
        compare=compare,
        elsewhere=_elsewhere(chain) if compare is None else None,
    )


def _influence(
    chain: tuple[Layer, ...], traces: tuple[Trace | OtherTrace, ...], labels: tuple[str, ...]
) -> Influence:
    """Compute what each input matters to the liveliest unit."""
    trace = traces[-1]
    da = np.zeros_like(trace.h)
    da[:, trace.liveliest] = 1
    layers = [(layer.cell, one) for layer, one in zip(chain, traces, strict=True)]
    norm, signed = influence_matrix(layers, da, back=60)
    target = _("unit {unit} of a", unit=trace.liveliest)
    return Influence(
        _("which input mattered"),
        norm,
        signed,
        target,
        targets=(target,) * trace.Tx,
        inputs=labels,
        units="",
    )


def _elsewhere(chain: tuple[Layer, ...]) -> Elsewhere | None:
    """Read some of the shipped sentences too, to be searched for similar states."""
    words = vectors.usable()
    if value("own_input") != SENTENCE or words.dim != chain[0].n_x:
        return None

    def found() -> Elsewhere:
        given = [_sentence(text, words) for text in shipped().test.sentences[:SEARCHED]]
        states = [watching.run(chain, one.x)[-1].h for one in given]
        return Elsewhere(
            tuple(" ".join(one.labels) for one in given),
            tuple(one.labels for one in given),
            tuple(states),
        )

    return remembered(chain[-1], (words.fingerprint, chain[0].name), found)


def _downloads(trace: Trace | OtherTrace, labels: tuple[str, ...]) -> None:
    with st.container(horizontal=True):
        uploads.download(
            _("States (.npz)"),
            lambda: watching.states_npz(trace),
            "states.npz",
            key="own_npz",
            help=_("x, all gates and states as arrays (Tx, n)."),
        )
        uploads.download(
            _("States (.csv)"),
            lambda: watching.states_csv(trace, labels),
            "states.csv",
            key="own_csv",
            icon="table",
            help=_("A line a step, a column for each unit of each gate and state."),
        )
    st.caption(n_("{n} step", "{n} steps", len(trace.h)) + f" · n_a = {trace.h.shape[1]}")
