/** Scores a trainer's weights on the validation set. */
import type { ValidationBatches } from '../loader/validation.ts';
import type { Trainer, WeightChoice } from '../trainer.ts';
import type { ValidationScore } from './runner.ts';

export async function validationScore(
  trainer: Trainer,
  validation: ValidationBatches,
  choice: WeightChoice,
): Promise<ValidationScore> {
  const startMs = performance.now();
  let [loss, correct, correctTop5, count] = [0, 0, 0, 0];
  for await (const batch of validation.batches()) {
    const found = await trainer.evaluate(batch, choice);
    loss += found.loss * found.count;
    correct += found.correct;
    count += found.count;
    const labels = batch.targets.kind === 'labels' ? batch.targets.labels : new Int32Array(0);
    correctTop5 += amongFive(found.logits, labels);
  }
  const unreadable = validation.unreadable();
  return {
    loss: loss / Math.max(1, count),
    correct,
    correctTop5,
    count,
    unreadable,
    wallMs: performance.now() - startMs,
  };
}

/** Images with fewer than five scores larger than that of their label. */
function amongFive(logits: Float32Array, labels: Int32Array): number {
  const classes = logits.length / labels.length;
  return labels.reduce((found, label, i) => {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    const own = row[label] ?? Number.NaN;
    const larger = row.reduce((so, value) => (value > own ? so + 1 : so), 0);
    return larger < 5 ? found + 1 : found;
  }, 0);
}
