/** What a tuner believes, for people. */
import type { Limits } from '../objectives/limit.ts';
import { hasLimits, limitsText } from '../objectives/limits.ts';
import type { Kind, Objective } from '../objectives/objective.ts';
import { objectivesOf } from '../objectives/objectives.ts';
import { z95 } from '../stats/normal.ts';
import { formatPercent } from '../units/format.ts';
import { lineChart } from './chart/line-chart.ts';
import { plural } from './front/wording.ts';
import { clipped, joinLines, textTable } from './text-table.ts';

export interface ExplainView {
  readonly study: string;
  readonly strategy: string;
  /** Whether it began from what single sites change and lose. */
  readonly prior: boolean;
  readonly limits: Limits;
  /** Said where no trial keeps to the limits; null where one does, or there are none. */
  readonly outOfReach: string | null;
  readonly objectives: readonly string[];
  /** The dense model not counted. */
  readonly trials: number;
  readonly pruned: number;
  /** Whose latency in the search is not known, since other work slowed the machine. */
  readonly disturbed: number;
  /** By objective (see `PredictionQuality` of the tuner); null with too few trials to learn from. */
  readonly calibration:
    | readonly {
        readonly by: keyof typeof predictors;
        readonly trials: number;
        readonly within95: number;
        readonly rmse: number;
        readonly spread: number;
      }[]
    | null;
  readonly importance: readonly { readonly site: string; readonly byObjective: readonly number[] }[] | null;
  /** After every finished trial. */
  readonly hypervolume: readonly number[];
  /** Null when every configuration was tried. */
  readonly next: NextView | null;
}

export interface NextView {
  /** By objective, with standard deviations. */
  readonly prediction: readonly { readonly mean: number; readonly sd: number }[] | null;
  readonly outlook: {
    readonly feasible: number;
    readonly entersFront: number;
    readonly improvement: number;
  } | null;
  /** The member of the front, or without a front the complete trial, with the fewest other rungs; null without either. */
  readonly nearest: number | null;
  readonly onFront: boolean;
  readonly changes: readonly { readonly site: string; readonly from: string; readonly to: string }[];
}

/** Which features predict an objective best. */
const predictors = {
  table: 'the sweep of single sites',
  losses: 'closed-form errors',
  ramps: 'linear trends in the rank',
  places: 'positions of the ranks',
};

/** Of a latency the table is measured, of a size it is counted. */
const predictorOf = (by: keyof typeof predictors, kind: Kind | undefined): string =>
  by === 'table' && kind === 'size' ? 'parameters times bytes' : predictors[by];

const sitesShown = 12;
const changesShown = 8;

/**
 * @param columns the width of the chart
 * @param whole whether names are written whole, as `studyTable` has it
 */
export function explainText(view: ExplainView, columns = 60, whole = false): string {
  const { study, strategy, trials, pruned, prior } = view;
  const limits = limitsText(view.limits);
  const given = pruned > 0 ? `, ${pruned} of them stopped early` : '';
  const { disturbed } = view;
  const opening = `Study "${study}": ${trials} trials${given}, proposed by "${strategy}" ${prior ? 'from a prior of single sites' : 'without a prior'}${limits ? `; limits: ${limits}` : ''}.`;
  return joinLines([
    opening,
    ...(disturbed > 0
      ? [
          `${disturbed} of them ${plural(disturbed, 'has a disturbed latency', 'have disturbed latencies')}: other work slowed the machine, so what is learned from ${plural(disturbed, 'it', 'them')} is less sure.`,
        ]
      : []),
    '',
    ...(view.outOfReach === null ? [] : [view.outOfReach, '']),
    ...hypervolumeLines(view, columns),
    '',
    ...calibrationLines(view),
    '',
    ...importanceLines(view, whole),
    '',
    ...nextLines(view),
  ]);
}

const hypervolumeLines = ({ hypervolume }: ExplainView, columns: number): string[] =>
  hypervolume.some(volume => volume > 0)
    ? ['Hypervolume of the front over the finished trials', ...lineChart(hypervolume, { columns, rows: 8 })]
    : ['The front is empty, so it has no hypervolume.'];

const objectiveOf = (name: string): Objective | undefined => objectivesOf([name]).at(0);
const nameOf = (name: string): string => objectiveOf(name)?.words ?? name;
/** Latency as a share of dense, accuracy in points: both in hundredths. */
const unitOf = (name: string): string => objectiveOf(name)?.hundredths ?? '';

