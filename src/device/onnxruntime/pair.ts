/** In the child process: one session of a candidate and the dense model side by side, both loaded afresh. */
import type { InferenceSession } from 'onnxruntime-node';
import { type Attempt, complete, failed } from '../../errors/failure.ts';
import { rejection } from '../../errors/runtime-error.ts';
import { seededRng } from '../../random/rng.ts';
import { openModelSession } from '../../runtime/open-session.ts';
import type { ModelFile } from '../device.ts';
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

async function sample(candidate: Loaded, reference: Loaded, { plan }: PairRequest): Promise<PairAnswer> {
  const now = (): number => performance.now();
  // Only where the system keeps no count of its own.
  const probe = (): number => (readVitals().waitedMs === null ? lostShare(now) : 0);
  let before = readVitals();
  let lost = 0;
  const pairs = await samplePairs(
    () => timeCall(candidate.session, candidate.feeds),
    () => timeCall(reference.session, reference.feeds),
    plan,
    now,
    () => {
      lost = probe();
      before = readVitals();
    },
  );
  const seen = strainBetween(before, readVitals());
  const strain = { ...seen, waitedShare: seen.waitedShare ?? (lost + probe()) / 2 };
  return { kind: 'sampled', pairs, strain, timerResolutionMs: timerResolution() };
}

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
