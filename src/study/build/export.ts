/** A trial as an ONNX file that stands alone, with where it comes from in its metadata. */

import type { CalibrationStatistics } from '../../decompose/statistics.ts';
import { UserError } from '../../errors/user-error.ts';
import { rankfrontVersion } from '../../host/version.ts';
import { withMetadata } from '../../onnx/metadata.ts';
import { readModel } from '../../onnx/read.ts';
import { writeModel } from '../../onnx/write.ts';
import type { Study } from '../../store/study.ts';
import type { CompleteTrial } from '../../store/trial.ts';
import { candidateBuilder } from './candidate.ts';
import { type FactorWatch, spaceFactors } from './factors.ts';
import type { Plan } from './plan.ts';

/**
 * Rebuilds the candidate, which must be the one that was measured. Throws a UserError when it is not.
 *
 * @param correction what it was corrected by, or its refined weights, as the store keeps them
 * @param statistics what its factors were made from, see `reopenStatistics`
 * @param expected the hash of what was measured: of the refined candidate with its refined weights
 */
export async function exportTrial(
  plan: Plan,
  study: Study,
  trial: CompleteTrial,
  correction: Uint8Array | null,
  statistics: CalibrationStatistics | null,
  watch: FactorWatch,
  expected = trial.modelSha256,
): Promise<Uint8Array> {
  const factors = await spaceFactors(plan.loaded.model, plan.space, statistics, watch);
  const parts = { model: plan.loaded.model, sites: plan.sites, factors, scratch: '', corrector: null };
  const { bytes, sha256 } = candidateBuilder(parts).bytes(trial.assignment, correction);
  if (sha256 !== expected) {
    throw new UserError(
      `Cannot export trial ${trial.number}: the rebuilt model differs from the one that was measured (version ${study.packageVersion} then, ${rankfrontVersion()} now).`,
      study.packageVersion === rankfrontVersion() && study.calibration?.factors === 'data-aware'
        ? 'Its calibration statistics differ in rounding on another machine: export it where it was searched.'
        : `Install rankfront ${study.packageVersion}, or search again with this version.`,
    );
  }
  return writeModel(
    withMetadata(readModel(bytes, { name: `trial ${trial.number}` }), {
      'rankfront.study': study.name,
      'rankfront.trial': String(trial.number),
      'rankfront.version': study.packageVersion,
      'rankfront.source_sha256': study.model.sha256,
      'rankfront.candidate_sha256': sha256,
      ...(expected === trial.modelSha256 ? {} : { 'rankfront.refined': 'true' }),
      'rankfront.configuration': JSON.stringify(trial.assignment),
    }),
  );
}

/** The complete trial of that number. Throws a UserError when there is none. */
export function requireComplete<T extends { readonly state: string }>(
  trial: T | null,
  number: number,
  study: Study,
): Extract<T, { state: 'complete' }> {
  if (trial?.state === 'complete') return trial as Extract<T, { state: 'complete' }>;
  throw new UserError(
    trial
      ? `Trial ${number} of "${study.name}" is ${trial.state}, not complete.`
      : `"${study.name}" has no trial ${number}.`,
    `See "rankfront front --study ${study.name}" for those that are worth a look.`,
  );
}
