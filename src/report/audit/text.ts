/** An audit for people: sentences and tables, for a terminal of 100 columns or as Markdown. */
import { oneLine } from '../../errors/printable.ts';
import type { Interval } from '../../events/event.ts';
import { z95 } from '../../stats/normal.ts';
import { formatPercent } from '../../units/format.ts';
import { changeCell } from '../change.ts';
import { type Column, textTable } from '../text-table.ts';
import type { Agreement, Measure } from './agreement.ts';
import type { AuditReport, AuditRow } from './report.ts';
import type { SizeRow } from './subset-size.ts';
import type { SelectionCost } from './winners-curse.ts';

type AuditFormat = 'table' | 'md';

const lossUnits: Readonly<Record<AuditReport['lossUnit'], string>> = {
  nats: "how far the network's answer moves, in nats, by the calibration images",
  output: 'squared relative errors of the outputs of sites, by the calibration images',
  weights: 'squared relative errors of weights, since the study has no calibration statistics',
};

const names: Readonly<Record<Measure, string>> = {
  closedForm: 'closed form',
  proxy: 'proxy',
  heldBack: 'held back',
  retrained: 'retrained',
};

/** Sections apart by an empty line, without one at the end. */
export function auditText(report: AuditReport, format: AuditFormat): string {
  const table = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string =>
    (format === 'md' ? markdownTable(columns, rows) : textTable(columns, rows)).join('\n');
  const heading = (text: string): string => (format === 'md' ? `## ${text}` : text);
  return [
    ...opening(report),
    heading('Configurations, by latency'),
    table(rowColumns(report), report.rows),
    heading('How alike the measures order them'),
    table(agreementColumns, report.agreement),
    heading('The same, on the front alone'),
    report.agreementOnFront.length > 0
      ? table(agreementColumns, report.agreementOnFront)
      : 'Too few of them are on the front.',
    "tau: Kendall's tau-b, 1 for the same order, 0 for none. Top k: the share of the best k by one that is among the best k by the other.\nIntervals are 95 %, by the bootstrap over configurations; none where all resamples agree.",
    heading("The winner's curse"),
    curseText(report),
    heading('How many proxy images'),
    ...subsetText(report, table),
  ].join('\n\n');
}

function opening({ study, objective, dense, images, rows, completeTrials, lossUnit, retrain }: AuditReport): string[] {
  const onFront = rows.filter(row => row.onFront).length;
  const measure =
    objective === 'agreement' ? 'agreement with the dense model' : objective === 'top5' ? 'top-5' : 'top-1';
  return [
    oneLine(
      `Audit of the study "${study}": ${rows.length} of ${completeTrials} complete trials, ${onFront} of them on the front; accuracy is ${measure}.`,
    ),
    [
      `proxy: ${images.proxy} images, the dense model ${share(dense.proxy, dense.proxyStandardError)}.`,
      `held back: ${images.heldBack} images that the search never saw, the dense model ${share(dense.heldBack, dense.heldBackStandardError)}.`,
      `closed form: ${lossUnits[lossUnit]}, summed over sites; corrections not counted.`,
      retrain
        ? `retrained: top-1 on the validation images after ${retrain.epochs} ${retrain.epochs === 1 ? 'epoch' : 'epochs'}, the last one; - where it was not trained.`
        : 'retrained: nothing was; --retrain-epochs 1 trains each of them for an epoch.',
    ].join('\n'),
  ];
}

const rowColumns = ({ retrain }: AuditReport): Column<AuditRow>[] => [
  { header: 'trial', align: 'right', cell: ({ trial }) => String(trial) },
  { header: 'front', align: 'left', cell: ({ onFront }) => (onFront ? 'yes' : '') },
  { header: 'latency', align: 'right', cell: ({ latency }) => latency.toFixed(3) },
  { header: 'closed form', align: 'right', cell: ({ closedForm }) => closedForm.toPrecision(3) },
  { header: 'proxy change pp', align: 'right', cell: row => change(row.proxyDrop, row.proxyStandardError) },
  { header: 'held-back change pp', align: 'right', cell: row => change(row.heldBackDrop, row.heldBackStandardError) },
  {
    header: 'retrained',
    align: 'right',
    cell: ({ retrained }) => (retrained === null ? (retrain ? '-' : 'not asked for') : formatPercent(retrained)),
  },
];

