/** The front as `rankfront front` shows it: what to run in a sentence, the table, and below it how far that is known. */
import { oneLine } from '../errors/printable.ts';
import type { FrontReport } from '../report/front/front.ts';
import { headline } from '../report/front/headline.ts';
import { frontTable } from '../report/front/table.ts';
import { nextSteps } from '../report/next-steps.ts';
import { wrapped } from '../report/text-table.ts';
import { shellWord } from '../units/shell-word.ts';
import { atStore } from './at-store.ts';
import type { Console } from './command.ts';
import { storeOption } from './options.ts';

/** Sentences end where the terminal does, between words; a line with a command stays whole, so that it can be copied. */
export function frontText(
  report: FrontReport,
  { colour, columns }: Pick<Console, 'colour' | 'columns'>,
  store: string,
): string {
  const [pick = '', ...rest] = headline(report).map(sentence => {
    const line = atStore(oneLine(sentence), report.study, store);
    return line.includes('rankfront ') ? line : wrapped(line, columns);
  });
  return [pick, '', frontTable(report, { colour }), ...(rest.length > 0 ? ['', ...rest] : [])].join('\n');
}

/** The same at the end of a search, and what to do next. */
export function frontPage(report: FrontReport, console: Pick<Console, 'colour' | 'columns'>, store: string): string {
  const where = store === storeOption.default ? '' : ` --store ${shellWord(store)}`;
  return ['', frontText(report, console, store), '', ...nextSteps(report, where)].join('\n');
}
