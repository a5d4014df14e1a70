import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/store/open.ts';
import { storeContract } from './contract.ts';

storeContract('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rankfront-test-'));
  return {
    open: () => openStore(join(folder, 'store.sqlite')),
    remove: async () => rmSync(folder, { recursive: true }),
  };
});
