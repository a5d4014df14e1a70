/** Deleting and renaming a study, in SQL: only while nobody works on it. */
import type { Transaction } from 'kysely';
import { UserError } from '../../errors/user-error.ts';
import type { Owner } from '../../host/process-identity.ts';
import { isLost } from '../lease.ts';
import { countWrite } from './counters.ts';
import type { Database } from './schema.ts';
import { stored } from './stored.ts';

export interface Careful {
  /** This process, to tell which owners live. */
  readonly here: Owner;
  readonly nowMs: number;
  /** Whether a search that nobody holds a trial of, but that has not ended either, counts as over. */
  readonly force: boolean;
}

/** Deletes all that belongs to the study, in the transaction of the caller. Throws a UserError while somebody works on it. */
export async function removeStudy(db: Transaction<Database>, name: string, careful: Careful): Promise<void> {
  const { id } = await idleStudy(db, name, 'delete', careful);
  // What belongs to it goes with it: every table refers to it or to its trials.
  await db.deleteFrom('studies').where('id', '=', id).execute();
  await dropUnusedEnvironments(db);
}

export async function renameStudy(
  db: Transaction<Database>,
  name: string,
  newName: string,
  careful: Careful,
): Promise<void> {
  const { id } = await idleStudy(db, name, 'rename', careful);
  await demandFreeName(db, newName, `rename the study "${name}"`);
  await countWrite(db, id);
  await db.updateTable('studies').set({ name: newName }).where('id', '=', id).execute();
}

/** @param action completes "Cannot ..." */
export async function demandFreeName(db: Transaction<Database>, name: string, action: string): Promise<void> {
  const taken = await db.selectFrom('studies').select('id').where('name', '=', name).executeTakeFirst();
  if (taken) throw new UserError(`Cannot ${action}: the store has a study "${name}" already.`, 'Give another name.');
}

export async function studyRowOf(db: Pick<Transaction<Database>, 'selectFrom'>, name: string, action: string) {
  const row = await db.selectFrom('studies').selectAll().where('name', '=', name).executeTakeFirst();
  if (row) return row;
  const names = (await db.selectFrom('studies').select('name').orderBy('id').execute()).map(each => `"${each.name}"`);
  throw new UserError(
    `Cannot ${action} the study "${name}": the store has ${names.length > 0 ? `only ${names.join(', ')}` : 'no study'}.`,
    'Give the name of a study that "rankfront studies" lists.',
  );
}

async function idleStudy(db: Transaction<Database>, name: string, action: string, { here, nowMs, force }: Careful) {
  const study = await studyRowOf(db, name, action);
  const running = await db
    .selectFrom('trials')
    .selectAll()
    .where('study_id', '=', study.id)
    .where('state', '=', 'running')
    .orderBy('number')
    .execute();
  const held = running.find(row => {
    const [pid, startTime, bootId] = [row.owner_pid, row.owner_start_time, row.owner_boot_id];
    const owner = { pid: stored(pid), startTime: startTime ?? '', bootId: bootId ?? '' };
    return !isLost({ owner, leaseUntilMs: row.lease_until_ms }, here, nowMs);
  });
  if (held) {
    const where = held.owner_boot_id === here.bootId ? 'of this machine' : 'of another machine';
    throw new UserError(
      `Cannot ${action} the study "${name}": process ${held.owner_pid} ${where} is running its trial ${held.number}.`,
      'End that search with Ctrl-C, or wait until it is over.',
    );
  }
  const training = await db
    .selectFrom('training_runs')
    .innerJoin('trials', 'trials.id', 'training_runs.trial_id')
    .select('trials.number')
    .where('trials.study_id', '=', study.id)
    .where('training_runs.state', '=', 'running')
    .executeTakeFirst();
  if (!force && training)
    throw new UserError(
      `Cannot ${action} the study "${name}": trial ${training.number} is being retrained, or its training was killed.`,
      'Wait until it is over. Where none is running any more, add --force.',
    );
  if (!force && (study.state === 'searching' || study.state === 'confirming'))
    throw new UserError(
      `Cannot ${action} the study "${name}": it is still ${study.state}, and no process is seen to run a trial of it.`,
      'A search may be between two trials. Where none is running any more, add --force.',
    );
  return study;
}

export async function dropUnusedEnvironments(db: Transaction<Database>): Promise<void> {
  await db
    .deleteFrom('environments')
    .where('id', 'not in', db.selectFrom('observations').select('environment_id'))
    .where(
      'id',
      'not in',
      db
        .selectFrom('revisions')
        .select(({ ref }) => ref('environment_id').$notNull().as('id'))
        .where('environment_id', 'is not', null),
    )
    .execute();
}
