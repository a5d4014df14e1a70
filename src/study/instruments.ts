/** Opens what trials are measured with: the device, the scorer and the builder of candidates. */

import type { Dataset } from '../data/dataset.ts';
import type { Rung } from '../decompose/method.ts';
import type { ModelFile } from '../device/device.ts';
import { openDevice } from '../device/open.ts';
import { UserError } from '../errors/user-error.ts';
import { type OpenScorer, openScorer } from '../evaluate/open.ts';
import { type CandidateBuilder, candidateBuilder, scratchFolder } from './candidate.ts';
import { type FactorLookup, type FactorWatch, spaceFactors } from './factors.ts';
import type { Instruments } from './observe.ts';
import type { Plan } from './plan.ts';

export interface OpenInstruments extends Instruments {
  readonly scorer: OpenScorer;
  readonly builder: CandidateBuilder;
  readonly factors: FactorLookup;
  /** Ends the child processes and removes the scratch folder; a measurement under way fails as `interrupted`. */
  readonly close: () => Promise<void>;
}

export interface InstrumentOptions {
  readonly plan: Plan;
  readonly dataset: Dataset;
  readonly proxyImages: number | undefined;
  readonly seed: number;
  readonly watch: FactorWatch;
}

export async function openInstruments({
  plan,
  dataset,
  proxyImages,
  seed,
  watch,
}: InstrumentOptions): Promise<OpenInstruments> {
  const closers: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const scratch = scratchFolder();
    closers.push(scratch.remove);
    const factors = await spaceFactors(plan.loaded.model, plan.space, watch);
    const builder = candidateBuilder(plan.loaded.model, plan.sites, factors, scratch.path);
    const reference = writeReference(builder, plan);
    const device = await openDevice(plan.hardware, { scratchDir: scratch.path, onWait: watch.warn });
    closers.push(() => device.close());
    const scorer = await openScorer({
      modelPath: reference.path,
      dataset,
      hardware: plan.hardware,
      ...(proxyImages === undefined ? {} : { proxyImages }),
      seed,
    });
    closers.push(() => scorer.close());
    return { build: builder.write, builder, factors, reference, device, scorer, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The dense model through the same writer as the candidates, its external data within. */
function writeReference(builder: CandidateBuilder, plan: Plan): ModelFile {
  const dense: Rung = { method: 'dense' };
  const written = builder.write(
    Object.fromEntries(plan.space.sites.map(({ site }) => [site.name, dense])),
    'dense.onnx',
  );
  if (written.state === 'complete') return written.value;
  throw new UserError(
    `Cannot start: ${written.detail}.`,
    'Free some space, or name another folder in RANKFRONT_SCRATCH.',
  );
}
