"""A network of a plan as an `nn.Module`: each node by the operator of its name, weights under their own names."""

import torch
from torch import nn

from .errors import UserError
from .operators import Call, operators


class Network(nn.Module):
    """Class scores of a batch of images. `described` is the network's part of a plan, `tensors` its constants by name.

    Raises a UserError that names the first operator that is not known here.
    """

    def __init__(self, described, tensors):
        super().__init__()
        self.input = described["input"]
        self.scores = described["scores"]
        self.classes = described["classes"]
        self.weight_names = [weight["name"] for weight in described["weights"]]
        self.statistic_names = list(described["statistics"])
        nodes = _behind(described["nodes"], self.scores)
        _demand_known(nodes)
        weights = set(self.weight_names)
        known = {name: tensor for name, tensor in tensors.items() if name not in weights}
        attributes = lambda node: {
            name: tensors[value["tensor"]] if isinstance(value, dict) else value
            for name, value in node["attributes"].items()
        }
        self.calls = [Call({**node, "attributes": attributes(node)}, known) for node in nodes]
        self.norms = [call for call in self.calls if call.op == "BatchNormalization"]
        self.last_use = _last_uses(self.calls, self.scores)
        self._places = {}
        for name in self.weight_names:
            self._keep(name, nn.Parameter(tensors[name].float().clone()))
        for name in self.statistic_names:
            self._keep(name, tensors[name].float().clone())
        read = {name for call in self.calls for name in call.inputs}
        for name in read:
            if name in known and name not in self._places:
                # Whole numbers stay on the CPU: they are shapes and places.
                if known[name].is_floating_point() or known[name].dtype == torch.bool:
                    self._keep(name, known[name])
        self.whole = {name: known[name] for name in read if name in known and name not in self._places}
        self.set_trainable(set(self.weight_names))

    def _keep(self, name, tensor):
        place = f"t{len(self._places)}"
        self._places[name] = place
        if isinstance(tensor, nn.Parameter):
            self.register_parameter(place, tensor)
        else:
            self.register_buffer(place, tensor)

    def value(self, name):
        """The weight, statistic or constant of that name."""
        return getattr(self, self._places[name])

    def set_trainable(self, names):
        """Weights that rest get no gradient, and a norm of which neither scale nor shift is trained is as it is in use."""
        for name in self.weight_names:
            self.value(name).requires_grad_(name in names)
        for call in self.norms:
            call.trained = call.inputs[1] in names or call.inputs[2] in names

    def named_tensors(self):
        """Weights and running statistics by their names in the ONNX file."""
        return {name: self.value(name).detach() for name in self.weight_names + self.statistic_names}

    def forward(self, images, instead=None):
        """`instead`: tensors by name that take the place of the network's own, such as a moving average."""
        values = dict(self.whole)
        for call in self.norms:
            call.training = self.training and call.trained
        for name in self._places:
            values[name] = self.value(name) if instead is None or name not in instead else instead[name]
        values[self.input] = images
        for i, call in enumerate(self.calls):
            x = [values[name] if name else None for name in call.inputs]
            found = operators[call.op](call, x)
            outputs = found if isinstance(found, (tuple, list)) else (found,)
            for name, output in zip(call.outputs, outputs):
                values[name] = output
            for name in self.last_use[i]:
                values.pop(name, None)
        return values[self.scores].reshape(images.shape[0], self.classes)


def _behind(nodes, output):
    """The nodes that `output` depends on, in their order."""
    wanted, kept = {output}, []
    for node in reversed(nodes):
        if any(name in wanted for name in node["outputs"]):
            kept.append(node)
            wanted.update(node["inputs"])
    return kept[::-1]


def _last_uses(calls, output):
    seen = {output}
    uses = []
    for call in reversed(calls):
        names = {name for name in (*call.inputs, *call.outputs) if name}
        uses.append(names - seen)
        seen |= names
    return uses[::-1]


def _demand_known(nodes):
    for node in nodes:
        standard = node.get("domain", "") in ("", "ai.onnx")
        if not standard or node["op"] not in operators:
            name = node["name"] or (node["outputs"] or ["?"])[0]
            full = node["op"] if standard else f"{node['domain']}.{node['op']}"
            raise UserError(
                f'Cannot train with torch: the node "{name}" has the operator {full}, which has no gradient here.',
                "Export the network without it, or freeze nothing and train with --engine onnxruntime.",
            )
