"""Reading and writing safetensors files: 8 bytes of length, a JSON head, the numbers.

https://github.com/huggingface/safetensors#format
"""

import json
import os

import numpy
import torch

from .errors import UserError

# bfloat16 has no type in numpy: its bits are read as whole numbers and reinterpreted.
_numpy = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<i2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
    "U8": "u1", "BOOL": "?",
}
_names = {
    torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
    torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL",
}


def read(path):
    """The tensors of a file by name, on the CPU. Raises a UserError for a file that is none or is cut short."""
    with open(path, "rb") as file:
        data = file.read()
    return decoded(data, path)


def decoded(data, path="the message"):
    try:
        length = int.from_bytes(data[:8], "little")
        head = json.loads(data[8 : 8 + length])
        body = memoryview(data)[8 + length :]
        tensors = {}
        for name, entry in head.items():
            if name != "__metadata__":
                tensors[name] = _tensor(entry, body)
        return tensors
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(
            f'Cannot read "{path}": it is no safetensors file, or is cut short ({error}).',
            "Write it again.",
        ) from error


def metadata_of(data):
    """What the head says beside the tensors; texts by name."""
    length = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + length]).get("__metadata__", {})


def _tensor(entry, body):
    start, end = entry["data_offsets"]
    shape = entry["shape"]
    kind = numpy.dtype(_numpy[entry["dtype"]])
    count = int(numpy.prod(shape, dtype=numpy.int64))
    if end > len(body) or (end - start) != count * kind.itemsize:
        raise ValueError(f"{end - start} bytes for the shape {shape}")
    values = torch.from_numpy(numpy.frombuffer(body[start:end], kind).copy())
    if entry["dtype"] == "BF16":
        values = values.view(torch.bfloat16)
    return values.reshape(shape)


def encoded(tensors, metadata=None):
    """The bytes of a file that holds `tensors`, by name."""
    head, parts, at = {}, [], 0
    if metadata:
        head["__metadata__"] = metadata
    for name, tensor in tensors.items():
        plain = tensor.detach().cpu().contiguous()
        bits = plain.view(torch.int16) if plain.dtype == torch.bfloat16 else plain
        data = bits.numpy().tobytes()
        head[name] = {"dtype": _names[plain.dtype], "shape": list(plain.shape), "data_offsets": [at, at + len(data)]}
        parts.append(data)
        at += len(data)
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([len(text).to_bytes(8, "little"), text, *parts])


def write(path, tensors, metadata=None):
    """Writes the file beside its place first, so that a crash leaves what was there."""
    half = f"{path}.{os.getpid()}.part"
    try:
        with open(half, "wb") as file:
            file.write(encoded(tensors, metadata))
            file.flush()
            os.fsync(file.fileno())
        os.replace(half, path)
    finally:
        if os.path.exists(half):
            os.remove(half)
