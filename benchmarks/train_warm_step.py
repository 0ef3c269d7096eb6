"""One warm training step, against PyTorch's LSTM of the same sizes on as many threads.

Each side has a process of its own, since two frameworks' idle threads disturb each other;
rounds alternate between them. PyTorch also runs on a single thread, and its better time counts:
where another program takes a processor, its threads wait for each other.
"""

from __future__ import annotations

import multiprocessing

import numpy as np

from benchmarks._result import Result, seconds, threads
from benchmarks._windows import LEARNING_RATE, N_A, N_VALUES, TX, M, random_windows
from seqlib.jazz import JazzWeights
from seqlib.jazz.task import JazzTask
from seqlib.lstm import forward
from seqlib.training.adam import BETA_1, BETA_2, EPSILON
from seqlib.training.task import Progress

EPOCHS_A_ROUND = 10  # and to a call, on our side
ROUNDS = 30


def ours(pipe) -> None:
    """Answer each request with the seconds of ten epochs; then give the losses and weights."""
    weights = JazzWeights.initial(N_A, N_VALUES)
    task = JazzTask.of(*random_windows(), weights, epochs=100_000, learning_rate=LEARNING_RATE)
    state, learned = task.begin(), list[Progress]()

    def ten() -> None:
        nonlocal state
        state, progress = task.advance(state, np.inf, EPOCHS_A_ROUND, helped=True)
        learned.append(progress)

    while pipe.recv():
        pipe.send(seconds(ten))
    losses = np.concatenate([part.measured["loss"].sum(axis=1) for part in learned])
    pipe.send((losses, task.model(state, weights).arrays))


def pytorch(pipe, n_threads: int) -> None:
    """The same in PyTorch, from the same weights; then check our trained cell against its own."""
    import torch

    torch.set_num_threads(n_threads)
    X, Y = random_windows()
    lstm = torch.nn.LSTM(N_VALUES, N_A, batch_first=True)
    densor = torch.nn.Linear(N_A, N_VALUES)

    def set_weights(weights: JazzWeights) -> None:
        with torch.no_grad():
            lstm.weight_ih_l0.copy_(torch.from_numpy(weights.cell.kernel.T.copy()))
            lstm.weight_hh_l0.copy_(torch.from_numpy(weights.cell.recurrent_kernel.T.copy()))
            lstm.bias_ih_l0.copy_(torch.from_numpy(weights.cell.bias))
            lstm.bias_hh_l0.zero_()
            densor.weight.copy_(torch.from_numpy(weights.densor_kernel.T.copy()))
            densor.bias.copy_(torch.from_numpy(weights.densor_bias))

    set_weights(JazzWeights.initial(N_A, N_VALUES))
    lstm.bias_hh_l0.requires_grad_(False)  # Keras' cell has one bias
    parameters = [one for one in (*lstm.parameters(), *densor.parameters()) if one.requires_grad]
    adam = torch.optim.Adam(parameters, LEARNING_RATE, (BETA_1, BETA_2), EPSILON)
    mean_loss = torch.nn.CrossEntropyLoss()
    x = torch.from_numpy(X)
    true = torch.from_numpy(Y.swapaxes(0, 1).argmax(axis=-1)).reshape(-1)
    losses = []

    def ten() -> None:
        for _ in range(EPOCHS_A_ROUND):
            adam.zero_grad()
            h, _ = lstm(x)
            loss = TX * mean_loss(densor(h).reshape(M * TX, N_VALUES), true)
            loss.backward()
            adam.step()
            losses.append(loss.detach())

    while pipe.recv():
        pipe.send(seconds(ten))
    pipe.send(torch.stack(losses).numpy())

    trained = JazzWeights.from_arrays(pipe.recv())
    set_weights(trained)
    with torch.no_grad():
        h, (_, c) = lstm(x)
    trace = forward(trained.cell, X)
    pipe.send(max(np.abs(trace.h - h.numpy()).max(), np.abs(trace.c[:, -1] - c[0].numpy()).max()))


def measure() -> Result:
    spawn = multiprocessing.get_context("spawn")
    pipes = []
    for side, arguments in ((ours, ()), (pytorch, (threads(),)), (pytorch, (1,))):
        here, there = spawn.Pipe()
        spawn.Process(target=side, args=(there, *arguments), daemon=True).start()
        pipes.append(here)

    def round_of(pipe) -> float:
        pipe.send(True)
        return pipe.recv() / EPOCHS_A_ROUND * 1000

    for pipe in pipes * 3:  # warm: thread pools, memory
        round_of(pipe)
    times = [[round_of(pipe) for pipe in pipes] for _ in range(ROUNDS)]
    for pipe in pipes:
        pipe.send(False)
    our_losses, our_weights = pipes[0].recv()

    # All did the same work, and the NumPy cell agrees with PyTorch's on what was learned.
    for pipe in pipes[1:]:
        np.testing.assert_allclose(our_losses[:10], pipe.recv()[:10], rtol=1e-3)
        pipe.send(our_weights)
        difference = pipe.recv()
        if not difference <= 1e-5:
            raise AssertionError(f"the NumPy cell differs from PyTorch's by {difference:g}")
    # The best round of each: another program can only slow one down.
    our_best, *torch_bests = (min(column) for column in zip(*times, strict=True))
    return Result(
        ours=our_best,
        peer=min(torch_bests),
        peer_name="PyTorch nn.LSTM + Linear + CrossEntropyLoss + Adam",
        unit="ms",
        goal=0.95,
    )