function calibrationLines({ calibration, objectives }: ExplainView): string[] {
  if (!calibration) return ['Too few trials to say how well the tuner predicts them.'];
  return [
    'How well each trial is predicted from the others (leave-one-out)',
    ...textTable(
      [
        { header: 'objective', align: 'left', cell: ({ name }) => name },
        { header: 'trials', align: 'right', cell: ({ trials }) => String(trials) },
        { header: 'in 95 %', align: 'right', cell: ({ within95 }) => formatPercent(within95, 0) },
        { header: 'rms error', align: 'right', cell: ({ rmse, unit }) => `${(100 * rmse).toFixed(2)} ${unit}` },
        { header: 'spread', align: 'right', cell: ({ spread, unit }) => `${(100 * spread).toFixed(2)} ${unit}` },
        { header: 'best from', align: 'left', cell: ({ by, kind }) => predictorOf(by, kind) },
      ],
      calibration.map((each, k) => ({
        ...each,
        name: nameOf(objectives[k] ?? ''),
        unit: unitOf(objectives[k] ?? ''),
        kind: objectiveOf(objectives[k] ?? '')?.kind,
      })),
    ),
  ];
}

function importanceLines({ importance, objectives }: ExplainView, whole: boolean): string[] {
  if (!importance || importance.length === 0) return ['Too few trials to compare the sites.'];
  // Sites are sorted by the sum of their shares in all objectives.
  const totals = objectives.map((_, k) => importance.reduce((sum, { byObjective }) => sum + (byObjective[k] ?? 0), 0));
  const share = ({ byObjective }: { readonly byObjective: readonly number[] }): number =>
    byObjective.reduce((sum, each, k) => sum + each / (totals[k] || 1), 0);
  const sorted = [...importance].sort((a, b) => share(b) - share(a));
  const rest = sorted.length - sitesShown;
  return [
    'How far the choice of rung moves each objective around the front, site by site',
    ...textTable(
      [
        {
          header: 'site',
          align: 'left',
          cell: ({ site }: (typeof sorted)[number]) => clipped(site, whole ? Number.POSITIVE_INFINITY : 36),
        },
        ...objectives.map((objective, k) => ({
          header: `${nameOf(objective)}, ${unitOf(objective)}`,
          align: 'right' as const,
          cell: ({ byObjective }: (typeof sorted)[number]) => (100 * (byObjective[k] ?? 0)).toFixed(2),
        })),
      ],
      sorted.slice(0, sitesShown),
    ),
    ...(rest > 0 ? [`and ${rest} more, in --json`] : []),
  ];
}

/** An accuracy is told without the dense model's. */
const undefinedDense = { value: Number.NaN, amount: Number.NaN };

/** `61.2 % ± 3.1 of the dense latency`, and of an accuracy itself. */
export const expectedWords = (prediction: NonNullable<NextView['prediction']>, names: readonly string[]): string[] =>
  objectivesOf(names).flatMap(({ amountOf, hundredths, words }, place) => {
    const found = prediction[place];
    if (!found) return [];
    const half = (100 * z95 * found.sd).toFixed(1);
    return hundredths === 'pp'
      ? [`${words} ${formatPercent(amountOf(found.mean, undefinedDense), 1)} ± ${half}`]
      : [`${formatPercent(found.mean, 1)} ± ${half} of the dense ${words}`];
  });

function nextLines({ next, limits, objectives: names }: ExplainView): string[] {
  if (!next) return ['Next: nothing, every configuration was tried.'];
  const { prediction, outlook, nearest, onFront, changes } = next;
  const from = nearest === null ? 'Next: a configuration' : `Next: trial ${nearest}${onFront ? ' of the front' : ''}`;
  const shown = changes.slice(0, changesShown).map(({ site, from: old, to }) => `  ${site}: ${old} -> ${to}`);
  const more = changes.length - changesShown;
  return [
    nearest === null ? `${from}.` : `${from}, with ${changes.length} other rung${changes.length === 1 ? '' : 's'}:`,
    ...(nearest === null ? [] : shown),
    ...(more > 0 && nearest !== null ? [`  and ${more} more, in --json`] : []),
    ...(prediction ? [`Expected (± 95 %): ${expectedWords(prediction, names).join(', ')}.`] : []),
    ...(outlook
      ? [
          `Why: it enters the front with a probability of ${formatPercent(outlook.entersFront, 0)}${hasLimits(limits) ? ` (within the limits: ${formatPercent(outlook.feasible, 0)})` : ''}, and is expected to add ${outlook.improvement.toPrecision(2)} to the hypervolume.`,
        ]
      : ['Why: there are too few trials to predict it; it belongs to the initial design.']),
  ];
}
