/** `rankfront front`: the Pareto front of a study, for people, spreadsheets, programs and documents. */
import { UserError } from '../errors/user-error.ts';
import type { PlaceOptions } from '../files/place.ts';
import { demandWritable, writeAtomically } from '../files/write.ts';
import { frontCsv } from '../report/front/csv.ts';
import { frontJson } from '../report/front/json.ts';
import { fileOfStore } from '../store/place.ts';
import { frontOf } from '../study/read/read-front.ts';
import { stoppedTrials } from '../study/read/stopped-trials.ts';
import { atStore } from './at-store.ts';
import { defineCommand } from './command.ts';
import { frontText } from './front-page.ts';
import { withStudy } from './open-study.ts';
import { jsonOption, storeOption, studyOption } from './options.ts';
import { formatOf } from './output-format.ts';

const formats = {
  endings: { '.txt': 'table', '.csv': 'csv', '.json': 'json', '.svg': 'svg', '.png': 'png' },
  usual: 'table',
} as const;

const isChart = (format: string): boolean => format === 'svg' || format === 'png';

export const front = defineCommand({
  options: {
    study: studyOption,
    store: storeOption,
    search: { type: 'boolean', default: false, describe: 'Show the figures of the search, not the confirmed ones' },
    confirmed: { type: 'boolean', default: false, describe: 'Fail if nothing is confirmed yet' },
    format: {
      choices: ['table', 'csv', 'json', 'svg', 'png'] as const,
      describe: 'The format of the output [default: by the ending of --out, else table]',
    },
    out: { type: 'string', describe: 'The file to write [default: standard output]' },
    json: jsonOption,
  },
  examples: [
    ['rankfront front --study resnet18', 'a table of confirmed figures; figures that are not confirmed are marked'],
    ['rankfront front --study resnet18 --out front.png', 'the same as a chart'],
  ],
  run: async (args, console) => {
    if (args.search && args.confirmed)
      throw new UserError(
        'Cannot show the front: --search and --confirmed cannot be used together.',
        'Leave one of them out.',
      );
    const place = args.out === undefined ? {} : await placeOf(args.store);
    if (args.out !== undefined) demandWritable(args.out, 'the front', place);
    const format = formatOf(args.json ? 'json' : args.format, args.out, formats);
    if (format === 'png' && args.out === undefined)
      throw new UserError('Cannot print a picture as text.', 'Say where to write it, such as --out front.png.');
    const phase = args.search ? 'search' : args.confirmed ? 'confirmed' : 'best';
    const { report, stopped } = await withStudy(args, console, async (study, store, reading) => ({
      report: frontOf(reading, phase),
      stopped: isChart(format) ? await stoppedTrials(store, study) : [],
    }));
    // Charts are slow to load, and only these formats draw one.
    const svg = async (): Promise<string> => (await import('../report/chart/svg.ts')).frontSvg(report, { stopped });
    if (format === 'png' && args.out !== undefined) {
      const { pngOf } = await import('./picture.ts');
      writeAtomically(args.out, await pngOf(await svg()), 'the front', place);
      console.note(`Wrote ${args.out}.`);
      return 0;
    }
    const said = await {
      table: () => frontText(report, args.out === undefined ? console : { colour: false, columns: null }, args.store),
      csv: () => frontCsv(report).trimEnd(),
      json: () => frontJson(report),
      svg,
      png: svg,
    }[format]();
    const text = format === 'table' ? said : atStore(said, report.study, args.store);
    if (args.out === undefined) console.out(text);
    else {
      writeAtomically(args.out, text.endsWith('\n') ? text : `${text}\n`, 'the front', place);
      console.note(`Wrote ${args.out}.`);
    }
    return 0;
  },
});

/** Only what writes a file asks which files it must not write over: that loads much. */
async function placeOf(store: string): Promise<PlaceOptions> {
  const { keptFiles } = await import('../host/kept-files.ts');
  return { kept: keptFiles({ store: fileOfStore(store) }) };
}
