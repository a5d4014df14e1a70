"""The processes of a training: which device each has, and how they agree on what comes next."""

import os
from datetime import timedelta

import torch
import torch.distributed as dist

from .errors import UserError


class Ranks:
    """`torch.distributed.run` says rank and world in the environment; without it there is one process."""

    def __init__(self, wanted):
        self.rank, self.world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
        self.local = int(os.environ.get("LOCAL_RANK", 0))
        self.device = self._device(wanted)
        self.control = None
        if self.world > 1:
            minutes = float(os.environ.get("RANKFRONT_TORCH_TIMEOUT_MIN", 10))
            backend = "nccl" if self.device.type == "cuda" else "gloo"
            dist.init_process_group(backend, timeout=timedelta(minutes=minutes))
            # Commands may be long in coming: a score, or a checkpoint, takes its time.
            self.control = dist.new_group(backend="gloo", timeout=timedelta(days=1))

    def _device(self, wanted):
        if wanted == "cpu":
            return torch.device("cpu")
        there = torch.cuda.device_count() if torch.cuda.is_available() else 0
        local_world = int(os.environ.get("LOCAL_WORLD_SIZE", 1))
        if there == 0 and wanted == "cuda":
            raise UserError(
                f"Cannot train on a GPU: PyTorch {torch.__version__} finds none here (CUDA {torch.version.cuda or 'is not in this build'}).",
                "Install a PyTorch with CUDA (https://pytorch.org/get-started/locally), or leave out --provider cuda.",
            )
        if there == 0:
            return torch.device("cpu")
        if local_world > there:
            raise UserError(
                f"Cannot train on {local_world} devices: PyTorch finds {there} here.",
                f"Give --devices {there}.",
            )
        torch.cuda.set_device(self.local)
        # float32 is float32: products in TF32 would lose half of its digits.
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
        torch.backends.cudnn.benchmark = True
        return torch.device("cuda", self.local)

    def shared(self, message):
        """What rank 0 has, on every rank."""
        if self.world == 1:
            return message
        holder = [message if self.rank == 0 else None]
        dist.broadcast_object_list(holder, 0, group=self.control)
        return holder[0]

    def gathered(self, value):
        """The values of all ranks, on rank 0; elsewhere None."""
        if self.world == 1:
            return [value]
        values = [None] * self.world if self.rank == 0 else None
        dist.gather_object(value, values, 0, group=self.control)
        return values
