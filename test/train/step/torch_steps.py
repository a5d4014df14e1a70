"""Training steps of a small factorised network in PyTorch, in float64: the oracle of torch-steps.ts.

python test/train/step/torch_steps.py > test/train/step/torch-steps.json
"""
import json
import sys

import numpy as np
import torch
import torch.nn.functional as F

rng = np.random.default_rng(5)
classes = 3
shapes = {
    "stem.weight": (4, 3, 3, 3), "norm1.scale": (4,), "norm1.shift": (4,),
    "body/svd_0.weight": (2, 4, 3, 3), "body/svd_1.weight": (5, 2, 1, 1), "body/svd_1.bias": (5,),
    "norm2.scale": (5,), "norm2.shift": (5,),
    "tail/tucker2_0.weight": (3, 5, 1, 1), "tail/tucker2_1.weight": (2, 3, 3, 3), "tail/tucker2_2.weight": (4, 2, 1, 1),
    "norm3.scale": (4,), "norm3.shift": (4,), "fc.weight": (3, 4), "fc.bias": (3,),
}
statistics = {f"norm{i}.{part}": (n,) for i, n in ((1, 4), (2, 5), (3, 4)) for part in ("mean", "variance")}


def numbers(dims, centre=0.0, scale=0.5):
    return np.round(centre + scale * (2 * rng.random(dims) - 1), 3)


def network():
    return {n: numbers(d, 1.0 if n.endswith(("scale", "variance")) else 0.0) for n, d in {**shapes, **statistics}.items()}


student, teacher = network(), network()
images = numbers((3, 8, 3, 5, 5), scale=1.0)
labels = rng.integers(0, classes, (3, 8))
mixed = np.round(rng.dirichlet([1, 1, 1], (3, 8)), 3)
mixed[..., 2] = np.round(1 - mixed[..., 0] - mixed[..., 1], 3)
rates = [0.1, 0.05, 0.02]


def forward(x, p, frozen_norms=(), training=True):
    def norm(i, x):
        own = training and i not in frozen_norms
        return F.batch_norm(x, p[f"norm{i}.mean"], p[f"norm{i}.variance"], p[f"norm{i}.scale"], p[f"norm{i}.shift"], own, 0.1, 1e-5)

    x = F.relu(norm(1, F.conv2d(x, p["stem.weight"], padding=1)))
    x = F.conv2d(x, p["body/svd_0.weight"], padding=1)
    x = F.relu(norm(2, F.conv2d(x, p["body/svd_1.weight"], p["body/svd_1.bias"])))
    x = F.conv2d(F.conv2d(x, p["tail/tucker2_0.weight"]), p["tail/tucker2_1.weight"], padding=1)
    x = F.relu(norm(3, F.conv2d(x, p["tail/tucker2_2.weight"])))
    return F.linear(x.mean((2, 3)), p["fc.weight"], p["fc.bias"])


def products(p):
    body = torch.einsum("orxy,rcab->ocab", p["body/svd_1.weight"], p["body/svd_0.weight"])
    tail = torch.einsum("oqxy,qpab,pcuv->ocab", p["tail/tucker2_2.weight"], p["tail/tucker2_1.weight"], p["tail/tucker2_0.weight"])
    return [body, tail]


def decays(name):
    return len(shapes[name]) > 1


