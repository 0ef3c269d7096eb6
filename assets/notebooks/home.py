# ruff: noqa: E402
# %% settings
Ty = 96
temperature = 0.8
seed = 7

# %% write
import numpy as np

from seqlib.jazz import pretrained
from seqlib.jazz.sampling import sample

weights = pretrained.load("good")
solo = sample(weights, Ty, temperature=temperature, seed=seed)
trace = solo.trace
print("kernel", weights.cell.kernel.shape)  # (n_values, 4 n_a)
print("recurrent_kernel", weights.cell.recurrent_kernel.shape)  # (n_a, 4 n_a)
print("bias", weights.cell.bias.shape)  # (4 n_a,)
print("densor", weights.densor_kernel.shape, weights.densor_bias.shape)

# %% trace
for name in ("x", "i", "f", "g", "o", "c", "h", "y"):
    print(name, getattr(trace, name).shape)

# %% equation
before = np.vstack([trace.c0, trace.c[:-1]])  # c⟨t−1⟩, (Tx, n_a)
c = trace.f * before + trace.i * trace.g
a = trace.o * np.tanh(c)
difference = max(np.abs(c - trace.c).max(), np.abs(a - trace.h).max())
print(difference)
assert difference <= 1e-5

# %% softmax
from seqlib.jazz.corpus import default_corpus

corpus = default_corpus()
labels = corpus.vocabulary.labels
for t in range(min(8, Ty)):
    first = np.argsort(-trace.y[t])[:3]
    odds = "   ".join(f"{labels[k]} {trace.y[t, k]:.0%}" for k in first)
    print(f"t = {t + 1}: {labels[solo.indices[t]]:10} ← {odds}")
assert np.allclose(trace.y.sum(axis=1), 1, atol=1e-5)

# %% picture
import plotly.graph_objects as go

from seqlib.figures import ZERO_CENTRED

go.Figure(
    go.Heatmap(z=trace.h.T, colorscale=ZERO_CENTRED, zmid=0, colorbar_title="h"),
    layout={"height": 420, "xaxis_title": "t", "yaxis_title": "n_a"},
)

# %% sound
from pathlib import Path

import pretty_midi
from IPython.display import Audio

from seqlib.music import Melody, arrange, write_midi

melody = Melody(corpus.vocabulary.decode(solo.indices), corpus.melodies[0].tempo, "solo")
band = arrange(melody, corpus.chords[0], seed=seed)
Path("solo.mid").write_bytes(write_midi(melody, band))
Audio(pretty_midi.PrettyMIDI("solo.mid").synthesize(fs=11025), rate=11025)
