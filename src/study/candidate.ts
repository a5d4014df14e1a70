/** From a configuration to an ONNX file on disk: a slice of the factors and a serialisation, never a new SVD. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildCandidate } from '../decompose/configure.ts';
import type { FullFactors } from '../decompose/factorise.ts';
import type { Assignment, Method } from '../decompose/method.ts';
import type { Site } from '../decompose/site.ts';
import { type Attempt, complete, failed } from '../errors/failure.ts';
import { modelCost } from '../onnx/cost.ts';
import type { Model } from '../onnx/graph.ts';
import { writeModel } from '../onnx/write.ts';
import { reasonOf } from '../workers/model-file.ts';

export interface CandidateFile {
  readonly path: string;
  readonly sha256: string;
  /** Per input, batch 1. */
  readonly macs: number;
  readonly params: number;
}

export interface CandidateBytes extends Omit<CandidateFile, 'path'> {
  readonly bytes: Uint8Array;
}

export interface CandidateBuilder {
  /** The bytes of the candidate; the same for the same assignment, on every machine. */
  bytes(assignment: Assignment): CandidateBytes;
  /** Writes the candidate to `file` in the scratch folder, over what stood there. */
  write(assignment: Assignment, file: string): Attempt<CandidateFile>;
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export function candidateBuilder(
  model: Model,
  sites: readonly Site[],
  factors: (site: string, method: Exclude<Method, 'dense'>) => FullFactors,
  scratch: string,
): CandidateBuilder {
  const bytes: CandidateBuilder['bytes'] = assignment => {
    const candidate = buildCandidate(model, sites, factors, assignment);
    const written = writeModel(candidate);
    return { bytes: written, sha256: sha256Of(written), ...modelCost(candidate) };
  };
  const write: CandidateBuilder['write'] = (assignment, file) => {
    const { bytes: content, ...facts } = bytes(assignment);
    const path = join(scratch, file);
    try {
      writeFileSync(path, content);
    } catch (error) {
      return failed('disk-full', `cannot write the candidate to the scratch folder: ${reasonOf(error)}`);
    }
    return complete({ path, ...facts });
  };
  return { bytes, write };
}

/** A folder of this process for candidates; `remove` takes it away with all that is in it. */
export function scratchFolder(): { readonly path: string; readonly remove: () => void } {
  const parent = process.env.RANKFRONT_SCRATCH ?? tmpdir();
  mkdirSync(parent, { recursive: true });
  const path = mkdtempSync(join(parent, 'rankfront-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
