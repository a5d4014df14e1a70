/** What whoever decides reads first: what was looked for, what to run, and what that saves. */
import { figureText, lowerIsBetter, metricOf, metricTitle } from '../../metric/metric.ts';
import { formatMs, formatPercent } from '../../units/format.ts';
import { changeWords, limitWords } from '../change.ts';
import type { Block, KeyFigure } from '../document/document.ts';
import type { FrontPoint } from '../front/front.ts';
import { type Gain, gainOf } from '../front/gain.ts';
import { halfOf } from '../front/half.ts';
import { goOnSentence, untriedSentence } from '../front/known.ts';
import { countWords, judgedWords, nameOf, plural, speedupWords, untoldSentence } from '../front/wording.ts';
import { chartBlock } from './front-section.ts';
import type { StudyReportView } from './view.ts';

export function summaryBlocks(view: StudyReportView): Block[] {
  const { point } = view;
  return [
    { kind: 'heading', text: 'Summary' },
    ...[searchedSentence(view), runSentence(view, point), savingSentence(view, point)].map(
      (text): Block => ({ kind: 'lead', text }),
    ),
    ...(point.trial === 0 ? [] : [{ kind: 'figures', items: keyFigures(view, point) } satisfies Block]),
    chartBlock(view),
    ...view.front.doubts.map((text): Block => ({ kind: 'warning', text: `Does not add up: ${text}.` })),
  ];
}

function searchedSentence({ front, modelName, counts, state }: StudyReportView): string {
  const tried = Math.max(0, Object.values(counts).reduce((sum, each) => sum + each, 0) - 1);
  const open = state === 'complete' ? '' : ` The search is ${state === 'stopped' ? 'stopped' : 'not over'}.`;
  const on = front.device ? ` on ${front.device.name}` : '';
  return `Rankfront tried ${countWords(tried)} ${plural(tried, 'factorised version', 'factorised versions')} of ${modelName}${on}.${open}`;
}

/** The three cases that a decision has: run a trial, keep the dense model, or measure more before it. */
function runSentence(view: StudyReportView, point: FrontPoint): string {
  const { front, maxDrop, asked } = view;
  const denseMs = formatMs(front.dense.latencyMs);
  if (point.trial === 0)
    return asked === 0
      ? `This report is about the dense model (${denseMs}).`
      : keepSentence(gainOf(front, maxDrop), view);
  const verb = asked === null ? 'Run' : 'This report is about';
  if (point.latencyQuality === 'disturbed')
    return `${verb} ${nameOf(point)}: its speed-up is not known, since other work slowed the machine while it was timed.`;
  return `${verb} ${nameOf(point)}: it takes ${formatMs(point.latencyMs)} where the dense model takes ${denseMs}, ${speedupWords(point)}.`;
}

function keepSentence(gain: Gain, { maxDrop, front }: StudyReportView): string {
  const limit = limitWords(maxDrop);
  const keep = `Keep the dense model (${formatMs(front.dense.latencyMs)})`;
  switch (gain.kind) {
    case 'cannot-tell':
      return `${keep} until more images are scored. ${untoldSentence(gain.point, maxDrop)}`;
    case 'within-noise':
      return `${keep}: within ${limit} of accuracy nothing is faster beyond noise.`;
    case 'too-costly':
      return `${keep}: every faster version loses more than ${limit} of accuracy.`;
    case 'disturbed':
      return `${keep} until the trials are measured again: other work slowed the machine while they were timed.`;
    case 'untried':
      return `${untriedSentence(front)} ${goOnSentence}`;
    case 'gained':
    case 'dense-alone':
      return `${keep}: no version that was tried is better.`;
    default:
      return gain satisfies never;
  }
}

function savingSentence({ front }: StudyReportView, point: FrontPoint): string {
  if (!front.tried) return 'So it is not known yet what could be saved.';
  if (point.trial === 0) return 'So nothing is saved, and nothing is lost.';
  const change = `The accuracy changes by ${judgedWords(point)}`;
  // The figures below the sentence, and the table, are of the confirm phase alone.
  if (point.confirmed && point.judged.by === 'both')
    return `${change}. On the ${countWords(front.confirmImages ?? 0)} images that the search never saw it is ${changeWords({ drop: point.drop, halfWidth: halfOf(point) })}.`;
  const known = point.confirmed
    ? `confirmed on ${countWords(front.confirmImages ?? 0)} images that the search never saw`
    : `not confirmed: figures of the search on ${countWords(front.searchImages)} images, which flatter`;
  return `${change}; these figures are ${known}.`;
}

function keyFigures({ front }: StudyReportView, point: FrontPoint): KeyFigure[] {
  const { dense } = front;
  const share = (part: number, whole: number): string => formatPercent(1 - part / whole, 0);
  return [
    ...(point.latencyQuality === 'good'
      ? [{ value: share(point.latencyMs, dense.latencyMs), words: `less time per run (${speedupWords(point)})` }]
      : []),
    { value: share(point.macs, dense.macs), words: 'fewer multiplications' },
    { value: share(point.params, dense.params), words: 'fewer parameters' },
    { value: figureText(metricOf(front.objectives), point.accuracy), words: accuracyWords(front.objectives, dense) },
  ];
}

function accuracyWords(objectives: readonly string[], dense: FrontPoint): string {
  const metric = metricOf(objectives);
  if (objectives.includes('agreement')) return 'of answers as the dense model gives them';
  if (objectives.includes('fidelity')) return 'fidelity to the outputs of the dense model';
  const better = lowerIsBetter(metric) ? ', lower is better' : '';
  return `${metricTitle(metric)}${better}; ${figureText(metric, dense.accuracy)} dense`;
}
