/** Watts that a command prints while models are timed, each with the time at which it came. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Energy, Span } from './energy.ts';
import type { PowerSettings } from './settings.ts';

export interface Reading {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly watts: number;
}

export interface PowerMeter {
  readonly readings: readonly Reading[];
  /** Why there are none; null where there are. */
  why(): string | null;
  stop(): void;
}

/** Runs until it is stopped. A command that fails is run again, in case it was a moment; what it said stays. */
export function startPower(settings: PowerSettings, now: () => number = Date.now): PowerMeter {
  const readings: Reading[] = [];
  const stopping = new AbortController();
  let child: ChildProcess | null = null;
  let why = 'it printed no number';
  const run = async (): Promise<void> => {
    const [program = '', ...args] = settings.command;
    await new Promise<void>(resolve => {
      try {
        child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], shell: false, windowsHide: true });
      } catch (error) {
        why = reasonOf(error);
        return resolve();
      }
      if (child.stdout)
        createInterface({ input: child.stdout }).on('line', line => {
          const watts = wattsIn(line, settings);
          if (watts !== null) readings.push({ atMs: now(), watts });
        });
      child.once('error', error => {
        why = reasonOf(error);
        resolve();
      });
      child.once('close', code => {
        // A negative one is that of an error which was told already.
        if (code !== null && code > 0) why = `it ended with status ${code}`;
        resolve();
      });
    });
  };
  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await run();
      await delay(settings.everyMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  void loop();
  return {
    readings,
    why: () => (readings.length > 0 ? null : why),
    stop: () => {
      stopping.abort();
      child?.kill();
    },
  };
}

const reasonOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

/** Null for a line without a power above 0: headings and `[N/A]`. */
export function wattsIn(line: string, { regex, scale }: Pick<PowerSettings, 'regex' | 'scale'>): number | null {
  const found =
    regex === undefined ? /[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/.exec(line)?.[0] : new RegExp(regex).exec(line)?.[1];
  const watts = found === undefined ? Number.NaN : scale * Number(found);
  return Number.isFinite(watts) && watts > 0 ? watts : null;
}

/** Of either model: when it was timed, and milliseconds of one call. */
export interface TimedModel {
  readonly spans: readonly Span[];
  readonly ms: number;
}

/**
 * Mean watts of the readings within the spans, times the time of a call. Where a model has no reading of its own, both share those of both.
 * Undefined where there is none at all.
 */
export function energyFromPower(
  readings: readonly Reading[],
  candidate: TimedModel,
  reference: TimedModel,
  alternating: boolean,
): Energy | undefined {
  const inSpans = (spans: readonly Span[]): readonly Reading[] =>
    readings.filter(({ atMs }) => spans.some(({ fromMs, toMs }) => atMs >= fromMs && atMs <= toMs));
  const own = [inSpans(candidate.spans), inSpans(reference.spans)] as const;
  const apart = !alternating && own.every(each => each.length > 0);
  const both = inSpans([...candidate.spans, ...reference.spans]);
  if (both.length === 0) return undefined;
  const mean = (of: readonly Reading[]): number => of.reduce((sum, { watts }) => sum + watts, 0) / of.length;
  return {
    source: 'command',
    candidateJoules: (mean(apart ? own[0] : both) * candidate.ms) / 1000,
    referenceJoules: (mean(apart ? own[1] : both) * reference.ms) / 1000,
    readings: both.length,
    apart,
  };
}
