"""Every operator that rankfront's gradients know, as PyTorch computes it. Gradients are PyTorch's own.

An operator takes the `Call` of a node and its inputs, and returns its outputs.
"""

import math

import torch
from torch.nn import functional as F

from .errors import UserError
from .window import convolved, pooled_average, pooled_maximum

# The element types by their codes in ONNX.
dtypes = {
    1: torch.float32, 2: torch.uint8, 3: torch.int8, 5: torch.int16, 6: torch.int32, 7: torch.int64, 9: torch.bool,
    10: torch.float16, 11: torch.float64, 16: torch.bfloat16,
}


class Call:
    """A node as its operator sees it. `known` are the constants of the graph, on the CPU."""

    def __init__(self, node, known):
        self.op = node["op"]
        self.name = node["name"] or (node["outputs"] or ["?"])[0]
        self.inputs = node["inputs"]
        self.outputs = node["outputs"]
        self.attributes = node["attributes"]
        self.known = {i: known[name] for i, name in enumerate(self.inputs) if name in known}

    def get(self, name, otherwise=None):
        return self.attributes.get(name, otherwise)

    def has(self, i):
        return i < len(self.inputs) and self.inputs[i] != ""

    def integers(self, i, x):
        """The whole numbers of input i."""
        given = self.known.get(i)
        return (x[i] if given is None else given).reshape(-1).tolist()

    def number(self, i, x):
        given = self.known.get(i)
        return (x[i] if given is None else given).reshape(-1)[0].item()

    def refuse(self, why):
        raise UserError(
            f'Cannot train with torch: the node "{self.name}" ({self.op}) {why}.',
            "Train with --engine onnxruntime, or export the network without it.",
        )


def _axis(axis, rank):
    return axis + rank if axis < 0 else axis


def _first(function):
    return lambda call, x: function(x[0])


def _two(function):
    return lambda call, x: function(*_together(x[:2]))


def batch_normalization(call, x):
    """`call.training` says whether the statistics are those of the batch; then the running ones are updated."""
    data, scale, shift, mean, variance = x
    training = call.training
    momentum = 1 - call.get("momentum", 0.9)
    return F.batch_norm(data, mean, variance, scale, shift, training, momentum, call.get("epsilon", 1e-5))


def clip(call, x):
    low = call.number(1, x) if call.has(1) else None
    high = call.number(2, x) if call.has(2) else None
    return x[0] if low is None and high is None else torch.clamp(x[0], low, high)


def concat(call, x):
    return torch.cat(_together(x), call.get("axis"))


def _together(x):
    """Whole numbers are computed on the CPU, where the shapes are: they go to what lies elsewhere."""
    elsewhere = next((each.device for each in x if each.device.type != "cpu"), None)
    return x if elsewhere is None else [each.to(elsewhere) for each in x]


def constant_of_shape(call, x):
    value = call.get("value")
    fill = torch.zeros(1) if value is None else value
    return torch.full(call.integers(0, x), fill.reshape(-1)[0].item(), dtype=fill.dtype)


def div(call, x):
    a, b = x
    return a / b if a.is_floating_point() or b.is_floating_point() else torch.div(a, b, rounding_mode="trunc")


def dropout(call, x):
    # A training drops nothing: rankfront refuses a network whose Dropout would.
    return x[0]


def expand(call, x):
    wanted = call.integers(1, x)
    return x[0].expand(torch.broadcast_shapes(tuple(x[0].shape), tuple(wanted)))


def flatten(call, x):
    axis = _axis(call.get("axis", 1), x[0].dim())
    return x[0].reshape(math.prod(x[0].shape[:axis]), -1)


def gather(call, x):
    data, places = x[0], x[1].long()
    axis = _axis(call.get("axis", 0), data.dim())
    size = data.shape[axis]
    if data.device != places.device:
        places = places.to(data.device)
    places = torch.where(places < 0, places + size, places)
    taken = torch.index_select(data, axis, places.reshape(-1))
    return taken.reshape([*data.shape[:axis], *places.shape, *data.shape[axis + 1 :]])


def gemm(call, x):
    a = x[0].t() if call.get("transA", 0) else x[0]
    b = x[1].t() if call.get("transB", 0) else x[1]
    alpha, beta = call.get("alpha", 1.0), call.get("beta", 1.0)
    if not call.has(2):
        return alpha * torch.matmul(a, b) if alpha != 1 else torch.matmul(a, b)
    return torch.addmm(x[2], a, b, beta=beta, alpha=alpha)


