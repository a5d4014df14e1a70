/** The front at the end of a search, as `rankfront front` shows it. */
import { oneLine } from '../errors/printable.ts';
import type { FrontReport } from '../report/front/front.ts';
import { headline } from '../report/front/headline.ts';
import { frontTable } from '../report/front/table.ts';
import { atStore } from './at-store.ts';
import type { Console } from './command.ts';

export const frontPage = (report: FrontReport, { colour }: Pick<Console, 'colour'>, store: string): string =>
  atStore(['', ...headline(report).map(oneLine), '', frontTable(report, { colour })].join('\n'), report.study, store);
