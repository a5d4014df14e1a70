/** What a PostgreSQL server reports, or the way to it; and which of it goes away by waiting. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Patience, StoreOptions } from '../options.ts';
import { waiting, worded } from './words.ts';

/** A statement may take `busyTimeoutMs`; a server that is gone is waited for as long as `giveUpMs`. */
export const patience: Patience = { busyTimeoutMs: 60_000, giveUpMs: 300_000 };

/** The code of the server (five letters, appendix A of its manual) or of the system; empty for other errors. */
export const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
};

/** Codes of the system for a server that does not answer any more, or not yet. */
const unreachable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EAI_AGAIN',
]);

/** admin_shutdown, crash_shutdown, cannot_connect_now, idle_session_timeout, idle_in_transaction_session_timeout; class 08 is about connections. */
const ended = new Set(['57P01', '57P02', '57P03', '57P05', '25P03']);

/** `pg` has no codes for these. */
const saidByPg =
  /^Connection terminated|^Client has encountered a connection error|^timeout exceeded when trying to connect|^Query read timeout|^Client was closed/;

/** Whether the connection is of no more use, and the server may have done what it was told or not. */
export const connectionLost = (error: unknown): boolean => {
  const code = codeOf(error);
  return (
    unreachable.has(code) ||
    (code === 'ENOENT' && (error as NodeJS.ErrnoException).syscall === 'connect') ||
    ended.has(code) ||
    /^08...$/.test(code) ||
    saidByPg.test((error as Error | null)?.message ?? '') ||
    // Several addresses of one host were tried.
    (error instanceof AggregateError && error.errors.every(connectionLost))
  );
};

/** serialization_failure, deadlock_detected, lock_not_available, query_canceled (by the time-out), too_many_connections. */
const passing = new Set(['40001', '40P01', '55P03', '57014', '53300']);

const passes = (error: unknown): boolean => connectionLost(error) || passing.has(codeOf(error));

/** Fewer at the end than at the beginning: a server that starts again is not to be met by all at once. */
const longestPauseMs = 2000;

/** What is over so soon is not told of. */
const soonMs = 1000;

/**
 * Runs `work` until the server has answered. `action` says what would not have been done, such as "store the result of trial 12", for the
 * UserError that every failure of the server or of the way to it becomes. `place` is without a password.
 */
export async function persistently<T>(
  place: string,
  action: string,
  { giveUpMs, onWaiting }: Pick<Patience, 'giveUpMs'> & Pick<StoreOptions, 'onWaiting'>,
  work: () => Promise<T>,
): Promise<T> {
  const start = performance.now();
  let isTold = false;
  for (let pauseMs = 50; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      return await work();
    } catch (error) {
      const waitedMs = performance.now() - start;
      if (!passes(error) || waitedMs > giveUpMs) throw worded(error, place, action, passes(error) ? waitedMs : null);
      if (waitedMs > soonMs && !isTold) {
        isTold = true;
        onWaiting?.(waiting(error, place, giveUpMs));
      }
      await sleep(pauseMs * (0.5 + Math.random()));
    }
  }
}