def global_average_pool(call, x):
    return x[0].mean(tuple(range(2, x[0].dim())), keepdim=True)


def hard_sigmoid(call, x):
    return torch.clamp(call.get("alpha", 0.2) * x[0] + call.get("beta", 0.5), 0, 1)


def layer_normalization(call, x):
    data = x[0]
    axis = _axis(call.get("axis", -1), data.dim())
    unit = F.layer_norm(data, data.shape[axis:], None, None, call.get("epsilon", 1e-5))
    scaled = unit * x[1]
    return scaled + x[2] if call.has(2) else scaled


def pad(call, x):
    if call.get("mode", "constant") != "constant":
        call.refuse(f"pads by mode \"{call.get('mode')}\"")
    pads = call.integers(1, x)
    rank = x[0].dim()
    axes = [_axis(a, rank) for a in call.integers(3, x)] if call.has(3) else list(range(rank))
    value = call.number(2, x) if call.has(2) else 0
    sides = [[0, 0] for _ in range(rank)]
    for i, axis in enumerate(axes):
        sides[axis] = [pads[i], pads[i + len(axes)]]
    return F.pad(x[0], [n for side in reversed(sides) for n in side], value=value)


def pow_(call, x):
    if 1 in call.known and call.known[1].numel() == 1:
        return torch.pow(x[0], call.number(1, x))
    return torch.pow(x[0], x[1]).to(x[0].dtype)


def _reduced(call, x):
    if call.has(1):
        axes = call.integers(1, x)
    else:
        axes = call.get("axes", [])
    if axes:
        return [_axis(axis, x[0].dim()) for axis in axes]
    return [] if call.get("noop_with_empty_axes", 0) else list(range(x[0].dim()))


def reduce_mean(call, x):
    axes = _reduced(call, x)
    return x[0].mean(axes, keepdim=call.get("keepdims", 1) != 0) if axes else x[0]


def reduce_sum(call, x):
    axes = _reduced(call, x)
    return x[0].sum(axes, keepdim=call.get("keepdims", 1) != 0) if axes else x[0]


def reshape(call, x):
    wanted = call.integers(1, x)
    if not call.get("allowzero", 0):
        wanted = [x[0].shape[i] if size == 0 else size for i, size in enumerate(wanted)]
    return x[0].reshape(wanted)


