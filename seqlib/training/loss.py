"""Softmax and cross-entropy in one, from logits, with the way back."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Loss(NamedTuple):
    """Of P rows: the loss of each (P,) in nats, whether right (P,), and ``dlogits`` (P, k)."""

    each: np.ndarray
    right: np.ndarray
    dlogits: np.ndarray


def cross_entropy(logits: np.ndarray, labels: np.ndarray) -> Loss:
    """Compare the softmax of ``logits`` (P, k) with int ``labels`` (P,).

    With p the softmax, the loss is −log p[label] and its gradient p − onehot(label). Computed
    from the logits, so that a sure mistake stays finite. Overwrites ``logits``.
    """
    rows = np.arange(len(logits))
    chosen = logits.argmax(axis=1)
    logits -= logits[rows, chosen, None]  # the largest is 0
    true = logits[rows, labels]
    p = np.exp(logits, out=logits)
    total = p @ np.ones(p.shape[1], p.dtype)
    p /= total[:, None]
    p[rows, labels] -= 1
    return Loss(np.log(total) - true, chosen == labels, p)
