"""The images of a plan, and the batches of a training in their order, made ahead of time in worker processes.

What a batch holds follows from the seed and its place alone: not from the number of workers or of ranks, nor from where a
training was taken up.
"""

import io
import json
import time

import numpy
import torch
from torch.utils.data import DataLoader

from .errors import UserError
from .pixels import augmented, centre_crop, resized_short_side
from .rng import SAMPLE, Rng, epoch_order

NO_AUGMENTATION = {"crop": {"kind": "none"}, "flip": 0, "jitter": None, "mixup": 0, "cutmix": 0}


class Images:
    """Images that rankfront has decoded into one file (`packed`), or files that Pillow decodes (`files`)."""

    def __init__(self, plan, described):
        index = plan.tensors(described["index"])
        self.labels = index["labels"].numpy()
        self.count = len(self.labels)
        self.transform = described["transform"]
        self.max_unreadable = described["maxUnreadable"]
        self.names = None
        self.pixels = None
        if described["kind"] == "packed":
            self.path = plan.path(described["pixels"])
            self.offsets, self.heights, self.widths = (index[name].numpy() for name in ("offset", "height", "width"))
        else:
            with open(plan.path(described["paths"]), encoding="utf8") as file:
                self.names = json.load(file)

    def decoded(self, i):
        """Height x width x 3 bytes. Raises for an image that cannot be read."""
        if self.names is not None:
            from PIL import Image

            with Image.open(io.BytesIO(_bytes(self.names[i]))) as image:
                return numpy.asarray(image.convert("RGB"))
        height, width = int(self.heights[i]), int(self.widths[i])
        if height == 0:
            raise ValueError("it could not be decoded")
        if self.pixels is None:
            self.pixels = numpy.memmap(self.path, numpy.uint8, "r")
        start = int(self.offsets[i])
        return self.pixels[start : start + 3 * height * width].reshape(height, width, 3)

    def name(self, i):
        return str(i) if self.names is None else str(self.names[i])


def _bytes(place):
    """Of a file, or of a part of an archive: path, offset, length."""
    path, offset, length = (place, 0, -1) if isinstance(place, str) else place
    with open(path, "rb") as file:
        file.seek(offset)
        return file.read(length)


class _Maker:
    """Makes the batch of a job: places in the data set, which are augmented by their own random numbers."""

    def __init__(self, images, seed):
        self.images, self.seed = images, seed

    def __getitem__(self, job):
        epoch, samples, augmentation, stand_ins = job
        images, transform = self.images, self.images.transform
        found, unreadable = [], []
        for at, sample in enumerate(samples):
            try:
                found.append(images.decoded(sample))
            except (OSError, ValueError, SyntaxError) as error:
                found.append(None)
                unreadable.append((at, f"{images.name(sample)} ({error})"))
        planes = numpy.zeros((len(samples), 3, transform["height"], transform["width"]), numpy.uint8)
        labels = images.labels[samples].astype(numpy.int64)
        readable = [at for at, image in enumerate(found) if image is not None]
        for at, image in enumerate(found):
            source = at
            if image is None:
                if not stand_ins or not readable:
                    continue
                # The nearest readable one before it, else the first.
                source = next((other for other in reversed(readable) if other < at), readable[0])
                labels[at] = images.labels[samples[source]]
            if stand_ins:
                rng = Rng(self.seed, SAMPLE, epoch, int(samples[at]))
                planes[at] = augmented(found[source], augmentation, transform, rng)
            else:
                whole = found[source]
                if transform["resize"] is not None:
                    whole = resized_short_side(whole, transform["resize"])
                planes[at] = centre_crop(whole, transform["height"], transform["width"])
        return planes, labels, unreadable


def _alone(made):
    return made


def _for_gpu(made):
    planes, labels, unreadable = made
    return torch.from_numpy(planes), labels, unreadable


class _Batches:
    """The answers to jobs, in their order."""

    def __init__(self, maker, jobs, workers, pinned=False):
        # On the way to a GPU, batches are put into memory that it reads from, in a thread beside the steps.
        loader = DataLoader(
            maker, batch_size=None, sampler=jobs, num_workers=workers, collate_fn=_for_gpu if pinned else _alone,
            pin_memory=pinned,
            **({"prefetch_factor": 2} if workers else {}),
        )
        self.made = iter(loader)

    def next(self):
        """And how long it was waited for, in milliseconds; None at the end."""
        started = time.perf_counter()
        made = next(self.made, None)
        return made, 1000 * (time.perf_counter() - started)


