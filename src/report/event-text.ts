/** Events as lines for people, for a log or above a progress line. Changes of accuracy are signed; `±` is 95 %. */
import { oneLine } from '../errors/printable.ts';
import type {
  ConfirmFinished,
  DenseObserved,
  FurtherValues,
  Happening,
  Refined,
  SiteTableMeasured,
  StudyFinished,
  SweepPlanned,
} from '../events/event.ts';
import { figureText, metricNamed, widthText } from '../metric/metric.ts';
import { limitsText } from '../objectives/limits.ts';
import { objectivesOf } from '../objectives/objectives.ts';
import { z95 } from '../stats/normal.ts';
import { formatDuration } from '../units/duration.ts';
import { formatMs, formatPercent, formatSpeedup } from '../units/format.ts';
import { changeWords } from './change.ts';
import { confirmCommand } from './front/known.ts';
import { plural } from './front/wording.ts';

/** Null for what a reader of a terminal need not see. A finished trial is told only where it joins the front. */
export function eventText(event: Happening): string | null {
  const text = textOf(event);
  return text && oneLine(text);
}

function textOf(event: Happening): string | null {
  switch (event.kind) {
    case 'study-started': {
      const { study, sites, spaceSize, trialsPlanned, timeMs, resumedFrom } = event;
      const limits = [
        ...(trialsPlanned === null ? [] : [`${trialsPlanned} trials`]),
        ...(timeMs === null ? [] : [formatDuration(timeMs)]),
      ];
      const budget = limits.join(' or ') || 'no limit';
      const resumed = resumedFrom > 0 ? `, resumed after ${resumedFrom}` : '';
      return `Study "${study}": ${sites} sites, ${spaceSize} configurations, ${budget}${resumed}.`;
    }
    case 'dense':
      return `Dense model: ${formatMs(event.latencyMs)}, ${denseFigure(event)}${furtherText(event)}.`;
    case 'sweep-planned':
      return sweepPlanText(event);
    case 'site-table':
      return sweepEndText(event);
    case 'limits':
      return `Limits${event.resumed ? ', as before' : ''}: ${limitsText(event) || 'none'}.`;
    case 'trial-finished':
      return event.onFront
        ? `Trial ${event.trial}: ${speedups(event)}, ${changeWords(event)}${furtherText(event)}, on the front of ${event.frontSize}.`
        : null;
    case 'remeasured':
      return `Measured trial ${event.trial} again on a quiet machine: ${speedups({ ...event, quality: 'good' })}, after ${formatSpeedup(1 / event.before)} on a busy one.`;
    case 'trial-failed':
      return `Trial ${event.trial} failed (${event.reason}): ${event.detail}`;
    case 'warning':
      return event.trial === null ? `Warning: ${event.message}` : `Warning, trial ${event.trial}: ${event.message}`;
    case 'confirm-started':
      return `Confirming ${event.trials.length} ${event.trials.length === 1 ? 'member' : 'members'} of the front on untouched images.`;
    case 'confirmed':
      return `${event.quality === 'good' ? 'Confirmed' : 'Measured, not confirmed,'} ${event.done} of ${event.total}: ${event.trial === 0 ? 'the dense model' : `trial ${event.trial}, ${speedups(event)}, ${changeWords(event)}${furtherText(event)}`}.`;
    case 'confirm-finished':
      return confirmEndText(event);
    case 'refine-started':
      return `Refining ${event.trials.length} ${event.trials.length === 1 ? 'member' : 'members'} of the front on the calibration images, without labels.`;
    case 'refined':
      return refinedText(event);
    case 'study-finished':
      return studyEndText(event);
    case 'stage':
    case 'trial-started':
    case 'trial-pruned':
    case 'refine-pass':
      return null;
    default:
      return event satisfies never;
  }
}

