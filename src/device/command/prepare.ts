/**
 * What a tool reads instead of ONNX: an engine, an .om, a .tflite. It is made once and kept: a search that goes on, a confirmation and `verify`
 * time the same files again. A folder appears under its name only when every step is done.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { type Attempt, complete, failed } from '../../errors/failure.ts';
import { reasonOf } from '../../host/model-file.ts';
import { demandSuccess } from './failure-of.ts';
import { filled, type Values } from './placeholders.ts';
import { runProgram } from './run-program.ts';
import type { Step } from './settings.ts';

export interface PrepareOptions {
  /** Where prepared files are kept. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly variables: Readonly<Record<string, string>>;
  /** What the tool says of its version, or null: files of another version are made again. */
  readonly version: string | null;
  /** Prepared files together; the ones that were used longest ago go first. 8 GiB by default. */
  readonly mostBytes?: number;
}

const usualMostBytes = 8 * 2 ** 30;
/** The name of what is made, without an ending: tools put their own behind it. */
const stem = 'model';
/** A folder that is still half made after this long was left by a process that died. */
const staleMs = 24 * 3600 * 1000;

/** @returns the path that `{prepared}` stands for */
export async function prepared(
  steps: readonly Step[],
  values: Values,
  options: PrepareOptions,
): Promise<Attempt<string>> {
  const { folder, signal, variables } = options;
  const key = keyOf(steps, values, options);
  const place = join(folder, key);
  if (isThere(place)) {
    touch(place);
    return complete(join(place, stem));
  }
  const half = join(folder, `${key}.${process.pid}.${randomUUID()}.partial`);
  try {
    mkdirSync(half, { recursive: true });
    for (const { command, timeoutMs } of steps) {
      const argv = filled(command, { ...values, prepared: join(half, stem) });
      const done = demandSuccess(argv, await runProgram(argv, { timeoutMs, variables, signal }), timeoutMs);
      if (done.state === 'failed') return { ...done, detail: `the model cannot be prepared: ${done.detail}` };
    }
    if (readdirSync(half).length === 0)
      return failed(
        'runtime-rejected',
        'the model cannot be prepared: the commands of prepare left no file at {prepared}',
      );
    publish(half, place);
    makeRoom(folder, key, options.mostBytes ?? usualMostBytes);
    return complete(join(place, stem));
  } catch (error) {
    const full = ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
    if (!full) throw error;
    return failed('disk-full', `the model cannot be prepared: ${reasonOf(error)}`);
  } finally {
    rmSync(half, { recursive: true, force: true });
  }
}

/** The model is in it by its hash, not by its path, which is another one each time; where Rankfront lies does not matter either. */
function keyOf(steps: readonly Step[], values: Values, { variables, version }: PrepareOptions): string {
  const { model: _path, prepared: _place, engines: _engines, ...rest } = values;
  const commands = steps.map(({ command }) => command);
  return createHash('sha256')
    .update(JSON.stringify([commands, rest, Object.entries(variables).sort(), version]))
    .digest('hex')
    .slice(0, 40);
}

/** Another process may have made it meanwhile, which is as good. */
function publish(half: string, place: string): void {
  try {
    renameSync(half, place);
  } catch (error) {
    if (!isThere(place)) throw error;
  }
}

function makeRoom(folder: string, keep: string, mostBytes: number): void {
  const all = readdirSync(folder).flatMap(name => {
    try {
      const path = join(folder, name);
      return [{ name, path, usedMs: statSync(path).mtimeMs, bytes: bytesOf(path) }];
    } catch {
      return []; // Another process has removed it meanwhile.
    }
  });
  const half = all.filter(({ name }) => name.endsWith('.partial'));
  for (const { path, usedMs } of half)
    if (Date.now() - usedMs > staleMs) rmSync(path, { recursive: true, force: true });
  const whole = all.filter(({ name }) => !name.endsWith('.partial')).sort((a, b) => a.usedMs - b.usedMs);
  let total = whole.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { name, path, bytes } of whole) {
    if (total <= mostBytes) return;
    if (name === keep) continue;
    rmSync(path, { recursive: true, force: true });
    total -= bytes;
  }
}

const bytesOf = (folder: string): number =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce(
    (sum, name) => sum + statSync(join(folder, name)).size,
    0,
  );

function isThere(place: string): boolean {
  return statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function touch(place: string): void {
  try {
    utimesSync(place, new Date(), new Date());
  } catch {
    // It is used all the same.
  }
}
