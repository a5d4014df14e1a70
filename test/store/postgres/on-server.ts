/** A server for the tests of one `describe`, and an empty database for each of them. */
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type Databases, openDatabases } from './databases.ts';
import { type Cuttable, startProxy } from './proxy.ts';

export interface OnServer {
  readonly databases: Databases;
  /** Of the database of the test that runs. */
  readonly url: string;
}

/** @param own as `openDatabases` has it */
export function onServer(own?: readonly string[]): OnServer {
  let databases: Databases;
  let url: string;
  beforeAll(async () => {
    databases = await openDatabases(own);
  }, 120_000);
  afterAll(() => databases.close());
  beforeEach(async () => {
    url = await databases.create();
  });
  afterEach(() => databases.drop(url));
  return {
    get databases() {
      return databases;
    },
    get url() {
      return url;
    },
  };
}

/** The same on a server of the tests' own, with a proxy before it whose connections can be cut. */
export function onServerBehindProxy(own: readonly string[] = []): OnServer & { readonly proxy: Cuttable } {
  let proxy: Cuttable;
  const place = onServer(own);
  beforeAll(async () => {
    proxy = await startProxy(() => place.databases.server!.socket);
  });
  afterAll(() => proxy.close());
  return Object.defineProperty(place as OnServer & { proxy: Cuttable }, 'proxy', { get: () => proxy });
}
