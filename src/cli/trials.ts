/** `rankfront trials`: every trial of a study, for people, spreadsheets and programs. */
import { demandWritable, writeAtomically } from '../files/write.ts';
import { keptFiles } from '../host/kept-files.ts';
import { trialsCsv } from '../report/trials/csv.ts';
import { trialsTable } from '../report/trials/table.ts';
import { fileOfStore } from '../store/place.ts';
import { trialRows } from '../study/read/trial-rows.ts';
import { defineCommand, type ExitStatus } from './command.ts';
import { withStudy } from './open-study.ts';
import { jsonOption, storeOption, studyOption } from './options.ts';
import { formatOf } from './output-format.ts';

const formats = { endings: { '.txt': 'table', '.csv': 'csv', '.json': 'json' }, usual: 'table' } as const;

export const trials = defineCommand({
  options: {
    study: studyOption,
    store: storeOption,
    format: {
      choices: ['table', 'csv', 'json'] as const,
      describe: 'The format of the output [default: by the ending of --out, else table]',
    },
    out: { type: 'string', describe: 'The file to write [default: standard output]' },
    json: jsonOption,
  },
  examples: [
    ['rankfront trials --study resnet18', 'a table of all trials'],
    ['rankfront trials --study resnet18 --out trials.csv', 'the same for a spreadsheet, one column per site'],
  ],
  run: async (args, console) => {
    const place = { kept: keptFiles({ store: fileOfStore(args.store) }) };
    if (args.out !== undefined) demandWritable(args.out, 'the trials', place);
    const format = formatOf(args.json ? 'json' : args.format, args.out, formats);
    return withStudy<ExitStatus>(args, console, async (study, store) => {
      const rows = await trialRows(store, study);
      const text = {
        table: () => trialsTable(rows, study.objectives, args.out !== undefined || console.columns === null),
        csv: () => trialsCsv(rows).trimEnd(),
        json: () => JSON.stringify({ study: study.name, objectives: study.objectives, trials: rows }, null, 2),
      }[format]();
      if (args.out === undefined) console.out(text);
      else {
        writeAtomically(args.out, `${text}\n`, 'the trials', place);
        console.note(`Wrote ${args.out}.`);
      }
      return 0;
    });
  },
});
