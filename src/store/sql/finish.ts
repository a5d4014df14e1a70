/** In SQL: how a trial ends, with its observations, the front and the hypervolume. */
import type { Transaction } from 'kysely';
import { checkResult } from '../check.ts';
import type { FrontOf, FrontState } from '../store.ts';
import type { TrialResult } from '../trial.ts';
import { textsIn } from './columns.ts';
import { countWrite, nextSequence } from './counters.ts';
import { updateFront } from './front.ts';
import { insertObservations } from './observations.ts';
import type { Database } from './schema.ts';

/** The columns of a trial that nobody runs. */
export const nobody = {
  owner_pid: null,
  owner_start_time: null,
  owner_boot_id: null,
  owner_token: null,
  lease_until_ms: null,
} as const;

export async function finishTrial(
  db: Transaction<Database>,
  trialId: number,
  result: TrialResult,
  frontOf: FrontOf,
  nowMs: number,
): Promise<FrontState | null> {
  const trial = await db
    .selectFrom('trials')
    .innerJoin('studies', 'studies.id', 'trials.study_id')
    .select(['trials.study_id', 'trials.number', 'trials.state', 'studies.objectives'])
    .where('trials.id', '=', trialId)
    .executeTakeFirstOrThrow();
  checkResult(result, textsIn(trial.objectives).length);
  if (!isOpen(trial.state)) return null;
  await countWrite(db, trial.study_id);
  // Only now nobody else can finish it: what was read before may be of before another's end.
  const { state } = await db.selectFrom('trials').select('state').where('id', '=', trialId).executeTakeFirstOrThrow();
  if (!isOpen(state)) return null;
  const sequence = await nextSequence(db, trial.study_id);
  const front = result.state === 'complete' ? await updateFront(db, { ...trial, id: trialId, result }, frontOf) : null;
  await db
    .updateTable('trials')
    .set({
      state: result.state,
      finished_at_ms: nowMs,
      finished_sequence: sequence,
      stages: JSON.stringify(result.stages),
      ...nobody,
      ...resultColumns(result),
      ...(front && { hypervolume: front.hypervolume }),
    })
    .where('id', '=', trialId)
    .execute();
  // What was found of it before it was handed over is in the result as well.
  await forgetParts(db, trialId);
  await insertObservations(db, trialId, 'search', result.observations, nowMs);
  if (result.state === 'complete' && result.correction) {
    await db.insertInto('corrections').values({ trial_id: trialId, content: result.correction }).execute();
  }
  return front;
}

/** What is stored of a trial that is not finished. */
export async function forgetParts(db: Transaction<Database>, trialId: number): Promise<void> {
  await db.deleteFrom('observations').where('trial_id', '=', trialId).where('phase', '=', 'search').execute();
  await db.deleteFrom('corrections').where('trial_id', '=', trialId).execute();
}

const isOpen = (state: string): boolean => state === 'running' || state === 'waiting';

function resultColumns(result: TrialResult) {
  switch (result.state) {
    case 'complete':
      return {
        model_sha256: result.modelSha256,
        macs: result.macs,
        params: result.params,
        objective_values: JSON.stringify(result.values),
        standard_errors: JSON.stringify(result.standardErrors),
        feasible: result.feasible ? 1 : 0,
      };
    case 'failed':
      return { failure_reason: result.reason, detail: result.detail };
    case 'pruned':
      return {
        detail: result.detail,
        objective_values: JSON.stringify(result.values),
        standard_errors: JSON.stringify(result.standardErrors),
      };
    default:
      return result satisfies never;
  }
}
