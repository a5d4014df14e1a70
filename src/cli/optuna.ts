/** `rankfront optuna`: a study in a database of Optuna, for its dashboard and its plots. */
import { optunaFile, writeOptuna } from '../store/sqlite/write-optuna.ts';
import { optunaStudy } from '../study/read/optuna-study.ts';
import { defineCommand, type ExitStatus } from './command.ts';
import { withStudy } from './open-study.ts';
import { storeOption } from './options.ts';

export const optuna = defineCommand({
  positionals: { study: { type: 'string', demandOption: true, describe: 'The name of the study' } },
  options: {
    store: storeOption,
    to: { type: 'string', demandOption: true, describe: 'The database to write: sqlite:///study.db, or a file' },
    as: { type: 'string', describe: 'The name of the study there [default: the name that it has]' },
  },
  examples: [['rankfront optuna resnet18 --to sqlite:///resnet18.db', 'then: optuna-dashboard sqlite:///resnet18.db']],
  run: async (args, console) => {
    const file = optunaFile(args.to);
    return withStudy<ExitStatus>(args, console, async (study, store) => {
      const written = await optunaStudy(store, study, args.as ?? study.name);
      writeOptuna(file, written);
      console.note(`Wrote ${file}: study "${written.name}" with ${written.trials.length} trials.`);
      return 0;
    });
  },
});
