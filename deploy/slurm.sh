#!/bin/bash
# Eight workers, each with a node of its own, that end after ten minutes without work: sbatch deploy/slurm.sh
# RANKFRONT_STORE and PGPASSWORD come from the environment of sbatch, or from ~/.pgpass.
#SBATCH --job-name=rankfront
#SBATCH --array=1-8
#SBATCH --nodes=1
#SBATCH --exclusive
#SBATCH --time=08:00:00
#SBATCH --signal=B:TERM@600
set -eu
: "${RANKFRONT_STORE:?name the store}"
# SIGTERM comes ten minutes before the end, and lets the trial that runs be finished.
exec rankfront worker --hardware "${HARDWARE:-cpu-2-threads}" --data "${DATA:?name the images}" \
  --scratch "${TMPDIR:-/tmp}" --idle-end 10m
