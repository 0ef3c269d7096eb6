"""Files of weights are read as arrays, whoever wrote them; what is not one gets a sentence."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from concurrent.futures import BrokenExecutor, Future
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

from seqlib import limits, saved
from seqlib.archive import Reader, array_header, write
from seqlib.emojify import open_model, save_model
from seqlib.emojify.files import ABOUT
from seqlib.emojify.weights import NAMES
from seqlib.lstm import forward
from seqlib.saved import watching
from seqlib.saved.emojify import emoji_model
from seqlib.saved.files import SavedError
from seqlib.saved.jazz import jazz_weights
from seqlib.saved.layers import Layer, Saved, read
from seqlib.training.rooms import ProcessRefused, TooLong
from seqlib.vectors import WordVectors

h5py = pytest.importorskip("h5py")
RNG = np.random.default_rng(0)


def drawn(*shape: int) -> np.ndarray:
    return RNG.standard_normal(shape).astype(np.float32)


KERAS_2 = {
    "embedding/embedding/embeddings:0": drawn(9, 5),
    "lstm/lstm/lstm_cell/kernel:0": drawn(5, 16),
    "lstm/lstm/lstm_cell/recurrent_kernel:0": drawn(4, 16),
    "lstm/lstm/lstm_cell/bias:0": drawn(16),
    "lstm_2/lstm_2/lstm_cell/kernel:0": drawn(4, 16),
    "lstm_2/lstm_2/lstm_cell/recurrent_kernel:0": drawn(4, 16),
    "lstm_2/lstm_2/lstm_cell/bias:0": drawn(16),
    "dense/dense/kernel:0": drawn(4, 3),
    "dense/dense/bias:0": drawn(3),
}


def hdf5(parts: dict[str, np.ndarray], **options) -> bytes:
    held = io.BytesIO()
    with h5py.File(held, "w") as file:
        for name, array in parts.items():
            file.create_dataset(name, data=array, **options)
    return held.getvalue()


def npz(**parts: np.ndarray) -> bytes:
    held = io.BytesIO()
    np.savez(held, **parts)
    return held.getvalue()


def safetensors(parts: dict[str, np.ndarray]) -> bytes:
    about, body = {}, b""
    for name, array in parts.items():
        data = array.tobytes()
        about[name] = {
            "dtype": "F32",
            "shape": list(array.shape),
            "data_offsets": [len(body), len(body) + len(data)],
        }
        body += data
    head = json.dumps(about).encode()
    return len(head).to_bytes(8, "little") + head + body


def headed(about: object) -> bytes:
    head = json.dumps(about).encode()
    return len(head).to_bytes(8, "little") + head + bytes(64)


def kinds(data: bytes) -> list[tuple[str, int, int]]:
    return [(one.kind, one.n_x, one.n_out) for one in read(data).layers]


EMOJIFY = [("Dense", 4, 3), ("Embedding", 9, 5), ("LSTM", 5, 4), ("LSTM", 4, 4)]


@pytest.mark.parametrize("inside", ["", "model_weights/"])
def test_the_layout_of_keras_2_is_read(inside):
    found = read(hdf5({f"{inside}{name}": array for name, array in KERAS_2.items()}))
    assert sorted((one.kind, one.n_x, one.n_out) for one in found.layers) == sorted(EMOJIFY)
    assert [one.name for one in found.of("LSTM")] == ["lstm", "lstm_2"]
    (dense,) = found.of("Dense")
    np.testing.assert_array_equal(dense.arrays[1], KERAS_2["dense/dense/bias:0"])
    first = found.of("LSTM")[0].cell
    np.testing.assert_array_equal(first.kernel, KERAS_2["lstm/lstm/lstm_cell/kernel:0"])
    np.testing.assert_array_equal(
        first.recurrent_kernel, KERAS_2["lstm/lstm/lstm_cell/recurrent_kernel:0"]
    )


def test_arrays_without_names_are_told_by_their_order_and_shapes():
    inorder = list(KERAS_2.values())
    data = npz(**{f"arr_{n}": array for n, array in enumerate(inorder)})
    assert kinds(data) == [EMOJIFY[1], EMOJIFY[2], EMOJIFY[3], EMOJIFY[0]]
    by_columns = npz(**{f"arr_{n}": np.asfortranarray(array) for n, array in enumerate(inorder)})
    for ours, theirs in zip(read(by_columns).layers, read(data).layers, strict=True):
        np.testing.assert_array_equal(ours.arrays[0], theirs.arrays[0])
    named = {f"layer{n}_{part}": array for n, part, array in (
        (1, "kernel", drawn(3, 8)), (1, "recurrent_kernel", drawn(2, 8)), (1, "bias", drawn(8)),
    )}  # fmt: skip
    assert kinds(npz(**named)) == [("LSTM", 3, 2)]


def test_a_softmax_without_a_bias_has_one_of_zeros():
    arrays = {"dense/kernel": drawn(2, 3)}
    for name, n_x in (("lstm", 5), ("lstm_1", 2)):
        arrays |= {f"{name}/kernel": drawn(n_x, 8), f"{name}/recurrent_kernel": drawn(2, 8)}
        arrays[f"{name}/bias"] = drawn(8)
    assert not emoji_model(read(npz(**arrays)), VECTORS).weights.dense_bias.any()


def test_other_cells_are_named():
    gru = [drawn(5, 12), drawn(4, 12), drawn(2, 12)]
    plain = [drawn(4, 6), drawn(6, 6), drawn(6)]
    data = npz(**{f"arr_{n}": array for n, array in enumerate([*gru, *plain])})
    assert kinds(data) == [("GRU", 5, 4), ("SimpleRNN", 4, 6)]


def test_a_layer_of_pytorch_computes_what_it_does_there():
    torch = pytest.importorskip("torch")
    layer = torch.nn.LSTM(5, 4, batch_first=True)
    parts = {f"rnn.{name}": value.detach().numpy() for name, value in layer.state_dict().items()}
    (found,) = read(safetensors(parts)).of("LSTM")
    x = drawn(7, 5)
    theirs = layer(torch.tensor(x[None]))[0][0].detach().numpy()
    np.testing.assert_allclose(forward(found.cell, x).h, theirs, atol=1e-5)


def test_safetensors_of_pytorch_are_read_without_it():
    parts = {
        "emb.weight": drawn(9, 5),
        "rnn.weight_ih_l0": drawn(16, 5),
        "rnn.weight_hh_l0": drawn(16, 4),
        "rnn.bias_ih_l0": drawn(16),
        "rnn.bias_hh_l0": drawn(16),
        "out.weight": drawn(3, 4),
        "out.bias": drawn(3),
    }
    found = read(safetensors(parts))
    assert sorted((one.kind, one.n_x, one.n_out) for one in found.layers) == sorted(
        [("Dense", 4, 3), ("Embedding", 9, 5), ("LSTM", 5, 4)]
    )
    (cell,) = found.of("LSTM")
    np.testing.assert_allclose(cell.arrays[2], parts["rnn.bias_ih_l0"] + parts["rnn.bias_hh_l0"])


def test_parts_that_do_not_belong_together_are_left_out():
    parts = {
        "embeddings": drawn(4),
        "rnn.weight_ih_l0": drawn(8, 3),
        "rnn.weight_hh_l0": drawn(8, 2),
    }
    parts |= {"rnn.bias_ih_l0": drawn(8), "rnn.bias_hh_l0": drawn(6)}
    (found,) = read(safetensors(parts)).layers
    assert (found.kind, len(found.arrays)) == ("LSTM", 2)


def zipped(**parts: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "."), data)
    return held.getvalue()


def linked() -> bytes:
    held = io.BytesIO()
    with h5py.File(held, "w") as file:
        file["there"] = h5py.ExternalLink("/etc/hostname", "/")
        file["again"] = h5py.SoftLink("/again")
        file.create_group("loop")["itself"] = file["/"]
    return held.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"hello", b"\x89HDF\r\n\x1a\n", b"\x89HDF\r\n\x1a\n" + bytes(2000), b"PK\x03\x04"),
        hdf5(KERAS_2)[:3000],
        linked(),
        npz(a=np.array([None, 1], object)),
        npz(a=np.arange(6)),
        npz(kernel=drawn(3, 8), bias=drawn(8)),
        npz(arr_0=np.full((3, 8), np.nan, np.float32), arr_1=drawn(2, 8), arr_2=drawn(8)),
        zipped(model__weights__h5=b"no"),
        zipped(a__npy=b"\x93NUMPY\x01\x00"),
        zipped(config__json=b'{"class_name": "Lambda"}'),
        (5000).to_bytes(8, "little") + b"{}",
        (2).to_bytes(8, "little") + b"{}",
        *(headed({"a": about}) for about in ({"dtype": "F32"}, {"data_offsets": [0, 4]}, 5)),
        headed({"a": {"dtype": "F32", "data_offsets": [0, 4]}}),
        safetensors({"a": drawn(4)})[:-4],
        safetensors({"weight_ih_l0": drawn(8), "weight_hh_l0": drawn(8, 2)}),
        npz(arr_0=drawn(3, 8), arr_1=drawn(2, 8), arr_2=drawn(16)),  # of CuDNNLSTM
        npz(arr_0=np.full((3, 8), 2e6, np.float32), arr_1=drawn(2, 8), arr_2=drawn(8)),
        npz(arr_0=np.full((3, 8), 1e300), arr_1=drawn(2, 8), arr_2=drawn(8)),
        b"\x80\x04K\x01.",
    ],
)
def test_what_holds_no_weights_gets_one_sentence(data):
    with pytest.raises(SavedError, match=r"^[^\n]+\.$"):
        read(data)


def test_arrays_that_unpack_to_too_much_are_refused_before_they_are(monkeypatch):
    monkeypatch.setattr(limits, "WEIGHTS_UNPACKED", 100_000)
    zeros = np.zeros((400, 400), np.float32)
    for data in (
        hdf5({"a": zeros}, compression="gzip"),
        zipped(a__npy=npy(zeros)),
        zipped(model__weights__h5=hdf5({"a": zeros}, compression="gzip")),
    ):
        assert len(data) < 20_000
        with pytest.raises(SavedError):
            read(data)


def npy(array: np.ndarray) -> bytes:
    held = io.BytesIO()
    np.save(held, array)
    return held.getvalue()


def test_a_file_written_by_keras_in_each_format_gives_its_layers(keras, tmp_path):
    L = keras.layers
    x = inputs = keras.Input((6,), dtype="int32")
    x = L.Embedding(9, 5, name="words")(x)
    x = L.LSTM(4, return_sequences=True)(x)
    x = L.Bidirectional(L.LSTM(3, return_sequences=True))(x)
    x = L.GRU(3, return_sequences=True)(x)
    model = keras.Model(inputs, L.Dense(2)(L.SimpleRNN(2, name="plain")(x)))
    model.compile("adam", "mse")
    model.fit(
        np.zeros((2, 6)), np.zeros((2, 2)), verbose=0
    )  # so that there is an optimizer's state
    np.savez(tmp_path / "a.npz", *model.get_weights())
    model.save_weights(tmp_path / "a.weights.h5")
    for name in ("a.keras", "a.h5"):
        model.save(tmp_path / name)
    wanted = sorted(
        [
            *(("Embedding", 9, 5), ("LSTM", 5, 4), ("LSTM", 4, 3), ("LSTM", 4, 3)),
            *(("GRU", 6, 3), ("SimpleRNN", 3, 2), ("Dense", 2, 2)),
        ]
    )
    cell = next(layer for layer in model.layers if isinstance(layer, L.LSTM))
    for name in ("a.keras", "a.h5", "a.weights.h5", "a.npz"):
        found = read((tmp_path / name).read_bytes())
        assert sorted((one.kind, one.n_x, one.n_out) for one in found.layers) == wanted, name
        first = next(one for one in found.of("LSTM") if one.n_x == 5)
        for ours, theirs in zip(first.arrays, cell.get_weights(), strict=True):
            np.testing.assert_array_equal(ours, theirs)
        if name != "a.npz":
            assert [one.backward for one in found.of("LSTM")].count(True) == 1, name


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("GRU", {"reset_after": True}),
        ("GRU", {"reset_after": False}),
        ("GRU", {"use_bias": False}),
        ("SimpleRNN", {}),
        ("SimpleRNN", {"use_bias": False}),
        ("LSTM", {}),
    ],
)
def test_every_state_is_keras_own(keras, kind, options):
    layer = getattr(keras.layers, kind)(4, return_sequences=True, **options)
    x = drawn(7, 5)
    layer.build((None, 7, 5))
    arrays = [RNG.normal(size=one.shape).astype(np.float32) for one in layer.get_weights()]
    layer.set_weights(arrays)
    theirs = np.asarray(layer(x[None]))[0]
    found = Layer(kind, kind, tuple(arrays))
    (ours,) = watching.run([found], x)
    np.testing.assert_allclose(ours.h, theirs, atol=1e-5)
    states = ours.states
    if kind == "GRU":  # the equation that joins them holds at every step
        before = np.vstack([np.zeros((1, 4)), ours.h[:-1]])
        joined = states["z"] * before + (1 - states["z"]) * states["g"]
        np.testing.assert_allclose(joined, ours.h, atol=1e-6)
        assert ((states["r"] > 0) & (states["r"] < 1)).all()


# Few bytes that become many.


@contextmanager
def within(nbytes: int):
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < nbytes
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("dtype", ["f2", "f4"])
def test_values_that_are_one_number_again_and_again_take_no_memory(dtype):
    held = io.BytesIO()
    with h5py.File(held, "w") as file:
        options = {"dtype": dtype, "chunks": (1, 1 << 20), "fillvalue": 1}
        file.create_dataset("kernel", (50, 1 << 20), **options)
    assert len(held.getvalue()) < 10_000
    with within(20_000_000), pytest.raises(SavedError, match="over 50 MB"):
        read(held.getvalue())


def test_an_array_in_a_million_pieces_is_not_read():
    def pieces(arrays: int, each: int) -> bytes:
        held = io.BytesIO()
        with h5py.File(held, "w") as file:
            for n in range(arrays):
                file.create_dataset(f"a{n}", (each,), dtype="f4", chunks=(1,), fillvalue=1)
        return held.getvalue()

    with pytest.raises(SavedError, match="damaged"):
        read(pieces(5, limits.CHUNKS // 4))
    held = io.BytesIO(pieces(1, 1_000_000))
    with within(2_000_000), pytest.raises(SavedError, match="damaged"):
        read(held.getvalue())


def test_a_header_that_promises_megabytes_is_not_read():
    promised = io.BytesIO(b"\x93NUMPY\x02\x00" + (8 << 20).to_bytes(4, "little") + bytes(8 << 20))
    with within(1_000_000), pytest.raises(ValueError, match="version"):
        array_header(promised)


def test_an_array_must_be_as_long_as_it_says():
    for shape in ((-1, 8), (-2, -8), (3, 8)):
        held = io.BytesIO()
        about = {"descr": "<f4", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(held, about)
        with pytest.raises(SavedError, match="damaged"):
            read(zipped(a__npy=held.getvalue() + bytes(4 * 16)))


def test_a_large_layer_is_watched_over_fewer_steps():
    def steps(n_x, n_a):
        small, large = ((drawn(n, 4 * k), drawn(k, 4 * k)) for n, k in ((1, 1), (n_x, n_a)))
        return watching.steps([Layer("a", "LSTM", large), Layer("b", "LSTM", small)])

    assert steps(50, 128) == steps(90, 256) == watching.STEPS
    assert steps(50, 1024) == 125
    assert steps(limits.DIMENSIONS, 1) == 6
    with pytest.raises(SavedError, match="50,000 numbers at a step"):
        steps(50_000, 1)
    assert len(watching.indices("1 " * 900, 5, 7)) == 7
    assert watching.table(b"a;b\n1; 2\n3;4;\n5;6\n", 2, 2).tolist() == [[1, 2], [3, 4]]


def test_a_line_of_millions_of_cells_is_not_cut_into_them():
    line = b"1," * 2_000_000 + b"1\n"
    with within(30_000_000), pytest.raises(SavedError, match="reads 3 numbers"):
        watching.table(line, 3)
    with within(30_000_000), pytest.raises(SavedError, match="reads 3 numbers"):
        watching.table(b"\n" * 5_000_000, 3)


# What arrays alone do not say.


def tries(keras, model, tmp_path, *endings):
    for ending in endings or (".keras", ".h5"):
        file = tmp_path / f"model{ending}"
        (model.save_weights if ending == ".weights.h5" else model.save)(file)
        yield file.read_bytes()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"activation": "relu"}, "activation relu"),
        ({"recurrent_activation": "hard_sigmoid"}, "activation hard_sigmoid"),
        ({"go_backwards": True}, "go_backwards"),
    ],
)
def test_a_layer_that_computes_otherwise_is_named(keras, tmp_path, options, said):
    model = keras.Sequential([keras.Input((7, 5)), keras.layers.LSTM(4, name="mine", **options)])
    for data in tries(keras, model, tmp_path):
        with pytest.raises(SavedError, match=f"“mine”.*{said}"):
            read(data)
    for data in tries(keras, model, tmp_path, ".weights.h5"):  # which does not say it
        assert not read(data).told.there


def test_a_configuration_of_keras_2_says_it_too():
    def told(**options):
        table = {"batch_input_shape": [None, 20], "input_length": 20, "mask_zero": True}
        layers = [
            {"class_name": "Embedding", "config": table},
            {"class_name": "LSTM", "config": {"name": "lstm_1", "activation": "tanh", **options}},
        ]
        config = {"class_name": "Sequential", "config": {"layers": layers}}
        held = io.BytesIO(hdf5(KERAS_2))
        with h5py.File(held, "r+") as file:
            file.attrs["model_config"] = np.bytes_(json.dumps(config).encode())
        return read(held.getvalue()).told

    found = told(recurrent_activation="sigmoid")
    assert (found.there, found.mask, found.Tx) == (True, True, 20)
    with pytest.raises(SavedError, match="“lstm_1” has the activation hard_sigmoid"):
        told(recurrent_activation="hard_sigmoid")  # the default of its first releases


def test_one_half_of_bidirectional_may_go_backwards(keras, tmp_path):
    twice = keras.layers.Bidirectional(keras.layers.LSTM(4))
    model = keras.Sequential([keras.Input((7, 5)), twice])
    for data in tries(keras, model, tmp_path):
        found = read(data)
        assert found.told.there
        assert [one.backward for one in found.of("LSTM")] == [True, False]


def test_a_plain_rnn_without_bias_is_told_by_its_names(keras, tmp_path):
    plain = keras.layers.SimpleRNN(4, use_bias=False)
    model = keras.Sequential([keras.Input((7, 5)), plain])
    for data in tries(keras, model, tmp_path, ".keras", ".h5", ".weights.h5"):
        (found,) = read(data).layers
        assert (found.kind, found.n_x, found.n_out) == ("SimpleRNN", 5, 4)


def halved(array: np.ndarray) -> np.ndarray:
    """Cut to bfloat16, as NumPy and h5py hold what Keras gives them."""
    return (array.view(np.uint32) >> 16).astype(np.uint16).view("V2")


def test_bfloat16_is_read():
    parts = [drawn(3, 8), drawn(2, 8), drawn(8)]
    short = {f"arr_{n}": halved(array) for n, array in enumerate(parts)}
    for data in (npz(**short), hdf5(short)):
        (found,) = read(data).of("LSTM")
        for ours, theirs in zip(found.arrays, parts, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1 / 128)


def test_what_is_quantised_or_pickled_is_named():
    lstm = [drawn(3, 8), drawn(2, 8), drawn(8)]
    small = np.ones((3, 8), np.int8)
    for data in (npz(a=small), hdf5({"a": small})):
        with pytest.raises(SavedError, match="“a” holds whole numbers"):
            read(data)
    with pytest.raises(SavedError, match="“a” holds Python objects"):
        read(npz(a=np.array([*lstm, None], object)))


# What a page would pass over.

VECTORS = WordVectors.of("abcdef", drawn(6, 5))


def emojify(keras, between=(), above=(), units=4, maxlen=10, mask=False, merge=""):
    L = keras.layers

    def lstm(**options):
        one = L.LSTM(units, **options)
        return L.Bidirectional(one, merge_mode=merge) if merge else one

    layers = [L.Embedding(7, 5, mask_zero=mask, name="words"), lstm(return_sequences=True)]
    layers += [*between, L.Dropout(0.5)]
    layers += [*([] if merge else [lstm()]), *above, L.Dense(3, activation="softmax")]
    model = keras.Sequential([keras.Input((maxlen,), dtype="int32"), *layers])
    model.set_weights([drawn(*array.shape) for array in model.get_weights()])
    model.get_layer("words").set_weights([VECTORS.matrix])
    return model


@pytest.mark.parametrize(("maxlen", "mask"), [(10, False), (10, True), (20, False)])
def test_an_emojify_answers_as_keras_does(keras, tmp_path, maxlen, mask):
    model = emojify(keras, maxlen=maxlen, mask=mask)
    indices = np.zeros((1, maxlen), np.int32)
    indices[0, :3] = 3, 1, 6
    theirs = model.predict(indices, verbose=0)
    x = keras.Input((maxlen,), dtype="int32")
    y = x
    for layer in model.layers:
        y = layer(y)
    for data in (*tries(keras, model, tmp_path), *tries(keras, keras.Model(x, y), tmp_path)):
        ours = emoji_model(read(data), VECTORS)
        assert ours.maxlen == maxlen
        np.testing.assert_allclose(ours.weights.probabilities(indices), theirs, atol=1e-5)


@pytest.mark.parametrize(
    "what", ["norm", "batch norm", "dense", "relu", "third", "both ways", "pooled", "long"]
)
def test_a_model_that_would_compute_something_else_is_refused(keras, tmp_path, what):
    L = keras.layers
    model = {
        "norm": lambda: emojify(keras, between=[L.LayerNormalization()]),
        "batch norm": lambda: emojify(keras, between=[L.BatchNormalization()]),
        "dense": lambda: emojify(keras, above=[L.Dense(4, activation="relu")]),
        "relu": lambda: emojify(keras, between=[L.Activation("relu")]),
        "third": lambda: emojify(keras, between=[L.LSTM(4, return_sequences=True)]),
        "both ways": lambda: emojify(
            keras, units=5, merge="sum", above=[L.GlobalAveragePooling1D()]
        ),
        "pooled": lambda: emojify(keras, above=[L.Reshape((1, 4)), L.GlobalMaxPooling1D()]),
        "long": lambda: emojify(keras, maxlen=100),
    }[what]()
    for data in tries(keras, model, tmp_path):
        with pytest.raises(SavedError, match=r"the file has .*LSTM|100 words"):
            emoji_model(read(data), VECTORS)


def jazz(*between: np.ndarray, n_a: int = 4) -> list[np.ndarray]:
    cell = [drawn(6, 4 * n_a), drawn(n_a, 4 * n_a), drawn(4 * n_a)]
    return [*cell, *between, drawn(n_a, 6), drawn(6)]


def unnamed(arrays: list[np.ndarray]) -> Saved:
    return read(npz(**{f"arr_{n}": array for n, array in enumerate(arrays)}))


def test_a_djmodel_has_no_other_part():
    assert jazz_weights(unnamed(jazz()), 6).n_a == 4
    assert not jazz_weights(unnamed(jazz()[:-1]), 6).densor_bias.any()
    second = [drawn(4, 16), drawn(4, 16), drawn(16)]
    for more in (second, [drawn(4, 4), drawn(4)], [drawn(4), drawn(4)]):
        with pytest.raises(SavedError, match=r"no djmodel.*the file has LSTM 6 → 4"):
            jazz_weights(unnamed(jazz(*more)), 6)


def test_a_djmodel_answers_by_softmax(keras, tmp_path):
    for activation in ("sigmoid", None):
        end = keras.layers.Dense(6, activation=activation)
        lstm = keras.layers.LSTM(4, return_sequences=True)
        model = keras.Sequential([keras.Input((None, 6)), lstm, end])
        for data in tries(keras, model, tmp_path):
            if activation is None:  # logits
                assert jazz_weights(read(data), 6).n_a == 4
                continue
            with pytest.raises(SavedError, match=r"the file has .*sigmoid"):
                jazz_weights(read(data), 6)


def test_a_model_too_large_to_be_computed_again_and_again_is_refused():
    large = limits.UNITS + 1
    said = f"{large} units"
    with pytest.raises(ValueError, match=said):
        jazz_weights(unnamed(jazz(n_a=large)), 6)

    def emoji(n):
        cells = [(5, 4 * n), (n, 4 * n), (4 * n,), (n, 4 * n), (n, 4 * n), (4 * n,)]
        found = unnamed([drawn(*shape) for shape in (*cells, (n, 3), (3,))])
        return emoji_model(found, VECTORS)

    data = save_model(emoji(limits.UNITS), "abc")
    assert open_model(data, VECTORS).weights.n_a == limits.UNITS
    with pytest.raises(ValueError, match=said):
        emoji(large)
    arrays = [drawn(4, 16)] * 7 + [drawn(4)]
    arrays[-2] = drawn(4 * large, 3)
    parts = dict(zip((*NAMES, "embedding"), [*arrays, drawn(4, 5)], strict=True))
    reader = Reader(data, limits.MODEL_UNPACKED)
    wide = {f"{name}.npy": npy(array) for name, array in parts.items()}
    with pytest.raises(ValueError, match=said):
        open_model(write({**wide, ABOUT: reader.part(ABOUT)}), VECTORS)


def test_a_small_model_of_long_vectors_is_opened_again():
    n_x = 4 * limits.UNITS + 8
    vectors = WordVectors.of("abc", drawn(3, n_x))
    cells = [(n_x, 16), (4, 16), (16,), (4, 16), (4, 16), (16,), (4, 3), (3,)]
    model = emoji_model(unnamed([drawn(*shape) for shape in cells]), vectors)
    assert open_model(save_model(model, "abc"), vectors).weights.n_a == 4


def test_weights_from_which_no_numbers_come_are_refused():
    cells = [(5, 16), (4, 16), (16,), (4, 16), (4, 16), (16,), (4, 3), (3,)]
    arrays = [drawn(*shape) for shape in cells]
    model = emoji_model(unnamed(arrays), VECTORS)
    arrays[0][0, 0] = -3e38
    broken = save_model(replace(model, weights=model.weights.with_arrays(arrays)), "abc")
    with pytest.raises(ValueError, match="over a million"):
        open_model(broken, VECTORS)
    with pytest.raises(ValueError, match="over a million"):
        unnamed(arrays)


def test_a_file_of_very_many_words_costs_little_beside_its_table():
    words = [f"word{n}" for n in range(50_000)]
    vectors = WordVectors.of(words, drawn(50_000, 5))
    cells = [(5, 16), (4, 16), (16,), (4, 16), (4, 16), (16,), (4, 3), (3,)]
    model = emoji_model(unnamed([drawn(*shape) for shape in cells]), vectors)
    data = save_model(model, words, vectors=vectors)
    vectors.indices(words)
    with within(12_000_000):
        back = open_model(data, vectors)
    assert not back.notes
    assert not len(back.weights.embedding.rows)
    moved = model.weights.embedding.changed(np.array([0, 7]), np.ones((2, 5), np.float32))
    weights = replace(model.weights, embedding=moved)
    back = open_model(
        save_model(replace(model, weights=weights), words, vectors=vectors),
        vectors,
    )
    assert back.weights.embedding.rows.tolist() == [0, 7]


@pytest.mark.parametrize(
    ("problem", "says"),
    [
        (ProcessRefused("no"), "lets no further process start"),
        (TooLong("slow"), "more time or memory"),
        (BrokenExecutor("gone"), "more time or memory"),
    ],
)
def test_why_a_file_could_not_be_read_is_said_as_it_is(monkeypatch, problem, says):
    future: Future = Future()
    future.set_exception(problem)
    monkeypatch.setattr(saved.room, "submit", lambda *_: future)
    with pytest.raises(saved.SavedError, match=says):
        saved.opened(b"data")
