"""Operators that slide a window: Conv, AveragePool, MaxPool, with ONNX's padding in each of its forms."""

import math

import torch
from torch.nn import functional as F

_convolutions = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
_averages = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}
_maxima = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}


class Window:
    """The window of a node along each spatial axis, `auto_pad` and `ceil_mode` worked out."""

    def __init__(self, call, sizes, kernel):
        rank = len(kernel)
        self.kernel = list(kernel)
        self.stride = list(call.get("strides") or [1] * rank)
        self.dilation = list(call.get("dilations") or [1] * rank)
        pads = list(call.get("pads") or [0] * 2 * rank)
        self.before, self.after = pads[:rank], pads[rank:]
        rule = call.get("auto_pad", "NOTSET")
        span = [d * (k - 1) + 1 for d, k in zip(self.dilation, self.kernel)]
        # Zeros behind the padding, which a window that `ceil_mode` adds reaches into.
        self.beyond = [0] * rank
        if rule == "VALID":
            self.before, self.after = [0] * rank, [0] * rank
        for i, size in enumerate(sizes):
            stride = self.stride[i]
            if rule in ("SAME_UPPER", "SAME_LOWER"):
                needed = max(0, (-(-size // stride) - 1) * stride + span[i] - size)
                less = needed // 2
                self.before[i] = less if rule == "SAME_UPPER" else needed - less
                self.after[i] = needed - self.before[i]
            elif call.get("ceil_mode", 0):
                padded = size + self.before[i] + self.after[i]
                count = -(-(padded - span[i]) // stride) + 1
                # The last window begins within the image or the padding before it.
                if (count - 1) * stride >= size + self.before[i]:
                    count -= 1
                self.beyond[i] = max(0, (count - 1) * stride + span[i] - padded)
        self.sizes = list(sizes)

    def even(self):
        return self.before == self.after and not any(self.beyond)

    def padded(self, x, value):
        sides = [
            n
            for before, after, beyond in reversed(list(zip(self.before, self.after, self.beyond)))
            for n in (before, after + beyond)
        ]
        return F.pad(x, sides, value=value) if any(sides) else x

    def counts(self, include_pad, like):
        """What the sum of each window is divided by."""
        total = torch.ones([1] * len(self.sizes), dtype=torch.float64)
        for i, size in enumerate(self.sizes):
            span = self.dilation[i] * (self.kernel[i] - 1) + 1
            end = size + self.after[i]
            places = (size + self.before[i] + self.after[i] + self.beyond[i] - span) // self.stride[i] + 1
            along = [
                sum(
                    (at < end) if include_pad else (0 <= at < size)
                    for tap in range(self.kernel[i])
                    for at in (place * self.stride[i] + tap * self.dilation[i] - self.before[i],)
                )
                for place in range(places)
            ]
            shape = [1] * len(self.sizes)
            shape[i] = places
            total = total * torch.tensor(along, dtype=torch.float64).reshape(shape)
        return total.to(like.device, like.dtype)


def convolved(call, x):
    data, weight = x[0], x[1]
    bias = x[2] if call.has(2) else None
    window = Window(call, data.shape[2:], weight.shape[2:])
    padding = window.before
    if not window.even():
        data, padding = window.padded(data, 0), [0] * len(padding)
    convolve = _convolutions[weight.dim() - 2]
    return convolve(data, weight, bias, window.stride, padding, window.dilation, call.get("group", 1))


def pooled_average(call, x):
    data = x[0]
    window = Window(call, data.shape[2:], call.get("kernel_shape"))
    rank = len(window.kernel)
    include = call.get("count_include_pad", 0) != 0
    fits = all(2 * p <= k for p, k in zip(window.before, window.kernel))
    if window.even() and fits and all(d == 1 for d in window.dilation):
        return _averages[rank](data, window.kernel, window.stride, window.before, False, include)
    padded = window.padded(data, 0)
    if all(d == 1 for d in window.dilation):
        sums = _averages[rank](padded, window.kernel, window.stride) * math.prod(window.kernel)
    else:
        alone = padded.reshape(-1, 1, *padded.shape[2:])
        ones = torch.ones(1, 1, *window.kernel, dtype=data.dtype, device=data.device)
        sums = _convolutions[rank](alone, ones, None, window.stride, 0, window.dilation)
        sums = sums.reshape(*data.shape[:2], *sums.shape[2:])
    return sums / window.counts(include, data)


def pooled_maximum(call, x):
    if len([name for name in call.outputs if name]) > 1:
        call.refuse("gives the places of the maxima")
    data = x[0]
    window = Window(call, data.shape[2:], call.get("kernel_shape"))
    padding = window.before
    if not window.even() or any(2 * p > k for p, k in zip(padding, window.kernel)):
        data, padding = window.padded(data, -math.inf), [0] * len(padding)
    pool = _maxima[len(window.kernel)]
    return pool(data, window.kernel, window.stride, padding, window.dilation)
