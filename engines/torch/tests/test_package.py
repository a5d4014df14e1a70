"""The package by itself: numbers with known answers, and PyTorch's own optimisers as the oracle."""

import contextlib
import io
import json
import math
import os
import sys
import tempfile
import unittest

import numpy
import torch

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))

from rankfront_torch import safetensors  # noqa: E402
from rankfront_torch.data import share_of  # noqa: E402
from rankfront_torch.errors import UserError  # noqa: E402
from rankfront_torch.loss import summed_loss  # noqa: E402
from rankfront_torch.network import Network  # noqa: E402
from rankfront_torch.optimiser import Optimiser  # noqa: E402
from rankfront_torch.pixels import centre_crop, resized  # noqa: E402
from rankfront_torch.plan import Plan  # noqa: E402
from rankfront_torch.rng import Rng, epoch_order  # noqa: E402
from rankfront_torch.run import Run  # noqa: E402


def linear(name="y", op="Gemm"):
    """scores = x w + b as a plan describes it."""
    return {
        "input": "x", "scores": name, "classes": 2, "imageDims": [3], "statistics": [],
        "weights": [{"name": "w", "decays": True}, {"name": "b", "decays": False}],
        "nodes": [{"name": "fc", "op": op, "domain": "", "inputs": ["x", "w", "b"], "outputs": [name], "attributes": {}}],
    }


def linear_tensors():
    return {"w": torch.arange(6.0).reshape(3, 2) / 6, "b": torch.tensor([0.1, -0.1])}


class Safetensors(unittest.TestCase):
    def test_what_is_written_is_read(self):
        tensors = {
            "a": torch.randn(2, 3), "b": torch.tensor([1, -2]), "c": torch.tensor(True), "d": torch.zeros(0, 4),
            "e": torch.randn(3).bfloat16(), "f": torch.randn(2).half(),
        }
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "t.safetensors")
            safetensors.write(path, tensors)
            found = safetensors.read(path)
            self.assertEqual(os.listdir(folder), ["t.safetensors"])
        self.assertEqual(list(found), list(tensors))
        for name, tensor in tensors.items():
            self.assertEqual(found[name].dtype, tensor.dtype)
            self.assertTrue(torch.equal(found[name], tensor))

    def test_a_file_cut_short_is_refused(self):
        data = safetensors.encoded({"a": torch.randn(8)})
        for end in (4, 20, len(data) - 1):
            with self.assertRaises(UserError):
                safetensors.decoded(data[:end])


class Random(unittest.TestCase):
    def test_every_place_has_its_own_stream(self):
        draws = {tuple(Rng(*key).integer(1000) for _ in range(1)) for key in ((1, 2, 3), (1, 2, 4), (2, 2, 3), (1, 2))}
        self.assertGreater(len(draws), 2)
        self.assertEqual(Rng(7, 1).uniform(), Rng(7, 1).uniform())

    def test_an_order_holds_every_image_once(self):
        order = epoch_order(100, 3, 1)
        self.assertEqual(sorted(order), list(range(100)))
        self.assertNotEqual(order, epoch_order(100, 3, 2))

    def test_beta_has_its_mean_and_variance(self):
        rng = Rng(5)
        draws = numpy.array([rng.beta(0.2, 0.2) for _ in range(4000)])
        self.assertAlmostEqual(draws.mean(), 0.5, delta=0.03)
        self.assertAlmostEqual(draws.var(), 1 / (4 * 1.4), delta=0.01)


class Pixels(unittest.TestCase):
    def test_resizing_keeps_a_flat_image_and_the_mean_of_a_ramp(self):
        flat = numpy.full((9, 7, 3), 77, numpy.uint8)
        self.assertTrue((resized(flat, 4, 5) == 77).all())
        ramp = numpy.repeat(numpy.arange(64, dtype=numpy.uint8)[None, :, None], 3, axis=2).repeat(8, axis=0)
        small = resized(ramp, 16, 8)
        self.assertAlmostEqual(float(small.mean()), float(ramp.mean()), delta=0.6)

    def test_a_small_image_is_padded_in_the_middle(self):
        planes = centre_crop(numpy.ones((2, 2, 3), numpy.uint8), 4, 4)
        self.assertEqual(planes.shape, (3, 4, 4))
        self.assertEqual(planes[0].tolist(), [[0, 0, 0, 0], [0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0]])


