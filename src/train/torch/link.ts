/** Messages to and from the Python side: 4 bytes of length, a JSON head, and the numbers that its `bytes` counts. */
import type { Socket } from 'node:net';

export interface Message {
  readonly head: Readonly<Record<string, unknown>>;
  readonly data: Uint8Array;
}

export function sendMessage(socket: Socket, head: object, data: Uint8Array = new Uint8Array(0)): void {
  const text = Buffer.from(JSON.stringify({ ...head, bytes: data.length }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  socket.write(Buffer.concat([length, text]));
  if (data.length > 0) socket.write(data);
}

/** Calls `told` for each message that comes in whole, and `garbled`, once and as the last, for what is no message. */
export function receiveMessages(
  socket: Socket,
  told: (message: Message) => void,
  garbled: (what: string) => void,
): void {
  let parts: Buffer[] = [];
  let held = 0;
  let head: { readonly text: Message['head']; readonly bytes: number } | null = null;
  let wanted = 4;
  let state: 'length' | 'head' | 'data' = 'length';
  const take = (): Buffer => {
    const all = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
    const taken = all.subarray(0, wanted);
    parts = [all.subarray(wanted)];
    held = all.length - wanted;
    return taken;
  };
  const read = (chunk: Buffer): void => {
    parts.push(chunk);
    held += chunk.length;
    while (held >= wanted) {
      const taken = take();
      if (state === 'length') [state, wanted] = ['head', taken.readUInt32LE()];
      else if (state === 'head') {
        const text = headOf(taken.toString());
        if (text === null) {
          socket.off('data', read);
          garbled(taken.toString().slice(0, 80));
          return;
        }
        head = { text, bytes: text.bytes };
        [state, wanted] = ['data', head.bytes];
      } else {
        const message = { head: head?.text ?? {}, data: Uint8Array.from(taken) };
        [state, wanted, head] = ['length', 4, null];
        told(message);
      }
    }
  };
  socket.on('data', read);
}

/** Null for what is no head, such as one with the NaN that JSON has not. */
function headOf(text: string): (Message['head'] & { readonly bytes: number }) | null {
  try {
    const head = JSON.parse(text) as (Message['head'] & { readonly bytes: unknown }) | null;
    const bytes = head?.bytes;
    return Number.isSafeInteger(bytes) && (bytes as number) >= 0 ? { ...head, bytes: bytes as number } : null;
  } catch {
    return null;
  }
}