def slice_(call, x):
    data = x[0]
    starts, ends = call.integers(1, x), call.integers(2, x)
    axes = call.integers(3, x) if call.has(3) else list(range(len(starts)))
    steps = call.integers(4, x) if call.has(4) else [1] * len(starts)
    for start, end, axis, step in zip(starts, ends, axes, steps):
        axis = _axis(axis, data.dim())
        size = data.shape[axis]
        if step < 0:
            # The same elements from behind: forward, then turned round.
            low, high = -1, size - 1
            first = min(max(start + size if start < 0 else start, 0), high)
            last = min(max(end + size if end < 0 else end, low), high)
            count = max(0, -(-(first - last) // -step))
            data = data.narrow(axis, first + (count - 1) * step, (count - 1) * -step + 1) if count else data.narrow(axis, 0, 0)
            data = data[(slice(None),) * axis + (slice(None, None, -step),)].flip(axis)
        else:
            data = data[(slice(None),) * axis + (slice(start, end, step),)]
    return data


def split(call, x):
    axis = _axis(call.get("axis", 0), x[0].dim())
    size = x[0].shape[axis]
    if call.has(1):
        sizes = call.integers(1, x)
    else:
        parts = call.get("num_outputs", len(call.outputs))
        each = -(-size // parts)
        sizes = [each] * (parts - 1) + [size - each * (parts - 1)]
    return torch.split(x[0], sizes, axis)


def squeeze(call, x):
    data = x[0]
    axes = call.integers(1, x) if call.has(1) else [i for i, size in enumerate(data.shape) if size == 1]
    for axis in sorted((_axis(a, data.dim()) for a in axes), reverse=True):
        data = data.squeeze(axis)
    return data


def unsqueeze(call, x):
    axes = call.integers(1, x)
    rank = x[0].dim() + len(axes)
    data = x[0]
    for axis in sorted(_axis(a, rank) for a in axes):
        data = data.unsqueeze(axis)
    return data


def sum_(call, x):
    total = x[0]
    for each in x[1:]:
        total = total + each
    return total


def transpose(call, x):
    return x[0].permute(call.get("perm") or list(reversed(range(x[0].dim()))))


def where(call, x):
    condition, a, b = x
    device = a.device if a.device.type != "cpu" else b.device
    return torch.where(condition.to(device), a, b)


def arg(function):
    def found(call, x):
        if call.get("select_last_index", 0):
            call.refuse("takes the last of equal elements")
        return function(x[0], call.get("axis", 0), keepdim=call.get("keepdims", 1) != 0)

    return found


def shape(call, x):
    sizes = list(x[0].shape)
    end = call.get("end", len(sizes))
    return torch.tensor(sizes[call.get("start", 0) : end], dtype=torch.int64)


def one_hot(call, x):
    depth = int(call.number(1, x))
    places = torch.remainder(x[0].long(), depth)
    axis = _axis(call.get("axis", -1), x[0].dim() + 1)
    off, on = x[2][0], x[2][1]
    hot = F.one_hot(places, depth).movedim(-1, axis)
    return torch.where(hot.bool(), on, off)


def eye_like(call, x):
    kind = dtypes[call.get("dtype")] if call.get("dtype") else x[0].dtype
    diagonal = torch.ones(min(x[0].shape) + abs(call.get("k", 0)))
    eye = torch.diag(diagonal, call.get("k", 0))[: x[0].shape[0], : x[0].shape[1]]
    rows, columns = x[0].shape[0] - eye.shape[0], x[0].shape[1] - eye.shape[1]
    return F.pad(eye, (0, columns, 0, rows)).to(x[0].device, kind)


operators = {
    "Abs": _first(torch.abs),
    "Add": _two(torch.add),
    "AveragePool": pooled_average,
    "BatchNormalization": batch_normalization,
    "Cast": lambda call, x: x[0].to(dtypes[call.get("to")]),
    "Clip": clip,
    "Concat": concat,
    "Conv": convolved,
    "Div": div,
    "Dropout": dropout,
    "Erf": _first(torch.erf),
    "Exp": _first(torch.exp),
    "Expand": expand,
    "Flatten": flatten,
    "Gather": gather,
    "Gelu": lambda call, x: F.gelu(x[0], approximate=call.get("approximate", "none")),
    "Gemm": gemm,
    "GlobalAveragePool": global_average_pool,
    "HardSigmoid": hard_sigmoid,
    "HardSwish": _first(F.hardswish),
    "Identity": _first(lambda x: x),
    "LayerNormalization": layer_normalization,
    "LeakyRelu": lambda call, x: F.leaky_relu(x[0], call.get("alpha", 0.01)),
    "Log": _first(torch.log),
    "LogSoftmax": lambda call, x: F.log_softmax(x[0], call.get("axis", -1)),
    "MatMul": _two(torch.matmul),
    "MaxPool": pooled_maximum,
    "Mul": _two(torch.mul),
    "Neg": _first(torch.neg),
    "Pad": pad,
    "Pow": pow_,
    "Reciprocal": _first(torch.reciprocal),
    "ReduceMean": reduce_mean,
    "ReduceSum": reduce_sum,
    "Relu": _first(F.relu),
    "Reshape": reshape,
    "Sigmoid": _first(torch.sigmoid),
    "Slice": slice_,
    "Softmax": lambda call, x: F.softmax(x[0], call.get("axis", -1)),
    "Split": split,
    "Sqrt": _first(torch.sqrt),
    "Squeeze": squeeze,
    "Sub": _two(torch.sub),
    "Sum": sum_,
    "Tanh": _first(torch.tanh),
    "Transpose": transpose,
    "Unsqueeze": unsqueeze,
    "Where": where,
    # Nothing flows back through these.
    "And": _two(torch.logical_and),
    "ArgMax": arg(torch.argmax),
    "ArgMin": arg(torch.argmin),
    "Ceil": _first(torch.ceil),
    "ConstantOfShape": constant_of_shape,
    "Equal": _two(torch.eq),
    "EyeLike": eye_like,
    "Floor": _first(torch.floor),
    "Greater": _two(torch.gt),
    "GreaterOrEqual": _two(torch.ge),
    "IsInf": _first(torch.isinf),
    "IsNaN": _first(torch.isnan),
    "Less": _two(torch.lt),
    "LessOrEqual": _two(torch.le),
    "NonZero": _first(lambda x: torch.nonzero(x).t()),
    "Not": _first(torch.logical_not),
    "OneHot": one_hot,
    "Or": _two(torch.logical_or),
    "Round": _first(torch.round),
    "Shape": shape,
    "Sign": _first(torch.sign),
    "Size": _first(lambda x: torch.tensor(x.numel())),
    "Xor": _two(torch.logical_xor),
}
