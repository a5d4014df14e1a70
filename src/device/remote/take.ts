/** Reads so many bytes of a socket, or none: a connection that ends, fails or is too slow gives null. */
import type { Duplex } from 'node:stream';

/** @param timeoutMs for all of the bytes; without bound by default */
export function take(socket: Duplex, length: number, timeoutMs?: number): Promise<Buffer | null> {
  if (length === 0) return Promise.resolve(Buffer.alloc(0));
  return new Promise(resolve => {
    const done = (bytes: Buffer | null): void => {
      clearTimeout(timer);
      for (const event of ['readable', 'end', 'close', 'error'] as const) socket.off(event, look);
      resolve(bytes);
    };
    const look = (): void => {
      const bytes = socket.destroyed ? null : (socket.read(length) as Buffer | null);
      if (bytes?.length === length) done(bytes);
      else if (bytes || socket.readableEnded || socket.destroyed) done(null);
    };
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => done(null), timeoutMs);
    for (const event of ['readable', 'end', 'close', 'error'] as const) socket.on(event, look);
    look();
  });
}