class TrainingBatches:
    """The share of rank `rank` of `world` in each batch of the training."""

    def __init__(self, plan, rank, world, pinned=False):
        data = plan["data"]
        self.pinned = pinned
        self.images = Images(plan, data)
        self.seed = data["seed"]
        self.augmentation = data["augmentation"]
        self.plain_from = data["plainFrom"]
        self.batch = plan["batch"]["images"]
        self.per_epoch = self.images.count // self.batch
        self.places = share_of(self.batch, rank, world, plan["batch"]["accumulation"])
        self.workers = data["workers"]
        self.maker = _Maker(self.images, self.seed)
        self.bad, self.seen = {}, 0
        self.left = iter(())
        self.made = None

    def augmentation_at(self, epoch):
        if self.plain_from is None or epoch < self.plain_from:
            return self.augmentation
        return {**self.augmentation, "jitter": None, "mixup": 0, "cutmix": 0}

    def begin(self, epoch, batch, epochs):
        end = epochs * self.per_epoch
        first = epoch * self.per_epoch + batch
        self.left = iter(divmod(at, self.per_epoch) for at in range(first, end))
        self.made = _Batches(self.maker, _Jobs(self, first, end), self.workers, self.pinned)

    def next(self):
        """(epoch, batch), planes, labels and the time waited; None after the last epoch."""
        place = next(self.left, None)
        if place is None:
            return None
        (planes, labels, unreadable), waited = self.made.next()
        self._judge(planes, unreadable)
        return place, planes, labels, waited

    def _judge(self, planes, unreadable):
        self.seen += len(planes)
        for _, reason in unreadable:
            self.bad[reason] = True
        # A few damaged files at the start are no sign of how many there are, but a batch of nothing else is.
        allowed = max(3, self.images.max_unreadable * self.seen)
        if len(self.bad) > allowed or len(unreadable) == len(planes):
            raise UserError(
                f"Cannot train on the data: {len(self.bad)} images are unreadable: {'; '.join(list(self.bad)[:3])}.",
                "Restore or remove them, or raise maxUnreadable in a dataset YAML.",
            )


class _Jobs:
    def __init__(self, batches, first, end):
        self.batches, self.first, self.end = batches, first, end

    def __iter__(self):
        order, of = None, None
        batches = self.batches
        for at in range(self.first, self.end):
            epoch, batch = divmod(at, batches.per_epoch)
            if epoch != of:
                order, of = numpy.array(epoch_order(batches.images.count, batches.seed, epoch)), epoch
            samples = order[batch * batches.batch + batches.places]
            yield epoch, samples, batches.augmentation_at(epoch), True

    def __len__(self):
        return self.end - self.first


class ValidationBatches:
    """Every `world`-th batch of the validation set, from `rank` on; what cannot be read is left out."""

    def __init__(self, plan, rank, world):
        described = plan["validation"]
        self.images = Images(plan, described)
        size = described["batch"]
        starts = range(rank * size, self.images.count, world * size)
        self.jobs = [
            (0, numpy.arange(start, min(start + size, self.images.count)), NO_AUGMENTATION, False) for start in starts
        ]
        self.workers = plan["data"]["workers"]

    def __iter__(self):
        batches = _Batches(_Maker(self.images, 0), self.jobs, self.workers)
        while True:
            made, _ = batches.next()
            if made is None:
                return
            planes, labels, unreadable = made
            bad = {at for at, _ in unreadable}
            kept = [at for at in range(len(labels)) if at not in bad]
            yield planes[kept], labels[kept], [reason for _, reason in unreadable]


def share_of(batch, rank, world, accumulation):
    """The places in a batch that a rank takes: whole pairs of mirrored places, which mixup and cutmix join.

    Raises a UserError where the batch cannot be shared out evenly.
    """
    if world == 1:
        return numpy.arange(batch)
    fits = 2 * world * accumulation
    if batch % fits:
        raise UserError(
            f"Cannot take a batch of {batch} images on {world} devices in {accumulation} parts each: it is no multiple of {fits}.",
            f"Give --batch {max(1, round(batch / fits)) * fits}.",
        )
    pairs = batch // 2 // world
    first = numpy.arange(rank * pairs, (rank + 1) * pairs)
    return numpy.concatenate([first, batch - 1 - first[::-1]])
