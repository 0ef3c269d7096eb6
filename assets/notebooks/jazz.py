# ruff: noqa: B018, E402
# %% settings
m = 60
Tx = 30
n_a = 64
epochs = 100
learning_rate = 0.01
train_seed = 0
cell = "LSTM"
stop_at_turn = False
pace = 0
melody = 1
method = "temperature"
temperature = 1.0
k = 8
p = 0.9
Ty = 64
prompt = 0
start = None
seed = 0

# %% corpus | all choruses
from seqlib import default_corpus

corpus = default_corpus()
print(corpus.name, len(corpus.melodies), corpus.n_notes, corpus.n_values)

# %% corpus | one tune
from seqlib.jazz.corpus import small_corpus

corpus = small_corpus()
print(corpus.name, len(corpus.melodies), corpus.n_notes, corpus.n_values)

# %% settings-midi | my MIDI
my_name = "scale"
my_tempo = 120.0
my_metres = [(0, 4, 4)]
my_tokens = [
    (60, 12),
    (62, 12),
    (64, 12),
    (65, 12),
    (67, 12),
    (69, 12),
    (71, 12),
    (72, 12),
    (None, 24),
    (72, 6),
    (71, 6),
    (69, 6),
    (67, 6),
    (65, 6),
    (64, 6),
    (62, 6),
    (60, 24),
    (67, 12),
    (64, 12),
    (60, 12),
    (65, 12),
    (62, 12),
    (59, 12),
    (60, 48),
    (64, 12),
    (67, 12),
    (72, 12),
    (71, 12),
    (69, 12),
    (67, 12),
    (65, 12),
    (62, 12),
    (60, 48),
]

# %% corpus | my MIDI
from seqlib.jazz.corpus import Corpus
from seqlib.music import Melody, Metre, Token

tokens = tuple(Token(pitch, ticks) for pitch, ticks in my_tokens)
metres = tuple(Metre(*metre) for metre in my_metres)
corpus = Corpus.of([Melody(tokens, my_tempo, my_name, metres)], my_name)
print(corpus.name, len(corpus.melodies), corpus.n_notes, corpus.n_values)

# %% tokens
sequence = corpus.sequences[melody - 1]
for index in sequence[:8]:
    print(index, corpus.vocabulary.labels[index])

# %% windows
from seqlib import windows

X, Y = windows(corpus.sequences, m, Tx, corpus.n_values, train_seed)
print("X", X.shape)  # (m, Tx, n_values)
print("Y", Y.shape)  # (Ty, m, n_values)
assert (X[:, 1:] == Y.swapaxes(0, 1)[:, :-1]).all()

# %% train
from seqlib import RunSettings, TrainingRun

settings = RunSettings(
    epochs=epochs,
    m=m,
    Tx=Tx,
    n_a=n_a,
    learning_rate=learning_rate,
    seed=train_seed,
    cell=cell,
    stop_at_turn=stop_at_turn,
    pace=pace,
)
run = TrainingRun(X, Y, settings, held_out=corpus.held_out_sequences).start()
run.wait()
loss = run.metrics.loss_sum  # (epochs,)
print(run.state, run.error, loss[0], "→", loss[-1])
assert run.state in ("done", "stopped")

# %% curve
run

# %% sample
from seqlib import sample
from seqlib.jazz.sampling import novelty

weights = run.snapshot().weights
solo = sample(
    weights,
    Ty,
    method=method,
    temperature=temperature,
    k=k,
    p=p,
    seed=seed,
    prompt=sequence[:prompt] if start is None else start,
)
print("a", solo.trace.h.shape, "y", solo.trace.y.shape)
print(novelty(solo.new, corpus.sequences))

# %% equal
from seqlib.jazz.keras_models import prove_equal

proof = prove_equal(weights, X[:2], 8, seed) if cell == "LSTM" else ()
for line in proof:
    print(line.what, line.shape, line.max_difference)
assert all(line.max_difference <= 1e-5 for line in proof)

# %% stage
from seqlib import solo_stage

solo_stage(solo, weights, corpus, melody - 1, seed=seed)

# %% midi
from dataclasses import replace
from pathlib import Path

from seqlib import write_midi
from seqlib.music import arrange

tune = corpus.melodies[melody - 1]
written = replace(tune, tokens=corpus.vocabulary.decode(solo.indices), name="solo")
band = arrange(written, corpus.chords[melody - 1], seed=seed)
Path("solo.mid").write_bytes(write_midi(written, band))
