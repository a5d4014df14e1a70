/**
 * A table of any length, of which only the rows that are seen are in the document. It tells screen readers how many there are, and is walked
 * with arrows, Page Up and Down, Home and End.
 */
import { h } from '../dom.ts';

export interface VirtualTable {
  readonly element: HTMLElement;
  /** Shows `count` rows; `row` is asked for those that are seen. */
  readonly show: (count: number, row: (index: number) => readonly Node[]) => void;
  /** Brings one into view and puts the keyboard there. */
  readonly focusRow: (index: number) => void;
}

/** As in the style sheet. */
const rowHeight = 34;
/** Rows beyond what is seen, so that a slow drawing is not noticed. */
const margin = 8;

/** @param head the header row @param open called when Enter is pressed on a row */
export function virtualTable(
  caption: string,
  head: HTMLElement,
  open: (index: number) => void,
  signal: AbortSignal,
): VirtualTable {
  const above = h('tr', { class: 'rest', 'aria-hidden': 'true' }, h('td', {}));
  const below = h('tr', { class: 'rest', 'aria-hidden': 'true' }, h('td', {}));
  const body = h('tbody', {});
  const whole = h('table', {}, h('caption', { class: 'unseen' }, caption), h('thead', {}, head), body);
  const element = h('div', { class: 'virtual scroll', role: 'region', 'aria-label': caption, tabindex: '-1' }, whole);
  let [count, active] = [0, 0];
  let rowOf: (index: number) => readonly Node[] = () => [];

  const seen = (): readonly [number, number] => {
    const first = Math.max(0, Math.floor(element.scrollTop / rowHeight) - margin);
    return [first, Math.min(count, first + Math.ceil((element.clientHeight || 600) / rowHeight) + 2 * margin)];
  };
  const draw = (): void => {
    const [first, last] = seen();
    const focused = body.contains(document.activeElement) && document.activeElement instanceof HTMLTableRowElement;
    (above.firstElementChild as HTMLElement).style.height = `${first * rowHeight}px`;
    (below.firstElementChild as HTMLElement).style.height = `${(count - last) * rowHeight}px`;
    const rows = Array.from({ length: last - first }, (_, i) => {
      const index = first + i;
      return h(
        'tr',
        { 'aria-rowindex': index + 2, tabindex: index === active ? '0' : '-1', 'data-index': index },
        rowOf(index),
      );
    });
    body.replaceChildren(above, ...rows, below);
    if (focused) body.querySelector<HTMLElement>(`[data-index="${active}"]`)?.focus({ preventScroll: true });
  };
  const focusRow = (index: number): void => {
    active = Math.max(0, Math.min(count - 1, index));
    const top = active * rowHeight;
    const room = element.clientHeight - 2 * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top > element.scrollTop + room) element.scrollTop = top - room + rowHeight;
    draw();
    body.querySelector<HTMLElement>(`[data-index="${active}"]`)?.focus({ preventScroll: true });
  };
  const steps: Readonly<Record<string, () => number>> = {
    ArrowDown: () => active + 1,
    ArrowUp: () => active - 1,
    PageDown: () => active + Math.floor(element.clientHeight / rowHeight) - 2,
    PageUp: () => active - Math.floor(element.clientHeight / rowHeight) + 2,
    Home: () => 0,
    End: () => count - 1,
  };
  body.addEventListener(
    'keydown',
    event => {
      const step = steps[event.key];
      if (event.target instanceof HTMLTableRowElement && event.key === 'Enter') open(active);
      if (!step) return;
      event.preventDefault();
      focusRow(step());
    },
    { signal },
  );
  body.addEventListener('focusin', event => {
    const row = (event.target as HTMLElement).closest('tr');
    if (row?.dataset.index) active = Number(row.dataset.index);
  });
  let asked = false;
  element.addEventListener(
    'scroll',
    () => {
      if (asked) return;
      asked = true;
      requestAnimationFrame(() => {
        asked = false;
        draw();
      });
    },
    { signal, passive: true },
  );
  return {
    element,
    show: (rows, row) => {
      count = rows;
      rowOf = row;
      active = Math.min(active, Math.max(0, count - 1));
      whole.setAttribute('aria-rowcount', String(count + 1));
      draw();
    },
    focusRow,
  };
}
