/** Every weight of a network in a table: what becomes of it, and why. */
import type { Reach, ReachPart, WeightRecord, WeightState } from '../space/weights.ts';
import { formatMacs, formatPercent } from '../units/format.ts';
import { plural } from './front/wording.ts';
import { type Column, clipped, textTable } from './text-table.ts';

const words: Readonly<Record<WeightState | 'none', string>> = {
  site: 'site',
  small: 'too small',
  depthwise: 'too few channels',
  size: 'unknown size',
  'run-time': 'no stored weight',
  form: 'form not written',
  type: 'type of numbers',
  numbers: 'NaN or nothing',
  operator: 'other operator',
  recurrent: 'recurrent',
  fused: 'fused operator',
  function: 'in a function',
  body: 'in a branch or loop',
  unjudged: 'not judged',
  vector: 'one per channel',
  table: 'looked up',
  elementwise: 'element by element',
  none: 'no weight',
};

const nameWidth = 34;
const sizes = (dims: readonly number[]): string => dims.join(' x ');

/** One line per weight and reader; then, once each, the reasons in whole sentences. */
export function weightLines(records: readonly WeightRecord[], reach: Reach): string[] {
  const columns: Column<WeightRecord>[] = [
    { header: 'weight', align: 'left', cell: ({ weight }) => clipped(weight, nameWidth) },
    { header: 'read by', align: 'left', cell: ({ node }) => clipped(node, nameWidth) },
    { header: 'size', align: 'left', cell: ({ dims }) => sizes(dims) },
    {
      header: 'of MACs',
      align: 'right',
      cell: ({ macs, state }) =>
        macs === 0 || state === 'vector' ? '-' : formatPercent(reach.macs > 0 ? macs / reach.macs : 0, 1),
    },
    { header: '', align: 'left', cell: ({ state }) => words[state] },
  ];
  const reasons = new Set(
    records.flatMap(({ state, reason }) => (reason === null || state === 'vector' ? [] : [reason])),
  );
  return [
    ...textTable(columns, records),
    '',
    ...reachLines(reach),
    ...(reasons.size > 0 ? ['', 'Why not:', ...[...reasons].map(reason => `- ${reason}`)] : []),
  ];
}

/** What the sites are of the whole network, and what the rest is. */
export function reachLines({ macs, withinReach, timeWithinReach, parts }: Reach): string[] {
  const left = parts.filter(({ state, macs: own }) => state !== 'site' && own > 0);
  const share = ({ state, macsShare, nodes }: ReachPart): string =>
    `${formatPercent(macsShare, 1)} in ${nodes} ${plural(nodes, 'node', 'nodes')} (${words[state]})`;
  const time = timeWithinReach === null ? '' : `, which take ${formatPercent(timeWithinReach, 1)} of the time`;
  if (withinReach === null) return ['What share of the work the sites are is not known: sizes are missing.'];
  return [
    `Sites are ${formatPercent(withinReach, 1)} of ${formatMacs(macs)}${time}.`,
    ...(left.length > 0 ? [`Out of reach: ${left.map(share).join(', ')}.`] : []),
  ];
}
