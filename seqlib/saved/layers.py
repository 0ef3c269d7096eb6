"""Tell which layers the arrays of a file belong to, by their names and shapes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, permutations
from typing import Any

import numpy as np

from seqlib.lstm.others import OF_KIND
from seqlib.saved.config import Told
from seqlib.saved.files import Arrays, SavedError, arrays

# Parts of z side by side in a kernel -> kind of layer.
GATES = {4: "LSTM", 3: "GRU", 1: "SimpleRNN"}
ROLE = re.compile(
    r"(?P<stem>.*?)[/._]?(?P<role>recurrent_kernel|kernel|embeddings|bias|"
    r"weight_ih|weight_hh|bias_ih|bias_hh|weight)(?P<more>_l\d+(_reverse)?)?(:\d+)?$"
)
# Words of a path that say nothing.
PLUMBING = frozenset(
    (
        *("layers", "cell", "vars", "model_weights", "_layer_checkpoint_dependencies", "model"),
        *("lstm_cell", "gru_cell", "simple_rnn_cell", "_functional", "functional", "sequential"),
    )
)


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer found in a file.

    Attributes
    ----------
    kind : "LSTM", "GRU", "SimpleRNN", "Embedding" or "Dense"
    arrays : tuple of arrays
        As Keras' ``get_weights()`` gives them.
    """

    name: str
    kind: str
    arrays: tuple[np.ndarray, ...]

    @property
    def n_x(self) -> int:
        """The length of what it reads at a step; of an embedding, its number of rows."""
        return self.arrays[0].shape[0]

    @property
    def n_out(self) -> int:
        """The length of what it gives."""
        return self.arrays[0].shape[1] // next((k for k, v in GATES.items() if v == self.kind), 1)

    @property
    def recurrent(self) -> bool:
        """Whether it is an LSTM, a GRU or a SimpleRNN."""
        return self.kind in GATES.values()

    @property
    def backward(self) -> bool:
        """Whether it reads from the end, as one half of ``Bidirectional`` does."""
        return "backward" in self.name or "_reverse" in self.name

    @property
    def cell(self) -> Any:
        """The weights of a recurrent layer."""
        return OF_KIND[self.kind].of(self.arrays)


@dataclass(frozen=True, eq=False)
class Saved:
    """The layers found in a file, those of one kind in the file's order.

    Attributes
    ----------
    others : tuple of str
        Names of arrays that belong to no such layer, such as those of ``LayerNormalization``.
    told : Told
        What the file's configuration says, where it has one.
    """

    layers: tuple[Layer, ...]
    others: tuple[str, ...] = ()
    told: Told = field(default_factory=Told)

    @property
    def parts(self) -> int:
        """How many parts with weights it has in all."""
        return len(self.layers) + len(self.others)

    @property
    def listed(self) -> list[str]:
        """Name its first parts: layers with their sizes, then others."""
        sizes = (f"{one.kind} {one.n_x} → {one.n_out}" for one in self.layers)
        others = dict.fromkeys(name.split(" / ")[-1] for name in self.others)
        return [*sizes, *others][:12]

    def of(self, *kinds: str) -> tuple[Layer, ...]:
        """List the layers of some kinds."""
        return tuple(layer for layer in self.layers if layer.kind in kinds)

    @property
    def chains(self) -> tuple[tuple[Layer, ...], ...]:
        """List what can be watched: each recurrent layer, and each LSTM that can read another."""
        cells = self.of("LSTM")
        fitting = (pair for pair in permutations(cells[:50], 2) if pair[0].n_out == pair[1].n_x)
        others = self.of("GRU", "SimpleRNN")
        return (*((cell,) for cell in (*cells, *others)), *islice(fitting, 20))


