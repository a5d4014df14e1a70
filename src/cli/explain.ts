/** `rankfront explain`: what the tuner believes, and whether to believe it. */
import { UserError } from '../errors/user-error.ts';
import { explainText } from '../report/explain-text.ts';
import { explainStudy } from '../study/read/explain.ts';
import { defineCommand, type ExitStatus } from './command.ts';
import { computed } from './computed.ts';
import { withStudy } from './open-study.ts';
import { jsonOption, storeOption, studyOption } from './options.ts';

export const explain = defineCommand({
  options: { study: studyOption, store: storeOption, json: jsonOption },
  examples: [
    ['rankfront explain --study resnet18', 'quality of predictions, importance of layers, hypervolume, next trial'],
  ],
  run: async (args, console) =>
    withStudy(args, console, async (study, store): Promise<ExitStatus> => {
      const view = await computed(args.store, 'explain the study', () => explainStudy(store, study));
      if (!view)
        throw new UserError(
          `Cannot explain the study "${study.name}": the store does not say how its trials were proposed.`,
          'Continue it with "rankfront search"; the next trial is recorded.',
        );
      console.out(args.json ? JSON.stringify(view, null, 2) : explainText(view, 60, console.columns === null));
      return 0;
    }),
});
