# ruff: noqa: E402
# %% settings
Ty = 96
temperature = 0.8
seed = 7

# %% write
import numpy as np

from seqlib import default_corpus, load_jazz, sample, solo_stage, write_midi

weights = load_jazz("good")
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
corpus = default_corpus()
labels = corpus.vocabulary.labels
for t in range(min(8, Ty)):
    first = np.argsort(-trace.y[t])[:3]
    odds = "   ".join(f"{labels[k]} {trace.y[t, k]:.0%}" for k in first)
    print(f"t = {t + 1}: {labels[solo.indices[t]]:10} ← {odds}")
assert np.allclose(trace.y.sum(axis=1), 1, atol=1e-5)

# %% stage
solo_stage(solo, weights, seed=seed)

# %% midi
from pathlib import Path

from seqlib.music import Melody, arrange

melody = Melody(corpus.vocabulary.decode(solo.indices), corpus.melodies[0].tempo, "solo")
band = arrange(melody, corpus.chords[0], seed=seed)
Path("solo.mid").write_bytes(write_midi(melody, band))
