/** Made-up answers of networks whose true accuracies are known. */

import type { Rng } from '../../../src/random/rng.ts';
import type { AuditedTrial, AuditInput } from '../../../src/report/audit/input.ts';

/** Images are easy or hard alike for every network, which is right where their hardness is below its accuracy, and errs by itself at times. */
export function madeAnswers(accuracies: readonly number[], images: number, slip: number, rng: Rng): Uint8Array[] {
  const answers = accuracies.map(() => new Uint8Array(images));
  for (let i = 0; i < images; i++) {
    const hardness = rng.uniform();
    accuracies.forEach((accuracy, t) => {
      const own = rng.uniform() < slip ? rng.uniform() : hardness;
      answers[t]![i] = own < accuracy ? 1 : 0;
    });
  }
  return answers;
}

/** Trials 1.. with falling accuracy, faster the lower it is; every second one on the front. */
export function madeInput(rng: Rng, count = 16, images = { proxy: 300, heldBack: 900 }): AuditInput {
  const accuracies = Array.from({ length: count + 1 }, (_, i) => 0.9 - (0.5 * i) / count);
  const proxy = madeAnswers(accuracies, images.proxy, 0.2, rng);
  const heldBack = madeAnswers(accuracies, images.heldBack, 0.2, rng);
  const audited = accuracies.slice(1).map(
    (accuracy, i): AuditedTrial => ({
      trial: i + 1,
      latency: accuracy,
      onFront: i % 2 === 0,
      closedForm: 1 - accuracy,
      proxy: proxy[i + 1]!,
      heldBack: heldBack[i + 1]!,
      retrained: i < 6 ? accuracy : null,
    }),
  );
  return {
    study: 'made',
    objective: 'top1',
    seed: 3,
    completeTrials: count + 4,
    lossUnit: 'nats',
    dense: { proxy: proxy[0]!, heldBack: heldBack[0]! },
    audited,
    front: audited.filter(({ onFront }) => onFront),
    retrain: { epochs: 1 },
  };
}
