/** Studies side by side in numbers: what each gains within a drop, where their ranks differ, and every point of their fronts. */
import { figureText, metricOf } from '../../src/metric/metric.ts';
import { limitWords } from '../../src/report/change.ts';
import type { ComparedPoint, ComparedStudy, CompareRecord } from '../../src/serve/api/compare.ts';
import { formatMs } from '../../src/units/format.ts';
import { type Child, h } from '../dom.ts';
import { type Column, table } from '../table.ts';
import type { ViewContext } from '../view.ts';
import { changeText, speedupText } from './chart.ts';

type Told = NonNullable<ComparedStudy['told']>;
type Amount = 'pricePerMillion' | 'kwhPerMillion';

export function gainTable(context: ViewContext, { studies, maxDrop }: CompareRecord): HTMLElement {
  const rows = studies.flatMap(({ told }) => told ?? []);
  const fast =
    (of: (point: NonNullable<Told['factorised']>) => string) =>
    ({ factorised }: Told): string =>
      factorised ? of(factorised) : '-';
  const amounts = (amount: Amount, words: string): Column<Told>[] =>
    rows.every(({ dense }) => dense[amount] === null)
      ? []
      : [
          { header: `${words}, dense`, align: 'right', cell: ({ dense }) => figure(dense[amount]) },
          { header: 'factorised', align: 'right', cell: fast(point => figure(point[amount])) },
        ];
  return table(
    `What each gains within ${limitWords(maxDrop)} of accuracy`,
    [
      { header: 'Study', cell: ({ study }) => studyLink(context, study) },
      { header: 'Device', cell: ({ device, computed }) => `${device}${computed ? ', computed' : ''}` },
      { header: 'Dense', align: 'right', cell: ({ dense }) => formatMs(dense.latencyMs) },
      { header: 'Gains [95 %]', align: 'right', cell: fast(speedupText) },
      { header: 'Takes [95 %]', align: 'right', cell: fast(takesText) },
      { header: 'Change [95 %]', align: 'right', cell: fast(changeText) },
      ...amounts('pricePerMillion', 'Price of a million'),
      ...amounts('kwhPerMillion', 'kWh of a million'),
      {
        header: 'Trial',
        align: 'right',
        cell: ({ study, factorised }) => trialLink(context, study, factorised?.trial ?? 0),
      },
      { header: 'Figures', cell: fast(({ confirmed }) => (confirmed ? 'confirmed' : 'of the search')) },
    ],
    rows,
  );
}

const figure = (amount: number | null): string => (amount === null ? '-' : amount.toPrecision(3));

const takesText = ({ latencyMs, latencyMsCi: ci }: NonNullable<Told['factorised']>): string =>
  ci ? `${formatMs(latencyMs)} [${ci.map(ms => ms.toPrecision(3)).join(', ')}]` : formatMs(latencyMs);

/** Sites in the order in which they differ, as `rankfront compare` lists them. */
export function siteTable({ differences, studies }: CompareRecord): Child {
  if (!differences) return null;
  const { sites, sameSites } = differences;
  const names = studies.flatMap(({ told }) => told?.study ?? []);
  if (sites.length === 0)
    return h('p', {}, 'What each would run has the same rank at every layer, or is the dense model.');
  return [
    h('p', { class: 'faint' }, `${sites.length} of ${sites.length + sameSites} layers, those that differ most first.`),
    table(
      'The rungs of what each study would run',
      [
        { header: 'Layer', cell: ({ site }) => h('span', { class: 'name' }, site) },
        ...names.map((name, k) => ({
          header: name,
          cell: ({ rungs }: (typeof sites)[number]) => rungs[k] ?? '',
        })),
      ],
      sites,
    ),
  ];
}

export const pointTable = (context: ViewContext, studies: readonly ComparedStudy[]): HTMLElement =>
  table(
    'Every member of the fronts',
    [
      { header: 'Study', cell: ({ study }) => studyLink(context, study) },
      { header: 'Trial', align: 'right', cell: ({ study, point }) => trialLink(context, study, point.trial) },
      { header: 'Latency', align: 'right', cell: ({ point }) => formatMs(point.latencyMs) },
      { header: 'Speed-up [95 %]', align: 'right', cell: ({ point }) => speedupText(point) },
      { header: 'Accuracy', align: 'right', cell: ({ metric, point }) => figureText(metric, point.accuracy) },
      { header: 'Change [95 %]', align: 'right', cell: ({ point }) => changeText(point) },
      { header: 'Figures', cell: ({ point }) => figuresText(point) },
    ],
    studies.flatMap(({ study, objectives, points }) => {
      const metric = metricOf(objectives);
      return (points ?? []).map(point => ({ study, metric, point }));
    }),
  );

const figuresText = ({ confirmed, disturbed, refined }: ComparedPoint): string =>
  `${disturbed ? 'disturbed' : confirmed ? 'confirmed' : 'of the search'}${refined ? ', refined' : ''}`;

const studyLink = (context: ViewContext, study: string): HTMLElement =>
  h('a', { href: context.link({ view: 'front', study }) }, study);

const trialLink = (context: ViewContext, study: string, trial: number): HTMLElement =>
  h(
    'a',
    { href: context.link({ view: 'trial', study, params: { number: String(trial) } }) },
    trial === 0 ? 'dense' : String(trial),
  );
