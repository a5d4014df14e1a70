"""One optimisation step after another on the network of a plan, on one device or on many."""

import contextlib
import math
import time

import numpy
import torch
import torch.distributed as dist
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel

from .errors import UserError
from .loss import summed_loss
from .network import Network
from .optimiser import Optimiser
from .rng import BATCH, Rng

# PyTorch's constants for the factor on the loss in half precision (Micikevicius et al. 2018).
FIRST_SCALE, GROWTH_INTERVAL, LARGEST_SCALE = 65536, 2000, 2.0**24
_reduced = {"float16": torch.float16, "bfloat16": torch.bfloat16}


class Trainer:
    def __init__(self, plan, device, rank=0, world=1):
        self.plan, self.device, self.rank, self.world = plan, device, rank, world
        if plan["precision"] == "float16" and device.type == "cpu":
            raise UserError(
                "Cannot train in float16 on a CPU: PyTorch computes it on GPUs.", "Give --precision bf16 or fp32."
            )
        described = plan["network"]
        self.network = Network(described, plan.tensors(described["tensors"])).to(device)
        self.dims = described["imageDims"]
        self.teacher = None
        if plan["teacher"]:
            self.teacher = Network(plan["teacher"], plan.tensors(plan["teacher"]["tensors"])).to(device).eval()
            self.teacher.set_trainable(set())
        reading = plan["data"]["reading"]
        self.table = torch.tensor(reading["table"], dtype=torch.float32).reshape(3, 256).to(device)
        self.swapped, self.last = reading["channels"] == "bgr", reading["layout"] == "nhwc"
        # On a GPU convolutions are faster with the channels of a pixel side by side.
        self.format = torch.channels_last if device.type == "cuda" and not self.last else torch.contiguous_format
        for each in (self.network, self.teacher):
            if each is not None:
                each.to(memory_format=self.format)
        self.accumulation = plan["batch"]["accumulation"]
        self.images_per_step = plan["batch"]["images"]
        self.reduced = _reduced.get(plan["precision"])
        self.scaled = plan["precision"] == "float16"
        decays = [weight["name"] for weight in described["weights"] if weight["decays"]]
        self.optimiser = Optimiser(plan, decays, self.network)
        self.counters = {"steps": 0, "lossScale": FIRST_SCALE if self.scaled else 1, "stepsSinceScaling": 0}
        self.average = {}
        if plan["emaDecay"] is not None:
            names = self.network.weight_names + self.network.statistic_names
            self.average = {name: self.network.value(name).detach().clone() for name in names}
        self.set_trainable(self.network.weight_names)

    # What is trained

    def set_trainable(self, names):
        chosen = set(names)
        self.trainable = [name for name in self.network.weight_names if name in chosen]
        self.network.set_trainable(chosen)
        self.model = self._compiled(self.network)
        if self.world > 1:
            on = [self.device.index] if self.device.type == "cuda" else None
            self.model = DistributedDataParallel(self.model, device_ids=on, broadcast_buffers=False)

    def _compiled(self, network):
        return torch.compile(network) if self.plan.get("compile") and hasattr(torch, "compile") else network

    # One step

    def read(self, planes):
        """The input of the network out of bytes, images x 3 x height x width."""
        planes = planes if torch.is_tensor(planes) else torch.from_numpy(planes)
        planes = planes.to(self.device, non_blocking=True).long()
        channels = [self.table[c][planes[:, c]] for c in range(3)]
        images = torch.stack(channels[::-1] if self.swapped else channels, 1)
        return images.permute(0, 2, 3, 1).contiguous() if self.last else images.contiguous(memory_format=self.format)

    def mixed(self, images, targets, augmentation, place):
        """Mixup or cutmix with the mirrored place of the batch, where the augmentation has them."""
        blend, cut = augmentation["mixup"], augmentation["cutmix"]
        if blend == 0 and cut == 0:
            return images, targets
        rng = Rng(self.plan["data"]["seed"], BATCH, *place)
        if cut == 0 or (blend > 0 and rng.uniform() < 0.5):
            share = rng.beta(blend, blend)
            return share * images + (1 - share) * images.flip(0), share * targets + (1 - share) * targets.flip(0)
        rows, columns = (1, 2) if self.last else (2, 3)
        height, width = images.shape[rows], images.shape[columns]
        side = math.sqrt(1 - rng.beta(cut, cut))
        w, h = math.trunc(width * side), math.trunc(height * side)
        x, y = rng.integer(width), rng.integer(height)
        left, top = max(0, x - (w >> 1)), max(0, y - (h >> 1))
        right, bottom = min(width, x + (w >> 1)), min(height, y + (h >> 1))
        inside = [slice(None)] * 4
        inside[rows], inside[columns] = slice(top, bottom), slice(left, right)
        other = images.flip(0)
        images = images.clone()
        images[tuple(inside)] = other[tuple(inside)]
        share = 1 - ((right - left) * (bottom - top)) / (height * width)
        return images, share * targets + (1 - share) * targets.flip(0)

    def step(self, images, targets, hyper):
        """Takes a step on this rank's share of a batch. `hyper`: learningRate, distillationWeight, emaDecay."""
        statistics = [self.network.value(name) for name in self.network.statistic_names]
        before = [each.clone() for each in statistics]
        loss, correct = self._gradients(images, targets, hyper)
        names = self.trainable
        weights = [self.network.value(name) for name in names]
        with torch.no_grad():
            gradients = [torch.zeros_like(w) if w.grad is None else w.grad for w in weights]
            for weight in weights:
                weight.grad = None
            if self.scaled:
                gradients = torch._foreach_mul(gradients, 1 / self.counters["lossScale"])
            norms = torch.stack(torch._foreach_norm(gradients)).double().tolist()
            norm = math.sqrt(sum(each * each for each in norms))
            found = self._not_finite(loss, norms)
            if found is None:
                updates, kept = self.optimiser.proposed(names, gradients, norm, hyper["learningRate"])
                found = self._changed_not_finite(names, updates)
            metrics = {"loss": loss, "correct": correct, "count": self.images_per_step, "gradientNorm": norm}
            if found is not None:
                for each, was in zip(statistics, before):
                    each.copy_(was)
                skipped = found["in"] == "gradient" and self.scaled and self.counters["lossScale"] > 1
                if skipped:
                    self.counters.update(lossScale=self.counters["lossScale"] / 2, stepsSinceScaling=0)
                return {**metrics, "notFinite": None if skipped else found, "skipped": skipped}
            torch._foreach_sub_(weights, updates)
            self.optimiser.commit(kept)
            self._follow(hyper)
        self._count_step()
        return {**metrics, "notFinite": None, "skipped": False}

    def _gradients(self, images, targets, hyper):
        """Backward over all parts; the loss and the number of correct images of the whole step."""
        part = len(images) // self.accumulation
        weight = hyper.get("distillationWeight")
        weight = self.plan["loss"]["distillationWeight"] if weight is None else weight
        sums = torch.zeros(2, dtype=torch.float64, device=self.device)
        for i in range(self.accumulation):
            x, t = images[i * part : (i + 1) * part], targets[i * part : (i + 1) * part]
            last = i + 1 == self.accumulation
            alone = contextlib.nullcontext() if last or self.world == 1 else self.model.no_sync()
            with alone:
                with self._autocast():
                    scores = self.model(x)
                    taught = None
                    if self.teacher is not None:
                        with torch.no_grad():
                            taught = self.teacher(x)
                loss = summed_loss(
                    scores, t, self.plan["loss"]["labelSmoothing"], taught, weight, self.plan["loss"]["temperature"]
                )
                (loss * (self.counters["lossScale"] / len(images))).backward()
            with torch.no_grad():
                sums[0] += loss.double()
                sums[1] += (scores.argmax(1) == t.argmax(1)).sum()
        if self.world > 1:
            dist.all_reduce(sums)
        total, correct = sums.tolist()
        return total / self.images_per_step, int(correct)

    def _autocast(self):
        if self.reduced is None:
            return contextlib.nullcontext()
        return torch.autocast(self.device.type, self.reduced)

    def _not_finite(self, loss, norms):
        if not math.isfinite(loss):
            return {"in": "loss", "name": self.network.scores}
        for name, norm in zip(reversed(self.trainable), reversed(norms)):
            if not math.isfinite(norm):
                return {"in": "gradient", "name": name}
        return None

    def _changed_not_finite(self, names, updates):
        statistics = [self.network.value(name) for name in self.network.statistic_names]
        found = torch.stack(torch._foreach_norm([*updates, *statistics])).double()
        if self.world > 1:
            dist.all_reduce(found)
        for i, norm in enumerate(found.tolist()):
            if not math.isfinite(norm):
                weight = i < len(names)
                return {
                    "in": "weight" if weight else "statistic",
                    "name": names[i] if weight else self.network.statistic_names[i - len(names)],
                }
        return None

    def _follow(self, hyper):
        if not self.average:
            return
        decay = hyper.get("emaDecay")
        decay = self.plan["emaDecay"] if decay is None else decay
        values = [self.network.value(name).detach() for name in self.average]
        averages = list(self.average.values())
        torch._foreach_mul_(averages, decay)
        torch._foreach_add_(averages, values, alpha=1 - decay)

    def _count_step(self):
        self.counters["steps"] += 1
        if not self.scaled:
            return
        held = self.counters["stepsSinceScaling"] + 1
        grows = held >= GROWTH_INTERVAL and self.counters["lossScale"] < LARGEST_SCALE
        self.counters["stepsSinceScaling"] = 0 if grows else held
        if grows:
            self.counters["lossScale"] *= 2

    # The state

    def agree(self):
        """Running statistics are averaged over the ranks: each has seen its share of every batch."""
        if self.world == 1:
            return
        names = self.network.statistic_names
        mine = [self.network.value(name) for name in names] + [self.average[n] for n in names if n in self.average]
        if not mine:
            return
        flat = torch.cat([each.reshape(-1) for each in mine])
        dist.all_reduce(flat)
        flat /= self.world
        at = 0
        for each in mine:
            each.copy_(flat[at : at + each.numel()].reshape(each.shape))
            at += each.numel()

    def state(self):
        """Everything that the next step depends on, by `slot/NAME`, on the CPU."""
        self.agree()
        tensors = {f"weight/{name}": self.network.value(name) for name in self.network.weight_names}
        tensors.update({f"statistic/{name}": self.network.value(name) for name in self.network.statistic_names})
        tensors.update(self.optimiser.state)
        tensors.update({f"ema/{name}": value for name, value in self.average.items()})
        return {
            key: torch.tensor(float(value)) if isinstance(value, numpy.float32) else value.detach().cpu().clone()
            for key, value in tensors.items()
        }

    def load(self, tensors, counters):
        with torch.no_grad():
            for key, tensor in tensors.items():
                slot, name = key.split("/", 1)
                if slot in ("weight", "statistic"):
                    self.network.value(name).copy_(tensor)
                elif slot == "ema":
                    self.average[name].copy_(tensor)
                elif slot.endswith("-share"):
                    self.optimiser.state[key] = numpy.float32(tensor.item())
                else:
                    self.optimiser.state[key] = tensor.to(self.device).clone()
        self.counters = dict(counters)

    # Scores

    @torch.no_grad()
    def evaluate(self, batches, choice):
        """Sums over the validation set with running statistics, in float32."""
        started = time.perf_counter()
        self.agree()
        self.network.eval()
        instead = self.average if choice == "ema" else None
        sums = torch.zeros(4, dtype=torch.float64, device=self.device)
        unreadable = []
        for planes, labels, reasons in batches:
            unreadable += reasons
            if len(labels) == 0:
                continue
            y = torch.from_numpy(labels).to(self.device)
            scores = self.network(self.read(planes), instead).float()
            own = scores.gather(1, y[:, None])
            sums += torch.stack([
                F.cross_entropy(scores, y, reduction="sum").double(),
                (scores.argmax(1) == y).sum().double(),
                ((scores > own).sum(1) < 5).sum().double(),
                torch.tensor(float(len(labels)), dtype=torch.float64, device=self.device),
            ])
        self.network.train()
        if self.world > 1:
            dist.all_reduce(sums)
        loss, correct, top5, count = sums.tolist()
        return {
            "loss": loss / max(1, count), "correct": int(correct), "correctTop5": int(top5), "count": int(count),
            "unreadable": unreadable, "wallMs": 1000 * (time.perf_counter() - started),
        }

    # Times

    def timed(self, names, repeats, warm_ups=2):
        """Milliseconds of steps on noise with the weights `names` trained; the state is afterwards as it was."""
        before, counters, chosen = self.state(), dict(self.counters), list(self.trainable)
        self.set_trainable(names)
        count = self.images_per_step // self.world
        generator = torch.Generator().manual_seed(1)
        images = torch.randn(count, *self.dims, generator=generator).to(self.device, memory_format=self.format)
        labels = torch.randint(self.network.classes, (count,), generator=generator)
        targets = F.one_hot(labels, self.network.classes).float().to(self.device)
        times = []
        for i in range(warm_ups + repeats):
            started = time.perf_counter()
            self.step(images, targets, {"learningRate": 0.0})
            if self.device.type == "cuda":
                torch.cuda.synchronize()
            if i >= warm_ups:
                times.append(1000 * (time.perf_counter() - started))
        self.load(before, counters)
        self.set_trainable(chosen)
        return times