class Shares(unittest.TestCase):
    def test_ranks_share_a_batch_in_mirrored_pairs(self):
        for world in (1, 2, 4):
            shares = [share_of(16, rank, world, 2) for rank in range(world)]
            self.assertEqual(sorted(numpy.concatenate(shares).tolist()), list(range(16)))
            for share in shares:
                self.assertEqual((share + share[::-1]).tolist(), [15] * len(share))

    def test_a_batch_that_does_not_divide_is_refused(self):
        with self.assertRaisesRegex(UserError, "a batch of 10 images on 4 devices"):
            share_of(10, 0, 4, 1)


class Loss(unittest.TestCase):
    def test_it_is_cross_entropy_with_smoothing(self):
        scores, labels = torch.randn(5, 4), torch.tensor([0, 1, 2, 3, 1])
        targets = torch.nn.functional.one_hot(labels, 4).float()
        expected = torch.nn.functional.cross_entropy(scores, labels, label_smoothing=0.1, reduction="sum")
        self.assertAlmostEqual(summed_loss(scores, targets, 0.1).item(), expected.item(), places=5)

    def test_the_teacher_itself_is_at_no_distance(self):
        scores, targets = torch.randn(3, 4), torch.eye(4)[:3]
        alone = summed_loss(scores, targets, 0, scores, 1.0, 4.0).item()
        self.assertAlmostEqual(alone, 0, places=5)


