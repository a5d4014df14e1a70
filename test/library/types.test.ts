/** Whoever uses the package can name every type that its signatures speak of. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { typesOf } from './declarations.ts';

const index = join(import.meta.dirname, '..', '..', 'dist', 'index.d.ts');

describe.skipIf(!existsSync(index))('the declarations of the package (skipped without dist: npm run build)', () => {
  test('every type in an exported signature has an exported name', () => {
    const { named, unnamed } = typesOf(index);
    expect(unnamed.map(({ type, usedBy }) => `${type}, which ${usedBy} speaks of`)).toEqual([]);
    expect(named).toEqual(expect.arrayContaining(['Limits', 'Normalization', 'EndedBy', 'Figures', 'Assignment']));
    expect(named).toEqual(expect.arrayContaining(['Device', 'Scorer', 'Store', 'Strategy', 'Calibrator', 'Corrector']));
  });
});

describe('the reader of declarations', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rankfront-types-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const at = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  at(
    'shapes.d.ts',
    'interface Base {\n    readonly of: Deep;\n}\nexport interface Deep {\n    readonly x: 1;\n}\nexport interface Round extends Base {\n    readonly r: number;\n}\nexport type Shape = Round | "Square";\n',
  );

  test('finds what a signature names through other files, and what that names', () => {
    const found = typesOf(
      at(
        'index.d.ts',
        "import type { Shape } from './shapes.ts';\nexport declare const area: (of: Shape) => number;\n",
      ),
    );
    expect(found.unnamed.map(({ type }) => type).sort()).toEqual(['Deep', 'Round', 'Shape']);
    expect(found.unnamed.every(({ usedBy }) => usedBy === 'area')).toBe(true);
  });

  test('is content with names of their own, under whichever alias', () => {
    const text =
      "import type { Shape } from './shapes.ts';\nexport type { Deep, Round, Shape as Outline } from './shapes.ts';\nexport declare const area: (of: Shape) => number;\n";
    expect(typesOf(at('named.d.ts', text))).toEqual({ named: ['Deep', 'Round', 'Outline'], unnamed: [] });
  });

  test('names types of other packages, which a user may not have', () => {
    const text =
      "import type { z } from 'zod';\nimport { type Kysely } from 'kysely';\nexport declare function open(db: Kysely): void;\n";
    expect(typesOf(at('foreign.d.ts', text)).unnamed).toEqual([{ type: 'Kysely', usedBy: 'open' }]);
  });
});
