/** A worker's seat: it tells how it is while it sits there, and has its device alone. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { WorkerNews, WorkerStore, WorkerWords } from '../store/fleet.ts';
import { renewalsPerLease } from '../store/lease.ts';

export interface Seat {
  readonly words: WorkerWords;
  /** Aborted when its device was given to another: nothing that is timed from then on counts. */
  readonly lost: AbortSignal;
  /** Told at once, and again and again until something else is. */
  tell(news: Partial<WorkerNews>): Promise<void>;
  readonly news: () => WorkerNews;
  leave(): Promise<void>;
}

export interface SeatOptions {
  readonly leaseMs: number;
  readonly note: (message: string) => void;
  /** Ends the waiting for a device that another worker has. */
  readonly finish: AbortSignal;
  /** How often to look whether it is free; 2000 by default. */
  readonly pollMs?: number;
}

/** Waits while another worker has the device. Null when it was ended before it was free. */
export async function takeSeat(
  workers: WorkerStore,
  words: WorkerWords,
  { leaseMs, note, finish, pollMs = 2000 }: SeatOptions,
): Promise<Seat | null> {
  const token = randomUUID();
  let told = '';
  for (;;) {
    if (finish.aborted) return null;
    const holder = await workers.enter(token, words);
    if (!holder) return seated(workers, token, words, leaseMs);
    if (told !== holder.token) note(`Waiting for worker "${holder.name}", which has the device ${words.device}.`);
    told = holder.token;
    await delay(pollMs, undefined, { signal: finish }).catch(() => {});
  }
}

/** Once `enter` has let it in. */
export function seated(workers: WorkerStore, token: string, words: WorkerWords, leaseMs: number): Seat {
  const lost = new AbortController();
  let news: WorkerNews = { state: 'idle', doing: '', finished: 0, failed: 0 };
  const tell = async (): Promise<void> => {
    if (!(await workers.tell(token, news))) lost.abort();
  };
  // A server that is away is waited for by the next one.
  const timer = setInterval(() => void tell().catch(() => {}), leaseMs / renewalsPerLease).unref();
  return {
    words,
    lost: lost.signal,
    news: () => news,
    tell: async changes => {
      const next = { ...news, ...changes };
      const changed = next.state !== news.state || next.doing !== news.doing;
      news = next;
      if (changed) await tell();
    },
    leave: async () => {
      clearInterval(timer);
      await workers.leave(token).catch(() => {});
    },
  };
}
