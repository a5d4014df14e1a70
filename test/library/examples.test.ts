/** The programs of docs/examples run as they stand. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadModel } from '../../src/host/model-file.ts';
import type { OwnStrategy } from '../../src/tuner/own.ts';
import { makeWorld, type World } from '../cli/world.ts';
import { strategyContract } from '../tuner/contract.ts';

const root = join(import.meta.dirname, '..', '..');
const example = (name: string): string => join(root, 'docs', 'examples', `${name}.ts`);

/** Calls that take as long as the model is large, with the noise of a clock: 100 us for every kilobyte. */
const timer = `import { statSync } from 'node:fs';
const ms = statSync(process.argv[2]).size / 1e4;
console.log([1, 1.01, 0.99, 1, 1.02].map(each => each * ms).join('\\n'));
`;

describe.skipIf(!existsSync(join(root, 'dist', 'index.js')))('examples (skipped without dist: npm run build)', () => {
  let world: World;
  const run = (name: string, ...args: string[]) =>
    spawnSync(process.execPath, [example(name), ...args], { env: { ...process.env, ...world.env }, encoding: 'utf8' });
  const given = (): string[] => [world.model, world.data, world.hardware, world.store];
  beforeAll(() => {
    world = makeWorld();
  });
  afterAll(() => world.remove());

  test('a strategy searches, and its proposals are made again', () => {
    const { status, stdout, stderr } = run('strategy', ...given(), '6');
    expect({ status, stdout, stderr }).toMatchObject({ status: 0 });
    expect(stdout).toContain('6 proposals made again, every one the same');
  });

  test('that study is read, exported and verified', () => {
    const out = join(world.folder, 'out.onnx');
    const { status, stdout, stderr } = run('study', world.store, 'model', out);
    expect({ status, stdout, stderr }).toMatchObject({ status: 0 });
    expect(stdout).toMatch(/^trial 0: [\d.]+ ms, [\d.]+ %$/m);
    expect(stdout).toContain(`${out}: ${readFileSync(out).length} bytes`);
    expect(stdout).toContain('the dense model holds');
    expect(loadModel(out).model.metadata.get('rankfront.study')).toBe('model');
  });

  test('the command says in one sentence that it cannot propose again without the strategy', () => {
    const bin = join(root, 'bin', 'rankfront.js');
    const { status, stderr } = spawnSync(process.execPath, [bin, 'replay', '--store', world.store], {
      encoding: 'utf8',
    });
    expect(status).not.toBe(0);
    expect(stderr).toContain('were proposed by "greedy", a strategy of the program that searched it');
  });

  test('a device times by a command, and the ratios are those of its clock', () => {
    const file = join(world.folder, 'timer.mjs');
    writeFileSync(file, timer);
    const elsewhere = [...given().slice(0, 3), join(world.folder, 'device.sqlite')];
    const { status, stdout, stderr } = run('device', ...elsewhere, '3', process.execPath, file);
    expect({ status, stdout, stderr }).toMatchObject({ status: 0 });
    expect(stdout).toMatch(/^trial 0: 1\.00x$/m);
    const best = Math.max(...[...stdout.matchAll(/: ([\d.]+)x/g)].map(([, speedup]) => Number(speedup)));
    expect(best).toBeGreaterThan(1.2);
  });

  test('a command that does not time is a failure that says so', () => {
    const elsewhere = [...given().slice(0, 3), join(world.folder, 'none.sqlite')];
    const { status, stderr } = run('device', ...elsewhere, '3', process.execPath, '--version');
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/did not time a model/);
  });
});

const folder = mkdtempSync(join(tmpdir(), 'rankfront-greedy-'));
afterAll(() => rmSync(folder, { recursive: true }));
const program = readFileSync(example('strategy'), 'utf8');
const alone = program
  .slice(0, program.indexOf('const [model'))
  .replace(/^import .*$/m, "import type { Configuration, OwnStrategy } from 'rankfront';")
  .replace('const greedy', 'export const greedy');
const written = join(folder, 'greedy.ts');
writeFileSync(written, alone);
const { greedy } = (await import(written)) as { readonly greedy: OwnStrategy };
strategyContract('greedy', (problem, seed) => greedy.open(problem, { seed }));
