/** Messages on a socket: two lengths of 4 bytes (big-endian), a JSON header and a body of bytes. Whoever breaks a limit is cut off. */
import type { Duplex } from 'node:stream';
import { take } from './take.ts';

export interface Frame {
  readonly header: unknown;
  readonly body: Uint8Array;
}

export interface Link {
  /** Waits until the socket takes more; false once the link is gone. */
  send(header: object, body?: Uint8Array): Promise<boolean>;
  /** The next message; null once the link is gone. One call at a time. */
  receive(): Promise<Frame | null>;
  close(): void;
  /** Resolves when the link is gone, by either side. */
  readonly closed: Promise<void>;
}

/** Manifests of large networks are the longest headers. */
const longestHeader = 2 ** 24;
export const longestBody = 2 ** 23;
/** A message that was begun has to arrive at this rate at least, after a grace period. */
const graceMs = 20_000;
const leastBytesPerMs = 8;

export function linkOver(socket: Duplex): Link {
  const closed = new Promise<void>(resolve => {
    socket.once('close', () => resolve());
  });
  // An error is told by the close that follows.
  socket.on('error', () => {});
  const close = (): void => void socket.destroy();
  return {
    send: async (header, body = new Uint8Array()) => {
      if (socket.destroyed || !socket.writable) return false;
      const text = Buffer.from(JSON.stringify(header));
      const lengths = Buffer.alloc(8);
      lengths.writeUInt32BE(text.length, 0);
      lengths.writeUInt32BE(body.length, 4);
      socket.write(Buffer.concat([lengths, text, body]));
      if (socket.writableNeedDrain) await Promise.race([drained(socket), closed]);
      return !socket.destroyed;
    },
    receive: async () => {
      const lengths = await take(socket, 8);
      const [text = 0, body = 0] = lengths ? [lengths.readUInt32BE(0), lengths.readUInt32BE(4)] : [];
      const possible = lengths && text <= longestHeader && body <= longestBody;
      const limitMs = graceMs + (text + body) / leastBytesPerMs;
      const content = possible ? await take(socket, text + body, limitMs) : null;
      const header = content && parsed(content.subarray(0, text));
      if (!content || !header) {
        close();
        return null;
      }
      return { header: header.value, body: content.subarray(text) };
    },
    close,
    closed,
  };
}

const drained = (socket: Duplex): Promise<void> => new Promise(resolve => void socket.once('drain', () => resolve()));

function parsed(text: Buffer): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text.toString()) };
  } catch {
    return null;
  }
}
