import { h } from '../dom.ts';
import { selectField, textField } from '../form.ts';
import type { LineAxis } from './lines.ts';
import type { Range, Selection } from './selection.ts';

export function rangesPart(
  axes: readonly LineAxis[],
  selection: Selection,
  words: string,
  change: (key: string, range: Range | null) => void,
): HTMLElement {
  const draft = { key: axes[0]?.key ?? '', low: '', high: '' };
  const endField = (label: string, end: 'low' | 'high'): HTMLElement =>
    textField(
      label,
      '',
      value => {
        draft[end] = value;
      },
      { inputmode: 'decimal', size: '6' },
    );
  const add = (): void => {
    const axis = axes.find(({ key }) => key === draft.key);
    if (!axis) return;
    const finite = axis.values.filter(Number.isFinite);
    const end = (text: string, otherwise: number): number =>
      text.trim() === '' || !Number.isFinite(Number(text)) ? otherwise : Number(text) - (axis.rungs === null ? 0 : 1);
    change(axis.key, [end(draft.low, Math.min(...finite)), end(draft.high, Math.max(...finite))]);
  };
  const shown = (axis: LineAxis, value: number): string =>
    axis.rungs === null
      ? String(Number(value.toPrecision(4)))
      : axis.text(Math.max(0, Math.min(axis.rungs - 1, Math.round(value))));
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, 'Ranges'),
    h('p', { role: 'status' }, words),
    h(
      'ul',
      { class: 'chips' },
      [...selection].flatMap(([key, [low, high]]) => {
        const axis = axes.find(each => each.key === key);
        if (!axis) return [];
        const range = `${axis.name}: ${shown(axis, low)} to ${shown(axis, high)}`;
        return [
          h(
            'li',
            {},
            range,
            h(
              'button',
              { type: 'button', class: 'quiet', 'aria-label': `Remove ${range}`, onclick: () => change(key, null) },
              'Remove',
            ),
          ),
        ];
      }),
    ),
    h(
      'div',
      { class: 'row' },
      selectField(
        'Axis',
        axes.map(({ key, name, rungs }) => ({
          value: key,
          words: rungs === null ? name : `${name} (rung 1 to ${rungs})`,
        })),
        draft.key,
        key => {
          draft.key = key;
        },
      ),
      endField('From', 'low'),
      endField('To', 'high'),
      h('button', { type: 'button', onclick: add }, 'Add range'),
    ),
  );
}
