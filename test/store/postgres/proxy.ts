/** A way to a server that can be cut: a port of this machine that passes all bytes on to the server's socket. */
import { connect, createServer, type Socket } from 'node:net';

export interface Cuttable {
  readonly port: number;
  /** Ends every connection at once, with whatever is under way; new ones are let through. Returns how many there were. */
  cut(): number;
  /** The next answer of the server to a `commit` does not come through: its connection ends in front of it. */
  swallowCommit(): void;
  /** How many connections there are. */
  readonly open: () => number;
  /** How many answers were swallowed so. */
  readonly swallowed: () => number;
  close(): Promise<void>;
}

/** CommandComplete of a commit (protocol version 3.0). */
const committed = Buffer.from('C\0\0\0\x0bCOMMIT\0', 'latin1');

export async function startProxy(socketPath: () => string): Promise<Cuttable> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let armed = 0;
  let swallowed = 0;
  const server = createServer(client => {
    const upstream = connect(socketPath());
    const pair = [client, upstream] as const;
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    for (const side of pair) side.on('error', end).on('close', end);
    client.on('data', chunk => upstream.write(chunk));
    upstream.on('data', chunk => {
      if (armed > 0 && (chunk as Buffer).includes(committed)) {
        armed--;
        swallowed++;
        end();
      } else client.write(chunk);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    port,
    cut: () => {
      const open = [...pairs];
      for (const [client, upstream] of open) {
        client.resetAndDestroy();
        upstream.destroy();
      }
      return open.length;
    },
    swallowCommit: () => {
      armed++;
    },
    open: () => pairs.size,
    swallowed: () => swallowed,
    close: () =>
      new Promise(resolve => {
        for (const pair of pairs) for (const side of pair) side.destroy();
        server.close(() => resolve());
      }),
  };
}
