"""The benchmark's step in PyTorch: EmbeddingBag(mean, sparse), the symmetric in-batch softmax at each Matryoshka size,
SparseAdam. One JSON object a line on standard input, one on standard output:
{"table": FILE, "batches": FILE, "dimensions": [...], "scale": 20, "threads": 1} answers {"torch": version};
{"batch": 0} does a step and answers {"loss", "milliseconds", "processor"},
the last in milliseconds of processor time."""

import json
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F


def answer(value):
    print(json.dumps(value), flush=True)


setup = json.loads(sys.stdin.readline())
torch.set_num_threads(setup["threads"])
sizes, scale = setup["dimensions"], setup["scale"]
table = torch.from_numpy(np.fromfile(setup["table"], dtype=np.float32).reshape(-1, sizes[0]))
bag = torch.nn.EmbeddingBag.from_pretrained(table, freeze=False, mode="mean", sparse=True)
optimizer = torch.optim.SparseAdam(bag.parameters(), lr=setup["learningRate"])


def texts(entry):
    ids = np.fromfile(entry["ids"], dtype=np.uint32).astype(np.int64)
    starts = np.fromfile(entry["starts"], dtype=np.uint32).astype(np.int64)
    return torch.from_numpy(ids), torch.from_numpy(starts[:-1])


batches = [(texts(batch["anchors"]), texts(batch["positives"])) for batch in setup["batches"]]
answer({"torch": torch.__version__})

for line in sys.stdin:
    anchors, positives = batches[json.loads(line)["batch"]]
    started, processor = time.perf_counter(), time.process_time()
    optimizer.zero_grad()
    a, p = bag(*anchors), bag(*positives)
    labels = torch.arange(a.shape[0])
    loss = 0
    for size in sizes:
        scores = F.normalize(a[:, :size]) @ F.normalize(p[:, :size]).T * scale
        loss = loss + (F.cross_entropy(scores, labels) + F.cross_entropy(scores.T, labels)) / 2
    loss.backward()
    optimizer.step()
    milliseconds = (time.perf_counter() - started) * 1000
    answer(
        {
            "loss": loss.item(),
            "milliseconds": milliseconds,
            "processor": (time.process_time() - processor) * 1000,
        }
    )
