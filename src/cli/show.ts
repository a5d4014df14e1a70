/** `rankfront show`: everything that is known of one trial. */
import { UserError } from '../errors/user-error.ts';
import { goOnSentence } from '../report/front/known.ts';
import { trialText } from '../report/trial-report.ts';
import { sitesOf, trialView } from '../study/read/trial-view.ts';
import { defineCommand, type ExitStatus } from './command.ts';
import { count } from './count.ts';
import { withStudy } from './open-study.ts';
import { jsonOption, movedModelOption, storeOption, studyOption } from './options.ts';

export const show = defineCommand({
  positionals: {
    trial: { type: 'number', demandOption: true, describe: 'The number of the trial; 0 is the dense model' },
  },
  options: { study: studyOption, store: storeOption, model: movedModelOption, json: jsonOption },
  examples: [['rankfront show 42 --study resnet18', 'everything about trial 42']],
  run: async (args, console) => {
    const number = count('trial', args.trial, 0, 1);
    return withStudy<ExitStatus>({ ...args, trial: number }, console, async (study, store, reading) => {
      const trial = await store.trials.get(study.id, number);
      if (!trial)
        throw reading.tried
          ? new UserError(`"${study.name}" has no trial ${number}.`, `See "rankfront trials --study ${study.name}".`)
          : new UserError(`"${study.name}" has no trial ${number}: no trial has run yet.`, goOnSentence);
      const sites = sitesOf(study, args.model ?? study.model.path);
      if (!sites)
        console.note(
          `The dense model is not at "${args.model ?? study.model.path}": ranks are shown without their costs. Give it with --model.`,
        );
      const view = await trialView(store, study, trial, sites ?? [], reading);
      console.out(
        args.json
          ? JSON.stringify({ ...view, configuration: trial.assignment }, null, 2)
          : trialText(view, console.columns === null),
      );
      return 0;
    });
  },
});
