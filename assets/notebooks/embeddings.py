# ruff: noqa: E402
# %% settings
sentences = ["I love my sister", "I am not happy today", "let us play baseball"]
near = "happy"
nearest = 10
near_among = 20_000
a = "father"
b = "mother"
c = "son"
analogy_among = 20_000

# %% vectors
import numpy as np

from seqlib import load_vectors

vectors = load_vectors()
E = vectors.matrix
print(vectors)
print("E", E.shape, E.dtype)  # (vocab_len, e_length)

# %% lookup
from seqlib.vectors.lookup import look_up

found = look_up(sentences, vectors)
for words, rows in zip(found.words, found.indices, strict=True):
    print(rows, *words)
print("indices", found.indices.shape, "embeddings", found.embeddings.shape)
assert (found.embeddings == np.float32(E[found.indices])).all()

# %% one-hot
rows = found.indices[0]
one_hot = np.zeros((len(rows), len(E)), "float32")
one_hot[np.arange(len(rows)), rows] = 1
product = one_hot @ np.float32(E)  # (maxlen, e_length)
difference = np.abs(product - found.embeddings[0]).max()
print(difference, f"{one_hot.size * E.shape[1]:,}")
assert difference <= 1e-5

# %% keras
from seqlib.vectors.keras_layer import pretrained_embedding_layer

embedding_layer = pretrained_embedding_layer(vectors, vectors.word_to_index)
keras_says = np.asarray(embedding_layer(found.indices))  # (m, maxlen, e_length)
difference = np.abs(keras_says - found.embeddings).max()
print(embedding_layer.trainable, keras_says.shape, difference)
assert difference <= 1e-5

# %% near
for one in vectors.neighbours(near, nearest, among=near_among):
    print(f"{one.similarity:.3f}  {one.word}")

# %% analogy
found = vectors.analogy(a, b, c, k=5, among=analogy_among).neighbours
print(f"{b} − {a} + {c} ≈")
for one in found:
    print(f"{one.similarity:.3f}  {one.word}")


# %% by-hand
def unit(word):
    vector = vectors.vector(word)
    return vector / np.linalg.norm(vector)


target = unit(b) - unit(a) + unit(c)  # (e_length,)
cosine = target @ unit(found[0].word) / np.linalg.norm(target)
print(cosine, found[0].similarity)
assert abs(cosine - found[0].similarity) <= 1e-3
