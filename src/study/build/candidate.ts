/** From a configuration to an ONNX file on disk: a slice of the factors, a correction and a serialisation, never a new SVD. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Corrector } from '../../calibrate/calibrator.ts';
import { buildCandidate } from '../../decompose/configure.ts';
import { correctCandidate } from '../../decompose/corrections/apply.ts';
import { factorisedSites } from '../../decompose/corrections/packing.ts';
import { correctionBelow, isRefined, withRefined } from '../../decompose/corrections/refined-weights.ts';
import { packAny, unpackAny } from '../../decompose/corrections/refit-packing.ts';
import type { FullFactors } from '../../decompose/factorise.ts';
import type { Assignment, MethodName } from '../../decompose/method.ts';
import type { Site } from '../../decompose/site.ts';
import { type Attempt, complete, failed } from '../../errors/failure.ts';
import { reasonOf, sha256Of } from '../../host/model-file.ts';
import { modelCost } from '../../onnx/cost.ts';
import type { Model } from '../../onnx/graph.ts';
import { writeModel } from '../../onnx/write.ts';

export interface CandidateFacts {
  readonly sha256: string;
  /** Per input, batch 1. */
  readonly macs: number;
  readonly params: number;
}

export interface CandidateFile extends CandidateFacts {
  readonly path: string;
  /** What it was corrected by, packed (refined weights count), and how long that took to find; null where it was not corrected. */
  readonly correction: Uint8Array | null;
  readonly correctionMs: number | null;
}

export interface CandidateBytes extends CandidateFacts {
  readonly bytes: Uint8Array;
}

export interface CandidateBuilder {
  /**
   * The bytes of the candidate; the same for the same assignment and correction, on every machine. Refined weights, packed, are a correction
   * too: they hold the one below them.
   */
  bytes(assignment: Assignment, correction: Uint8Array | null): CandidateBytes;
  /** The model of the candidate, as `bytes` writes it. */
  model(assignment: Assignment, correction: Uint8Array | null): Model;
  /** The file of the candidate as its factors alone make it. */
  uncorrected(assignment: Assignment): Uint8Array;
  /** The correction of the candidate by calibration images, packed; null where candidates are not corrected or nothing is factorised. */
  correction(assignment: Assignment): Promise<Attempt<Uint8Array | null>>;
  /** Writes the candidate to `file` in the scratch folder, over what stood there; corrects it unless a correction is given. */
  write(assignment: Assignment, file: string, correction?: Uint8Array | null): Promise<Attempt<CandidateFile>>;
}

export interface BuilderParts {
  readonly model: Model;
  readonly sites: readonly Site[];
  readonly factors: (site: string, method: MethodName) => FullFactors;
  readonly scratch: string;
  /** Null: candidates are not corrected. */
  readonly corrector: Corrector | null;
}

export function candidateBuilder({ model, sites, factors, scratch, corrector }: BuilderParts): CandidateBuilder {
  const plain = (assignment: Assignment): Model => buildCandidate(model, sites, factors, assignment);

  const corrected = (assignment: Assignment, correction: Uint8Array | null): Model => {
    if (correction && isRefined(correction)) {
      const refined = withRefined(corrected(assignment, correctionBelow(correction)), correction);
      if (!refined) throw new Error('the refined weights belong to another configuration');
      return refined;
    }
    const factorised = factorisedSites(sites, assignment);
    const candidate = plain(assignment);
    const found = correction && unpackAny(candidate, factorised, correction);
    if (correction && !found) throw new Error('the correction belongs to another configuration');
    return correctCandidate(candidate, factorised, found ?? new Map());
  };

  const bytes: CandidateBuilder['bytes'] = (assignment, correction) => {
    const candidate = corrected(assignment, correction);
    const written = writeModel(candidate);
    return { bytes: written, sha256: sha256Of(written), ...modelCost(candidate) };
  };

  const correction: CandidateBuilder['correction'] = async assignment => {
    const factorised = factorisedSites(sites, assignment);
    if (!corrector || factorised.length === 0) return complete(null);
    const candidate = plain(assignment);
    const found = await corrector.corrections(candidate, factorised);
    return found.state === 'failed' ? found : complete(packAny(candidate, factorised, found.value));
  };

  const write: CandidateBuilder['write'] = async (assignment, file, given) => {
    const start = performance.now();
    const found = given === undefined ? await correction(assignment) : complete(given);
    if (found.state === 'failed') return found;
    const correctionMs = given === undefined && found.value !== null ? performance.now() - start : null;
    const { bytes: content, ...facts } = bytes(assignment, found.value);
    const path = join(scratch, file);
    try {
      writeFileSync(path, content);
    } catch (error) {
      return failed('disk-full', `cannot write the candidate to the scratch folder: ${reasonOf(error)}`);
    }
    return complete({ path, ...facts, correction: found.value, correctionMs });
  };
  return { bytes, model: corrected, correction, write, uncorrected: assignment => writeModel(plain(assignment)) };
}
