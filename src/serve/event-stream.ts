/**
 * Server-sent events: which study has reached which revision. What is sent is what is, not what happened, so that a reader that has
 * missed some loses nothing. A reader that does not keep up is dropped, and comes back by itself.
 */
import type { ServerResponse } from 'node:http';
import type { Change, Changes } from './changes.ts';

export interface EventStreams {
  /** Takes over the response. False where there are too many already. */
  readonly open: (response: ServerResponse) => boolean;
  readonly count: () => number;
  readonly close: () => void;
}

export interface StreamLimits {
  readonly streams: number;
  /** What may wait to be read by one. */
  readonly waitingBytes: number;
  /** Between comments that keep proxies from closing the stream. */
  readonly commentMs: number;
}

export const usualStreamLimits: StreamLimits = { streams: 64, waitingBytes: 64 * 1024, commentMs: 15_000 };

export const eventText = (id: number, change: Change): string =>
  `id: ${id}\nevent: change\ndata: ${JSON.stringify(change)}\n\n`;

/** @param headers those of every answer */
export function eventStreams(
  changes: Changes,
  headers: Readonly<Record<string, string>>,
  limits = usualStreamLimits,
): EventStreams {
  const open = new Set<() => void>();
  let id = 0;
  return {
    count: () => open.size,
    open: response => {
      if (open.size >= limits.streams) return false;
      response.writeHead(200, {
        ...headers,
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      const write = (text: string): void => {
        response.write(text);
        if (response.writableLength > limits.waitingBytes) end();
      };
      const send = (change: Change): void => write(eventText(++id, change));
      const stop = changes.listen(send);
      const comments = setInterval(() => write(': still here\n\n'), limits.commentMs);
      const end = (): void => {
        stop();
        clearInterval(comments);
        open.delete(end);
        // Not end(): what waits for a reader that does not read would wait for ever.
        response.destroy();
      };
      open.add(end);
      response.on('close', end).on('error', end);
      write('retry: 1000\n\n');
      for (const change of changes.known()) if (open.has(end)) send(change);
      return true;
    },
    close: () => {
      for (const end of [...open]) end();
    },
  };
}
