/** What an engineer reads first: what to run, and how far that is known. */

import { limitsText } from '../../objectives/limits.ts';
import { formatMs } from '../../units/format.ts';
import { limitWords, worstWords } from '../change.ts';
import { effectiveFront, searchFront } from './effective-front.ts';
import type { FrontPoint, FrontReport } from './front.ts';
import { type Gain, gainAmong, gainOf, headlineDrop } from './gain.ts';
import { fasterBeyondNoise, kneeOf, within } from './judge.ts';
import { goOnSentence, standingSentences, untriedSentence } from './known.ts';
import { throughputWords } from './throughput.ts';
import { figuresWords, flatteredSentence, judgedWords, nameOf, speedupWords, untoldSentence } from './wording.ts';

/** A speed-up below this is said to be little. */
const littleGain = 1.05;

/** The first says what to run. By confirmed figures where there are any, and each says whose it is. `maxDrop` is a share: 0.01 is one point of accuracy. */
export function headline(report: FrontReport, maxDrop = headlineDrop): string[] {
  const gain = gainOf(report, maxDrop);
  return [
    ...gainSentences(gain, report, maxDrop),
    flattered(gain, report, maxDrop),
    hopefulSentence(effectiveFront(report), gain, maxDrop),
    kneeSentence(effectiveFront(report), gain),
    ...standingSentences(report),
    limitsSentence(report, gain),
    deviceSentence(report),
  ].filter(sentence => sentence !== '');
}

function gainSentences(gain: Gain, report: FrontReport, maxDrop: number): string[] {
  const { best, limits } = report;
  const denseMs = formatMs(best.find(({ trial }) => trial === 0)?.latencyMs ?? Number.NaN);
  const denseIs = `the dense model (${denseMs})`;
  const limit = limitWords(maxDrop);
  switch (gain.kind) {
    case 'gained': {
      const { point } = gain;
      return [
        `Fastest within ${limit} of accuracy: ${nameOf(point)}, ${formatMs(point.latencyMs)} against ${denseMs} dense, ${speedupWords(point)}, ${judgedWords(point)}.`,
        reaches(point, maxDrop).trim(),
        point.speedup < littleGain ? 'Little is gained: the dense model may be the better choice.' : '',
      ];
    }
    case 'cannot-tell':
      return [
        `Keep ${denseIs}: nothing that is faster is known to keep within ${limit} of accuracy.`,
        untoldSentence(gain.point, maxDrop),
      ];
    case 'within-noise':
      return [
        `Keep ${denseIs}: nothing within ${limit} of accuracy is faster beyond noise.`,
        `The nearest is ${nameOf(gain.point)} with ${speedupWords(gain.point)}, an interval that does not lie above 1.`,
      ];
    case 'too-costly':
      return [
        `Keep ${denseIs}: no trial on the front keeps within ${limit} of its accuracy.`,
        `The nearest is ${nameOf(gain.point)}, ${figuresWords(gain.point)}.`,
      ];
    case 'disturbed':
      return [
        `Keep ${denseIs} until the trials on the front are measured again: no speed-up is known yet.`,
        'Other work slowed the machine while they were timed.',
      ];
    case 'dense-alone':
      if (limitsText(limits))
        return [
          `Keep ${denseIs}: no trial within the limits (${limitsText(limits)}) beats it.`,
          'Search within other limits, or remove them with --max-drop none.',
        ];
      return [`Keep ${denseIs}: nothing beats it, and it is alone on the front.`];
    case 'untried':
      return [untriedSentence(report), goOnSentence];
    default:
      return gain satisfies never;
  }
}

/** A point within a limit whose interval is not. */
export const reaches = ({ judged }: FrontPoint, maxDrop: number): string =>
  within(judged.drop + judged.halfWidth, maxDrop) ? '' : ` The interval reaches to ${worstWords(judged)}.`;

/** Where nothing was gained, what the search had promised. */
function flattered({ kind }: Gain, report: FrontReport, maxDrop: number): string {
  if (kind === 'gained' || kind === 'cannot-tell' || kind === 'disturbed' || kind === 'untried') return '';
  const promised = gainAmong(searchFront(report), maxDrop);
  const fits = promised.kind === 'gained' || promised.kind === 'cannot-tell';
  return fits && within(promised.point.judged.drop, maxDrop) ? flatteredSentence(promised.point) : '';
}

/** A faster one that only the search has seen to fit. */
function hopefulSentence(points: readonly FrontPoint[], gain: Gain, maxDrop: number): string {
  if (gain.kind !== 'gained' || !gain.point.confirmed) return '';
  const faster = points.slice(0, points.indexOf(gain.point));
  const [hopeful] = faster.filter(({ confirmed, judged }) => !confirmed && within(judged.drop, maxDrop));
  return hopeful ? `Faster, but not confirmed yet: ${nameOf(hopeful)}, ${figuresWords(hopeful)}.` : '';
}

function kneeSentence(points: readonly FrontPoint[], gain: Gain): string {
  const knee = kneeOf(points);
  if (!knee || knee.trial === 0 || !fasterBeyondNoise(knee)) return '';
  const said = gain.kind === 'gained' || gain.kind === 'cannot-tell' ? gain.point.trial : 0;
  return said === knee.trial ? '' : `The knee of the front is ${nameOf(knee)}: ${figuresWords(knee)}.`;
}

/** `Device: a board.`, with what it does a second; empty where it is not known. */
export function deviceSentence({ device, dense }: FrontReport): string {
  if (device === null) return '';
  const parts = [
    throughputWords(device, dense.latencyMs).replace(/.+/, 'the dense model does $&'),
    device.computed ? 'latencies are computed from a model of it, not measured' : '',
    device.statistic === undefined ? '' : `latencies are the ${device.statistic} of the calls`,
  ].filter(part => part !== '');
  return `Device: ${[device.name, ...parts].join('; ')}.`;
}

const limitsSentence = ({ limits }: FrontReport, { kind }: Gain): string =>
  limitsText(limits) && kind !== 'dense-alone' && kind !== 'untried'
    ? `Trials beyond the limits of the study (${limitsText(limits)}) are left out.`
    : '';
