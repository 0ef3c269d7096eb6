"""Functions and models of pasted code give the shapes and weights that Keras gives."""

from __future__ import annotations

import re

import pytest

from seqlib.shapes.pasted import PasteError, read

INPUTS = {
    "i": "Input((4,), dtype='int32')",
    "o": "Input((1, 4))",
    "v": "Input((2,))",
    "x": "Input((4, 2))",
    "y": "Input((4, 3))",
    "z": "Input((2, 5))",
}
# Keras works with the first kind on symbolic tensors, with the others inside of a Lambda.
OPS = """
x + v; 1 - x; x * ops.expand_dims(v, 1); x ** 2 + x / 2; -x; x @ z; x @ ops.transpose(x, (0, 2, 1))
x + y; x + z
x[:, -1]; x[:, 1:3]; x[:, ::2]; x[..., 0]; x[:, None]; x[:, 4]; x[:, :2] + x[:, 2:]
ops.subtract(x, v); ops.multiply(0.5, x); ops.maximum(x, 0); ops.where(x, x, 0)
ops.squeeze(o, 1); ops.squeeze(o, axis=(1,)); ops.squeeze(o); ops.squeeze(x, axis=1)
ops.expand_dims(v, 1); ops.expand_dims(v, axis=-1); ops.expand_dims(v, (1, 2))
ops.concatenate([x, y], axis=-1); ops.concatenate([x, x], axis=1); ops.concatenate((x, y), 2)
ops.concatenate([x, y]); ops.concatenate([x, y], axis=1)
ops.stack([x, x]); ops.stack([x, x], axis=1); ops.stack([x, x], -1); ops.stack([x, y], axis=1)
ops.split(x, 2, axis=1)[0]; ops.split(x, 3, axis=1)[0]; ops.unstack(x, axis=1)[3]
ops.one_hot(i, 7); ops.one_hot(i, 7, axis=1); ops.cast(i, 'float32')
ops.transpose(x, (1, 0, 2)); ops.transpose(x); ops.transpose(x, (0, -1, 1))
ops.transpose(x, (0, 1)); ops.swapaxes(x, 1, 2); ops.moveaxis(x, 2, 1)
ops.reshape(x, (-1, 8)); ops.reshape(x, (-1, 2)); ops.reshape(x, (-1, 4, 2, 1))
ops.reshape(x, (2, -1)); ops.reshape(x, (-1, -1))
ops.repeat(x, 3, axis=1); ops.repeat(x, 3, axis=0); ops.repeat(x, 3)
ops.tile(x, (1, 2, 1)); ops.tile(v, (3, 1)); ops.take(x, 0, axis=1); ops.take(x, [0, 1, 1], axis=1)
ops.matmul(x, z); ops.matmul(x, v); ops.matmul(x, y); ops.dot(x, z); ops.dot(v, v)
ops.einsum('bij,bjk->bik', x, z); ops.einsum('bij,bik->bjk', x, y)
ops.mean(x, axis=1); ops.mean(x, axis=(1, 2)); ops.sum(x); ops.var(x, axis=[1], keepdims=True)
ops.norm(x, axis=-1); ops.norm(x, 2, axis=(1, 2))
ops.take(x, [0, 1]); ops.take(x, i, axis=1); ops.logsumexp(x, axis=1)
ops.softmax(x, axis=1); ops.cumsum(x, axis=1)
x > 0; 1 <= x; x // 2; ops.not_equal(i, 0); ops.argmin(x, axis=1)
ops.argmax(x, axis=-1); ops.argmax(x); ops.argmax(x, axis=1, keepdims=True)
"""
IN_A_LAMBDA = """
K.mean(x, axis=1); K.squeeze(o, 1); K.repeat(v, 6); K.repeat_elements(x, 3, axis=1)
K.expand_dims(v); K.concatenate([x, y]); K.stack([x, x], axis=1); K.argmax(x); K.reshape(x, (-1, 2))
K.permute_dimensions(x, (0, 2, 1)); K.sqrt(K.sum(K.square(x), axis=1, keepdims=True))
K.l2_normalize(x, axis=-1)
tf.reduce_mean(x, axis=1); tf.reduce_max(x, axis=[1, 2]); tf.squeeze(o, [1]); tf.concat([x, y], 2)
tf.stack([x, x], 1); tf.transpose(x, perm=[0, 2, 1]); tf.reshape(x, [-1, 8]); tf.argmax(x)
tf.matmul(x, x, transpose_b=True); tf.split(x, 2, axis=1)[0]; tf.gather(x, 0, axis=1)
tf.reshape(x, (tf.shape(x)[0], 2, 2, 2)); tf.nn.softmax(x); tf.nn.dropout(x, 0.5); tf.add(x, v)
tf.cast(tf.math.equal(i, 0), tf.float32); tf.reduce_any(x > 0, axis=1); tf.reduce_prod(x, axis=1)
"""


