/** Requests as no browser would send them, and a server with a store in memory to send them to. */
import { request } from 'node:http';
import { connect } from 'node:net';
import type { Assets } from '../../src/serve/assets.ts';
import { type ServeOptions, type Serving, startServing } from '../../src/serve/server.ts';
import type { Store } from '../../src/store/store.ts';

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

const asset = (text: string, type: string) => ({
  type,
  etag: '"e"',
  plain: Buffer.from(text),
  gzip: Buffer.from(text),
  immutable: false,
});

export const assets: Assets = new Map([
  ['/', asset('<!doctype html><title>page</title>', 'text/html; charset=utf-8')],
  ['/main.js', asset('export {};', 'text/javascript; charset=utf-8')],
]);

export interface Served extends Serving {
  readonly notes: string[];
}

export async function served(store: Store, more: Partial<ServeOptions> = {}): Promise<Served> {
  const notes: string[] = [];
  const note = (line: string): void => void notes.push(line);
  const serving = await startServing({
    store,
    place: 'store.sqlite',
    assets,
    host: '127.0.0.1',
    port: 0,
    note,
    ...more,
  });
  return { ...serving, notes };
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const ask = (port: number, path: string, { method = 'GET', headers = {} }: Asked = {}): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, method, headers: { host: `127.0.0.1:${port}`, ...headers } },
      answer => {
        let body = '';
        answer.setEncoding('utf8').on('data', part => {
          body += part;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
      },
    );
    sent.on('error', reject).end();
  });

/** What comes back for bytes that are sent as they are; the connection is closed by the server. */
export const raw = (port: number, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let all = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('utf8').on('data', part => {
      all += part;
    });
    socket.on('close', () => resolve(all)).on('error', reject);
  });

/** The cookie that the token of the address is worth. */
export async function cookieOf({ port, address }: Serving): Promise<string> {
  const { headers } = await ask(port, new URL(address()).pathname + new URL(address()).search);
  return String(headers['set-cookie']).split(';')[0] ?? '';
}
