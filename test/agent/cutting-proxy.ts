/** A cable between a search and an agent that is cut whenever one likes, and counts what goes through. */
import { connect, createServer, type Socket } from 'node:net';

export interface CuttingProxy {
  readonly port: number;
  /** Bytes towards the agent, and back. */
  readonly bytes: () => { readonly there: number; readonly back: number };
  /** How many connections were cut. */
  readonly cuts: () => number;
  /** Cuts what is connected now: by closing, or by silence that lasts. */
  readonly cut: (how?: 'closed' | 'silent') => void;
  /** While it is down, connections are refused. */
  readonly down: (is: boolean) => void;
  /** Where connections go from now on. */
  readonly lead: (port: number) => void;
  readonly close: () => Promise<void>;
}

export async function cuttingProxy(to: number): Promise<CuttingProxy> {
  let target = to;
  let isDown = false;
  let cuts = 0;
  const count = { there: 0, back: 0 };
  const pairs = new Set<readonly [Socket, Socket]>();
  const server = createServer(near => {
    near.on('error', () => {});
    if (isDown) return void near.destroy();
    const far = connect(target, '127.0.0.1');
    far.on('error', () => {});
    const pair = [near, far] as const;
    pairs.add(pair);
    near.on('data', chunk => {
      count.there += chunk.length;
      far.write(chunk);
    });
    far.on('data', chunk => {
      count.back += chunk.length;
      near.write(chunk);
    });
    const end = (): void => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    near.on('close', end);
    far.on('close', end);
  });
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    bytes: () => ({ ...count }),
    cuts: () => cuts,
    cut: (how = 'closed') => {
      for (const [near, far] of pairs) {
        cuts++;
        if (how === 'closed') near.destroy();
        for (const socket of how === 'silent' ? [near, far] : []) socket.removeAllListeners('data').resume();
      }
    },
    down: is => {
      isDown = is;
    },
    lead: port => {
      target = port;
    },
    close: () => {
      for (const [near] of pairs) near.destroy();
      return new Promise(resolve => void server.close(() => resolve()));
    },
  };
}
