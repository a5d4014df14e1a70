/** In the child process: one session of a candidate and the dense model side by side, both loaded afresh. */
import type { InferenceSession } from 'onnxruntime-node';
import { type Attempt, complete, failed } from '../../errors/failure.ts';
import { rejection } from '../../errors/runtime-error.ts';
import { seededRng } from '../../random/rng.ts';
import { openModelSession } from '../../runtime/open-session.ts';
import type { ModelFile } from '../device.ts';
import { metered } from '../energy/metered.ts';
import { openCounters } from '../energy/rapl.ts';
import type { Misfit } from '../free-dimensions.ts';
import { lostShare } from '../gaps.ts';
import { samplePairs } from '../sampling.ts';
import { readVitals, strainBetween } from '../vitals.ts';
import { allFinite, type Feeds, randomFeeds } from './inputs.ts';
import type { PairAnswer, Request, TimedSettings } from './messages.ts';
import { timeCall, timedSessionOptions } from './session.ts';

interface Loaded {
  readonly session: InferenceSession;
  readonly feeds: Feeds;
  /** Whether its outputs on the random input are all finite. */
  readonly finite: boolean;
}

type PairRequest = Extract<Request, { do: 'pair' }>;

/** Where a model lies in memory depends on what was loaded before it: the order of the two is drawn. */
export async function samplePair(request: PairRequest): Promise<Attempt<PairAnswer>> {
  const { settings } = request;
  const loaded: Loaded[] = [];
  const candidateFirst = seededRng(request.plan.seed).integer(2) === 0;
  const models = [
    { file: request.candidate, what: 'the candidate' },
    { file: request.reference, what: 'the dense model' },
  ];
  try {
    for (const { file, what } of candidateFirst ? models : models.reverse()) {
      const answer = await load(file, what, settings, request.spinning);
      if (answer.state === 'failed') return answer;
      if (!('session' in answer.value)) return complete(answer.value);
      loaded.push(answer.value);
    }
    const [candidate, reference] = candidateFirst ? loaded : loaded.reverse();
    if (!candidate || !reference) throw new Error('both models were loaded');
    if (reference.finite && !candidate.finite)
      return failed('not-finite', 'the candidate gives NaN or infinity on an input on which the dense model does not');
    return complete(await sample(candidate, reference, request));
  } catch (error) {
    return rejection('cannot run the candidate beside the dense model', error);
  } finally {
    for (const { session } of loaded) await session.release();
  }
}

async function sample(candidate: Loaded, reference: Loaded, { plan, settings }: PairRequest): Promise<PairAnswer> {
  const now = (): number => performance.now();
  // Only where the system keeps no count of its own.
  const probe = (): number => (readVitals().waitedMs === null ? lostShare(now) : 0);
  // The counters are of the processor, and tell nothing of an accelerator.
  const counters = onProcessor.has(settings.provider) ? openCounters() : null;
  const [first, second] = [
    metered(() => timeCall(candidate.session, candidate.feeds), counters),
    metered(() => timeCall(reference.session, reference.feeds), counters),
  ];
  let before = readVitals();
  let fromMs = Date.now();
  let lost = 0;
  const pairs = await samplePairs(first.call, second.call, plan, now, () => {
    lost = probe();
    first.begin();
    second.begin();
    fromMs = Date.now();
    before = readVitals();
  });
  const seen = strainBetween(before, readVitals());
  const span = { fromMs, toMs: Date.now() };
  counters?.close();
  const counted = counters
    ? { energy: { candidateJoules: first.joules(), referenceJoules: second.joules(), calls: first.calls() } }
    : {};
  const strain = { ...seen, waitedShare: seen.waitedShare ?? (lost + probe()) / 2 };
  return { kind: 'sampled', pairs, strain, timerResolutionMs: timerResolution(), span, ...counted };
}

const onProcessor: ReadonlySet<string> = new Set(['cpu', 'xnnpack']);

/** Loads a model, makes its input and runs it once; the session of one that cannot be run is released. */
async function load(
  file: ModelFile,
  what: string,
  settings: TimedSettings,
  spinning: boolean,
): Promise<Attempt<Loaded | Misfit>> {
  const opened = await openModelSession(file.path, timedSessionOptions(settings, spinning), `cannot load ${what}`);
  if (opened.state === 'failed') return opened;
  const session = opened.value;
  try {
    const feeds = randomFeeds(session, settings);
    if (feeds.kind === 'misfit') {
      await session.release();
      return complete({ ...feeds, problem: `Cannot time ${what}: ${feeds.problem}.` });
    }
    const outputs = Object.values(await session.run(feeds.feeds));
    return complete({ session, feeds, finite: outputs.every(output => allFinite(output)) });
  } catch (error) {
    await session.release();
    return rejection(`cannot run ${what}`, error);
  }
}

/** The smallest step the clock was seen to take, in milliseconds. */
function timerResolution(): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (let i = 0, last = performance.now(); i < 1000; i++) {
    const now = performance.now();
    if (now > last) smallest = Math.min(smallest, now - last);
    last = now;
  }
  return Number.isFinite(smallest) ? smallest : 1;
}
