/** Runs a program of the user's that judges a network, and reads what it prints. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Attempt, complete, failed } from '../errors/failure.ts';
import { type Metric, qualityOf } from '../metric/metric.ts';
import { metricFault } from '../metric/own-metric.ts';
import { gradesOfEstimate } from '../metric/spread.ts';
import type { GradedImages } from './grade-messages.ts';

const printed = z.object({
  value: z.number().optional(),
  standardError: z.number().min(0).optional(),
  values: z.array(z.number()).optional(),
  label: z.string().default('score'),
  unit: z.string().default('%'),
  best: z.number().default(1),
  worst: z.number().default(0),
});

export interface Judged {
  readonly facts: Metric;
  /** One per image. */
  readonly grades: readonly number[];
  readonly wallMs: number;
}

export interface CommandJob {
  /** The program and its arguments, with {model} and {images} in them. */
  readonly words: readonly string[];
  readonly model: string;
  readonly isDense: boolean;
  readonly images: GradedImages;
  /** Where the list of images is written. */
  readonly scratch: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export async function judgeByCommand(job: CommandJob): Promise<Attempt<Judged>> {
  const start = performance.now();
  const list = join(job.scratch, 'images.json');
  const labels = job.images.labels;
  writeFileSync(list, JSON.stringify(job.images.names.map((name, i) => ({ name, label: labels?.[i] ?? null }))));
  const named = job.words.some(word => word.includes('{model}')) ? job.words : [...job.words, '{model}'];
  const argv = named.map(word => word.replaceAll('{model}', job.model).replaceAll('{images}', list));
  const said = await run(argv, job);
  if (said.state === 'failed') return said;
  const read = readJudgement(said.value, job);
  return read.state === 'failed' ? read : complete({ ...read.value, wallMs: performance.now() - start });
}

/** The last line that is JSON, so that a program may say what it does before. */
export function readJudgement(
  text: string,
  { images, isDense }: Pick<CommandJob, 'images' | 'isDense'>,
): Attempt<Omit<Judged, 'wallMs'>> {
  const line = text.split('\n').findLast(each => each.trim().startsWith('{'));
  const nonsense = (why: string): Attempt<never> => failed('runtime-rejected', `the metric's program ${why}`);
  if (line === undefined) return nonsense(`printed no JSON but ${JSON.stringify(text.trim().slice(-60))}`);
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return nonsense(`printed ${JSON.stringify(line.slice(0, 60))}, which is no JSON`);
  }
  const found = printed.safeParse(json);
  if (!found.success)
    return nonsense(`printed "${String(found.error.issues[0]?.path[0])}" that is no number or text as it should be`);
  const { value, values, standardError = 0, label, unit, best, worst } = found.data;
  const fault = metricFault({ label, unit, best, worst, image: () => 0 });
  if (fault) return nonsense(`printed what is no metric: ${fault}`);
  const facts = { label, unit, best, worst, counts: false };
  const count = images.names.length;
  if (values && values.length !== count) return nonsense(`printed ${values.length} values for ${count} images`);
  if (values) return complete({ facts, grades: values.map(each => Math.fround(qualityOf(facts, each))) });
  if (value === undefined) return nonsense('printed neither "value" nor "values"');
  const error = Math.abs(standardError / (best - worst));
  return complete({ facts, grades: gradesOfEstimate(qualityOf(facts, value), error, count, isDense).map(Math.fround) });
}

const mostBytes = 64 * 2 ** 20;
const longestTimerMs = 2 ** 31 - 1;

/** Without a shell, in a group of its own that is ended as a whole. */
function run([program = '', ...args]: readonly string[], { timeoutMs, signal }: CommandJob): Promise<Attempt<string>> {
  const { promise, resolve } = Promise.withResolvers<Attempt<string>>();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: process.platform !== 'win32' });
  let [out, err] = ['', ''];
  let ended = false;
  const end = (result: Attempt<string>): void => {
    if (ended) return;
    ended = true;
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    process.off('exit', kill);
    kill();
    resolve(result);
  };
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  };
  const abort = (): void => end(failed('interrupted', 'stopped before it was done'));
  const late = (): void =>
    end(failed('timed-out', `the metric's program gave no answer within ${Math.round(timeoutMs / 1000)} s`));
  const timer = setTimeout(late, Math.min(timeoutMs, longestTimerMs));
  signal.addEventListener('abort', abort, { once: true });
  process.once('exit', kill);
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    if (out.length > mostBytes) end(failed('runtime-rejected', "the metric's program prints without end"));
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err = (err + chunk.toString()).slice(-4000);
  });
  child.once('error', ({ message }) => end(failed('crashed', `the metric's program cannot be started: ${message}`)));
  child.once('close', (code, killedBy) => {
    if (code === 0) return end(complete(out));
    const last = err.trim().split('\n').at(-1);
    const how = killedBy ? `ended on ${killedBy}` : `ended with status ${code}`;
    return end(failed('crashed', `the metric's program ${how}${last ? `: ${last}` : ''}`));
  });
  if (signal.aborted) abort();
  return promise;
}
