/** Scores batches with the weights of a state, their network compiled anew whenever they have changed. */

import type { Engine, Program } from './engine.ts';
import { dynamicBatch, type Network } from './network/prepare.ts';
import { withState } from './state/initial-state.ts';
import { denseTargets, requireBatch } from './step/batch.ts';
import type { Batch, Evaluation, TrainingState, WeightChoice } from './trainer.ts';

export interface BatchEvaluator {
  evaluate(batch: Batch, choice: WeightChoice, state: () => Promise<TrainingState>): Promise<Evaluation>;
  /** The weights have changed. */
  forget(): Promise<void>;
}

export function evaluator(network: Network, engine: Engine): BatchEvaluator {
  const programs = new Map<WeightChoice, Program>();
  const model = dynamicBatch(network);
  return {
    evaluate: async (batch, choice, state) => {
      requireBatch(batch, network);
      const known = programs.get(choice);
      const program = known ?? (await engine.compile(withState(model, await state(), choice)));
      programs.set(choice, program);
      const images = engine.value([batch.count, ...network.imageDims], batch.images);
      const results = await program.run(new Map([[network.input, images]]), [network.scores]);
      images.dispose();
      const scores = results.get(network.scores);
      const logits = new Float32Array((await scores?.read()) ?? []);
      scores?.dispose();
      return {
        logits,
        count: batch.count,
        ...score(logits, denseTargets(batch.targets, network.classes), batch.count),
      };
    },
    forget: async () => {
      const old = [...programs.values()];
      programs.clear();
      for (const program of old) await program.release();
    },
  };
}

/** Mean cross-entropy -sum t log softmax(z) and the number of images whose largest score is at their largest target. */
export function score(logits: Float32Array, targets: Float32Array, count: number): { loss: number; correct: number } {
  const classes = logits.length / count;
  let loss = 0;
  let correct = 0;
  for (let i = 0; i < count; i++) {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    const target = targets.subarray(i * classes, (i + 1) * classes);
    const top = row.reduce((best, value, j) => (value > (row[best] as number) ? j : best), 0);
    const wanted = target.reduce((best, value, j) => (value > (target[best] as number) ? j : best), 0);
    const largest = row[top] as number;
    let sum = 0;
    for (const value of row) sum += Math.exp(value - largest);
    const normaliser = largest + Math.log(sum);
    for (let j = 0; j < classes; j++) loss += (target[j] as number) * (normaliser - (row[j] as number));
    if (top === wanted) correct++;
  }
  return { loss: loss / count, correct };
}
