/** A comparison for a terminal. */
import { formatSpeedup } from '../../units/format.ts';
import { changeCell, limitWords } from '../change.ts';
import { headline } from '../front/headline.ts';
import { plural, speedupWords } from '../front/wording.ts';
import { clipped, joinLines, textTable } from '../text-table.ts';
import type { ComparedDevice, Comparison, Expense } from './comparison.ts';

/** The sites that are listed; the rest are counted, and all of them are in the JSON. */
const mostSites = 20;

/** @param whole whether names are written whole: a file or pipe has no end of line that they could cross */
export function compareText(comparison: Comparison, whole = false): string {
  const { devices, maxDrop } = comparison;
  return [
    [`One network on ${devices.length} devices, within ${limitWords(maxDrop)} of accuracy.`],
    gainLines(devices, whole),
    devices.map(({ study }) => `${study.name}: ${headline(study.report, maxDrop)[0] ?? ''}`),
    expenseLines(devices),
    siteLines(comparison, whole),
    comparison.notes,
  ]
    .filter(lines => lines.length > 0)
    .map(joinLines)
    .join('\n\n');
}

const gainLines = (devices: readonly ComparedDevice[], whole: boolean): string[] =>
  textTable<ComparedDevice>(
    [
      { header: 'study', align: 'left', cell: ({ study }) => study.name },
      {
        header: 'device',
        align: 'left',
        cell: ({ study }) => clipped(study.device.name, whole ? Number.POSITIVE_INFINITY : 24),
      },
      { header: 'dense ms', align: 'right', cell: ({ dense }) => msText(dense.latencyMs) },
      { header: 'gains [95 %]', align: 'right', cell: ({ point }) => (point ? speedupWords(point) : gainsNothing) },
      { header: 'ms [95 %]', align: 'right', cell: ({ candidate }) => intervalText(candidate) },
      { header: 'change pp ± 95 %', align: 'right', cell: ({ point }) => (point ? changeCell(point.judged) : '') },
      { header: 'trial', align: 'right', cell: ({ point }) => (point ? `${point.trial}` : 'dense') },
      { header: 'figures', align: 'left', cell: figuresWords },
    ],
    devices,
  );

const gainsNothing = formatSpeedup(1);

const figuresWords = ({ point, study }: ComparedDevice): string => {
  const of = point ? point.confirmed : study.report.confirmed;
  return `${of ? 'confirmed' : 'not confirmed'}${study.report.device?.computed ? ', computed' : ''}`;
};

const msText = (ms: number): string => ms.toPrecision(ms >= 1000 ? 4 : 3);

const intervalText = (expense: Expense | null): string => {
  if (!expense?.latencyMsCi) return '';
  const [low, high] = expense.latencyMsCi;
  return `${msText(expense.latencyMs)} [${msText(low)}, ${msText(high)}]`;
};

/** Only where a profile states a price or a power, or a driver measured the energy. */
function expenseLines(devices: readonly ComparedDevice[]): string[] {
  const priced = devices.some(({ dense }) => dense.pricePerMillion !== null);
  const powered = devices.some(({ dense }) => dense.kwhPerMillion !== null);
  if (!priced && !powered) return [];
  const pair = (of: (expense: Expense) => number | null) => ({
    dense: ({ dense }: ComparedDevice): string => amountText(of(dense)),
    factorised: ({ candidate }: ComparedDevice): string => (candidate ? amountText(of(candidate)) : '-'),
  });
  const price = pair(({ pricePerMillion }) => pricePerMillion);
  const energy = pair(({ kwhPerMillion }) => kwhPerMillion);
  const table = textTable<ComparedDevice>(
    [
      { header: 'study', align: 'left', cell: ({ study }) => study.name },
      ...(priced
        ? [
            { header: 'price dense', align: 'right' as const, cell: price.dense },
            { header: 'factorised', align: 'right' as const, cell: price.factorised },
          ]
        : []),
      ...(powered
        ? [
            { header: 'kWh dense', align: 'right' as const, cell: energy.dense },
            { header: 'factorised', align: 'right' as const, cell: energy.factorised },
            {
              header: 'energy is',
              align: 'left' as const,
              cell: ({ energyBy }: ComparedDevice) => energyWords[energyBy ?? 'unknown'],
            },
          ]
        : []),
    ],
    devices,
  );
  return ['A million inferences, on a device that does nothing else:', ...table];
}

const energyWords = {
  measured: 'measured while both models were timed',
  stated: 'from powerWatts of the profile',
  unknown: 'not known',
} as const;

const amountText = (amount: number | null): string => (amount === null ? '-' : amount.toPrecision(3));

function siteLines({ sites, sameSites, devices }: Comparison, whole: boolean): string[] {
  if (devices.every(({ point }) => point === null)) return ['No device gains within the limit, so no ranks differ.'];
  const all = sites.length + sameSites;
  if (sites.length === 0) return [`All ${all} sites have the same rank on every device.`];
  const table = textTable(
    [
      { header: 'site', align: 'left', cell: ({ site }) => clipped(site, whole ? Number.POSITIVE_INFINITY : 40) },
      ...devices.map(({ study }, at) => ({
        header: clipped(study.name, whole ? Number.POSITIVE_INFINITY : 24),
        align: 'left' as const,
        cell: ({ rungs }: (typeof sites)[number]) => rungs[at] ?? '',
      })),
    ],
    sites.slice(0, mostSites),
  );
  const left = sites.length - mostSites;
  return [
    `Ranks differ at ${sites.length} of ${all} sites, where they differ most first:`,
    ...table,
    ...(left > 0 ? [`and ${left} ${plural(left, 'site', 'sites')} more, which --format json lists`] : []),
  ];
}
