# ruff: noqa: E402
# %% settings
m = 60
maxlen = 10
e_length = 50
n_a = 128
n_classes = 5
vocabulary = 10000

# %% layers
import keras
import numpy as np
from keras import layers

vocab_len = vocabulary + 1
embedding = layers.Embedding(vocab_len, e_length, trainable=False)
lstm_1 = layers.LSTM(n_a, return_sequences=True)
lstm_2 = layers.LSTM(n_a, return_sequences=False)
dense = layers.Dense(n_classes, activation="softmax")

# %% model
sentence_indices = keras.Input((maxlen,), dtype="int32", name="sentence_indices")
embeddings = embedding(sentence_indices)  # (None, maxlen, e_length)
A1 = lstm_1(embeddings)  # (None, maxlen, n_a)
A2 = lstm_2(layers.Dropout(0.5)(A1))  # (None, n_a)
Y = dense(layers.Dropout(0.5)(A2))  # (None, n_classes)
Emojify_V2 = keras.Model(sentence_indices, Y)
for name, tensor in {"embeddings": embeddings, "A1": A1, "A2": A2, "Y": Y}.items():
    print(name, tensor.shape)

# %% run
indices = np.random.default_rng(0).integers(0, vocab_len, (m, maxlen))
answer = Emojify_V2.predict(indices, verbose=0)
print("X", indices.shape, "Y", answer.shape)
assert answer.shape == (m, n_classes)

# %% numpy
from seqlib.lstm import forward, softmax

E = embedding.get_weights()[0]
first = forward(lstm_1, E[indices])  # .h is (m, maxlen, n_a)
second = forward(lstm_2, first.h)
kernel, bias = dense.get_weights()
y = softmax(second.h[:, -1] @ kernel + bias)  # (m, n_classes)
difference = np.abs(y - answer).max()
print(difference)
assert difference <= 1e-5

# %% count
counts = {
    "embedding": vocab_len * e_length,
    "lstm_1": 4 * (e_length + n_a + 1) * n_a,
    "lstm_2": 4 * (n_a + n_a + 1) * n_a,
    "dense": (n_a + 1) * n_classes,
}
print(counts, Emojify_V2.count_params())
assert sum(counts.values()) == Emojify_V2.count_params()

# %% last
short = layers.LSTM(n_a)(embeddings)
try:
    layers.LSTM(n_a)(short)
except ValueError as problem:
    print(short.shape, "→", str(problem).splitlines()[0])
