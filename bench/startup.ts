/**
 * What a command costs before it does anything: whole processes, each paired with a bare `node -e 0` that runs right before it, so that
 * a busy machine slows both. Needs `npm run build`. With `--trials N`, also `front` and others on a study of N trials.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openStore } from '../src/store/open.ts';
import { fillStudy, studyOf } from './store/fill.ts';

/** `[--runs 15] [--trials 10000]` */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { runs: { type: 'string', default: '15' }, trials: { type: 'string', default: '0' } },
  });
  const runs = Number(values.runs);
  const trials = Number(values.trials);
  const commands = [['--version'], ['--help'], ['search', '--help'], ['front', '--help'], ['--complete', 'fr']];
  report('without a study', commands, runs);
  if (trials === 0) return;
  const folder = mkdtempSync(join(tmpdir(), 'rankfront-bench-'));
  try {
    const path = join(folder, 'store.sqlite');
    await (await openStore(path)).close();
    fillStudy(path, trials);
    const study = ['--store', path, '--study', studyOf().name];
    report(
      `a study of ${trials} trials`,
      [
        ['front', ...study],
        ['studies', '--store', path],
        ['show', '7', ...study],
        ['--complete', 'front', '--store', path, '--study', ''],
      ],
      runs,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function report(title: string, commands: readonly (readonly string[])[], runs: number): void {
  console.log(`${title}, ms, median of ${runs} (quartiles); beside it the excess over a bare node`);
  for (const command of commands) {
    const pairs = Array.from({ length: runs }, () => {
      const bare = wallMs(['-e', '0']);
      return { bare, ours: wallMs(['bin/rankfront.js', ...command]) };
    });
    const ours = pairs.map(pair => pair.ours);
    const excess = pairs.map(pair => pair.ours - pair.bare);
    const name = command.map(each => (each.includes('/') ? 'STORE' : each)).join(' ');
    console.log(
      `  ${name.slice(0, 44).padEnd(44)} ${quantile(ours, 0.5).padStart(5)} (${quantile(ours, 0.25)} to ${quantile(ours, 0.75)})  +${quantile(excess, 0.5)}`,
    );
  }
}

function wallMs(args: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 2 ** 30 });
  const ms = performance.now() - start;
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return ms;
}

const quantile = (values: readonly number[], share: number): string =>
  ([...values].sort((a, b) => a - b)[Math.round(share * (values.length - 1))] ?? Number.NaN).toFixed(0);