class Optimisers(unittest.TestCase):
    def steps(self, kind, reference, weight_decay, clip=None):
        network = Network(linear(), linear_tensors())
        plan = {"optimiser": kind, "weightDecay": weight_decay, "frobeniusDecay": 0, "clipNorm": clip, "sites": []}
        own = Optimiser(plan, ["w"], network)
        twin = [network.value(name).detach().clone().requires_grad_() for name in ("w", "b")]
        theirs = reference([{"params": [twin[0]], "weight_decay": weight_decay}, {"params": [twin[1]], "weight_decay": 0}])
        generator = torch.Generator().manual_seed(1)
        for _ in range(5):
            gradients = [torch.randn(each.shape, generator=generator) for each in twin]
            norm = math.sqrt(sum(float((g * g).sum()) for g in gradients))
            with torch.no_grad():
                updates, kept = own.proposed(["w", "b"], gradients, norm, 0.1)
                for name, update in zip(("w", "b"), updates):
                    network.value(name).sub_(update)
                own.commit(kept)
            for each, gradient in zip(twin, gradients):
                each.grad = gradient.clone()
            if clip is not None:
                torch.nn.utils.clip_grad_norm_(twin, clip)
            theirs.step()
        for name, each in zip(("w", "b"), twin):
            self.assertLess(float((network.value(name) - each).abs().max()), 1e-6)

    def test_sgd_is_that_of_pytorch(self):
        kind = {"kind": "sgd", "momentum": 0.9, "nesterov": True}
        self.steps(kind, lambda groups: torch.optim.SGD(groups, lr=0.1, momentum=0.9, nesterov=True), 0.01, clip=0.7)

    def test_adamw_is_that_of_pytorch(self):
        kind = {"kind": "adamw", "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
        self.steps(kind, lambda groups: torch.optim.AdamW(groups, lr=0.1), 0.05)

    def test_frobenius_decay_is_the_gradient_of_the_product(self):
        torch.manual_seed(2)
        first, core, last = torch.randn(4, 6, 1, 1), torch.randn(5, 4, 3, 3), torch.randn(7, 5, 1, 1)
        values = {"a": first, "b": core, "c": last}
        free = [value.clone().requires_grad_() for value in values.values()]
        product = torch.einsum("pn,qpij,mq->mnij", free[0][:, :, 0, 0], free[1], free[2][:, :, 0, 0])
        (0.5 * (product**2).sum()).backward()

        class Twin:
            weight_names = list(values)

            def value(self, name):
                return values[name]

        site = {"groups": 1, "factors": [{"weight": name, "layout": "out-in"} for name in values]}
        plan = {
            "optimiser": {"kind": "sgd", "momentum": 0, "nesterov": False}, "weightDecay": 0, "frobeniusDecay": 1,
            "clipNorm": None, "sites": [site],
        }
        zeros = [torch.zeros_like(value) for value in values.values()]
        updates, _ = Optimiser(plan, [], Twin()).proposed(list(values), zeros, 0.0, 1.0)
        for update, each in zip(updates, free):
            self.assertLess(float((update - each.grad).abs().max() / each.grad.abs().max()), 1e-5)


class Networks(unittest.TestCase):
    def test_what_rests_gets_no_gradient(self):
        network = Network(linear(), linear_tensors())
        network.set_trainable({"b"})
        network(torch.ones(4, 3)).sum().backward()
        self.assertIsNone(network.value("w").grad)
        self.assertEqual(network.value("b").grad.tolist(), [4, 4])

    def test_behind_the_last_frozen_layer_nothing_is_kept_for_a_backward_pass(self):
        described = linear()
        described["nodes"].insert(0, {
            "name": "first", "op": "MatMul", "domain": "", "inputs": ["image", "v"], "outputs": ["x"], "attributes": {},
        })
        described["input"] = "image"
        described["weights"].append({"name": "v", "decays": True})
        network = Network(described, {**linear_tensors(), "v": torch.eye(3)})
        saved = []
        keep = torch.autograd.graph.saved_tensors_hooks(lambda t: saved.append(t) or t, lambda t: t)
        for names, expected in (({"w", "b"}, False), ({"v", "w", "b"}, True)):
            network.set_trainable(names)
            saved.clear()
            image = torch.ones(4, 3)
            with keep:
                network(image)
            self.assertEqual(any(t.data_ptr() == image.data_ptr() for t in saved), expected)

    def test_an_operator_that_is_not_known_is_named(self):
        with self.assertRaisesRegex(UserError, 'the node "fc" has the operator Mish'):
            Network(linear(op="Mish"), linear_tensors())


class Alone:
    """The one process of a training without rankfront."""

    rank, world, device = 0, 1, torch.device("cpu")

    def shared(self, message):
        return message

    def gathered(self, value):
        return [value]


def small_plan(folder, epochs=3, keep="best"):
    """Flattened images of two classes, bright and dark, through one dense layer; the norm is that of the batch."""
    nodes = [
        {"name": "n", "op": "BatchNormalization", "inputs": ["image", "s", "t", "m", "v"], "outputs": ["normed"]},
        {"name": "f", "op": "Flatten", "inputs": ["normed"], "outputs": ["x"]},
        {"name": "fc", "op": "Gemm", "inputs": ["x", "w", "b"], "outputs": ["y"]},
    ]
    network = {
        **linear(), "input": "image", "imageDims": [3, 4, 4], "statistics": ["m", "v"], "tensors": "network.safetensors",
        "weights": [{"name": name, "decays": name == "w"} for name in ("s", "t", "w", "b")],
        "nodes": [{**node, "domain": "", "attributes": {}} for node in nodes],
    }
    generator = torch.Generator().manual_seed(4)
    safetensors.write(os.path.join(folder, "network.safetensors"), {
        "s": torch.ones(3), "t": torch.zeros(3), "m": torch.zeros(3), "v": torch.ones(3), "b": torch.zeros(2),
        "w": torch.randn(48, 2, generator=generator) / 10,
    })
    labels = torch.arange(24, dtype=torch.int32) % 2
    noise = torch.randint(0, 120, (24, 48), generator=generator)
    (noise + 90 * labels[:, None]).to(torch.uint8).numpy().tofile(os.path.join(folder, "pixels"))
    sizes = torch.full((24,), 4, dtype=torch.int32)
    safetensors.write(os.path.join(folder, "index.safetensors"), {
        "labels": labels, "offset": torch.arange(24) * 48, "height": sizes, "width": sizes,
    })
    images = {
        "kind": "packed", "pixels": "pixels", "index": "index.safetensors", "maxUnreadable": 0,
        "transform": {"resize": None, "height": 4, "width": 4},
    }
    augmentation = {"crop": {"kind": "pad", "padding": 1}, "flip": 0.5, "jitter": None, "mixup": 0.2, "cutmix": 1}
    everything = ["s", "t", "w", "b"]
    plan = {
        "format": "rankfront-torch-plan", "version": 1, "network": network, "teacher": None,
        "batch": {"images": 8, "accumulation": 1},
        "loss": {"labelSmoothing": 0.1, "distillationWeight": 0, "temperature": 1},
        "optimiser": {"kind": "sgd", "momentum": 0.9, "nesterov": True}, "weightDecay": 1e-4, "frobeniusDecay": 0,
        "sites": [], "clipNorm": 1, "emaDecay": 0.9, "precision": "float32",
        "course": {
            "epochs": epochs, "keep": keep, "learningRates": [0.3] * 3 * epochs,
            "phases": [
                {"from": 0, "to": 1, "trainable": everything}, {"from": 1, "to": epochs, "trainable": ["w", "b"]},
            ],
        },
        "data": {
            **images, "seed": 3, "augmentation": augmentation, "plainFrom": epochs - 1, "workers": 0,
            "reading": {"table": [i / 255 for _ in range(3) for i in range(256)], "channels": "rgb", "layout": "nchw"},
        },
        "validation": {**images, "batch": 5}, "device": "cpu", "threads": 1, "compile": False,
    }
    with open(os.path.join(folder, "plan.json"), "w", encoding="utf8") as file:
        json.dump(plan, file)
    return Plan(folder)


class Runs(unittest.TestCase):
    def trained(self, folder, name, stop=None):
        """The weights of a whole run, or None where it is stopped at its `stop`th checkpoint within an epoch."""
        plan = small_plan(folder)
        out = os.path.join(folder, name)
        run = Run(plan, Alone(), out, 0 if stop else 1000)
        save, saves = run._save, []

        def saved(epoch, batch):
            save(epoch, batch)
            saves.append(batch)
            if len(saves) == stop:
                raise KeyboardInterrupt

        run._save = saved
        with contextlib.redirect_stdout(io.StringIO()) as told:
            try:
                run.train()
            except KeyboardInterrupt:
                return None, told.getvalue()
        return safetensors.read(out), told.getvalue()

    def test_a_run_that_is_stopped_anywhere_ends_as_one_that_is_not(self):
        with tempfile.TemporaryDirectory() as folder:
            whole, told = self.trained(folder, "whole.safetensors")
            events = [json.loads(line) for line in told.splitlines()]
            self.assertEqual([event["kind"] for event in events], ["training-started"] + ["epoch"] * 3)
            self.assertGreater(events[-1]["best"], 0.7)
            self.assertEqual(sorted(whole), ["b", "m", "s", "t", "v", "w"])
            for stop in (1, 2, 4, 6):
                name = f"stopped-{stop}.safetensors"
                self.assertIsNone(self.trained(folder, name, stop)[0])
                self.assertTrue(os.path.exists(os.path.join(folder, f"{name}.checkpoint")))
                rest, _ = self.trained(folder, name)
                for key, tensor in whole.items():
                    self.assertTrue(torch.equal(rest[key], tensor), f"{key} after a stop at checkpoint {stop}")
                self.assertFalse(os.path.exists(os.path.join(folder, f"{name}.checkpoint")))

    def test_the_epoch_to_keep_is_that_of_the_plan(self):
        scores = iter([0.9, 0.5, 0.1] * 2)
        for keep, kept in (("best", 1), ("last", 3)):
            with tempfile.TemporaryDirectory() as folder:
                run = Run(small_plan(folder, keep=keep), Alone(), os.path.join(folder, "w.safetensors"), 1000)
                run._score = lambda: {"top1": next(scores), "loss": 0.0, "images": 24}
                save, weights = run._save, []

                def saved(epoch, batch):
                    named = {**run.session.trainer.network.named_tensors(), **run.session.trainer.average}
                    weights.append({name: tensor.clone() for name, tensor in named.items()})
                    # Whoever goes on from here finds nothing left to write.
                    self.assertTrue(epoch < 3 or os.path.exists(run.out))
                    save(epoch, batch)

                run._save = saved
                with contextlib.redirect_stdout(io.StringIO()):
                    run.train()
                written = safetensors.read(run.out)
                self.assertEqual(len(weights), 3)
                for epoch, expected in enumerate(weights, 1):
                    same = all(torch.equal(written[name], tensor) for name, tensor in expected.items())
                    self.assertEqual(same, epoch == kept, f"{keep}: epoch {epoch}")

    def test_without_validation_the_weights_are_there_before_the_last_checkpoint(self):
        with tempfile.TemporaryDirectory() as folder:
            plan = small_plan(folder)
            plan.described["validation"] = None
            run = Run(plan, Alone(), os.path.join(folder, "w.safetensors"), 1000)
            written = []
            run._save = lambda epoch, batch: written.append(os.path.exists(run.out))
            with contextlib.redirect_stdout(io.StringIO()):
                run.train()
            self.assertEqual(written, [False, False, True])

    def test_a_checkpoint_of_another_plan_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            self.trained(folder, "a.safetensors", 2)
            plan = small_plan(folder, epochs=4)
            with self.assertRaisesRegex(UserError, "belongs to another plan"):
                Run(plan, Alone(), os.path.join(folder, "a.safetensors"), 1).train()


class Plans(unittest.TestCase):
    def test_another_version_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "plan.json"), "w", encoding="utf8") as file:
                file.write('{"format": "rankfront-torch-plan", "version": 99}')
            with self.assertRaisesRegex(UserError, "it has version 99"):
                Plan(folder)


if __name__ == "__main__":
    unittest.main()
