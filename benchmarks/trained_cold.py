"""From the start of a fresh process to 100 epochs done, imports included, against PyTorch.

Ours goes the way a notebook goes: a run is started and waited for, a worker process trains it.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

from benchmarks._result import Result, seconds
from benchmarks._server import ROOT

TRIES = 5
OURS = """
from benchmarks._windows import LEARNING_RATE, N_A, N_VALUES, random_windows
from seqlib.jazz import JazzWeights
from seqlib.jazz.training import RunSettings, TrainingRun

settings = RunSettings(epochs=100, n_a=N_A, learning_rate=LEARNING_RATE)
run = TrainingRun(*random_windows(), settings, weights=JazzWeights.initial(N_A, N_VALUES)).start()
assert run.wait() == "done", run.error
print(run.metrics.loss_sum.min())
"""
PYTORCH = """
import torch
from benchmarks._windows import LEARNING_RATE, N_A, N_VALUES, TX, M, random_windows
from seqlib.jazz import JazzWeights

torch.set_num_threads({threads})
X, Y = random_windows()
weights = JazzWeights.initial(N_A, N_VALUES)
lstm, densor = torch.nn.LSTM(N_VALUES, N_A, batch_first=True), torch.nn.Linear(N_A, N_VALUES)
with torch.no_grad():
    lstm.weight_ih_l0.copy_(torch.from_numpy(weights.cell.kernel.T.copy()))
    lstm.weight_hh_l0.copy_(torch.from_numpy(weights.cell.recurrent_kernel.T.copy()))
    lstm.bias_ih_l0.copy_(torch.from_numpy(weights.cell.bias))
    lstm.bias_hh_l0.zero_().requires_grad_(False)
    densor.weight.copy_(torch.from_numpy(weights.densor_kernel.T.copy()))
    densor.bias.copy_(torch.from_numpy(weights.densor_bias))
some = [one for one in (*lstm.parameters(), *densor.parameters()) if one.requires_grad]
adam = torch.optim.Adam(some, LEARNING_RATE, eps=1e-7)
mean_loss = torch.nn.CrossEntropyLoss()
x = torch.from_numpy(X)
true = torch.from_numpy(Y.swapaxes(0, 1).argmax(axis=-1)).reshape(-1)
losses = []
for _ in range(100):
    adam.zero_grad()
    loss = TX * mean_loss(densor(lstm(x)[0]).reshape(M * TX, N_VALUES), true)
    loss.backward()
    adam.step()
    losses.append(loss.item())
print(min(losses))
"""


def losses_and_seconds(program: str) -> tuple[float, float]:
    losses = []

    def work() -> None:
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
        )
        # The smallest loss: at this learning rate a last digit may send single epochs far up.
        losses.append(float(done.stdout.split()[-1]))

    took = seconds(work)
    return losses[0], took


def measure() -> Result:
    programs = [OURS, *(PYTORCH.format(threads=threads) for threads in (1, 2))]
    for program in programs:  # fills the disk cache, writes the byte code
        losses_and_seconds(program)
    rounds = [[losses_and_seconds(program) for program in programs] for _ in range(TRIES)]
    for found in rounds:
        if max(loss for loss, _ in found) > 1.1 * min(loss for loss, _ in found):
            raise AssertionError(f"the losses differ: {found}")
    ours, *torch = (
        statistics.median(took for _, took in column) for column in zip(*rounds, strict=True)
    )
    return Result(
        ours=ours,
        peer=min(torch),
        peer_name="PyTorch's LSTM, imports included",
        unit="s",
        goal=1.0,
    )