def read(data: bytes) -> Saved:
    """Find the layers in the bytes of a file; raises ``SavedError`` where none is recurrent."""
    held, told = arrays(data)
    found = tuple(_layers(held))
    if not any(layer.recurrent for layer in found):
        raise SavedError(
            "No recurrent layer is found: an LSTM has a kernel (n_x, 4 n_a) and a recurrent "
            "kernel (n_a, 4 n_a)."
        )
    layers = tuple(layer for layer in found if layer.kind)
    return Saved(layers, tuple(layer.name for layer in found if not layer.kind), told)


def _layers(found: Arrays) -> Iterator[Layer]:
    """Yield the layers, and what is none as one of no kind."""
    groups: dict[str, dict[str, np.ndarray]] = {}
    for name, array in found.items():
        match = ROLE.match(name)
        key, role = (
            (f"{match['stem']}{match['more'] or ''}", match["role"])
            if match
            else (name.rpartition("/")[0], name)
        )
        groups.setdefault(key, {})[role] = array
    for key, parts in groups.items():
        name = _short(key)
        if "kernel" in parts:
            order = ("kernel", "recurrent_kernel", "bias")
            inorder = [parts[role] for role in order if role in parts]
            yield from _in_order(name, inorder, "recurrent_kernel" in parts)
        elif "weight_ih" in parts and "weight_hh" in parts:
            yield from _in_order(name, _of_pytorch(parts))
        elif "embeddings" in parts and parts["embeddings"].ndim == 2:
            yield Layer(name, "Embedding", (parts["embeddings"],))
        elif "weight" in parts and parts["weight"].ndim == 2:
            weight = parts["weight"]
            if "emb" in name.lower():
                yield Layer(name, "Embedding", (weight,))
            else:
                yield from _in_order(name, [weight.T, *(parts[r] for r in ("bias",) if r in parts)])
        else:
            yield from _in_order(name, list(parts.values()), "cell" in key.split("/"))


def _of_pytorch(parts: dict[str, np.ndarray]) -> list[np.ndarray]:
    """Turn a layer of PyTorch as Keras has it: its two biases are added."""
    bias = [parts[role] for role in ("bias_ih", "bias_hh") if role in parts]
    alike = len({one.shape for one in bias}) == 1
    return [parts["weight_ih"].T, parts["weight_hh"].T, *([np.sum(bias, axis=0)] if alike else [])]


def _in_order(name: str, given: Sequence[np.ndarray], recurrent: bool = False) -> Iterator[Layer]:
    """Yield layers of arrays in the order of ``get_weights()``; ``recurrent`` if they say so."""
    at = 0
    seen: Counter[str] = Counter()
    while at < len(given):
        kind, size = _kind(name, given[at : at + 3], recurrent)
        seen[kind] += 1
        number = f" {seen[kind]}" if not name or (kind and seen[kind] > 1) else ""
        yield Layer(f"{name or kind}{number}", kind, tuple(given[at : at + size]))
        at += size


def _kind(name: str, given: Sequence[np.ndarray], recurrent: bool) -> tuple[str, int]:
    """Return what the first arrays are, and how many of them; "" for something else."""
    first, *rest = given
    if first.ndim != 2 or not first.size:
        return "", 1
    width = first.shape[1]
    if rest and rest[0].ndim == 2 and rest[0].shape[1] == width:
        parts, over = divmod(width, max(rest[0].shape[0], 1))
        kind = "" if over else GATES.get(parts, "")
        third = rest[1].shape if len(rest) > 1 else ()
        if kind and third == (2 * width,):
            return "", 3  # of CuDNNLSTM and CuDNNGRU, whose kernels have another order
        bias = third == (width,) or (kind == "GRU" and third == (2, width))  # with reset_after
        if kind and (kind != "SimpleRNN" or bias or recurrent):
            return kind, 2 + bias
    if rest and rest[0].shape == (width,):
        return "Dense", 2
    return "Embedding" if "dense" not in name.lower() else "Dense", 1


def _short(key: str) -> str:
    words: list[Any] = []
    for word in re.split(r"[/.]", key):
        if word and word not in PLUMBING and word not in words[-1:]:
            words.append(word)
    return " / ".join(words)[-80:]  # its end is its own
