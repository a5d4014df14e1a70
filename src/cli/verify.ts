/** `rankfront verify`: proves stored numbers again, or says that they do not hold. */

import { oneLine } from '../errors/printable.ts';
import type { CompleteTrial } from '../store/trial.ts';
import { requireComplete } from '../study/export.ts';
import { reopenPlan } from '../study/reopen.ts';
import { passes, type TrialVerdict } from '../study/verdict.ts';
import { verifyTrials } from '../study/verify.ts';
import { defineCommand } from './command.ts';
import { count } from './count.ts';
import { withStudy } from './open-study.ts';
import { jsonOption, movedOptions, storeOption, studyOption } from './options.ts';

export const verify = defineCommand({
  usage: 'verify',
  summary: 'Rebuild and measure stored trials again; exits 1 when a number does not hold',
  options: {
    study: studyOption,
    store: storeOption,
    trial: {
      type: 'number',
      describe: 'Only this trial; by default the front is measured and every other trial rebuilt',
    },
    all: { type: 'boolean', default: false, describe: 'Measure every trial, not only the front' },
    ...movedOptions,
    json: jsonOption,
  },
  examples: [
    ['rankfront verify --study resnet18', 'the front: model, accuracy and latency; the others: model'],
    ['rankfront verify --study resnet18 --trial 42', 'one trial'],
  ],
  run: async (args, console) =>
    withStudy(args, async (study, store) => {
      const number = count('--trial', args.trial, 0, 1);
      const complete = (await store.trials.list(study.id, { states: ['complete'] })) as readonly CompleteTrial[];
      const one =
        number === undefined ? null : requireComplete(await store.trials.get(study.id, number), number, study);
      const measure = one ? [one] : args.all ? complete : await store.trials.front(study.id);
      const verdicts = await verifyTrials({
        store,
        study,
        plan: reopenPlan(study, args.store, args.model),
        data: args.data,
        calibration: args.calibration,
        measure,
        rebuild: one ? [] : complete,
        onTrial: verdict => {
          if (!args.json && (verdict.accuracy || !passes(verdict))) console.out(oneLine(verdictLine(verdict)));
        },
        warn: console.note,
        finish: console.finish,
        stop: console.stop,
      });
      const failed = verdicts.filter(verdict => !passes(verdict));
      if (args.json)
        console.out(JSON.stringify({ study: study.name, passed: failed.length === 0, trials: verdicts }, null, 2));
      else console.out(summary(verdicts, failed.length));
      if (console.finish.aborted) return 130;
      return failed.length === 0 ? 0 : 1;
    }),
});

function verdictLine(verdict: TrialVerdict): string {
  const { trial, model, correction, accuracy, latency, failure } = verdict;
  const parts = [`model ${model}`];
  if (accuracy) {
    const changed = accuracy.changedImages === 0 ? '' : ` (${accuracy.changedImages} predictions changed)`;
    parts.push(
      `accuracy ${accuracy.verdict}: ${percent(accuracy.stored)} then, ${percent(accuracy.now)} now${changed}`,
    );
  }
  if (correction) {
    parts.push(
      `correction ${correction.verdict} (largest difference ${correction.largestDifference.toExponential(1)})`,
    );
  }
  if (latency) {
    const words =
      latency.verdict === 'other-machine' ? 'latency not judged on another machine' : `latency ${latency.verdict}`;
    const runs = latency.measurements > 1 ? ` (mean of ${latency.measurements})` : '';
    parts.push(`${words}: ${latency.stored.toFixed(3)} of dense then, ${latency.now.toFixed(3)} now${runs}`);
  }
  if (failure) parts.push(`failed: ${failure}`);
  return `${passes(verdict) ? 'ok  ' : 'FAIL'} trial ${trial}: ${parts.join('; ')}`;
}

function summary(verdicts: readonly TrialVerdict[], failed: number): string {
  const measured = verdicts.filter(({ accuracy }) => accuracy).length;
  const counted = `${verdicts.length} trials rebuilt, ${measured} of them measured again`;
  return failed === 0 ? `${counted}: every stored number holds.` : `${counted}: ${failed} do not hold.`;
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
