/** Worlds of a test file, each with its hardware profile, and a folder for what their agents need; both go when the file is done. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { makeWorld, type World } from '../cli/world.ts';

export function worldsOf(name: string): { readonly folder: string; readonly worldWith: (hardware: string) => World } {
  const folder = mkdtempSync(join(tmpdir(), `rankfront-${name}-`));
  const worlds: World[] = [];
  afterAll(() => {
    for (const world of worlds) world.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder,
    worldWith: hardware => {
      const world = makeWorld();
      worlds.push(world);
      writeFileSync(world.hardware, hardware);
      return world;
    },
  };
}
