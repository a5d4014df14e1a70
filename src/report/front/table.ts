/** The front as a table for a terminal of 80 columns. */
import { figureCell, metricOf } from '../../metric/metric.ts';
import { furtherOf } from '../../objectives/objectives.ts';
import { formatCount } from '../../units/format.ts';
import { changeCell } from '../change.ts';
import { type Column, textTable } from '../text-table.ts';
import type { FrontPoint, FrontReport } from './front.ts';
import { amountOf } from './further.ts';
import { halfOf } from './half.ts';
import { imagesPerSecond, throughputText } from './throughput.ts';
import { countWords } from './wording.ts';

export interface TableOptions {
  /** ANSI colours: the header and the dense model stand out, what left the front steps back. */
  readonly colour?: boolean;
}

/** The table, below it what left the front when it was confirmed, and what its marks mean. Lines are joined by newlines. */
export function frontTable(report: FrontReport, { colour = false }: TableOptions = {}): string {
  const left = report.confirmed ? report.dominated.filter(({ confirmed }) => confirmed) : [];
  const points = [...report.points, ...left];
  const [header = '', ...rows] = textTable(columnsOf(report, points), points);
  const painted = rows.map((row, index) => {
    if (index >= report.points.length) return paint(row, 'dim', colour);
    return report.points[index]?.trial === 0 ? paint(row, 'bold', colour) : row;
  });
  return [
    paint(header, 'bold', colour),
    ...painted.slice(0, report.points.length),
    ...leftLines(left, painted.slice(report.points.length)),
    ...footnotes(report, points),
  ].join('\n');
}

function leftLines(left: readonly FrontPoint[], rows: readonly string[]): string[] {
  if (left.length === 0) return [];
  const because = left.map(
    ({ trial, dominatedBy }) => `${trial} by ${dominatedBy === 0 ? 'the dense model' : dominatedBy}`,
  );
  return ['', `Left the front when it was confirmed (each beaten by another: ${because.join(', ')}):`, ...rows];
}

const disturbedMark = '~';
const unconfirmedMark = '*';
const refinedMark = '+';

/** A disturbed figure is marked as that alone: confirming it is what helps in either case. */
const markOf = ({ confirmed }: FrontReport, point: FrontPoint): string => {
  if (point.trial === 0) return '';
  if (point.latencyQuality === 'disturbed') return disturbedMark;
  if (confirmed && !point.confirmed) return unconfirmedMark;
  return point.isRefined ? refinedMark : '';
};

function footnotes(report: FrontReport, points: readonly FrontPoint[]): string[] {
  const marks = new Set(points.map(point => markOf(report, point)));
  const pooled = report.confirmed && points.some(({ judged }) => judged.by === 'both');
  return [
    ...(marks.has(disturbedMark)
      ? [`${disturbedMark} disturbed: other work slowed the machine, so that the speed-up is not known`]
      : []),
    ...(marks.has(unconfirmedMark)
      ? [
          `${unconfirmedMark} not confirmed: figures of the search, on ${countWords(report.searchImages)} images; they flatter`,
        ]
      : []),
    ...(marks.has(refinedMark)
      ? [`${refinedMark} refined: its weights were trained further towards the dense network, without labels`]
      : []),
    ...(pooled ? ['The front is judged by the images of both phases; the table has the confirmed ones.'] : []),
  ];
}

/** What else is measured takes the place of these, so that 80 columns hold the table; CSV and JSON have all. */
const costs: readonly Column<FrontPoint>[] = [
  { header: 'MACs', align: 'right', cell: point => formatCount(point.macs) },
  { header: 'params', align: 'right', cell: point => formatCount(point.params) },
];

function columnsOf(report: FrontReport, points: readonly FrontPoint[]): Column<FrontPoint>[] {
  const metric = metricOf(report.objectives);
  const further = furtherOf(report.objectives);
  const marked = points.some(point => markOf(report, point) !== '');
  const trialCell = (point: FrontPoint): string =>
    (point.trial === 0 ? 'dense 0' : String(point.trial)) + markOf(report, point).padEnd(marked ? 1 : 0);
  return [
    { header: marked ? 'trial ' : 'trial', align: 'right', cell: trialCell },
    { header: 'ms', align: 'right', cell: point => latencyText(point.latencyMs) },
    ...(report.device?.batchSize === undefined
      ? []
      : [
          {
            header: 'img/s',
            align: 'right' as const,
            cell: ({ latencyMs }: FrontPoint) => throughputText(imagesPerSecond(report.device, latencyMs) ?? 0),
          },
        ]),
    { header: 'speed-up [95 %]', align: 'right', cell: speedupText },
    {
      header: `${metric.label} ${metric.unit}`.trim(),
      align: 'right',
      cell: point => figureCell(metric, point.accuracy),
    },
    // The room that images a second take in 80 columns.
    { header: report.device?.batchSize ? 'pp ± 95 %' : 'change pp ± 95 %', align: 'right', cell: changeText },
    ...further.map(({ kind, words, amountText }) => ({
      header: words,
      align: 'right' as const,
      cell: (point: FrontPoint) => amountText(amountOf(kind, point)),
    })),
    ...costs.slice(0, Math.max(0, costs.length - further.length)),
  ];
}

/** Three digits at least: 0.412, 6.13, 58.2, 1234. */
const latencyText = (latencyMs: number): string =>
  latencyMs.toFixed(latencyMs < 1 ? 3 : latencyMs < 10 ? 2 : latencyMs < 1000 ? 1 : 0);

const speedupText = ({ trial, speedup, speedupCi: [low, high] }: FrontPoint): string =>
  trial === 0 ? '1.00' : `${speedup.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;

/** As it was measured on the images of the phase that the row is of. */
const changeText = (point: FrontPoint): string =>
  point.trial === 0 ? '' : changeCell({ drop: point.drop, halfWidth: halfOf(point) });

const codes = { bold: 1, dim: 2 };

const paint = (text: string, style: keyof typeof codes, colour: boolean): string =>
  colour ? `\x1b[${codes[style]}m${text}\x1b[0m` : text;
