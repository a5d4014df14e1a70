import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryContent, memoryStore } from '../../src/store/memory-store.ts';
import { openStore } from '../../src/store/open.ts';
import { trainingContract } from './training-contract.ts';

trainingContract('in memory', async () => {
  const content = memoryContent();
  return { open: async () => memoryStore({ content }), remove: async () => {} };
});

trainingContract('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rankfront-test-'));
  return {
    open: () => openStore(join(folder, 'store.sqlite')),
    remove: async () => rmSync(folder, { recursive: true }),
  };
});
