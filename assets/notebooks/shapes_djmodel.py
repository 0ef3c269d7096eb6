# ruff: noqa: E402
# %% settings
m = 60
Tx = 30
n_values = 78
n_a = 64

# %% layers
import keras
import numpy as np
from keras import layers

reshapor = layers.Reshape((1, n_values))
LSTM_cell = layers.LSTM(n_a, return_state=True)
densor = layers.Dense(n_values, activation="softmax")

# %% model
X = keras.Input((Tx, n_values), name="X")
a0 = keras.Input((n_a,), name="a0")
c0 = keras.Input((n_a,), name="c0")
a, c = a0, c0
outputs = []
for t in range(Tx):
    x = reshapor(X[:, t, :])  # (None, 1, n_values)
    a, _, c = LSTM_cell(x, initial_state=[a, c])  # (None, n_a)
    outputs.append(densor(a))  # (None, n_values)
djmodel = keras.Model([X, a0, c0], outputs, name="djmodel")
for name, tensor in {"X": X, "a0": a0, "x": x, "a": a, "c": c, "out": outputs[-1]}.items():
    print(name, tensor.shape)

# %% run
tokens = np.random.default_rng(0).integers(0, n_values, (m, Tx))
batch = np.eye(n_values, dtype="float32")[tokens]  # (m, Tx, n_values)
zeros = np.zeros((m, n_a), "float32")
answers = djmodel.predict([batch, zeros, zeros], verbose=0)
Y = np.stack(answers if Tx > 1 else [answers])
print("X", batch.shape, "Y", Y.shape)
assert Y.shape == (Tx, m, n_values)

# %% numpy
from seqlib.jazz import JazzWeights

weights = JazzWeights.from_arrays(LSTM_cell.get_weights() + densor.get_weights())
y = weights.trace(batch).y  # (m, Tx, n_values)
difference = np.abs(y.swapaxes(0, 1) - Y).max()
print(difference)
assert difference <= 1e-5

# %% count
cell = 4 * (n_values + n_a + 1) * n_a
dense = (n_a + 1) * n_values
print(cell, dense, djmodel.count_params())
assert cell + dense == djmodel.count_params()

# %% mistake
a, c = a0, c0
outputs = []
for t in range(Tx):
    x = layers.Reshape((1, n_values))(X[:, t, :])
    a, _, c = layers.LSTM(n_a, return_state=True)(x, initial_state=[a, c])
    outputs.append(layers.Dense(n_values, activation="softmax")(a))
mistake = keras.Model([X, a0, c0], outputs)
print(mistake.count_params(), "=", Tx, "×", djmodel.count_params())
assert mistake.count_params() == Tx * djmodel.count_params()
