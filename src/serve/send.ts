/** Answers of each sort. HEAD is node's: it leaves out the body. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Asset } from './assets.ts';
import { headersOfAll } from './headers.ts';

type Headers = Readonly<Record<string, string>>;

const packed = promisify(gzip);
/** Below this a packet is a packet. */
const smallBytes = 1400;

const takesGzip = (request: IncomingMessage): boolean =>
  /(?:^|,)\s*gzip\s*(?:,|$)/i.test(String(request.headers['accept-encoding'] ?? ''));

export function sendText(response: ServerResponse, status: number, text: string, headers: Headers = {}): void {
  response.writeHead(status, {
    ...headersOfAll,
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(`${text}\n`);
}

export function sendAsset(request: IncomingMessage, response: ServerResponse, asset: Asset): void {
  const headers = {
    ...headersOfAll,
    'cache-control': asset.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: asset.etag,
  };
  if (request.headers['if-none-match'] === asset.etag) {
    response.writeHead(304, headers).end();
    return;
  }
  const small = takesGzip(request);
  const body = small ? asset.gzip : asset.plain;
  response.writeHead(200, {
    ...headers,
    'content-type': asset.type,
    'content-length': body.length,
    ...(small ? { 'content-encoding': 'gzip' } : {}),
  });
  response.end(body);
}

export async function sendJson(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  record: unknown,
): Promise<void> {
  const plain = Buffer.from(JSON.stringify(record));
  const small = plain.length > smallBytes && takesGzip(request);
  const body = small ? await packed(plain, { level: 1 }) : plain;
  response.writeHead(status, {
    ...headersOfAll,
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'content-length': body.length,
    ...(small ? { 'content-encoding': 'gzip' } : {}),
  });
  response.end(body);
}
