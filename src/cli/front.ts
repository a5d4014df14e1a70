/** `rankfront front`: the Pareto front of a study, for people, spreadsheets, programs and documents. */
import { oneLine } from '../errors/printable.ts';
import { UserError } from '../errors/user-error.ts';
import type { PlaceOptions } from '../files/place.ts';
import { demandWritable, writeAtomically } from '../files/write.ts';
import { frontCsv } from '../report/front/csv.ts';
import { headline } from '../report/front/headline.ts';
import { frontJson } from '../report/front/json.ts';
import { frontTable } from '../report/front/table.ts';
import { wrapped } from '../report/wrapped.ts';
import { storePlaceOf } from '../store/place.ts';
import { frontOf } from '../study/read/read-front.ts';
import { atStore } from './at-store.ts';
import { defineCommand } from './command.ts';
import { withStudy } from './open-study.ts';
import { jsonOption, storeOption, studyOption } from './options.ts';

export const front = defineCommand({
  options: {
    study: studyOption,
    store: storeOption,
    search: { type: 'boolean', default: false, describe: 'Show the figures of the search, not the confirmed ones' },
    confirmed: { type: 'boolean', default: false, describe: 'Fail if nothing is confirmed yet' },
    format: {
      choices: ['table', 'csv', 'json', 'svg'] as const,
      default: 'table' as const,
      describe: 'The format of the output',
    },
    out: { type: 'string', describe: 'The file to write [default: standard output]' },
    json: jsonOption,
  },
  examples: [
    ['rankfront front --study resnet18', 'a table of confirmed figures; figures that are not confirmed are marked'],
    ['rankfront front --study resnet18 --format svg --out front.svg', 'the same as a chart'],
  ],
  run: async (args, console) => {
    if (args.search && args.confirmed)
      throw new UserError(
        'Cannot show the front: --search and --confirmed cannot be used together.',
        'Leave one of them out.',
      );
    const place = args.out === undefined ? {} : await placeOf(args.store);
    if (args.out !== undefined) demandWritable(args.out, 'the front', place);
    const phase = args.search ? 'search' : args.confirmed ? 'confirmed' : 'best';
    const report = await withStudy(args, console, async (_study, _store, reading) => frontOf(reading, phase));
    const format = args.json ? 'json' : args.format;
    const columns = args.out === undefined ? console.columns : undefined;
    const shaped = (text: string): string => {
      const whole = atStore(oneLine(text), report.study, args.store);
      return columns === undefined ? whole : wrapped(whole, columns);
    };
    const said = await {
      table: () =>
        [...headline(report).map(shaped), '', frontTable(report, { colour: console.colour && !args.out })].join('\n'),
      csv: () => frontCsv(report).trimEnd(),
      json: () => frontJson(report),
      // Charts are slow to load, and only this format draws one.
      svg: async () => (await import('../report/chart/svg.ts')).frontSvg(report),
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
  return { kept: keptFiles({ store: storePlaceOf(store).file }) };
}
