/** `rankfront verify`: proves stored numbers again, or says that they do not hold. */
import { oneLine } from '../errors/printable.ts';
import { requireComplete } from '../study/build/export.ts';
import { withWait } from '../study/build/plan.ts';
import { reopenPlan } from '../study/build/reopen.ts';
import { disagreementText } from '../study/recount/disagreement.ts';
import { isProved } from '../study/verify/counts.ts';
import { type VerifyHooks, verifyStudy } from '../study/verify/verify.ts';
import { type Console, defineCommand, type ExitStatus } from './command.ts';
import { count } from './count.ts';
import { withUnreadStudy } from './open-study.ts';
import { jsonOption, movedOptions, storeOption, studyOption, waitOf, waitOption } from './options.ts';
import { denseLine, summary, trainingLines, verdictLines } from './verify-text.ts';

export const verify = defineCommand({
  options: {
    study: studyOption,
    store: storeOption,
    trial: {
      type: 'number',
      describe: 'Measure only this trial [default: the front; every other trial is rebuilt]',
    },
    all: { type: 'boolean', default: false, describe: 'Measure every trial, not only the front' },
    phase: { choices: ['search', 'confirm', 'refined'] as const, describe: 'Measure only the figures of this phase' },
    wait: waitOption,
    ...movedOptions,
    retrained: {
      type: 'string',
      describe: 'Where the retrained networks are now, if they have moved: a file or a folder',
    },
    json: jsonOption,
  },
  examples: [
    ['rankfront verify --study resnet18', 'the front in both phases; of other trials the model and the stored answers'],
    ['rankfront verify --study resnet18 --trial 42 --phase confirm', 'only the confirmed figures of trial 42'],
  ],
  run: async (args, console) => {
    const number = count('--trial', args.trial, 0, 1);
    return withUnreadStudy<ExitStatus>(args, async (study, store) => {
      if (number !== undefined) requireComplete(await store.trials.get(study.id, number), number, study);
      const phase = args.phase ?? null;
      const report = await verifyStudy({
        store,
        study,
        plan: async () => withWait(await reopenPlan(study, args.store, args.model), waitOf(args.wait)),
        storePath: args.store,
        data: args.data,
        calibration: args.calibration,
        retrained: args.retrained,
        measure: number ?? (args.all ? 'all' : 'printed'),
        phase,
        hooks: hooksOf(console, args.json),
      });
      const asked = { phase, trial: number ?? null };
      const passed = isProved(report);
      if (args.json)
        console.out(JSON.stringify({ study: study.name, passed, summary: summary(report, asked), ...report }, null, 2));
      else {
        for (const line of report.dense.map(denseLine)) console.out(line);
        for (const line of report.trainings.flatMap(trainingLines)) console.out(line);
        console.out(summary(report, asked));
      }
      if (console.finish.aborted) return 130;
      return passed ? 0 : 1;
    });
  },
});

const hooksOf = (console: Console, json: boolean): VerifyHooks => ({
  onRecount: ({ disagreements }) => {
    if (!json) for (const each of disagreements) console.out(oneLine(`FAIL ${disagreementText(each)}`));
  },
  onTrial: verdict => {
    if (!json) for (const line of verdictLines(verdict)) console.out(oneLine(line));
  },
  progress: progressOf(console),
  warn: console.note,
  finish: console.finish,
  stop: console.stop,
});

/** A line at the bottom of a terminal; elsewhere one whenever something else begins. */
function progressOf(console: Console): VerifyHooks['progress'] {
  let stage = '';
  return doing => {
    if (console.progress) return console.progress(doing);
    const [next = ''] = doing.split(' ');
    if (next !== stage) console.note(`${doing[0]?.toUpperCase()}${doing.slice(1)} ...`);
    stage = next;
  };
}
