# ruff: noqa: B018, E402
# %% settings
sentence = "I am not feeling happy"
epochs = 20
units = 128
batch_size = 32
maxlen = 0
learning_rate = 0.002
dropout = 0.5
input_dropout = 0.5
word_dropout = 0.1
mask = True
trainable = True
unknown = "zero row"
seed = 0

# %% data | our sentences
from seqlib.text import shipped

train, test = shipped()
print(len(train), len(test), [c.name for c in train.classes])

# %% data | 132 of them
from seqlib.text import shipped

train, test = shipped()
train = train.covering(132)
print(len(train), len(test), [c.name for c in train.classes])

# %% settings-sentences | my sentences
my_classes = [("sad", "😞"), ("happy", "😄")]
my_train = [("I am sad", 0), ("I am happy", 1), ("what a bad day", 0), ("what a good day", 1)]
my_test = [("a sad day", 0), ("a happy day", 1)]

# %% data | my sentences
import numpy as np

from seqlib.text import EmojiClass, LabelledSentences

classes = tuple(EmojiClass(*one) for one in my_classes)
train, test = (
    LabelledSentences(tuple(s for s, _ in rows), np.array([k for _, k in rows]), classes)
    for rows in (my_train, my_test)
)
print(len(train), len(test), [c.name for c in train.classes])

# %% indices
import numpy as np

from seqlib import load_vectors
from seqlib.emojify import Lexicon, Unknown

lexicon = Lexicon.of(load_vectors(), Unknown(unknown))
maxlen = maxlen or train.maxlen
X, X_test = (lexicon.indices(part.sentences, maxlen) for part in (train, test))  # (m, maxlen)
typed = lexicon.encode(sentence, maxlen).indices  # (maxlen,)
rows = np.unique(np.concatenate([[0], X.ravel(), X_test.ravel(), typed]))
E = lexicon.embedding[rows]  # (vocab_len, e_length)
X, X_test = (np.searchsorted(rows, part) for part in (X, X_test))
Y, Y_test = (np.eye(train.n_classes)[part.labels] for part in (train, test))  # (m, n_classes)
print("E", E.shape, "X", X.shape, "Y", Y.shape)

# %% model
import keras
from keras import layers

keras.utils.set_random_seed(seed)
embedding = layers.Embedding(*E.shape, trainable=trainable, mask_zero=mask, name="embedding")
embedding.build((None,))
embedding.set_weights([E])
lstm_1 = layers.LSTM(units, return_sequences=True, name="lstm_1")
lstm_2 = layers.LSTM(units, name="lstm_2")
dense = layers.Dense(train.n_classes, activation="softmax", name="dense")

sentence_indices = keras.Input((maxlen,), dtype="int32")
A0 = layers.Dropout(word_dropout, noise_shape=(None, maxlen, 1))(embedding(sentence_indices))
A1 = lstm_1(layers.Dropout(input_dropout)(A0))  # (None, maxlen, units)
A2 = lstm_2(layers.Dropout(dropout)(A1))  # (None, units)
Emojify_V2 = keras.Model(sentence_indices, dense(layers.Dropout(dropout)(A2)))
print("A1", A1.shape, "A2", A2.shape, "Y", Emojify_V2.output.shape)

# %% fit
Emojify_V2.compile(
    keras.optimizers.Adam(learning_rate), loss="categorical_crossentropy", metrics=["accuracy"]
)
history = Emojify_V2.fit(
    X, Y, batch_size=batch_size, epochs=epochs, validation_data=(X_test, Y_test), verbose=0
).history
for name, values in history.items():
    print(f"{name:14}{values[0]:.3f} → {values[-1]:.3f}")

# %% curve
from seqlib.figures import by_epoch

by_epoch(
    [("train", np.array(history["accuracy"])), ("test", np.array(history["val_accuracy"]))],
    epochs,
    "accuracy",
    share=True,
)

# %% read
from seqlib.emojify import EmojifyWeights, EmojiModel

arrays = lstm_1.get_weights() + lstm_2.get_weights() + dense.get_weights()
learned = lexicon.embedding.changed(rows, embedding.get_weights()[0])
numbers = EmojifyWeights.from_arrays(arrays, learned, mask)
model = EmojiModel(lexicon, numbers, train.classes, maxlen)
reading = model.read(sentence)
for word, row in zip(reading.encoded.words, reading.after_each_word, strict=True):
    shares = (f"{c.emoji} {share:4.0%}" for c, share in zip(train.classes, row, strict=True))
    print(f"{word:12}", *shares)
print(reading.emoji, reading.classes[reading.label].name)

# %% equal
keras_says = Emojify_V2.predict(np.searchsorted(rows, typed)[None], verbose=0)[0]  # (n_classes,)
difference = np.abs(keras_says - reading.probabilities).max()
print(difference)
assert difference <= 1e-5

# %% gates
for layer, trace in (("lstm_1", reading.trace.lstm_1), ("lstm_2", reading.trace.lstm_2)):
    print(layer, "f", trace.f.shape, "c", trace.c.shape, "a", trace.a.shape)
reading.trace.lstm_2
