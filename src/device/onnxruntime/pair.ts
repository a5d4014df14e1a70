/** In the child process: a candidate and the dense model side by side. */
import { availableParallelism } from 'node:os';
import type { InferenceSession } from 'onnxruntime-node';
import { type Attempt, complete, failed } from '../../errors/failure.ts';
import { rejection } from '../../errors/runtime-error.ts';
import { undisturbed } from '../conditions.ts';
import type { ModelFile, PairedLatency } from '../device.ts';
import type { Misfit } from '../free-dimensions.ts';
import { crowds, judge } from '../judge.ts';
import { otherBusyCores, readCpuTimes } from '../other-load.ts';
import { samplePairs, summarise } from '../sampling.ts';
import { allFinite, type Feeds, randomFeeds } from './inputs.ts';
import type { PairAnswer, Request, SessionSettings } from './messages.ts';
import { openSession, sessionOptions, timeCall } from './session.ts';

interface Loaded {
  readonly key: string;
  readonly session: InferenceSession;
  readonly feeds: Feeds;
  /** Whether its outputs on the random input are all finite. */
  readonly finite: boolean;
}

type PairRequest = Extract<Request, { do: 'pair' }>;

/** Measures one request after the other and keeps the session of the reference between them. */
export function pairMeasurer(): (request: PairRequest) => Promise<Attempt<PairAnswer>> {
  let kept: Loaded | null = null;

  const referenceOf = async (file: ModelFile, settings: SessionSettings): Promise<Attempt<Loaded | Misfit>> => {
    const key = JSON.stringify([file.sha256, settings]);
    if (kept?.key === key) return complete(kept);
    const old = kept;
    kept = null;
    await old?.session.release();
    const loaded = await load(file, 'the dense model', key, settings);
    if (loaded.state === 'complete' && 'session' in loaded.value) kept = loaded.value;
    return loaded;
  };

  return async request => {
    const start = performance.now();
    const reference = await referenceOf(request.reference, request.settings);
    if (reference.state === 'failed') return reference;
    if (!('session' in reference.value)) return complete(reference.value);
    const candidate = await load(request.candidate, 'the candidate', '', request.settings);
    if (candidate.state === 'failed') return candidate;
    if (!('session' in candidate.value)) return complete(candidate.value);
    try {
      if (reference.value.finite && !candidate.value.finite)
        return failed(
          'not-finite',
          'the candidate gives NaN or infinity on an input on which the dense model does not',
        );
      return complete(await measure(candidate.value, reference.value, request, start));
    } catch (error) {
      return rejection('cannot run the candidate beside the dense model', error);
    } finally {
      await candidate.value.session.release();
    }
  };
}

async function measure(candidate: Loaded, reference: Loaded, request: PairRequest, start: number): Promise<PairAnswer> {
  const { budget, warmup, settings } = request;
  const timerResolutionMs = timerResolution();
  const machine = { cores: availableParallelism(), threads: settings.threads };
  const before = readCpuTimes();
  const othersSince = (): number | null => otherBusyCores(before, readCpuTimes());
  const pairs = await samplePairs(
    () => timeCall(candidate.session, candidate.feeds),
    () => timeCall(reference.session, reference.feeds),
    budget,
    warmup,
    {
      now: () => performance.now(),
      disturbed: () => crowds(othersSince() ?? 0, machine),
      interruptions: () => process.resourceUsage().involuntaryContextSwitches,
    },
  );
  const warnings = judge({
    ...pairs,
    ...machine,
    otherBusyCores: othersSince(),
    timerResolutionMs,
  });
  const disturbed = warnings.some(({ kind }) => kind === 'other-load');
  const latency: PairedLatency = {
    ...summarise(pairs, budget.seed),
    quality: disturbed ? 'disturbed' : 'good',
    conditions: undisturbed(pairs.candidateSamplesMs.length),
    warnings,
    wallMs: performance.now() - start,
  };
  return { kind: 'measured', latency };
}

/** Loads a model, makes its input and runs it once; the session of one that cannot be run is released. */
async function load(
  file: ModelFile,
  what: string,
  key: string,
  settings: SessionSettings,
): Promise<Attempt<Loaded | Misfit>> {
  const opened = await openSession(file.path, what, sessionOptions(settings));
  if (opened.state === 'failed') return opened;
  const session = opened.value;
  try {
    const feeds = randomFeeds(session, settings);
    if (feeds.kind === 'misfit') {
      await session.release();
      return complete({ ...feeds, problem: `Cannot time ${what}: ${feeds.problem}.` });
    }
    const outputs = Object.values(await session.run(feeds.feeds));
    return complete({ key, session, feeds, finite: outputs.every(output => allFinite(output)) });
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
