/** How a store is opened. */
import type { Owner } from '../host/process-identity.ts';

export interface StoreOptions {
  /** Nothing is created or changed; a file and a folder that may not be written to will do. False by default. */
  readonly readOnly?: boolean;
  /** A store that is not there, or has nothing in it, is refused and not made. False by default; reading never makes one. */
  readonly mustExist?: boolean;
  /** How long to wait for other processes. */
  readonly patience?: Patience;
  /** Told when a server is waited for, once each time. */
  readonly onWaiting?: ((message: string) => void) | undefined;
  /** How long a trial that runs stays its owner's without a renewal; see `lease.ts`. */
  readonly leaseMs?: number;
  /** Milliseconds since 1970; the clock of this machine by default. */
  readonly clock?: () => number;
  /** Who runs the trials that are begun; this process by default. */
  readonly owner?: Owner;
}

export interface Patience {
  /** SQLite itself waits this long for a lock, and the thread with it. */
  readonly busyTimeoutMs: number;
  /** After that the work is tried again from the beginning, until this much time has passed in all. */
  readonly giveUpMs: number;
}
