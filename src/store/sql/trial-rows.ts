/** From rows of trials to the records of the interface. */
import type { Selectable } from 'kysely';
import type { Owner } from '../../host/process-identity.ts';
import type { ObservationSummary } from '../observation.ts';
import type { Revision, RunningTrial, Trial, TrialBase, WaitingTrial } from '../trial.ts';
import { assignmentIn, numbersIn, stagesIn } from './columns.ts';
import { DamagedColumn } from './damage.ts';
import type { RevisionsTable, TrialsTable } from './schema.ts';
import { stored } from './stored.ts';

const trialBase = (row: Selectable<TrialsTable>): TrialBase => ({
  id: row.id,
  studyId: row.study_id,
  number: row.number,
  configuration: numbersIn(row.configuration),
  assignment: assignmentIn(row.assignment),
  strategy: row.strategy,
  rngBefore: row.rng_before === null ? null : numbersIn(row.rng_before),
  rngAfter: row.rng_after === null ? null : numbersIn(row.rng_after),
  requeues: row.requeues,
  createdAtMs: row.created_at_ms,
  startedAtMs: row.started_at_ms,
  startedAfter: row.started_after,
  asked:
    row.setup_id === null
      ? null
      : { setup: row.setup_id, after: stored(row.asked_after), known: stored(row.asked_known) },
});

export const runningTrialOf = (row: Selectable<TrialsTable>): RunningTrial => ({
  ...trialBase(row),
  state: 'running',
  owner: ownerOf(row),
});

export const waitingTrialOf = (row: Selectable<TrialsTable>): WaitingTrial => ({ ...trialBase(row), state: 'waiting' });

export const ownerOf = (
  row: Pick<Selectable<TrialsTable>, 'owner_pid' | 'owner_start_time' | 'owner_boot_id'>,
): Owner => ({
  pid: stored(row.owner_pid),
  startTime: stored(row.owner_start_time),
  bootId: stored(row.owner_boot_id),
});

type RevisionRow = Pick<Selectable<RevisionsTable>, 'replaced_at' | 'objective_values' | 'standard_errors'>;

const revisionOf = (row: RevisionRow): Revision => ({
  replacedAt: row.replaced_at,
  values: numbersIn(row.objective_values),
  standardErrors: numbersIn(row.standard_errors),
});

/** `observations` and `revisions` are those of this trial. */
export function trialOf(
  row: Selectable<TrialsTable>,
  observations: readonly ObservationSummary[],
  revisions: readonly RevisionRow[],
): Trial {
  const base = trialBase(row);
  if (row.state === 'waiting') return waitingTrialOf(row);
  if (row.state === 'running') return runningTrialOf(row);
  const finished = {
    ...base,
    finishedAtMs: stored(row.finished_at_ms),
    finishedSequence: stored(row.finished_sequence),
    stages: stagesIn(stored(row.stages)),
    observations,
  };
  switch (row.state) {
    case 'complete':
      return {
        ...finished,
        state: 'complete',
        modelSha256: stored(row.model_sha256),
        macs: stored(row.macs),
        params: stored(row.params),
        values: numbersIn(stored(row.objective_values)),
        standardErrors: numbersIn(stored(row.standard_errors)),
        feasible: row.feasible === 1,
        hypervolume: stored(row.hypervolume),
        revisions: revisions.map(revisionOf),
      };
    case 'failed':
      return { ...finished, state: 'failed', reason: stored(row.failure_reason), detail: row.detail ?? '' };
    case 'pruned':
      return {
        ...finished,
        state: 'pruned',
        detail: row.detail ?? '',
        values: numbersIn(row.objective_values ?? '[]'),
        standardErrors: numbersIn(row.standard_errors ?? '[]'),
      };
    default:
      throw new DamagedColumn(`expected the state of a trial, found ${JSON.stringify(row.state satisfies never)}`);
  }
}
