/**
 * Bells: jobs of pg-boss, a queue that lives in the same PostgreSQL. A job says which trial to look at and nothing more. It is sent in the
 * transaction that makes the trial wait, so that there is no bell without a trial; and whoever hears one looks at the trial's row first.
 */
import { CompiledQuery, type Kysely } from 'kysely';
import { type ConnectionOptions, PgBoss } from 'pg-boss';
import type { Bells } from '../store/postgres/fleet/work.ts';
import type { Database } from '../store/sql/schema.ts';
import type { StoreSession } from '../store/sql/session.ts';

/** Where pg-boss keeps its tables, beside the schema of the store. */
const schema = 'rankfront_jobs';

/** Between a bell that is heard and the trial that is taken: milliseconds, unless the worker is killed just then. */
const heardWithinSeconds = 60;

interface BellData {
  readonly trial: number;
}

export interface Heard {
  readonly queue: string;
  readonly job: string;
  readonly trialId: number;
}

export interface OpenBells extends Bells {
  /** The next bell of that queue, which nobody else hears; null where all is quiet. */
  next(queue: string): Promise<Heard | null>;
  /** It is done with, and nobody took the trial for it. */
  forget(heard: Heard): Promise<void>;
  close(): Promise<void>;
}

type Runner = Pick<Kysely<Database>, 'executeQuery'>;
type Connection = NonNullable<ConnectionOptions['db']>;

/** Its statements run on a connection of the store's. */
const over = (db: Runner): Connection => ({
  executeSql: async (text: string, values: unknown[] = []) => {
    const { rows } = await db.executeQuery(CompiledQuery.raw(text, [...values]));
    return { rows };
  },
});

/** In the transaction of the caller. */
const within = (db: Runner): ConnectionOptions => ({ db: over(db) });

/**
 * Nothing is made or asked of the database before the first bell: a search by one machine needs none.
 *
 * @param onError told of what goes wrong while nobody asks; it is tried again
 */
export function openBells({ db }: StoreSession, onError: (error: Error) => void = () => {}): OpenBells {
  let starting: Promise<PgBoss> | null = null;
  const started = (): Promise<PgBoss> => {
    starting ??= startBoss(db, onError).catch((error: unknown) => {
      starting = null;
      throw error;
    });
    return starting;
  };
  const made = new Map<string, Promise<void>>();
  /** Bells of a trial that is not heard yet are one bell. */
  const ensured = async (queue: string): Promise<PgBoss> => {
    const boss = await started();
    let making = made.get(queue);
    if (!making) {
      making = boss.createQueue(queue, { policy: 'short', expireInSeconds: heardWithinSeconds, retryLimit: 3 });
      making.catch(() => made.delete(queue));
      made.set(queue, making);
    }
    await making;
    return boss;
  };
  return {
    prepare: async queue => {
      await ensured(queue);
    },
    ring: async (trx, queue, trialId) => {
      const data: BellData = { trial: trialId };
      await (await ensured(queue)).send(queue, data, { singletonKey: `${trialId}`, ...within(trx) });
    },
    heard: async (trx, queue, job) => {
      await (await ensured(queue)).complete(queue, job, null, within(trx));
    },
    next: async queue => {
      const [job] = await (await ensured(queue)).fetch<BellData>(queue);
      return job ? { queue, job: job.id, trialId: job.data.trial } : null;
    },
    forget: async ({ queue, job }) => {
      await (await ensured(queue)).complete(queue, job);
    },
    close: async () => {
      if (starting) await (await starting).stop({ graceful: false });
    },
  };
}

async function startBoss(db: Runner, onError: (error: Error) => void): Promise<PgBoss> {
  const boss = new PgBoss({
    db: over(db),
    schema,
    schedule: false,
    registerInstance: false,
    openTelemetry: { enabled: false },
    monitorVacuum: false,
    reindex: false,
  });
  boss.on('error', onError);
  return boss.start();
}
