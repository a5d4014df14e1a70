/** What takes seconds is worked out in a thread of its own, so that events and other answers go on meanwhile. One at a time. */
import { UserError } from '../errors/user-error.ts';
import { entryUrl } from '../host/entry.ts';
import type { Study } from '../store/study.ts';
import type { Explained, ExplainInputs } from '../study/read/explained.ts';
import { createThreadPool, type ThreadPool } from '../threads/thread-pool.ts';
import type { Ladders } from './ladders.ts';

export type Job =
  | { readonly kind: 'explain'; readonly inputs: ExplainInputs }
  | { readonly kind: 'ladders'; readonly study: Pick<Study, 'model' | 'space' | 'hardware'> };

/** A UserError does not come through a thread as one. */
export type Done = { readonly value: unknown } | { readonly problem: string; readonly wayOut: string };

let pool: ThreadPool<Job, Done> | null = null;

async function run(job: Job): Promise<unknown> {
  // It keeps no process alive, so it may stay.
  pool ??= createThreadPool<Job, Done>(entryUrl('work-thread', import.meta.url), 1);
  const done = await pool.run(job);
  if ('value' in done) return done.value;
  throw new UserError(done.problem, done.wayOut);
}

/** @throws UserError as `explained` does */
export const explainedApart = (inputs: ExplainInputs): Promise<Explained> =>
  run({ kind: 'explain', inputs }) as Promise<Explained>;

/** Null where the model cannot be read any more, or is another one. */
export const laddersApart = ({ model, space, hardware }: Study): Promise<Ladders | null> =>
  run({ kind: 'ladders', study: { model, space, hardware } }) as Promise<Ladders | null>;
