/** Hears from the server that something was written, on a connection of its own: `NOTIFY` of a trigger (migration 008). */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import type { StoreWatch } from '../watch.ts';

/** Between two looks: many writes are one. */
const restMs = 200;

/** A study that is deleted while the connection is lost is missed within this time. */
const anywayMs = 5000;

/** A watch that wakes at writes. @param url as `storePlaceOf` has it */
export const notified =
  (url: string): StoreWatch =>
  changed => {
    let stopped = false;
    let heard = false;
    let wake = (): void => {};
    const listening = listenForChanges(url, () => {
      heard = true;
      wake();
    });
    void (async () => {
      while (!stopped) {
        heard = false;
        await changed();
        if (!heard && !stopped)
          await new Promise<void>(resolve => {
            const timer = setTimeout(resolve, anywayMs);
            wake = () => {
              clearTimeout(timer);
              resolve();
            };
          });
        await delay(restMs);
      }
    })();
    return () => {
      stopped = true;
      wake();
      void listening.close();
    };
  };

export interface Listening {
  close(): Promise<void>;
}

const againMs = 2000;

/**
 * Calls `heard` after every write to any study, and after each time that the connection was lost: then something may have been missed. It never
 * throws, and is made again until it is closed.
 */
export function listenForChanges(url: string, heard: () => void): Listening {
  const over = new AbortController();
  let open: Client | null = null;
  const once = async (): Promise<void> => {
    const { default: pg } = await import('pg');
    // Nothing would end what is opened now.
    if (over.signal.aborted) return;
    const client = new pg.Client({
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
      fallback_application_name: 'rankfront page',
    });
    open = client;
    const lost = new Promise<void>(resolve => {
      client.on('error', () => resolve()).on('end', () => resolve());
    });
    try {
      client.on('notification', () => heard());
      await client.connect();
      await client.query('listen rankfront_changed');
      heard();
      await lost;
    } finally {
      await client.end().catch(() => {});
    }
  };
  const running = (async () => {
    while (!over.signal.aborted) {
      await once().catch(() => {});
      await delay(againMs, undefined, { signal: over.signal }).catch(() => {});
    }
  })();
  return {
    close: async () => {
      over.abort();
      await open?.end().catch(() => {});
      await running;
    },
  };
}
