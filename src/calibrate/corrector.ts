/** The correction of a candidate: one forward over a batch of calibration images. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { momentProbe, type ProbedSite, type Target } from '../decompose/corrections/moment-probe.ts';
import { type ChannelMoments, correctionOf, correctionRule, pooledMoments } from '../decompose/corrections/moments.ts';
import { uncorrectable } from '../decompose/corrections/site-node.ts';
import type { Site } from '../decompose/site.ts';
import { type Attempt, complete, failed } from '../errors/failure.ts';
import { reasonOf } from '../host/model-file.ts';
import { dropDeadInitializers } from '../onnx/edit.ts';
import type { Model } from '../onnx/graph.ts';
import { keepLive } from '../onnx/live.ts';
import { writeModel } from '../onnx/write.ts';
import type { Corrector } from './calibrator.ts';
import type { CalibrationImages } from './images.ts';
import type { ProbeAnswer } from './probe-messages.ts';
import type { ProbeRunner } from './probe-runner.ts';

export interface CorrectorOptions {
  readonly runner: ProbeRunner;
  readonly images: CalibrationImages;
  /** Where graphs are written for the child process. */
  readonly scratch: string;
  readonly timeoutMs: number;
}

/** Measures the dense model on the same images once, so that candidate and dense model differ by the factors alone. */
export async function openCorrector(
  dense: Model,
  sites: readonly Site[],
  { runner, images, scratch, timeoutMs }: CorrectorOptions,
): Promise<Attempt<Corrector>> {
  const measure = async (model: Model, asked: readonly Site[], targets: ReadonlyMap<string, Target> | null) => {
    const probe = momentProbe(model, asked, targets);
    const outputs = probe.sites.flatMap(({ mean, variance }) => [mean, variance]);
    const path = join(scratch, 'probe.onnx');
    try {
      writeFileSync(path, writeModel(measuring(probe.model, outputs)));
    } catch (error) {
      return failed('disk-full', `cannot write to the scratch folder: ${reasonOf(error)}`);
    }
    const answer = await runner.run(path, images, outputs, timeoutMs);
    return answer.state === 'failed' ? answer : complete(momentsOf(probe.sites, answer.value));
  };

  const reference = await measure(dense, sites, null);
  if (reference.state === 'failed') return reference;
  const count = images.positions.length;
  const targets = new Map(
    [...reference.value].map(([site, moments]) => [site, { dense: moments, rule: correctionRule(moments, count) }]),
  );
  return complete({
    images: count,
    corrections: async (candidate, asked) => {
      const able = asked.filter(site => uncorrectable(candidate, site) === null);
      if (able.length === 0) return complete(new Map());
      const measured = await measure(candidate, able, targets);
      if (measured.state === 'failed') return measured;
      return complete(
        new Map(
          able.map(({ name }) => {
            const target = targets.get(name)!;
            return [name, correctionOf(target.dense, measured.value.get(name)!, target.rule)] as const;
          }),
        ),
      );
    },
  });
}

/** What lies behind the last site is not computed: it says nothing of any. */
function measuring(model: Model, wanted: readonly string[]): Model {
  const { graph } = model;
  const outputs = graph.outputs.filter(({ name }) => wanted.includes(name));
  return { ...model, graph: dropDeadInitializers({ ...graph, nodes: keepLive(graph.nodes, wanted), outputs }) };
}

function momentsOf(sites: readonly ProbedSite[], { batches }: ProbeAnswer): ReadonlyMap<string, ChannelMoments> {
  return new Map(
    sites.map(({ site }, i) => [
      site,
      pooledMoments(
        batches.map(({ images, values }) => ({
          images,
          moments: { mean: Float64Array.from(values[2 * i]!), variance: Float64Array.from(values[2 * i + 1]!) },
        })),
      ),
    ]),
  );
}
