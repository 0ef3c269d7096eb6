# ruff: noqa: E402
# %% settings
model = "good"
seed = 7
step = 12
edits = [("f", "hold", 1.0, None, 16, False), ("i", "hold", 0.0, None, 16, False)]
free_running = False

# %% solo
import numpy as np

from seqlib import forward, load_jazz, sample

weights = load_jazz(model)
n_a = weights.n_a
solo = sample(weights, 48, temperature=0.8, seed=seed)
trace = solo.trace
kernel, recurrent_kernel, bias = weights.arrays[:3]
print(kernel.shape, recurrent_kernel.shape, bias.shape)


# %% numpy
def sigmoid(z):
    return 1 / (1 + np.exp(-z))


x = trace.x[step - 1]  # (n_values,)
a_before = trace.h[step - 2] if step > 1 else trace.a0  # (n_a,)
c_before = trace.c[step - 2] if step > 1 else trace.c0

z = x @ kernel + a_before @ recurrent_kernel + bias  # (4 n_a,)
z_i, z_f, z_g, z_o = np.split(z, 4)
i, f, g, o = sigmoid(z_i), sigmoid(z_f), np.tanh(z_g), sigmoid(z_o)
c = f * c_before + i * g
a = o * np.tanh(c)
print("z", z.shape, "c", c.shape, "a", a.shape)

# %% unit
unit = int(np.abs(c).argmax())
kept, added = f[unit] * c_before[unit], i[unit] * g[unit]
print(f"f · c⟨t−1⟩ = {f[unit]:.3f} · {c_before[unit]:.3f} = {kept:.3f}")
print(f"i · g      = {i[unit]:.3f} · {g[unit]:.3f} = {added:.3f}")
print(f"c[{unit}] = {kept:.3f} + {added:.3f} = {c[unit]:.3f}")
print(f"a[{unit}] = {o[unit]:.3f} · tanh({c[unit]:.3f}) = {a[unit]:.3f}")

# %% keras
import keras

layer = keras.layers.LSTM(n_a, return_state=True)
layer.build((None, 1, weights.n_values))
layer.set_weights([kernel, recurrent_kernel, bias])
_, keras_a, keras_c = layer(x[None, None], initial_state=[a_before[None], c_before[None]])
difference = max(np.abs(keras_a[0] - a).max(), np.abs(keras_c[0] - c).max())
print(difference)
assert difference <= 1e-5

# %% all
over_time = keras.layers.LSTM(n_a, return_sequences=True)
over_time.build((None, None, weights.n_values))
over_time.set_weights([kernel, recurrent_kernel, bias])
whole = forward(weights.cell, trace.x)  # .h is (Tx, n_a)
difference = np.abs(over_time(trace.x[None])[0] - whole.h).max()
print(whole.h.shape, difference)
assert difference <= 1e-5

# %% hand
from seqlib.jazz import sandbox

hand = [sandbox.Edit(*edit) for edit in edits]
if free_running:
    changed = sandbox.write(weights, solo, hand, temperature=0.8, seed=seed).trace
else:
    changed = sandbox.read(weights, trace.x, hand)
effect = sandbox.effect(trace, changed)
print(effect.changed.sum(), effect.divergence.round(3))

# %% picture
import plotly.graph_objects as go

go.Figure(
    go.Bar(x=np.arange(1, trace.Tx + 1), y=effect.divergence),
    layout={"height": 320, "xaxis_title": "t", "yaxis_title": "nats"},
)