const agreementColumns: readonly Column<Agreement>[] = [
  { header: 'measures', align: 'left', cell: ({ of: [first, second] }) => `${names[first]} / ${names[second]}` },
  { header: 'n', align: 'right', cell: ({ configurations }) => String(configurations) },
  { header: 'tau [95 %]', align: 'right', cell: ({ tau, tauInterval }) => withInterval(tau, tauInterval) },
  { header: 'k', align: 'right', cell: ({ top }) => String(top) },
  {
    header: 'top k in common [95 %]',
    align: 'right',
    cell: ({ overlap, overlapInterval }) => withInterval(overlap, overlapInterval),
  },
  {
    header: 'by chance',
    align: 'right',
    cell: ({ top, configurations }) => (top / configurations).toFixed(2),
  },
];

function curseText({ winnersCurse: { front, control, difference } }: AuditReport): string {
  const cost = (what: string, { configurations, cost: mean, standardError }: SelectionCost): string =>
    `${what} (${configurations}): the proxy images say ${size(Math.abs(mean), standardError)} pp ${mean < 0 ? 'less' : 'more'} accuracy than the images held back.`;
  return [
    'Both against the dense model on the same images; ± is half of the 95 % interval over images.',
    front ? cost('On the front', front) : 'No member of the front is scored on both.',
    ...(control ? [cost('Off the front', control)] : []),
    ...(difference
      ? [
          `Being chosen by the proxy images costs the difference, ${size(difference.cost, difference.standardError)} pp.`,
        ]
      : []),
  ].join('\n');
}

type TableOf = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]) => string;

function subsetText({ subset }: AuditReport, table: TableOf): string[] {
  if (!subset) return ['The images held back do not order these configurations.'];
  const { rows, apart, recommended, because, used } = subset;
  const full = rows.at(-1);
  const columns: readonly Column<SizeRow>[] = [
    { header: 'images', align: 'right', cell: ({ images }) => String(images) },
    { header: 'tau (sd)', align: 'right', cell: row => `${row.tau.toFixed(3)} (${row.tauDeviation.toFixed(3)})` },
    {
      header: 'neighbours in order',
      align: 'right',
      cell: ({ orderRight }) => (orderRight === null ? '-' : formatPercent(orderRight, 0)),
    },
  ];
  return [
    'Random subsets of the images held back, judged by the other half. Shown are the mean tau, and how often neighbours on the front are in the right order.',
    table(columns, rows),
    [
      `Rule: the smallest size whose tau is within one standard deviation of the tau at half the images (${full ? full.images : '-'}), or the number`,
      `at which half of the neighbours on the front are two standard errors apart (${apart === null ? 'none would do' : apart}), if that is fewer.`,
      `It says ${recommended} images${because === 'apart' ? ', by the second part' : ''}; the study used ${used}.`,
    ].join('\n'),
  ];
}

function markdownTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(({ header }) => header)),
    `|${columns.map(({ align }) => (align === 'right' ? '---:' : '---')).join('|')}|`,
    ...rows.map(row => line(columns.map(({ cell }) => cell(row)))),
  ];
}

const withInterval = (value: number | null, interval: Interval | null): string =>
  value === null ? '-' : `${value.toFixed(2)}${interval ? ` [${interval.map(end => end.toFixed(2)).join(', ')}]` : ''}`;

const points = (fraction: number): string => (100 * fraction).toFixed(2).replace(/^-(0\.00)$/, '$1');
const size = (fraction: number, standardError: number): string =>
  `${points(fraction)} (± ${points(z95 * standardError)})`;
/** A drop with its sign turned: a loss is negative, as everywhere. */
const change = (drop: number, standardError: number): string => changeCell({ drop, halfWidth: z95 * standardError });
const share = (fraction: number, standardError: number): string =>
  `${formatPercent(fraction)} (± ${points(z95 * standardError)})`;
