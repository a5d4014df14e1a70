/** Sites against members of the front, as a table whose cells are coloured: it is its own description. */
import type { LayerMember, LayerRow, LayersRecord } from '../../src/serve/api/layers.ts';
import { formatMacs, formatPercent, formatPoints, formatSpeedup } from '../../src/units/format.ts';
import { plusMinus } from '../amounts.ts';
import { type Child, h } from '../dom.ts';

export interface HeatMap {
  readonly record: LayersRecord;
  /** In the order of the columns. */
  readonly members: readonly LayerMember[];
  /** By site, each from 0 to 1 of the greatest; null while it is not known. */
  readonly importance: ReadonlyMap<string, { readonly share: number; readonly words: string }> | null;
  readonly trialLink: (trial: number) => string;
}

export function heatMap({ record, members, importance, trialLink }: HeatMap): HTMLElement {
  const macs = record.layers.reduce((sum, layer) => sum + (denseMacs(layer) ?? 0), 0);
  const saved = Math.max(...record.layers.map(({ alone }) => -(alone?.change ?? 0)), 1e-9);
  const heading = (words: string, props = {}): HTMLElement => h('th', { scope: 'col', ...props }, words);
  return h(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Layers and where the front stands on them' },
    h(
      'table',
      { class: 'heat' },
      h(
        'caption',
        { class: 'unseen' },
        'Layers in the order of the network, and the rung of each member of the front. An empty cell is dense.',
      ),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          heading('Layer', { class: 'pinned' }),
          record.modelRead ? heading('MACs', { class: 'number' }) : null,
          record.swept ? heading('Saves alone', { class: 'number' }) : null,
          importance ? heading('Matters', {}) : null,
          heading('Rungs', { class: 'number' }),
          members.map(member =>
            h(
              'th',
              { scope: 'col', class: 'member' },
              h('a', { href: trialLink(member.trial) }, `Trial ${member.trial}`),
              h('br', {}),
              formatSpeedup(member.speedup),
              h('br', {}),
              formatPoints(member.change, 1),
              h('br', {}),
              `± ${(100 * member.halfWidth).toFixed(1)}`,
            ),
          ),
        ),
      ),
      h(
        'tbody',
        {},
        record.layers.map((layer, i) => {
          const dense = denseMacs(layer);
          const found = importance?.get(layer.site);
          return h(
            'tr',
            {},
            h('th', { scope: 'row', class: 'pinned', title: layer.site }, layer.site),
            record.modelRead
              ? h(
                  'td',
                  { class: 'number' },
                  bar(
                    (dense ?? 0) / (macs || 1),
                    dense === null ? '-' : `${formatPercent(dense / (macs || 1), 1)}`,
                    dense === null ? '' : formatMacs(dense),
                  ),
                )
              : null,
            record.swept
              ? h(
                  'td',
                  { class: 'number' },
                  layer.alone
                    ? bar(
                        -layer.alone.change / saved,
                        layer.alone.halfWidth > 0
                          ? plusMinus(-layer.alone.change, layer.alone.halfWidth)
                          : formatPercent(-layer.alone.change, 1),
                        'of the dense latency, at its cheapest rung',
                      )
                    : '-',
                )
              : null,
            importance ? h('td', {}, found ? bar(found.share, found.words, '') : '-') : null,
            h('td', { class: 'number' }, layer.rungs.length),
            members.map(member => cell(layer, member.rungs[i] ?? null)),
          );
        }),
      ),
    ),
  );
}

const denseMacs = ({ rungs }: LayerRow): number | null => rungs.at(-1)?.macs ?? null;

/** A number with a bar of its size beneath. */
function bar(share: number, words: string, title: string): Child {
  const fill = h('span', { class: 'fill' });
  fill.style.width = `${Math.round(100 * Math.max(0, Math.min(1, share)))}%`;
  return h('span', { class: 'bar', title }, words, h('span', { class: 'track', 'aria-hidden': 'true' }, fill));
}

/** How far a rung is from dense: by its MACs where they are known, else by its place. 0 is dense. */
export function reduction({ rungs }: LayerRow, rung: number): number {
  const [here, dense] = [rungs[rung]?.macs ?? null, rungs.at(-1)?.macs ?? null];
  return here !== null && dense ? 1 - here / dense : 1 - rung / Math.max(1, rungs.length - 1);
}

function cell(layer: LayerRow, rung: number | null): HTMLElement {
  if (rung === null) return h('td', { class: 'rung' }, '?');
  const label = layer.rungs[rung]?.label ?? '';
  if (label === 'dense' || rung === layer.rungs.length - 1)
    return h('td', { class: 'rung', title: `${layer.site}: dense` }, h('span', { class: 'unseen' }, 'dense'));
  const share = reduction(layer, rung);
  const [method = '', rank = ''] = label.split(' ');
  const element = h(
    'td',
    {
      class: share > 0.6 ? 'rung deep' : 'rung',
      title: `${layer.site}: ${label}, ${formatPercent(share, 0)} fewer MACs`,
    },
    h('span', { class: 'unseen' }, method),
    rank,
  );
  element.style.background = `color-mix(in srgb, var(--heat-high) ${Math.round(15 + 85 * Math.max(0, share))}%, var(--heat-low))`;
  return element;
}
