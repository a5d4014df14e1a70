import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeWorld } from './world.ts';

const root = join(import.meta.dirname, '..', '..');

test.skipIf(!existsSync(join(root, 'dist', 'index.js')))(
  'the example of the library runs (skipped without dist: npm run build)',
  () => {
    const world = makeWorld();
    try {
      const example = join(root, 'docs', 'examples', 'search.ts');
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [example, world.model, world.data, world.hardware, world.store, '5'],
        {
          env: { ...process.env, ...world.env },
          encoding: 'utf8',
        },
      );
      expect(stderr).toContain('trial 5:');
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ study: 'model', why: expect.any(String), points: expect.any(Number) });
    } finally {
      world.remove();
    }
  },
);
