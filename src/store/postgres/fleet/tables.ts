/** The tables of work, workers and files as queries see them. */
import type { Kysely, Transaction } from 'kysely';
import type { Role, WorkerState } from '../../fleet.ts';
import type { Database } from '../../sql/schema.ts';

export interface WorkTable {
  trial_id: number;
  study_id: number;
  role: Role;
  queue: string;
  device_class: string;
  version: string;
  pruning: number;
  attempt: number;
  /** When its bell was rung last. */
  rung_at_ms: number;
  /** Why nobody may take it any more; null while it is alive. */
  dead: string | null;
  worker: string | null;
}

export interface WorkersTable {
  token: string;
  name: string;
  lane: string | null;
  device: string;
  device_class: string;
  roles: string;
  version: string;
  study: string | null;
  state: WorkerState;
  doing: string;
  started_at_ms: number;
  seen_at_ms: number;
  until_ms: number;
  finished: number;
  failed: number;
}

export interface DeviceChecksTable {
  study_id: number;
  lane: string;
  device_class: string;
  worker: string;
  dense_ms: number;
  probes: string;
  agrees: number;
  detail: string;
  checked_at_ms: number;
}

export interface BlobsTable {
  sha256: string;
  part: number;
  parts: number;
  content: Uint8Array;
}

export type FleetDatabase = Database & {
  work: WorkTable;
  workers: WorkersTable;
  device_checks: DeviceChecksTable;
  blobs: BlobsTable;
};

/** The same database, with the tables that only a server has. */
export const withFleet = (db: Transaction<Database>): Transaction<FleetDatabase> =>
  db as unknown as Transaction<FleetDatabase>;
export const readFleet = (db: Kysely<Database>): Kysely<FleetDatabase> => db as unknown as Kysely<FleetDatabase>;
