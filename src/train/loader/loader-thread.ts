/** A thread that makes batches: see `loader.ts`. */
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { type BatchJob, type MadeBatch, makeBatch } from './make-batch.ts';

/** The numbers are moved to the caller, not copied. */
export default async function make(job: BatchJob): Promise<MadeBatch> {
  const made = await makeBatch(job);
  const buffers = [made.images.buffer, made.labels.buffer, ...(made.soft ? [made.soft.buffer] : [])];
  return move({ [transferableSymbol]: buffers, [valueSymbol]: made } as never) as unknown as MadeBatch;
}