function sweepPlanText({ measurements, wanted, expectedMs }: SweepPlanned): string {
  const all = measurements >= wanted;
  const count = all ? `${measurements}` : `${measurements} of ${wanted}`;
  const short = all ? '' : ' More would leave too little time for trials.';
  return `Measuring each layer alone first: ${count} short measurements, about ${formatDuration(expectedMs)}.${short}`;
}

const sweepEndText = ({ sites, measured, left, wallMs }: SiteTableMeasured): string =>
  left === 0
    ? `Measured ${sites} sites one by one in ${formatDuration(wallMs)}.`
    : `Made ${measured} measurements of single sites in ${formatDuration(wallMs)}; ${left} are left for a later run.`;

const endings = {
  trials: 'is done',
  time: 'reached its wall-time budget',
  exhausted: 'has tried every configuration',
  interrupted: 'was interrupted',
} as const;

function studyEndText({ study, complete, pruned, failed, frontSize, wallMs, endedBy }: StudyFinished): string {
  const failures = `${pruned > 0 ? `, ${pruned} stopped early` : ''}${failed > 0 ? `, ${failed} failed` : ''}`;
  const ended = `Study "${study}" ${endings[endedBy]} after ${formatDuration(wallMs)}`;
  if (complete + pruned + failed > 1)
    return `${ended}: ${complete} ${plural(complete, 'trial', 'trials')} complete, including the dense model${failures}, ${frontSize} on the front.`;
  // What was prepared and measured meanwhile is kept.
  if (endedBy === 'time')
    return `${ended}, before its first trial: the time went into preparing it and measuring each layer alone. Run the same command again to go on.`;
  return endedBy === 'interrupted'
    ? `${ended}, before its first trial. Run the same command again to go on.`
    : `${ended}: no trial has run.`;
}

function refinedText({ trial, state, detail, dropBefore, drop, halfWidth, wallMs, done, total }: Refined): string {
  const count = `${done} of ${total}: trial ${trial}`;
  return state === 'unchanged'
    ? `Not refined ${count} stays as it was: ${detail}.`
    : `Refined ${count}, ${changeWords({ drop, halfWidth })} after ${changeWords({ drop: dropBefore, halfWidth })}, in ${formatDuration(wallMs)}.`;
}

/** Null where nothing is left. */
function confirmEndText({ study, confirmed, left, disturbed, timeIsOver }: ConfirmFinished): string | null {
  if (left === 0) return null;
  const over = timeIsOver ? 'The time is over. ' : '';
  const busy =
    disturbed > 0
      ? `, ${disturbed} of them measured while other work slowed the machine (${plural(disturbed, 'it stays', 'they stay')} disturbed)`
      : '';
  return `${over}${confirmed} of ${confirmed + left} members of the front are confirmed, ${left} ${plural(left, 'is', 'are')} left${busy}. To go on: ${confirmCommand(study)}`;
}

interface Timed {
  readonly ratio: number;
  readonly interval: readonly [number, number];
  readonly quality: 'good' | 'disturbed';
}

const speedups = ({ ratio, interval: [low, high], quality }: Timed): string =>
  `${formatSpeedup(1 / ratio)} [${(1 / high).toFixed(2)}, ${(1 / low).toFixed(2)}]${quality === 'good' ? '' : ' (disturbed)'}`;

/** `, size 513 kB`; empty where a study minimises nothing else. */
const furtherText = ({ further = {} }: { readonly further?: FurtherValues }): string =>
  objectivesOf(Object.keys(further))
    .map(({ words, amountText }, i) => `, ${words} ${amountText(Object.values(further)[i]?.value ?? Number.NaN)}`)
    .join('');

const percent = (share: number): string => (100 * share).toFixed(2);

function denseFigure({ accuracy, standardError, images, metric: name }: DenseObserved): string {
  const metric = name === undefined ? null : metricNamed(name);
  if (!metric) return `${formatPercent(accuracy)} (95 % ± ${percent(z95 * standardError)}) of ${images} images`;
  return `${metric.label} ${figureText(metric, accuracy)} (95 % ± ${widthText(metric, z95 * standardError)}) on ${images} images`;
}
