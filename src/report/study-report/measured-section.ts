/** How it was measured, how sure that is, and what was confirmed. */
import { columnOf, figureWithEnds, type Metric, metricOf } from '../../metric/metric.ts';
import { formatMs } from '../../units/format.ts';
import { changeCell, halfWidthOf } from '../change.ts';
import type { Block } from '../document/document.ts';
import { unknownOf } from '../front/known.ts';
import { countWords, speedupWords } from '../front/wording.ts';
import type { TrialPhase } from '../trial-report.ts';
import { limitsBlocks } from './front-section.ts';
import type { StudyReportView } from './view.ts';

export function measuredBlocks(view: StudyReportView): Block[] {
  const { front, pick, counts } = view;
  const computed = front.device?.computed === true;
  const phases = [
    ...(pick.search ? [['search', pick.search] as const] : []),
    ...(pick.confirm ? [['confirm', pick.confirm] as const] : []),
    ...(pick.refined ? [['refined', pick.refined] as const] : []),
  ];
  return [
    { kind: 'heading', text: 'How it was measured, and how sure that is' },
    { kind: 'paragraph', text: computed ? computedText(view) : measuredText },
    { kind: 'paragraph', text: accuracyText(view) },
    { kind: 'paragraph', text: intervalText },
    ...limitsBlocks(view),
    {
      kind: 'facts',
      rows: [
        ['Trials', statesText(counts)],
        ['On the front', `${front.best.length - 1}${knownText(view)}`],
        ['First trial', view.began],
        ...(view.ended === null ? [] : [['Last trial', view.ended] as const]),
      ],
    },
    ...(phases.length === 0
      ? []
      : [
          { kind: 'subheading', text: pick.trial === 0 ? 'The dense model' : `Trial ${pick.trial}` } as const,
          phaseTable(phases, pick.trial === 0, metricOf(front.objectives)),
          ...disturbanceBlocks(phases),
        ]),
    ...pick.warnings.map(({ message, remedy }): Block => ({ kind: 'warning', text: `${message} ${remedy}`.trim() })),
  ];
}

const measuredText =
  'Each candidate was timed side by side with the dense model in one process, in turn, over several sessions. A speed-up is the ratio of the two medians, so that a slow minute slows both.';

const computedText = ({ front }: StudyReportView): string =>
  `The latencies were computed from a model of ${front.device?.name}, and not measured. On the device itself they may be others.`;

const intervalText =
  'Brackets and ± are 95 % intervals. A change is paired: both networks answer the same images. A minus is a loss, whatever the unit of the metric.';

function accuracyText({ front }: StudyReportView): string {
  const seen = `The search scored every candidate on ${countWords(front.searchImages)} images.`;
  const any = front.best.some(({ trial, confirmed }) => trial !== 0 && confirmed);
  return front.confirmImages === null || !any
    ? `${seen} Nothing is confirmed yet: the best of many noisy values flatters itself.`
    : `${seen} What it found was confirmed on ${countWords(front.confirmImages)} other images, with a longer latency run.`;
}

function statesText(counts: StudyReportView['counts']): string {
  const words = {
    complete: 'complete',
    pruned: 'stopped early',
    failed: 'failed',
    running: 'running',
    waiting: 'waiting',
  };
  return (Object.keys(words) as (keyof typeof words)[])
    .flatMap(state => (counts[state] > 0 ? [`${countWords(counts[state])} ${words[state]}`] : []))
    .join(', ');
}

function knownText({ front }: StudyReportView): string {
  const { disturbed, unconfirmed } = unknownOf(front.best);
  const open = [
    ...(disturbed > 0 ? [`${disturbed} disturbed`] : []),
    ...(unconfirmed > 0 ? [`${unconfirmed} not confirmed`] : []),
  ];
  const trials = front.best.length - 1;
  if (trials === 0) return ' beside the dense model';
  return open.length > 0 ? `, of these ${open.join(' and ')}` : ', all confirmed';
}

function phaseTable(phases: readonly (readonly [string, TrialPhase])[], isDense: boolean, metric: Metric): Block {
  const right = 'right' as const;
  return {
    kind: 'table',
    columns: [
      { header: 'Phase', align: 'left' },
      { header: 'Latency', align: right },
      { header: 'Speed-up [95 %]', align: right },
      { header: `${columnOf(metric)} [95 %]`, align: right },
      { header: 'Change pp ± 95 %', align: right },
      { header: 'Images', align: right },
      { header: 'Pairs timed', align: right },
      { header: 'Machine', align: 'left' },
    ],
    rows: phases.map(([name, { figures, images, pairs }]) => {
      const { accuracy, accuracyCi, drop, dropStandardError } = figures;
      return [
        name,
        formatMs(figures.latencyMs),
        isDense ? '1.00x' : speedupWords(figures),
        figureWithEnds(metric, accuracy, accuracyCi),
        isDense ? '' : changeCell({ drop, halfWidth: halfWidthOf(dropStandardError, figures.images) }),
        String(images),
        String(pairs),
        figures.latencyQuality === 'good' ? 'quiet' : 'disturbed',
      ];
    }),
    marked: [],
  };
}

const disturbanceBlocks = (phases: readonly (readonly [string, TrialPhase])[]): Block[] =>
  phases.flatMap(([name, { disturbance, figures }]) =>
    figures.latencyQuality === 'good'
      ? []
      : [
          {
            kind: 'warning' as const,
            text: `The latency of the phase "${name}" is disturbed, so the speed-up is not known. ${disturbance.join(' ')}`.trim(),
          },
        ],
  );
