/** The front at the end of a search, as `rankfront front` shows it, and what to do next. */
import { oneLine } from '../errors/printable.ts';
import type { FrontReport } from '../report/front/front.ts';
import { headline } from '../report/front/headline.ts';
import { frontTable } from '../report/front/table.ts';
import { nextSteps } from '../report/next-steps.ts';
import { wrapped } from '../report/wrapped.ts';
import { shellWord } from '../units/shell-word.ts';
import { atStore } from './at-store.ts';
import type { Console } from './command.ts';
import { storeOption } from './options.ts';

export const frontPage = (
  report: FrontReport,
  { colour, columns }: Pick<Console, 'colour' | 'columns'>,
  store: string,
): string => {
  const where = store === storeOption.default ? '' : ` --store ${shellWord(store)}`;
  const said = headline(report).map(text => atStore(oneLine(text), report.study, store));
  return [
    '',
    ...said.map(text => (columns === undefined ? text : wrapped(text, columns))),
    '',
    atStore(frontTable(report, { colour }), report.study, store),
    '',
    ...nextSteps(report, where),
  ].join('\n');
};
