/** A first look in words, for a terminal of 80 columns. */
import { formatDuration } from '../units/duration.ts';
import { formatMacs, formatMs, formatPercent } from '../units/format.ts';
import { plural } from './front/wording.ts';
import {
  type ImagesView,
  type Inspection,
  type LayerGroup,
  type NetworkView,
  type SpeedView,
  trialMs,
  trialsIn,
} from './inspection.ts';
import { clipped, joinLines, textTable } from './text-table.ts';

const nightMs = 8 * 3_600_000;

export const inspectionText = (found: Inspection): string =>
  joinLines([
    ...networkLines(found.network),
    '',
    ...(found.images ? imagesLines(found.images) : ['Images: none given; a search needs them (--data).']),
    '',
    ...speedLines(found.speed),
    ...timeLines(found),
  ]);

export const networkLines = ({ model, inputs, macs, params, ...layers }: NetworkView): string[] => [
  `Network: ${model}, ${formatMacs(macs)} and ${(params / 1e6).toPrecision(3)} M parameters`,
  ...inputs.map(input => `Input:   ${input}`),
  '',
  ...layerLines(layers),
];

/** How many layers hold weights, and what becomes of them: which are searched, which are left out and why, and what share of the work they are. */
export function layerLines({ searched, leftOut }: Pick<NetworkView, 'searched' | 'leftOut'>): string[] {
  const count = (groups: readonly LayerGroup[]): number => groups.reduce((sum, { layers }) => sum + layers, 0);
  const [found, left] = [count(searched), count(leftOut)];
  const all = [
    ...searched.map(each => ({ ...each, what: `searched: ${each.what}` })),
    ...leftOut.map(each => ({ ...each, what: `left out: ${each.what} (${namesText(each.names)})` })),
  ];
  const timed = all.some(({ time }) => time !== null);
  return [
    `${found + left} layers with weights: ${found} ${plural(found, 'is', 'are')} searched, ${left} ${plural(left, 'is', 'are')} left out.`,
    ...textTable(
      [
        { header: 'layers', align: 'right', cell: ({ layers }) => String(layers) },
        { header: 'of MACs', align: 'right', cell: ({ share }) => formatPercent(share, 1) },
        ...(timed
          ? [
              {
                header: 'of time',
                align: 'right' as const,
                cell: ({ time }: LayerGroup) => (time === null ? '-' : formatPercent(time, 1)),
              },
            ]
          : []),
        { header: '', align: 'left', cell: ({ what }) => what },
      ],
      all,
    ),
  ];
}

/** The first, and how many more there are: the search space names all of them. */
const namesText = ([first = '', ...more]: readonly string[]): string =>
  `${clipped(first, 24)}${more.length > 0 ? ` and ${more.length} more` : ''}`;

function imagesLines(images: ImagesView): string[] {
  const { labelledClasses, outputs, size, tried, triedOn, notes } = images;
  const labels = labelledClasses > 0 ? `labels of ${labelledClasses} classes` : 'no labels';
  return [
    `Images:  ${images.description}`,
    `         ${labels}; the network ${size ? `reads ${size.join(' x ')} and ` : ''}has ${outputs} outputs`,
    ...(tried.length > 0 ? [`Top-1 of the dense model on ${triedOn} of them, by how pixels become inputs:`] : []),
    ...tried.map(
      ({ normalize, channels, accuracy }) =>
        `  ${formatPercent(accuracy, 1).padStart(7)}  ${normalize}${channels === 'bgr' ? ', BGR' : ''}`,
    ),
    normalisationLine(images),
    ...notes,
  ];
}

/** What was chosen, and how sure that is. */
export function normalisationLine({ tried, given, guesses, normalize, triedOn }: ImagesView): string {
  const [best, second] = tried;
  if (!best) return `Normalisation: ${given}. Without labels it cannot be checked.`;
  if (guesses)
    return `Normalisation: ${given}, but the network guesses with all: check the order of the labels, and what it was trained on.`;
  if (best.channels === 'bgr')
    return `The network reads BGR pixels by ${best.normalize}: write both into a dataset YAML (docs/files.md).`;
  const chosen = normalize ?? given;
  const close = second && best.accuracy - second.accuracy < 2 / Math.sqrt(triedOn) / 2;
  return `Normalisation: ${chosen}${close ? `. ${second.normalize === chosen ? best.normalize : second.normalize} does nearly as well: check how the network was trained.` : ', the best of those tried.'}`;
}

const speedLines = ({ device, computed, denseMs, disturbed, latencyWallMs }: SpeedView): string[] => [
  `Device:  ${device}`,
  `         dense model ${formatMs(denseMs)}${computed ? ', computed' : `; a latency takes ${formatDuration(latencyWallMs)}`}`,
  ...(disturbed ? ['         Other work slowed the machine: a quiet one is faster.'] : []),
];

function timeLines(found: Inspection): string[] {
  const each = trialMs(found);
  const night = trialsIn(found, nightMs);
  if (each === null || night === null || !found.images) return [];
  return [
    `A trial: about ${formatDuration(each)}, scored on ${found.images.proxyImages} ${plural(found.images.proxyImages, 'image', 'images')}`,
    `A night: about ${night} trials in 8 hours, after some minutes of preparation`,
  ];
}
