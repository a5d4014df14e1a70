/** A store with what many machines need to work on it together. */
import { UserError } from '../errors/user-error.ts';
import type { BlobStore, CheckStore, WorkerStore, WorkStore } from '../store/fleet.ts';
import { openStoreSession, storeOver } from '../store/open.ts';
import type { StoreOptions } from '../store/options.ts';
import { fileOfStore, shownPlace } from '../store/place.ts';
import { sqlBlobs } from '../store/postgres/fleet/blobs.ts';
import { sqlChecks } from '../store/postgres/fleet/checks.ts';
import { sqlWork } from '../store/postgres/fleet/work.ts';
import { sqlWorkers } from '../store/postgres/fleet/workers.ts';
import type { Store } from '../store/store.ts';
import { type OpenBells, openBells } from './bells.ts';

export interface Fleet {
  readonly store: Store;
  readonly work: WorkStore;
  readonly workers: WorkerStore;
  readonly checks: CheckStore;
  readonly blobs: BlobStore;
  readonly bells: OpenBells;
  /** For how long a trial and a device stay with a worker that says nothing. */
  readonly leaseMs: number;
  close(): Promise<void>;
}

export interface FleetOptions extends Omit<StoreOptions, 'readOnly' | 'leaseMs'> {
  /** For how long a trial and a device stay with a worker that says nothing; a minute by default. */
  readonly leaseMs?: number | undefined;
  /** So often a trial may be lost before it is dead; 5 by default. */
  readonly losses?: number | undefined;
}

/** A worker that is killed costs this much. */
export const usualLeaseMs = 60_000;

const usualLosses = 5;

/** @throws UserError for a store that is a file: only a server is shared by machines */
export async function openFleet(place: string, fleetOptions: FleetOptions = {}): Promise<Fleet> {
  const { leaseMs = usualLeaseMs, losses = usualLosses, ...options } = fleetOptions;
  if (fileOfStore(place) !== undefined)
    throw new UserError(
      `Cannot share out work in the store "${shownPlace(place)}": it is a file, which one machine has for itself.`,
      'Give a PostgreSQL database with --store, such as postgres://me@host/studies.',
    );
  const session = await openStoreSession(place, options);
  try {
    const bells = openBells(session);
    const store = storeOver(session, options);
    return {
      store,
      work: sqlWork(session, store.trials, { bells, leaseMs, losses }),
      workers: sqlWorkers(session, leaseMs),
      checks: sqlChecks(session),
      blobs: sqlBlobs(session),
      bells,
      leaseMs,
      close: async () => {
        await bells.close().catch(() => {});
        await store.close();
      },
    };
  } catch (error) {
    await session.close();
    throw error;
  }
}
