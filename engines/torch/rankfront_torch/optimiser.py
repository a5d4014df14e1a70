"""From gradients to updates of the weights: clipping, decay, SGD with momentum as PyTorch has it, AdamW.

Nothing is changed before all is known to be finite: `proposed` computes the next state, `commit` takes it over.
"""

import numpy
import torch


def slots_of(kind):
    """What is kept of each weight: its name, and whether it is one number or has the shape of the weight."""
    if kind["kind"] == "adamw":
        return [("first-moment", False), ("second-moment", False), ("first-share", True), ("second-share", True)]
    return [("momentum", False)] if kind["momentum"] > 0 else []


class Optimiser:
    """`decays` names the weights that plain decay applies to; `state` holds the slots by `slot/NAME`."""

    def __init__(self, plan, decays, network):
        self.kind = plan["optimiser"]
        self.weight_decay = plan["weightDecay"]
        self.frobenius_decay = plan["frobeniusDecay"]
        self.clip_norm = plan["clipNorm"]
        self.sites = plan["sites"]
        self.decays = set(decays)
        self.network = network
        self.state = {}
        for slot, scalar in slots_of(self.kind):
            for name in network.weight_names:
                weight = network.value(name)
                self.state[f"{slot}/{name}"] = numpy.float32(0) if scalar else torch.zeros_like(weight.detach())

    def proposed(self, names, gradients, norm, rate):
        """The updates to subtract, in the order of `names`, and the slots after them."""
        updates = list(gradients)
        if self.clip_norm is not None:
            factor = min(1.0, self.clip_norm / (norm + 1e-6))
            if factor < 1:
                updates = torch._foreach_mul(updates, factor)
        if self.kind["kind"] == "sgd":
            updates = self._decayed(names, updates)
            updates, kept = self._with_momentum(names, updates)
        else:
            updates, kept = self._by_adam(names, updates)
            updates = self._decayed(names, updates)
        return torch._foreach_mul(updates, rate), kept

    def _with_momentum(self, names, updates):
        mu = self.kind["momentum"]
        if mu == 0:
            return updates, {}
        before = [self.state[f"momentum/{name}"] for name in names]
        momenta = torch._foreach_add(torch._foreach_mul(before, mu), updates)
        kept = {f"momentum/{name}": value for name, value in zip(names, momenta)}
        if not self.kind["nesterov"]:
            return momenta, kept
        return torch._foreach_add(updates, momenta, alpha=mu), kept

    def _by_adam(self, names, updates):
        """The corrections are the shares of the updates in the averages, counted by weight."""
        b1, b2, epsilon = self.kind["beta1"], self.kind["beta2"], self.kind["epsilon"]
        kept, scaled = {}, []
        for name, u in zip(names, updates):
            first = self.state[f"first-moment/{name}"] * b1 + u * (1 - b1)
            second = self.state[f"second-moment/{name}"] * b2 + u * u * (1 - b2)
            c1 = self.state[f"first-share/{name}"] * numpy.float32(b1) + numpy.float32(1 - b1)
            c2 = self.state[f"second-share/{name}"] * numpy.float32(b2) + numpy.float32(1 - b2)
            kept.update({
                f"first-moment/{name}": first, f"second-moment/{name}": second,
                f"first-share/{name}": c1, f"second-share/{name}": c2,
            })
            scaled.append(first * float(1 / c1) / (second.sqrt() * float(1 / numpy.sqrt(c2)) + epsilon))
        return scaled, kept

    def _decayed(self, names, updates):
        weights = {name: self.network.value(name).detach() for name in names}
        by_name = dict(zip(names, updates))
        sites = self.sites if self.frobenius_decay else []
        in_sites = {factor["weight"] for site in sites for factor in site["factors"]}
        if self.weight_decay:
            for name in names:
                if name in self.decays and name not in in_sites:
                    by_name[name] = torch.add(by_name[name], weights[name], alpha=self.weight_decay)
        for site in sites:
            for name, gradient in _penalty(site, self.network).items():
                if name in by_name:
                    by_name[name] = torch.add(by_name[name], gradient, alpha=self.frobenius_decay)
        return [by_name[name] for name in names]

    def commit(self, kept):
        self.state.update(kept)


def _penalty(site, network):
    """The gradient of |W|^2 / 2 by factor, W the weight that the factors multiply out to (Khodak et al. 2021)."""
    groups, factors = site["groups"], site["factors"]
    values = [network.value(factor["weight"]).detach() for factor in factors]
    f, f_back = _by_rank(values[0], factors[0]["layout"], groups, "out")
    s, s_back = _by_rank(values[-1], factors[-1]["layout"], groups, "in")
    p, q = f @ f.transpose(1, 2), s @ s.transpose(1, 2)
    names = [factor["weight"] for factor in factors]
    if len(factors) == 2:
        return {names[0]: f_back(q @ f), names[1]: s_back(p @ s)}
    core = values[1]
    size, rank = core.shape[0], core.shape[1]
    c = core.reshape(groups, size // groups, rank, -1).permute(0, 3, 1, 2)
    left, right = q[:, None] @ c, c @ p[:, None]
    middle = (left @ p[:, None]).permute(0, 2, 3, 1).reshape(core.shape)
    turned = c.transpose(2, 3)
    return {
        names[0]: f_back((turned @ left).sum(1) @ f),
        names[1]: middle,
        names[2]: s_back((right @ turned).sum(1) @ s),
    }


def _by_rank(weight, layout, groups, side):
    """As [groups, rank, everything else], and the way back."""
    dims = weight.shape
    if (layout == "out-in") == (side == "out"):
        return weight.reshape(groups, dims[0] // groups, -1), lambda m: m.reshape(dims)
    taps = 1
    for size in dims[2:]:
        taps *= size
    matrix = weight.reshape(groups, dims[0] // groups, dims[1], taps).permute(0, 2, 1, 3)
    back = lambda m: m.reshape(groups, dims[1], dims[0] // groups, taps).permute(0, 2, 1, 3).reshape(dims)
    return matrix.reshape(groups, dims[1], -1), back
