/**
 * Does a stored peak memory agree with one that is taken now? (docs/decisions/0004)
 *
 * Notation, in KiB, of the candidate and of the dense model each by itself:
 *   m_0, s_0   the median over the stored processes and its standard error
 *   m_1, s_1   the same of fresh ones
 *   d          what medians of three processes are known to differ by
 *
 * They agree where |m_0 - m_1| <= z sqrt(s_0² + s_1²) + d, z the 99.5 % quantile of the normal distribution. A ratio holds where both of
 * its sides do.
 */
import type { Device, ModelFile, PeakMemory } from '../../device/device.ts';
import { type Attempt, complete } from '../../errors/failure.ts';
import type { Environment } from '../../host/environment.ts';
import { memoryFigures, standardErrorOfMedian } from '../../objectives/memory-figures.ts';
import { z99 } from '../../stats/normal.ts';
import { median } from '../../stats/robust.ts';
import type { StoredObservation } from '../../store/observation.ts';
import { type MemoryVerdict, mostMeasurements, sameRuntime } from './verdict.ts';

type Memory = Extract<StoredObservation, { kind: 'memory' }>;

/**
 * Three processes tell little of what medians of three differ by. On a quiet machine that is 0.3 MiB at most (`peak-memory.ts` of the
 * driver). Beside two other busy processes on two cores, eight medians lay within 0.50 MiB for ResNet-20 and within 0.36 MiB for a network
 * of four layers: the processes themselves then differ by more, and so do their standard errors.
 */
export const indifferenceKib = 512;

export function memoriesAgree(stored: readonly number[], fresh: readonly number[]): boolean {
  const apart = Math.abs(median(stored) - median(fresh));
  return apart <= z99 * Math.hypot(standardErrorOfMedian(stored), standardErrorOfMedian(fresh)) + indifferenceKib;
}

/** What a process takes depends on the machine and on what runs in it. */
const comparable = (a: Environment, b: Environment): boolean => sameRuntime(a, b) && a.node === b.node;

const amounts = (candidateKib: readonly number[], referenceKib: readonly number[]): MemoryVerdict['stored'] => {
  const { bytes, referenceBytes } = memoryFigures(candidateKib, referenceKib);
  return { bytes, referenceBytes };
};

/** Of a memory that no device here can tell. */
export const memoryNotMeasured = ({ candidateSamplesKib, referenceSamplesKib }: Memory): MemoryVerdict => ({
  verdict: 'not-measured',
  stored: amounts(candidateSamplesKib, referenceSamplesKib),
  now: null,
  measurements: 0,
});

export type JudgeMemory = (stored: Memory, candidate: ModelFile) => Promise<Attempt<MemoryVerdict>>;

/**
 * One unlucky measurement is no difference: where the first one speaks against what is stored, more are taken, and judged together.
 * The dense model's are kept for all candidates.
 */
export function memoryJudge(device: Pick<Device, 'peakMemory'>, reference: ModelFile): JudgeMemory {
  const peakMemory = device.peakMemory?.bind(device);
  if (!peakMemory) return async stored => complete(memoryNotMeasured(stored));
  const ofReference: PeakMemory[] = [];
  const samplesOf = (all: readonly PeakMemory[]): number[] => all.flatMap(({ samplesKib }) => samplesKib);
  return async (stored, candidate) => {
    const isDense = candidate.sha256 === reference.sha256;
    const ofCandidate: PeakMemory[] = isDense ? ofReference : [];
    for (let measurements = 1; ; measurements++) {
      for (const [file, taken] of [
        [reference, ofReference],
        [candidate, ofCandidate],
      ] as const) {
        if (taken.length >= measurements) continue;
        const peak = await peakMemory(file);
        if (peak.state === 'failed') return peak;
        taken.push(peak.value);
      }
      const [candidateKib, referenceKib] = [samplesOf(ofCandidate), samplesOf(ofReference)];
      const held =
        memoriesAgree(stored.candidateSamplesKib, candidateKib) &&
        memoriesAgree(stored.referenceSamplesKib, referenceKib);
      const here = ofCandidate.every(({ environment }) => comparable(stored.environment, environment));
      if (!held && here && measurements < mostMeasurements) continue;
      return complete({
        verdict: held ? 'consistent' : here ? 'differs' : 'other-machine',
        stored: amounts(stored.candidateSamplesKib, stored.referenceSamplesKib),
        now: amounts(candidateKib, referenceKib),
        measurements,
      });
    }
  };
}
