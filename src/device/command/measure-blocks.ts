/**
 * A tool times one model at a time, so a session is two runs of it, one after the other, in a drawn order. What the order does to the ratio is taken
 * out, and the interval is over the sessions (`stats/order-effect.ts`).
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Attempt, complete, failed } from '../../errors/failure.ts';
import { UserError } from '../../errors/user-error.ts';
import { acquireDeviceLock } from '../../host/device-lock.ts';
import { median } from '../../stats/robust.ts';
import { latencyRule, type Summaries, statisticRecord } from '../conditions.ts';
import type { LatencyBudget, PairedLatency } from '../device.ts';
import { causesOf, type Machine } from '../disturbance.ts';
import type { OpenOptions } from '../driver.ts';
import type { Span } from '../energy/energy.ts';
import { energyFromPower, startPower } from '../energy/power.ts';
import type { PowerSettings } from '../energy/settings.ts';
import { judge } from '../judge.ts';
import { lookAround } from '../look.ts';
import { type MeasureParts, measureSessions } from '../measure.ts';
import type { Pairs } from '../sampling.ts';
import { waitingText } from '../wording.ts';
import { runBlock, type Timed } from './block.ts';
import { blockOrder } from './block-order.ts';
import type { Place } from './place.ts';
import type { Values } from './placeholders.ts';
import { presets } from './presets/presets.ts';
import type { CommandSettings } from './settings.ts';
import { markStrain, strainSince } from './strain-of-children.ts';

export interface Blocks {
  readonly settings: CommandSettings;
  readonly place: Place;
  readonly machine: Machine;
  /** By what name others are kept from measuring on the same device. */
  readonly lock: string;
  readonly signal: AbortSignal;
  readonly options: OpenOptions;
  /** How power is read meanwhile; undefined where it is not. */
  readonly power: PowerSettings | undefined;
}

const interrupted = failed('interrupted', 'the device was closed');

/** @param candidate and reference: what stands in the command for either model */
export async function measureBlocks(
  blocks: Blocks,
  candidate: Values,
  reference: Values,
  budget: LatencyBudget,
): Promise<Attempt<PairedLatency>> {
  const { settings, place, machine, signal, options } = blocks;
  const start = performance.now();
  const here = settings.where === 'here';
  const where = place.now();
  const quietMs = budget.quietReferenceMs?.[where.environment.cpuModel] ?? null;
  const { statistic = 'median' } = budget;
  const tail = statistic === 'median' ? null : statistic;
  const order = blockOrder(budget.seed);
  const meter = blocks.power ? startPower(blocks.power) : null;
  const spans: Record<'candidate' | 'reference', Span[]> = { candidate: [], reference: [] };
  const seen: Summaries[] = [];
  const session: MeasureParts['session'] = async plan => {
    const lock = await acquireDeviceLock(blocks.lock, {
      signal,
      ...(options.onWait ? { onWait: options.onWait } : {}),
      ...(options.lockDir ? { folder: options.lockDir } : {}),
    });
    if (!lock) return interrupted;
    try {
      const candidateFirst = order();
      const mark = markStrain();
      // A tail needs more calls in a session than a profile asks for.
      const runs = tail === null ? settings.runs : Math.max(settings.runs, plan.leastPairs);
      const taken: Timed[] = [];
      for (const values of candidateFirst ? [candidate, reference] : [reference, candidate]) {
        const block = await runBlock(
          { ...settings, runs },
          { ...values, runs: String(runs), seed: String(plan.seed) },
          { scratchDir: options.scratchDir, signal, leastCalls: plan.leastPairs, mostMs: options.timeoutMs },
        );
        if (block.state === 'failed') return block;
        taken.push(block.value);
        spans[values === candidate ? 'candidate' : 'reference'].push(timedPart(block.value, settings.runs));
      }
      const strain = strainSince(mark);
      const summarised = taken.find(each => each.kind === 'summary');
      if (summarised && tail !== null) throw noTail(tail);
      if (summarised) seen.push({ statistic: summarised.statistic, calls: summarised.calls });
      const pairs = paired(candidateFirst ? taken : taken.reverse());
      // Elsewhere we see no load: only the spread of the times says something.
      const slowdown = quietMs === null ? null : median(pairs.referenceSamplesMs) / quietMs;
      return complete({
        ...pairs,
        candidateFirst,
        causes: here ? causesOf(strain, machine, slowdown) : [],
        ...(summarised ? { calls: summarised.calls ?? settings.runs } : {}),
      });
    } finally {
      lock.release();
    }
  };
  const answer = await measureSessions(
    {
      session,
      look: async () => (here ? lookAround(machine, signal) : []),
      now: () => performance.now(),
      sleep: ms => delay(ms, undefined, { signal }).catch(() => {}),
      waiting: (causes, leftMs) => options.onWait?.(waitingText(causes, leftMs)),
      aborted: () => signal.aborted,
    },
    budget,
  ).finally(() => meter?.stop());
  if (answer.state === 'failed') return answer;
  const { sessionPairs, candidateFirst, pairsLeftOut, waitedMs, causes, ...figures } = answer.value;
  const [summaries] = seen;
  const energy = meter
    ? energyFromPower(
        meter.readings,
        { spans: spans.candidate, ms: figures.candidateMs },
        { spans: spans.reference, ms: figures.referenceMs },
        false,
      )
    : undefined;
  if (meter && meter.readings.length === 0)
    options.onWait?.(`No power is known: "${blocks.power?.command[0]}" printed none (${meter.why()}).`);
  return complete({
    ...figures,
    ...(energy ? { energy } : {}),
    conditions: {
      rule: latencyRule,
      sessionPairs,
      pairsLeftOut,
      waitedMs,
      slowdown: quietMs === null ? null : median(figures.referenceSamplesMs) / quietMs,
      causes,
      ...(candidateFirst ? { candidateFirst } : {}),
      ...(summaries ? { summaries } : {}),
      ...statisticRecord(budget.statistic, figures.referenceSamplesMs),
    },
    warnings: [
      ...judge({ ...figures, timerResolutionMs: resolutionOf(settings) }),
      ...(summaries ? [{ kind: 'no-samples', statistic: summaries.statistic } as const] : []),
    ],
    wallMs: performance.now() - start,
    ...where,
    // How busy it was is asked at the end, when what ran meanwhile has told on it.
    load: place.now().load,
  });
}

/** The tool loads and compiles first: its timed calls are the last thing that it does. */
function timedPart(block: Timed, runs: number): Span {
  const lastedMs =
    block.kind === 'samples' ? block.samplesMs.reduce((sum, ms) => sum + ms, 0) : block.ms * (block.calls ?? runs);
  const toMs = Date.now();
  return { fromMs: toMs - lastedMs, toMs };
}

const noTail = (statistic: string): UserError =>
  new UserError(
    `Cannot take the ${statistic} of latencies here: the tool prints a figure of many calls, and no single times.`,
    'Set latency: { statistic: median } in the hardware profile, or let the tool write every time.',
  );

/** As many samples of both: what one has more is left out at the end, where there is nothing to compare it with. */
function paired(taken: readonly Timed[]): Pairs {
  const [candidate = [], reference = []] = taken.map(each => (each.kind === 'samples' ? each.samplesMs : [each.ms]));
  const count = Math.min(candidate.length, reference.length);
  return { candidateSamplesMs: candidate.slice(0, count), referenceSamplesMs: reference.slice(0, count) };
}

const resolutionOf = ({ output }: CommandSettings): number =>
  typeof output === 'string' ? presets[output].resolutionMs : 0;
