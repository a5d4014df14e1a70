/** `rankfront compare`: one network on several devices. */
import { UserError } from '../errors/user-error.ts';
import { demandWritable, writeAtomically } from '../files/write.ts';
import { keptFiles } from '../host/kept-files.ts';
import { comparison } from '../report/compare/comparison.ts';
import { compareCsv, compareJson } from '../report/compare/record.ts';
import { compareText } from '../report/compare/text.ts';
import { fileOfStore } from '../store/place.ts';
import { deviceStudyOf } from '../study/read/device-study.ts';
import { parseDrop } from '../units/drop.ts';
import { atStore } from './at-store.ts';
import { defineCommand } from './command.ts';
import { openNamed, studyNames } from './named-studies.ts';
import { jsonOption, storeOption } from './options.ts';

export const compare = defineCommand({
  positionals: { studies: { type: 'string', array: true, describe: `Two studies or more: ${studyNames}` } },
  options: {
    store: storeOption,
    'max-drop': { type: 'string', default: '1pp', describe: 'How much accuracy may be lost: 1pp, 0.5% or 0.01' },
    format: {
      choices: ['table', 'csv', 'json', 'svg'] as const,
      default: 'table' as const,
      describe: 'The format of the output',
    },
    x: {
      choices: ['latency', 'speedup'] as const,
      default: 'latency' as const,
      describe: 'What the chart shows from left to right: milliseconds, or times the dense model',
    },
    out: { type: 'string', describe: 'The file to write [default: standard output]' },
    json: jsonOption,
  },
  examples: [
    ['rankfront compare one-thread two-threads', 'two studies of one store'],
    ['rankfront compare board.sqlite#net server.sqlite#net --format svg --out devices.svg', 'of two files, as a chart'],
  ],
  run: async (args, console) => {
    const names = (args.studies ?? []).map(String);
    if (names.length < 2)
      throw new UserError(
        `Cannot compare: expected two studies or more, found ${names.length === 1 ? `only "${names[0]}"` : 'none'}.`,
        'Name another; "rankfront studies" lists the studies of a store.',
      );
    const maxDrop = parseDrop(args['max-drop'], '--max-drop');
    const opened = await openNamed(names, args.store, console);
    const place = { kept: () => opened.flatMap(({ store }) => keptFiles({ store: fileOfStore(store) })()) };
    if (args.out !== undefined) demandWritable(args.out, 'the comparison', place);
    const found = comparison(
      opened.map(({ reading, label }) => deviceStudyOf(reading, label)),
      maxDrop,
    );
    const said = await {
      table: () => compareText(found, args.out !== undefined || console.columns === null),
      csv: () => compareCsv(found).trimEnd(),
      json: () => compareJson(found),
      // Charts are slow to load, and only this format draws one.
      svg: async () => (await import('../report/chart/svg.ts')).compareSvg(found, { x: args.x }),
    }[args.json ? 'json' : args.format]();
    const text = opened.reduce((all, { study, store }) => atStore(all, study.name, store), said);
    if (args.out === undefined) console.out(text);
    else {
      writeAtomically(args.out, text.endsWith('\n') ? text : `${text}\n`, 'the comparison', place);
      console.note(`Wrote ${args.out}.`);
    }
    return 0;
  },
});
