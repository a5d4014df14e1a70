"""Prints as JSON what this Python has; with `--deep`, also what its PyTorch can do."""

import importlib.util
import json
import platform
import sys


def version(module):
    """None where it is not installed."""
    if importlib.util.find_spec(module) is None:
        return None
    try:
        from importlib.metadata import version as installed

        return installed("pillow" if module == "PIL" else module)
    except Exception:
        return ""


def main():
    found = {
        "python": platform.python_version(),
        "torch": version("torch"),
        "numpy": version("numpy"),
        "pillow": version("PIL"),
        "deep": None,
    }
    if "--deep" in sys.argv and found["torch"] is not None and found["numpy"] is not None:
        import torch
        import torch.distributed as dist

        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        found["torch"] = str(torch.__version__)
        found["deep"] = {
            "cuda": torch.version.cuda,
            "gpus": [torch.cuda.get_device_name(i) for i in range(count)],
            "nccl": dist.is_available() and dist.is_nccl_available(),
            "gloo": dist.is_available() and hasattr(dist, "ProcessGroupGloo"),
            "compile": hasattr(torch, "compile"),
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