def texts(lines: str, inside: bool):
    for line in re.split(r"[;\n]", lines.strip()):
        names = [name for name in INPUTS if re.search(rf"\b{name}\b", line)]
        made = line.strip()
        if inside:
            place = {name: f"t[{n}]" if len(names) > 1 else "t" for n, name in enumerate(names)}
            made = re.sub(r"\b[iovxyz]\b", lambda found, place=place: place[found[0]], made)
            given = f"[{', '.join(names)}]" if len(names) > 1 else names[0]
            made = f"Lambda(lambda t: {made})({given})"
        yield line, "".join(f"{name} = {INPUTS[name]}\n" for name in names) + f"out = {made}"


def of_keras(text: str, known: dict) -> tuple | None:
    known = dict(known)
    try:
        exec(text, known)
    except (ValueError, TypeError):
        return None
    return tuple(known["out"].shape)


def ours(text: str) -> tuple | None:
    try:
        found = read(f"{text}\nmodel = Model([], out)")
    except PasteError:
        return None
    rows = found.models[0].sketch.rows
    return None if found.fault else next(row.shape for row in rows if row.role == "output")


@pytest.mark.parametrize(("lines", "inside"), [(OPS, False), (IN_A_LAMBDA, True)])
def test_functions_give_the_shapes_that_keras_gives(keras, lines, inside):
    import tensorflow
    from keras._tf_keras.keras import backend

    known = {"Input": keras.Input, "Lambda": keras.layers.Lambda, "ops": keras.ops}
    known |= {"K": backend, "tf": tensorflow}
    for line, text in texts(lines, inside):
        assert (line, ours(text)) == (line, of_keras(text, known))


SHARED = "i = Input((5, 3))\nbase = Model(i, Dense(7, name='h')(LSTM(8)(i)))\n"
MODELS = [
    SHARED
    + "a, b = Input((5, 3)), Input((5, 3))\nm = Model([a, b], concatenate([base(a), base(b)]))",
    "i, j = Input((5, 3)), Input((2,))\ntwo = Model([i, j], [LSTM(4)(i), Dense(3)(j)])\n"
    "a, b = Input((5, 3)), Input((2,))\np, q = two([a, b])\nm = Model([a, b], concatenate([p, q]))",
    SHARED + "m = Model(base.input, Dense(2)(base.get_layer('h').output))",
    SHARED + "m = Model(base.inputs, Dense(2)(base.layers[1].output))",
    SHARED + "m = Model(base.input, Dense(2)(base.layers[-2].output))",
    SHARED + "m = Model(i, base(Input((7, 3))))",
    "s = Sequential([Input((5, 3)), LSTM(8)])\nm = Sequential([s, Dense(2)])",
    "m = Sequential([Input((5, 3)), LSTM(8), Dense(4), Dense(9)])\nm.pop()\nm.add(Dense(2))",
    "n: int = 4\nn *= 2\nn += 1\nx = Input((6, 4))\nm = Model(x, LSTM(n)(x))",
    """def stack(t, *sizes, act='tanh'):
        for n in sizes:
            t = LSTM(n, act, return_sequences=True)(t)
        return t
x = Input((6, 4))
m = Model(x, stack(x, 8, 4, act='relu'))""",
    """x = z = Input((6, 4))
for i in range(5):
    if i == 1:
        continue
    if i > 2:
        break
    z = Dense(i + 2)(z)
while i < 5:
    z = Dense(i)(z) + 1
    i += 1
m = Model(x, z)""",
]


@pytest.mark.parametrize("text", MODELS)
def test_models_give_the_outputs_and_weights_that_keras_gives(keras, text):
    known = {name: getattr(keras.layers, name) for name in ("LSTM", "Dense", "concatenate")}
    known |= {"Input": keras.Input, "Model": keras.Model, "Sequential": keras.Sequential}
    try:
        exec(text, known)
    except ValueError:
        assert read(text).fault is not None
        return
    found = next(model.sketch for model in read(text).models if model.name == "m")
    made = known["m"]
    outputs = [row.shape for row in found.rows if row.role == "output"]
    assert (outputs, found.n_parameters) == ([t.shape for t in made.outputs], made.count_params())
