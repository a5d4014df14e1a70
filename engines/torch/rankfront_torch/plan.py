"""A plan as rankfront writes it: a folder with plan.json and safetensors files beside it."""

import json
import os

from . import safetensors
from .errors import UserError

FORMAT, VERSION = "rankfront-torch-plan", 1


class Plan:
    def __init__(self, folder):
        self.folder = folder
        path = os.path.join(folder, "plan.json")
        try:
            with open(path, encoding="utf8") as file:
                described = json.load(file)
        except (OSError, ValueError) as error:
            raise UserError(f'Cannot read the plan "{path}": {error}.', "Give the folder that rankfront wrote.") from error
        if described.get("format") != FORMAT:
            raise UserError(f'Cannot read "{path}": it is no plan of rankfront.', "Give the folder that rankfront wrote.")
        if described.get("version") != VERSION:
            raise UserError(
                f'Cannot train the plan "{path}": it has version {described.get("version")}, and this package reads {VERSION}.',
                "Use the package that comes with the rankfront that wrote it (its folder engines/torch).",
            )
        self.described = described

    def __getitem__(self, name):
        return self.described[name]

    def get(self, name, otherwise=None):
        return self.described.get(name, otherwise)

    def path(self, name):
        return os.path.join(self.folder, name)

    def tensors(self, name):
        return safetensors.read(self.path(name))
