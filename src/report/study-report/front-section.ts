/** The front as a chart and a table, and which ranks its members have. */
import { limitsText } from '../../objectives/limits.ts';
import { furtherOf } from '../../objectives/objectives.ts';
import { formatCount, formatMs } from '../../units/format.ts';
import { shellWord } from '../../units/shell-word.ts';
import { changeCell, halfWidthOf } from '../change.ts';
import { frontSvg } from '../chart/svg.ts';
import type { Block } from '../document/document.ts';
import type { FrontPoint, FrontReport } from '../front/front.ts';
import { amountOf } from '../front/further.ts';
import { headline } from '../front/headline.ts';
import { speedupWords } from '../front/wording.ts';
import type { StudyReportView } from './view.ts';

export function frontBlocks(view: StudyReportView): Block[] {
  const { front, maxDrop } = view;
  const rows = front.points;
  return [
    { kind: 'heading', text: 'The front' },
    { kind: 'paragraph', text: 'No trial on the front is both slower and less accurate than another one.' },
    {
      kind: 'table',
      columns: columnsOf(front).map(({ header, align }) => ({ header, align })),
      rows: rows.map(point => columnsOf(front).map(({ cell }) => cell(point))),
      marked: rows.flatMap(({ trial }, at) => (trial === view.pick.trial ? [at] : [])),
    },
    // The first is what the summary says, unless the reader asked for another trial.
    { kind: 'list', items: headline(front, maxDrop).slice(view.asked === null ? 1 : 0) },
  ];
}

/** Drawn as `rankfront front` draws it, the ring around the trial that the report is about. */
export const chartBlock = ({ front, stopped, store, maxDrop, pick }: StudyReportView): Block => ({
  kind: 'chart',
  svg: frontSvg(front, { stopped, maxDrop, pick: pick.trial }),
  caption: 'Accuracy against latency. The ring is the pick; dashed lines are limits.',
  command: `rankfront front --study ${shellWord(front.study)} --store ${shellWord(store)} --out front.svg`,
});

interface Column {
  readonly header: string;
  readonly align: 'left' | 'right';
  readonly cell: (point: FrontPoint) => string;
}

const columnsOf = (front: FrontReport): Column[] => [
  { header: 'Trial', align: 'right', cell: ({ trial }) => (trial === 0 ? 'dense' : String(trial)) },
  { header: 'Figures', align: 'left', cell: figuresText },
  { header: 'Latency', align: 'right', cell: ({ latencyMs }) => formatMs(latencyMs) },
  { header: 'Speed-up [95 %]', align: 'right', cell: point => (point.trial === 0 ? '1.00x' : speedupWords(point)) },
  {
    header: front.objectives.includes('agreement') ? 'Agreement %' : 'Top-1 %',
    align: 'right',
    cell: ({ accuracy }) => (100 * accuracy).toFixed(2),
  },
  {
    header: 'Change pp ± 95 %',
    align: 'right',
    cell: ({ trial, drop, dropStandardError, images }) =>
      trial === 0 ? '' : changeCell({ drop, halfWidth: halfWidthOf(dropStandardError, images) }),
  },
  ...furtherOf(front.objectives).map(({ kind, words, amountText }) => ({
    header: words,
    align: 'right' as const,
    cell: (point: FrontPoint) => amountText(amountOf(kind, point)),
  })),
  { header: 'MACs', align: 'right', cell: ({ macs }) => formatCount(macs) },
  { header: 'Parameters', align: 'right', cell: ({ params }) => formatCount(params) },
];

const figuresText = ({ trial, confirmed, latencyQuality }: FrontPoint): string =>
  latencyQuality === 'disturbed' ? 'disturbed' : confirmed ? 'confirmed' : trial === 0 ? '' : 'of the search';

/** `Limits: at most 1.00 pp lost.`; nothing without limits. */
export const limitsBlocks = ({ front }: StudyReportView): Block[] =>
  limitsText(front.limits) === ''
    ? []
    : [{ kind: 'paragraph', text: `The search was held to limits: ${limitsText(front.limits)}.` }];
