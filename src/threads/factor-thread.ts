/** What a factor thread does: one weight to its factors at full rank. */
import { move, transferableSymbol, valueSymbol } from 'piscina';
import type { WeightBlock } from '../decompose/block.ts';
import { type FullFactors, factorise, type SampledStatistics } from '../decompose/factorise.ts';
import type { MethodName, Rung } from '../decompose/method.ts';
import { outputErrors } from '../decompose/output-error.ts';
import type { RealMatrix } from '../linalg/matrix.ts';
import { type Svd, svd } from '../linalg/svd.ts';

export type FactorJob =
  | {
      readonly kind: 'factorise';
      readonly block: WeightBlock;
      readonly method: MethodName;
      /** For data-aware factors. */
      readonly seen: SampledStatistics | null;
    }
  | {
      readonly kind: 'errors';
      readonly block: WeightBlock;
      readonly factors: FullFactors;
      readonly rungs: readonly Rung[];
      readonly seen: SampledStatistics;
    }
  | { readonly kind: 'svd'; readonly matrix: RealMatrix };

export type FactorAnswer = FullFactors | Svd;

export default function run(job: FactorJob): unknown {
  switch (job.kind) {
    case 'factorise':
      return moved(factorise(job.block, job.method, job.seen));
    case 'errors':
      return outputErrors(job.block, job.factors, job.rungs, job.seen);
    case 'svd':
      return moved(svd(job.matrix));
    default:
      return job satisfies never;
  }
}

/** Hands the arrays over instead of copying them. */
function moved(answer: FactorAnswer): unknown {
  const buffers = new Set<ArrayBuffer>();
  collect(answer, buffers);
  return move({ [transferableSymbol]: [...buffers], [valueSymbol]: answer });
}

function collect(value: unknown, into: Set<ArrayBuffer>): void {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) into.add(value.buffer);
  } else if (Array.isArray(value)) {
    for (const item of value) collect(item, into);
  } else if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) collect(item, into);
  }
}
