"""Trains a network in PyTorch as bench/train/torch.ts hands it over: nodes as JSON, numbers as raw float32 beside it.

Each node is one call of torch.nn.functional, as in a torch.nn.Module; denormals are flushed, and where asked the faster of the two
layouts of memory (channels first or last) is used.

python torch_peer.py FOLDER; then one line on stdin asks for one step on the next batch, answered by a line of JSON.
"""
import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

folder = Path(sys.argv[1])
job = json.loads((folder / "job.json").read_text())
torch.set_num_threads(job["threads"])
torch.set_flush_denormal(True)
raw = np.fromfile(folder / "weights.bin", dtype=np.float32)
values = {}
for t in job["tensors"]:
    count = int(np.prod(t["dims"]))
    values[t["name"]] = torch.from_numpy(raw[t["offset"] : t["offset"] + count].reshape(t["dims"]).copy())
integers = job["integers"]
trained = {name: values[name].requires_grad_() for name in job["trained"]}
images = torch.from_numpy(np.fromfile(folder / "images.bin", dtype=np.float32)).reshape(job["images"])
labels = torch.from_numpy(np.fromfile(folder / "labels.bin", dtype=np.int32).astype(np.int64)).reshape(job["images"][:2])


def symmetric(attributes, key, rank=2):
    pads = attributes.get(key, [0] * 2 * rank)
    assert pads[:rank] == pads[rank:], "PyTorch pads alike on both sides"
    return pads[:rank]


def conv(x, w, b=None, **a):
    return F.conv2d(x, w, b, a.get("strides", 1), symmetric(a, "pads"), a.get("dilations", 1), a.get("group", 1))


def slice_(x, starts, ends, axes=None, steps=None):
    index = [slice(None)] * x.dim()
    for i, axis in enumerate(integers[axes]):
        index[axis] = slice(integers[starts][i], min(integers[ends][i], x.shape[axis]), integers[steps][i])
    return x[tuple(index)]


def pad(x, pads, value=None, mode="constant"):
    amounts = integers[pads]
    rank = x.dim()
    return F.pad(x, [n for i in reversed(range(rank)) for n in (amounts[i], amounts[i + rank])])


operators = {
    "Conv": conv,
    "BatchNormalization": lambda x, s, b, m, v, **a: F.batch_norm(
        x, m, v, s, b, True, 1 - a.get("momentum", 0.9), a.get("epsilon", 1e-5)
    ),
    "Relu": lambda x: F.relu(x),
    "Add": lambda x, y: x + y,
    "Slice": slice_,
    "Pad": pad,
    "GlobalAveragePool": lambda x: x.mean((2, 3), keepdim=True),
    "MaxPool": lambda x, **a: F.max_pool2d(x, a["kernel_shape"], a.get("strides", 1), symmetric(a, "pads")),
    "Flatten": lambda x, **a: x.flatten(1),
    "Gemm": lambda x, w, b, **a: F.linear(x, w if a.get("transB") else w.t(), b),
}


def forward(x):
    at = dict(values)
    at[job["input"]] = x
    last = {name: i for i, node in enumerate(job["nodes"]) for name in node["inputs"]}
    for i, node in enumerate(job["nodes"]):
        inputs = [at.get(name, name) for name in node["inputs"]]
        at[node["output"]] = operators[node["op"]](*inputs, **node["attributes"])
        for name in node["inputs"]:
            if last[name] == i and name not in values:
                at.pop(name, None)
    return at[job["scores"]].flatten(1)


optimiser = torch.optim.SGD(
    [
        {"params": [p for n, p in trained.items() if n in job["decayed"]], "weight_decay": job["weightDecay"]},
        {"params": [p for n, p in trained.items() if n not in job["decayed"]], "weight_decay": 0.0},
    ],
    lr=job["learningRate"],
    momentum=job["momentum"],
    nesterov=job["nesterov"],
)


def one_pass(x):
    start = time.process_time()
    F.cross_entropy(forward(x), labels[0]).backward()
    return time.process_time() - start


def use(layout):
    """Weights and images in a layout of memory; gives the images."""
    for p in trained.values():
        p.grad = None
        if p.dim() == 4:
            p.data = p.data.contiguous(memory_format=layout)
    return [x.contiguous(memory_format=layout) for x in images]


def fastest_layout():
    """Both layouts are tried, and the state that this changes is put back."""
    kept = {name: value.detach().clone() for name, value in values.items()}
    seconds = {}
    for layout in (torch.contiguous_format, torch.channels_last):
        x = use(layout)[0]
        seconds[layout] = min(one_pass(x) for _ in range(3))
    with torch.no_grad():
        for name, value in values.items():
            value.copy_(kept[name])
            value.grad = None
    return min(seconds, key=seconds.get)


layout = fastest_layout() if job["fastest"] else torch.contiguous_format
inputs = use(layout)
print(json.dumps({"torch": torch.__version__, "layout": str(layout).removeprefix("torch.")}), flush=True)
for step, _ in enumerate(sys.stdin):
    x, y = inputs[step % len(inputs)], labels[step % len(labels)]
    start, cpu = time.perf_counter(), time.process_time()
    optimiser.zero_grad()
    loss = F.cross_entropy(forward(x), y)
    loss.backward()
    optimiser.step()
    loss = loss.item()
    ms, cpu_ms = 1000 * (time.perf_counter() - start), 1000 * (time.process_time() - cpu)
    print(json.dumps({"loss": loss, "ms": ms, "cpuMs": cpu_ms}), flush=True)
