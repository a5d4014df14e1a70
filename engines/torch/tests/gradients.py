"""Outputs and gradients of the small graphs in a folder, for rankfront's tests: cases.json and cases.safetensors in, found.safetensors out."""

import json
import os
import sys

import torch

from rankfront_torch import safetensors
from rankfront_torch.operators import Call, operators


def run(nodes, known, values):
    for node in nodes:
        attributes = {
            name: known[value["tensor"]] if isinstance(value, dict) else value
            for name, value in node["attributes"].items()
        }
        call = Call({**node, "attributes": attributes}, known)
        call.training = False
        outputs = operators[call.op](call, [values[name] if name else None for name in call.inputs])
        for name, output in zip(call.outputs, outputs if isinstance(outputs, (tuple, list)) else (outputs,)):
            values[name] = output
    return values["y"]


def main(folder):
    with open(os.path.join(folder, "cases.json"), encoding="utf8") as file:
        cases = json.load(file)
    tensors = safetensors.read(os.path.join(folder, "cases.safetensors"))
    found = {}
    for case in cases:
        name = case["name"]
        part = lambda kind: {
            key[len(f"{name}/{kind}/") :]: value for key, value in tensors.items() if key.startswith(f"{name}/{kind}/")
        }
        known, inputs = part("constant"), part("input")
        free = {key: value.clone().requires_grad_(key not in case["fixed"]) for key, value in inputs.items()}
        y = run(case["nodes"], known, {**known, **free})
        found[f"{name}/y"] = y
        (y * tensors[f"{name}/seed"]).sum().backward()
        for key, value in free.items():
            if value.grad is not None:
                found[f"{name}/gradient/{key}"] = value.grad
    safetensors.write(os.path.join(folder, "found.safetensors"), found)


main(sys.argv[1])
