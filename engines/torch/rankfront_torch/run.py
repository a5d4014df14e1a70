"""Trains a whole plan by itself: for machines that rankfront is not on, such as the nodes of a cluster.

The course is that of the plan: learning rates by step, trainable weights by phase. What happens is printed as JSON lines.
"""

import hashlib
import json
import os
import time

from . import safetensors
from .errors import UserError
from .serve import Session

# The average follows closely at first, when the weights are still far from where they will be.
_ema = lambda decay, step: None if decay is None else min(decay, (1 + step) / (10 + step))


class Run:
    """`out` is where the weights go, a safetensors file; `out`.checkpoint is gone on from. Every rank has one."""

    def __init__(self, plan, ranks, out, minutes):
        self.course = plan["course"]
        if not self.course:
            raise UserError("Cannot run the plan: it has no course.", 'Write it with "rankfront retrain --plan DIR".')
        self.plan, self.ranks, self.out = plan, ranks, out
        self.seconds = 60 * minutes
        self.session = Session(plan, ranks)
        with open(plan.path("plan.json"), "rb") as file:
            self.identity = hashlib.sha256(file.read()).hexdigest()

    def train(self):
        epoch, batch, self.best = self._resumed()
        trainer, per_epoch = self.session.trainer, self.session.batches.per_epoch
        rates = self.course["learningRates"]
        self.session.batches.begin(epoch, batch, self.course["epochs"])
        self._tell(kind="training-started", epochs=self.course["epochs"], resumedFrom=epoch * per_epoch + batch)
        for phase in self.course["phases"]:
            if phase["to"] <= epoch:
                continue
            trainer.set_trainable(phase["trainable"])
            for epoch in range(max(epoch, phase["from"]), phase["to"]):
                self._epoch(epoch, batch, per_epoch, rates)
                batch = 0
            epoch = phase["to"]
        if self.ranks.rank == 0 and os.path.exists(self._checkpoint):
            os.remove(self._checkpoint)

    @property
    def _checkpoint(self):
        return f"{self.out}.checkpoint"

    def _epoch(self, epoch, first, per_epoch, rates):
        started = saved = time.monotonic()
        loss = 0.0
        for batch in range(first, per_epoch):
            step = epoch * per_epoch + batch
            hyper = {"learningRate": rates[step], "emaDecay": _ema(self.plan["emaDecay"], step)}
            report = self.session.step({name: value for name, value in hyper.items() if value is not None})
            found = report["metrics"]["notFinite"]
            if found:
                raise UserError(
                    f"The training diverged at step {step + 1}: the {found['in']} \"{found['name']}\" is NaN or infinite.",
                    "Write a plan with a lower --lr, a longer --warm-up or --clip-norm 1; the last checkpoint stays.",
                )
            loss += report["metrics"]["loss"]
            # One clock decides for all ranks.
            if self.ranks.shared(time.monotonic() - saved > self.seconds):
                self._save(epoch, batch + 1)
                saved = time.monotonic()
        score = self._score()
        keeps_last = score is None or self.course.get("keep", "best") == "last"
        if score is not None and (self.best is None or score["top1"] > self.best):
            self.best = score["top1"]
            if not keeps_last:
                self._write()
        # Before the checkpoint that says that all is done: a run that ends between the two would find nothing left to write.
        if keeps_last and epoch + 1 == self.course["epochs"]:
            self._write()
        self._save(epoch + 1, 0)
        steps = per_epoch - first
        seconds = time.monotonic() - started
        self._tell(
            kind="epoch", epoch=epoch + 1, loss=loss / max(1, steps), validation=score, best=self.best,
            imagesPerSecond=steps * self.session.batches.batch / max(1e-9, seconds),
        )

    def _score(self):
        if self.session.validation is None:
            return None
        choice = "last" if self.plan["emaDecay"] is None else "ema"
        found = self.session.trainer.evaluate(self.session.validation, choice)
        return {"top1": found["correct"] / max(1, found["count"]), "loss": found["loss"], "images": found["count"]}

    def _write(self):
        trainer = self.session.trainer
        trainer.agree()
        if self.ranks.rank == 0:
            safetensors.write(self.out, {**trainer.network.named_tensors(), **trainer.average})

    def _save(self, epoch, batch):
        state = self.session.trainer.state()
        if self.ranks.rank != 0:
            return
        course = {"plan": self.identity, "epoch": epoch, "batch": batch, "best": self.best}
        counters = self.session.trainer.counters
        safetensors.write(self._checkpoint, state, {"course": json.dumps(course), "counters": json.dumps(counters)})

    def _resumed(self):
        """Epoch, batch and the best score so far; from the start where there is no checkpoint."""
        kept = None
        if self.ranks.rank == 0 and os.path.exists(self._checkpoint):
            with open(self._checkpoint, "rb") as file:
                kept = file.read()
        kept = self.ranks.shared(kept)
        if kept is None:
            return 0, 0, None
        metadata = safetensors.metadata_of(kept)
        course = json.loads(metadata["course"])
        if course["plan"] != self.identity:
            raise UserError(
                f'Cannot go on from "{self._checkpoint}": it belongs to another plan.', "Remove it, or give another --out."
            )
        self.session.trainer.load(safetensors.decoded(kept, self._checkpoint), json.loads(metadata["counters"]))
        return course["epoch"], course["batch"], course["best"]

    def _tell(self, **record):
        if self.ranks.rank == 0:
            print(json.dumps(record), flush=True)
