"""Carries out what rankfront asks of a training, one command after the other."""

import math
import time

import torch
from torch.nn import functional as F

from . import safetensors
from .data import TrainingBatches, ValidationBatches
from .trainer import Trainer


class Session:
    """A training under way on this rank."""

    def __init__(self, plan, ranks):
        self.ranks = ranks
        self.trainer = Trainer(plan, ranks.device, ranks.rank, ranks.world)
        self.batches = TrainingBatches(plan, ranks.rank, ranks.world, ranks.device.type == "cuda")
        self.validation = ValidationBatches(plan, ranks.rank, ranks.world) if plan["validation"] else None

    def info(self):
        return {
            "stepSize": self.trainer.images_per_step,
            "batchesPerEpoch": self.batches.per_epoch,
            "weights": self.trainer.network.weight_names,
            "device": self.ranks.device.type,
            "world": self.ranks.world,
        }

    def answer(self, head, data):
        """The answer and the numbers that go with it."""
        return getattr(self, f"do_{head['do']}")(head, data)

    def do_begin(self, head, _):
        self.batches.begin(head["epoch"], head["batch"], head["epochs"])
        return None, b""

    def do_steps(self, head, _):
        reports = []
        for hyper in head["hypers"]:
            report = self.step(hyper)
            if report is None:
                break
            reports.append(report)
            if report["metrics"]["notFinite"]:
                break
        return reports, b""

    def step(self, hyper):
        found = self.batches.next()
        if found is None:
            return None
        (epoch, batch), planes, labels, waited = found
        hyper = {name: _number(value) for name, value in hyper.items()}
        started = time.perf_counter()
        trainer = self.trainer
        number = trainer.counters["steps"] + 1
        images = trainer.read(planes)
        targets = F.one_hot(torch.from_numpy(labels), trainer.network.classes).float().to(trainer.device)
        images, targets = trainer.mixed(images, targets, self.batches.augmentation_at(epoch), (epoch, batch))
        metrics = trainer.step(images, targets, hyper)
        return {
            "place": {"epoch": epoch, "batch": batch}, "step": number, "metrics": _plain(metrics),
            "stepMs": 1000 * (time.perf_counter() - started), "waitedMs": waited,
        }

    def do_setTrainable(self, head, _):
        self.trainer.set_trainable(head["trainable"])
        return None, b""

    def do_evaluate(self, head, _):
        found = self.trainer.evaluate(self.validation, head["choice"])
        found["unreadable"] = _told(self.ranks.gathered(found["unreadable"]))
        return _plain(found), b""

    def do_state(self, _, __):
        state = self.trainer.state()
        if self.ranks.rank != 0:
            return None, b""
        return {"counters": self.trainer.counters}, safetensors.encoded(state)

    def do_load(self, head, data):
        self.trainer.load(safetensors.decoded(data), head["counters"])
        return None, b""

    def do_time(self, head, _):
        return self.trainer.timed(head["trainable"], head["repeats"]), b""

    def do_unreadable(self, _, __):
        return _told(self.ranks.gathered(list(self.batches.bad))), b""


def _number(value):
    return math.inf if value is None else value


def _plain(metrics):
    """JSON has no infinity."""
    return {
        name: str(value) if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in metrics.items()
    }


def _told(by_rank):
    reasons = [reason for reasons in by_rank or [] for reason in reasons]
    return {"images": len(reasons), "example": reasons[0] if reasons else ""}


def serve(plan, ranks, link):
    """`link` is that of rank 0 to rankfront; None on the others. Returns when rankfront says that it is done."""
    session = Session(plan, ranks)
    if link:
        link.send({"value": session.info()})
    while True:
        head, data = ranks.shared(link.receive() if link else None)
        if head["do"] == "close":
            return
        value, numbers = session.answer(head, data)
        if link:
            link.send({"value": value}, numbers)
