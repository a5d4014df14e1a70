/**
 * Who holds a trial that runs. Its owner holds it by a lease, a time until which nobody takes it away, and renews the lease while it
 * works. On one machine the lease is not waited for: whether the owner's process lives can be seen at once.
 */
import { isAlive, type Owner } from '../host/process-identity.ts';

/** Long, since each renewal is a write to the disk beside measurements that want a quiet machine. */
export const leaseDurationMs = 300_000;

/** A lease is over only so long after its end: clocks of two machines that are set by the network differ by far less. */
export const clockSkewMs = 60_000;

/** Renewals that fail twice in a row lose nothing. */
export const renewalsPerLease = 3;

export interface Held {
  readonly owner: Owner;
  /** Null where an older version began it; milliseconds since 1970. */
  readonly leaseUntilMs: number | null;
}

/**
 * Whether the owner is gone. An owner with the boot id of `here` is one of this machine. Of another machine only its lease is known,
 * so a lost trial of another machine is found some minutes later.
 */
export const isLost = ({ owner, leaseUntilMs }: Held, here: Owner, nowMs: number): boolean =>
  owner.bootId === here.bootId ? !isAlive(owner) : (leaseUntilMs ?? 0) + clockSkewMs < nowMs;

export interface Renewal {
  /** Begins to renew, if it has not begun. */
  start(): void;
  /** Ends it, after a renewal that is under way. */
  stop(): Promise<void>;
}

/** Calls `renew` a few times in each lease. It keeps no process alive, and what fails is tried again the next time. */
export function renewal(leaseMs: number, renew: () => Promise<unknown>): Renewal {
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<unknown> | null = null;
  const once = (): void => {
    running ??= renew()
      .catch(() => {})
      .finally(() => {
        running = null;
      });
  };
  return {
    start: () => {
      timer ??= setInterval(once, leaseMs / renewalsPerLease).unref();
    },
    stop: async () => {
      if (timer) clearInterval(timer);
      timer = null;
      await running;
    },
  };
}