def run(optimiser, smoothing=0.0, distil=None, temperature=1.0, decay=0.0, frobenius=0.0, clip=None, ema=None, parts=1, frozen=(), soft=False):
    p = {n: torch.tensor(v, dtype=torch.float64) for n, v in student.items()}
    t = {n: torch.tensor(v, dtype=torch.float64) for n, v in teacher.items()}
    trained = [n for n in shapes if n not in frozen]
    for n in trained:
        p[n].requires_grad_()
    frozen_norms = [i for i in (1, 2, 3) if f"norm{i}.scale" in frozen and f"norm{i}.shift" in frozen]
    # Decay of products takes the place of weight decay on factors.
    own = [n for n in trained if decays(n) and not (frobenius and ("svd" in n or "tucker" in n))]
    groups = [{"params": [p[n] for n in own], "weight_decay": decay}, {"params": [p[n] for n in trained if n not in own], "weight_decay": 0.0}]
    opt = optimiser([g for g in groups if g["params"]])
    average = {n: p[n].detach().clone() for n in p}
    reports = []
    for step in range(3):
        for g in opt.param_groups:
            g["lr"] = rates[step]
        opt.zero_grad()
        losses, correct = [], 0
        weight = None if distil is None else distil[step]
        for part in range(parts):
            rows = slice(part * 8 // parts, (part + 1) * 8 // parts)
            x = torch.tensor(images[step][rows])
            y = torch.tensor(mixed[step][rows]) if soft else torch.tensor(labels[step][rows])
            z = forward(x, p, frozen_norms)
            loss = F.cross_entropy(z, y, label_smoothing=smoothing)
            if weight is not None:
                u = forward(x, t, training=False)
                q, s = F.log_softmax(u / temperature, 1), F.log_softmax(z / temperature, 1)
                loss = (1 - weight) * loss + weight * temperature**2 * F.kl_div(s, q, reduction="batchmean", log_target=True)
            (loss / parts).backward()
            losses.append(loss.item())
            correct += (z.argmax(1) == (y.argmax(1) if soft else y)).sum().item()
        norm = torch.nn.utils.clip_grad_norm_([p[n] for n in trained], clip or 1e30).item()
        if frobenius:
            penalty = frobenius / 2 * sum((w**2).sum() for w in products(p))
            for n, g in zip(trained, torch.autograd.grad(penalty, [p[n] for n in trained], allow_unused=True)):
                if g is not None:
                    p[n].grad += g
        opt.step()
        with torch.no_grad():
            for n in average:
                if ema is not None:
                    average[n].mul_(ema).add_(p[n], alpha=1 - ema)
        reports.append({"loss": sum(losses) / parts, "correct": correct, "gradientNorm": norm})
    out = lambda v: [float(f"{x:.7g}") for x in v.detach().flatten().tolist()]
    state = {("statistic/" if n in statistics else "weight/") + n: out(v) for n, v in p.items()}
    if ema is not None:
        state.update({f"ema/{n}": out(v) for n, v in average.items()})
    return {"reports": reports, "state": state}


def sgd(momentum=0.0, nesterov=False):
    return lambda groups: torch.optim.SGD(groups, lr=1, momentum=momentum, nesterov=nesterov)


adamw = lambda groups: torch.optim.AdamW(groups, lr=1, betas=(0.9, 0.99), eps=1e-2)
prefix = [n for n in shapes if n.startswith(("stem", "norm1", "body", "norm2"))]
cases = {
    "plain SGD": run(sgd()),
    "momentum and weight decay": run(sgd(0.9), decay=0.05),
    "Nesterov and weight decay": run(sgd(0.9, True), decay=0.05),
    "AdamW": run(adamw, decay=0.05),
    "clipped gradients": run(sgd(0.9), clip=0.3),
    "label smoothing": run(sgd(), smoothing=0.1),
    "soft targets": run(sgd(), smoothing=0.1, soft=True),
    "distillation": run(sgd(), distil=[1, 1, 1], temperature=3.0),
    "distillation beside smoothed labels": run(sgd(), distil=[0.3, 0.5, 0.8], temperature=2.0, smoothing=0.1),
    "accumulation": run(sgd(0.9), parts=2, decay=0.05),
    "moving average": run(sgd(0.9), ema=0.8),
    "a frozen prefix with a moving average": run(sgd(0.9), decay=0.05, ema=0.8, frozen=prefix),
    "frozen first factors": run(sgd(0.9), decay=0.05, frozen=["body/svd_0.weight", "tail/tucker2_0.weight", "tail/tucker2_2.weight"]),
    "Frobenius decay": run(sgd(0.9), decay=0.05, frobenius=0.2),
    "Frobenius decay with frozen first factors": run(sgd(0.9), decay=0.05, frobenius=0.2, frozen=["body/svd_0.weight", "tail/tucker2_0.weight", "tail/tucker2_2.weight"]),
}
json.dump({
    "made with": f"torch {torch.__version__}",
    "rates": rates,
    "student": {n: v.flatten().tolist() for n, v in student.items()},
    "teacher": {n: v.flatten().tolist() for n, v in teacher.items()},
    "images": [b.flatten().tolist() for b in images],
    "labels": labels.tolist(),
    "mixed": [b.flatten().tolist() for b in mixed],
    "cases": cases,
}, sys.stdout)
