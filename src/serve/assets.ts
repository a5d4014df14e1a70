/** The files of the page, all read at the start: what is served is this list and nothing else. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { UserError } from '../errors/user-error.ts';

export interface Asset {
  readonly type: string;
  readonly etag: string;
  readonly plain: Buffer;
  readonly gzip: Buffer;
  /** Its name follows from its content, so that a browser never asks again. */
  readonly immutable: boolean;
}

/** By their exact path: `/` is the page itself. */
export type Assets = ReadonlyMap<string, Asset>;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Where `npm run build` puts the page: beside this file's room once it is compiled too. */
const folders = [join(import.meta.dirname, '..', 'page'), join(import.meta.dirname, '..', '..', 'dist', 'page')];

/** @throws UserError where the page is not built */
export function readAssets(folder = folders.find(each => existsSync(join(each, 'index.html')))): Assets {
  if (folder === undefined)
    throw new UserError('Cannot serve the page: it is not built.', 'Build it with "npm run build".');
  const assets = new Map<string, Asset>();
  for (const name of readdirSync(folder)) {
    const type = types[extname(name)];
    if (type === undefined) continue;
    const plain = readFileSync(join(folder, name));
    const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 16);
    const immutable = /-[\w-]{8,}\.js$/.test(name);
    const asset: Asset = { type, etag: `"${hash}"`, plain, gzip: gzipSync(plain), immutable };
    assets.set(name === 'index.html' ? '/' : `/${name}`, asset);
  }
  return assets;
}
