/** The front as a table for a terminal of 100 columns. */
import { formatCount } from '../units/format.ts';
import type { Figures, FrontPoint, FrontReport } from './front-report.ts';
import { type Column, textTable } from './text-table.ts';

export interface TableOptions {
  /** ANSI colours: the header and the dense model stand out, what left the front steps back. */
  readonly colour?: boolean;
}

/** The table, and below it what left the front when it was confirmed. Lines are joined by newlines. */
export function frontTable(report: FrontReport, { colour = false }: TableOptions = {}): string {
  const left = report.confirmed ? report.dominated : [];
  const points = [...report.points, ...left];
  const lines = textTable(columnsOf(report, points), points);
  const [header = '', ...rows] = lines;
  const painted = rows.map((row, index) => {
    if (index >= report.points.length) return paint(row, 'dim', colour);
    return report.points[index]?.trial === 0 ? paint(row, 'bold', colour) : row;
  });
  const table = [paint(header, 'bold', colour), ...painted.slice(0, report.points.length)];
  if (left.length === 0) return table.join('\n');
  const because = left.map(
    ({ trial, dominatedBy }) => `${trial} by ${dominatedBy === 0 ? 'the dense model' : dominatedBy}`,
  );
  return [
    ...table,
    '',
    `Left the front when it was confirmed (each beaten by another: ${because.join(', ')}):`,
    ...painted.slice(report.points.length),
  ].join('\n');
}

function columnsOf({ confirmed, objectives }: FrontReport, points: readonly FrontPoint[]): Column<FrontPoint>[] {
  const accuracyName = objectives.includes('agreement') ? 'agree %' : 'top-1 %';
  const other = (point: FrontPoint): Figures | null => (confirmed ? point.search : point.confirm);
  const columns: Column<FrontPoint>[] = [
    { header: 'trial', align: 'right', cell: point => (point.trial === 0 ? 'dense 0' : String(point.trial)) },
    { header: 'latency ms', align: 'right', cell: point => latencyText(point.latencyMs) },
    { header: 'speed-up [95 % CI]', align: 'right', cell: speedupText },
    { header: accuracyName, align: 'right', cell: point => percent(point.accuracy) },
    { header: 'drop pp (± se)', align: 'right', cell: dropText },
    { header: 'MACs', align: 'right', cell: point => formatCount(point.macs) },
    { header: 'params', align: 'right', cell: point => formatCount(point.params) },
  ];
  if (!points.some(point => point.trial !== 0 && other(point))) return columns;
  const phase = confirmed ? 'in search' : 'confirmed';
  return [
    ...columns,
    {
      header: phase,
      align: 'right',
      cell: point => (other(point) ? `${(other(point)?.speedup ?? 0).toFixed(2)}x` : '-'),
    },
    { header: 'pp', align: 'right', cell: point => (other(point) ? percent(other(point)?.drop ?? 0) : '-') },
  ];
}

/** Three digits at least: 0.412, 6.13, 58.2, 1234. */
const latencyText = (latencyMs: number): string =>
  latencyMs.toFixed(latencyMs < 1 ? 3 : latencyMs < 10 ? 2 : latencyMs < 1000 ? 1 : 0);

const speedupText = ({ trial, speedup, speedupCi: [low, high] }: FrontPoint): string =>
  trial === 0 ? '1.00' : `${speedup.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;

const dropText = ({ trial, drop, dropStandardError }: FrontPoint): string =>
  trial === 0 ? '0.00' : `${percent(drop)} (± ${percent(dropStandardError)})`;

/** A share in hundredths, without the sign. */
const percent = (share: number): string => (100 * share).toFixed(2).replace(/^-(0\.00)$/, '$1');

const codes = { bold: 1, dim: 2 };

const paint = (text: string, style: keyof typeof codes, colour: boolean): string =>
  colour ? `\x1b[${codes[style]}m${text}\x1b[0m` : text;
