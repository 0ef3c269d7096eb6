# ruff: noqa: E402
# %% settings
m = 60
maxlen = 10
e_length = 50
vocabulary = 10000

# %% matrix
import keras
import numpy as np
from keras import layers

rng = np.random.default_rng(0)
vocab_len = vocabulary + 1
E = rng.normal(size=(vocab_len, e_length)).astype("float32")
E[0] = 0

# %% layer
embedding = layers.Embedding(vocab_len, e_length, trainable=False)
embedding.build((None,))
embedding.set_weights([E])
sentence_indices = keras.Input((maxlen,), dtype="int32")
model = keras.Model(sentence_indices, embedding(sentence_indices))
print(model.output.shape, model.count_params())
assert model.count_params() == vocab_len * e_length

# %% run
indices = rng.integers(0, vocab_len, (m, maxlen))  # (m, maxlen)
embeddings = model.predict(indices, verbose=0)  # (m, maxlen, e_length)
print("X", indices.shape, "→", embeddings.shape)
difference = np.abs(embeddings - E[indices]).max()
print(difference)
assert embeddings.shape == (m, maxlen, e_length)
assert difference <= 1e-5

# %% one-hot
row = indices[0, 0]
one_hot = np.zeros(vocab_len, "float32")
one_hot[row] = 1
difference = np.abs(one_hot @ E - E[row]).max()
print(difference, vocab_len * e_length)
assert difference <= 1e-5
