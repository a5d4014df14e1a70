/** Opens a store. What its place looks like decides how it is kept. */
import { currentOwner } from '../host/process-identity.ts';
import { leaseDurationMs } from './lease.ts';
import type { StoreOptions } from './options.ts';
import { storePlaceOf } from './place.ts';
import { sqlArchive } from './sql/archive.ts';
import { tellingDamage } from './sql/damage.ts';
import { sqlQueue } from './sql/queue.ts';
import type { StoreSession } from './sql/session.ts';
import { sqlStudies } from './sql/studies.ts';
import { sqlTraining } from './sql/training.ts';
import { sqlTuning } from './sql/tuning.ts';
import { openStoreFile } from './sqlite/open.ts';
import type { Store } from './store.ts';

/**
 * @param place a path or a `file:` URL: an SQLite file; or `postgres://USER@HOST:PORT/DATABASE`
 * @throws UserError when there is no store at `place` that can be opened so, or none can be made there
 */
export async function openStore(place: string, options: StoreOptions = {}): Promise<Store> {
  return storeOver(await openStoreSession(place, options), options);
}

/** A session on a store whose schema is that of this version. */
export async function openStoreSession(place: string, options: StoreOptions = {}): Promise<StoreSession> {
  const found = storePlaceOf(place);
  if (found.kind === 'sqlite') return openStoreFile(found.file, place, options);
  // What speaks to a server takes a while to load, and a file needs none.
  return (await import('./postgres/open.ts')).openDatabase(found.url, options);
}

/** The store of an open database; closing it closes the session. */
export function storeOver(session: StoreSession, { leaseMs, owner }: StoreOptions = {}): Store {
  const { release, ...queue } = sqlQueue(session, owner ?? currentOwner(), leaseMs ?? leaseDurationMs);
  return {
    studies: tellingDamage(session, sqlStudies(session)),
    queue: tellingDamage(session, queue, true),
    trials: tellingDamage(session, sqlArchive(session)),
    tuning: tellingDamage(session, sqlTuning(session)),
    training: tellingDamage(session, sqlTraining(session)),
    ...(session.watch ? { watch: session.watch } : {}),
    close: async () => {
      // On a disk that is full the trials stay ours; the next start finds that this process is gone.
      await release().catch(() => {});
      await session.close();
    },
  };
}
