"""Lets a sampler of Optuna work on the JSON lines of `rankfront evaluate --stdin`.

Standard input: the line that describes the problem, then the answers. Standard output: the requests.

    python optuna_peer.py SAMPLER SEED TRIALS      SAMPLER: nsga2, tpe or gp
"""
import json
import sys
import warnings

import optuna
from optuna.distributions import IntDistribution
from optuna.trial import TrialState, create_trial

sampler_name, seed, trials = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
optuna.logging.set_verbosity(optuna.logging.ERROR)

samplers = {
    "nsga2": lambda: optuna.samplers.NSGAIISampler(seed=seed),
    "tpe": lambda: optuna.samplers.TPESampler(seed=seed),
    "gp": lambda: optuna.samplers.GPSampler(seed=seed, deterministic_objective=True),
}
if sampler_name == "gp":
    import torch

    torch.set_num_threads(1)

problem = json.loads(sys.stdin.readline())
lengths = problem["ladderLengths"]
names = [f"s{i}" for i in range(len(lengths))]
study = optuna.create_study(directions=["minimize"] * len(problem["objectives"]), sampler=samplers[sampler_name]())

# The dense model is known to every tuner before its first trial.
dense = problem.get("dense")
if dense is not None:
    study.add_trial(
        create_trial(
            params={name: length - 1 for name, length in zip(names, lengths)},
            distributions={name: IntDistribution(0, length - 1) for name, length in zip(names, lengths)},
            values=dense["values"],
        )
    )

for number in range(trials):
    trial = study.ask()
    configuration = [trial.suggest_int(name, 0, length - 1) for name, length in zip(names, lengths)]
    print(json.dumps({"id": number, "configuration": configuration}), flush=True)
    answer = json.loads(sys.stdin.readline())
    if answer.get("state") == "complete":
        study.tell(trial, answer["values"])
    else:
        study.tell(trial, state=TrialState.FAIL)
