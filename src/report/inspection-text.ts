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
import { joinLines, textTable } from './text-table.ts';

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

export const networkLines = ({ model, inputs, macs, params, searched, leftOut }: NetworkView): string[] => [
  `Network: ${model}, ${formatMacs(macs)} and ${(params / 1e6).toPrecision(3)} M parameters`,
  ...inputs.map(input => `Input:   ${input}`),
  '',
  ...textTable(
    [
      { header: 'layers', align: 'right', cell: ({ layers }) => String(layers) },
      { header: 'of the MACs', align: 'right', cell: ({ share }) => formatPercent(share, 1) },
      { header: '', align: 'left', cell: ({ what }) => what },
    ],
    [...searched.map(each => prefixed('searched: ', each)), ...leftOut.map(each => prefixed('left out: ', each))],
  ),
];

const prefixed = (prefix: string, group: LayerGroup): LayerGroup => ({ ...group, what: prefix + group.what });

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
