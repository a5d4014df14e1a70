"""`python -m rankfront_torch run PLAN --out FILE` trains a plan; `serve PLAN --socket PATH` trains as rankfront asks."""

import argparse
import json
import os
import sys
import traceback


def main():
    parser = argparse.ArgumentParser(prog="rankfront_torch", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve", help="train as rankfront asks over a socket")
    serving.add_argument("plan")
    serving.add_argument("--socket", required=True)
    running = commands.add_parser("run", help="train the whole plan; run it again to continue after a stop")
    running.add_argument("plan")
    running.add_argument("--out", required=True, help="the safetensors file for the weights, which import-weights takes")
    running.add_argument("--checkpoint-minutes", type=float, default=10)
    arguments = parser.parse_args()
    try:
        _train(arguments)
    except Exception as error:  # told on one line, which rankfront reads
        _tell(error)
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def _train(arguments):
    import torch

    from .link import Link
    from .plan import Plan
    from .ranks import Ranks
    from .run import Run
    from .serve import serve

    plan = Plan(arguments.plan)
    if plan["threads"]:
        torch.set_num_threads(max(1, plan["threads"] // int(os.environ.get("LOCAL_WORLD_SIZE", 1))))
    ranks = Ranks(plan["device"])
    if arguments.command == "run":
        Run(plan, ranks, arguments.out, arguments.checkpoint_minutes).train()
        return
    serve(plan, ranks, Link(arguments.socket) if ranks.rank == 0 else None)


def _tell(error):
    from .errors import UserError

    rank = int(os.environ.get("RANK", 0))
    if isinstance(error, UserError):
        told = {"kind": "refused", "problem": error.problem, "wayOut": error.way_out}
    else:
        text = f"{type(error).__name__}: {error}".strip()
        lower = text.lower()
        memory = isinstance(error, MemoryError) or "out of memory" in lower or "can't allocate memory" in lower
        late = "timed out" in lower or "timeout" in lower
        kind = "out-of-memory" if memory else "timed-out" if late else "crashed"
        # What another rank's end brings about says less than that end itself.
        followed = any(word in lower for word in ("connection closed by peer", "connection reset", "broken pipe"))
        told = {"kind": kind, "detail": text.split("\n")[0], "followed": followed}
        traceback.print_exception(type(error), error, error.__traceback__)
    print("rankfront-torch: " + json.dumps({**told, "rank": rank}), file=sys.stderr)


if __name__ == "__main__":
    main()
