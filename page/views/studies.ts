/** The studies of the store: how far each is, what it has found, and how it goes on. */
import { limitsText } from '../../src/objectives/limits.ts';
import type { StudyLine } from '../../src/serve/api/studies.ts';
import { fill, h, svg } from '../dom.ts';
import { liveRecord } from '../live-record.ts';
import { ago, formatDuration, formatSpeedup } from '../numbers.ts';
import { emptyState } from '../states.ts';
import type { View, ViewContext } from '../view.ts';

export const view: View = {
  name: 'studies',
  title: 'Studies',
  mount: (element, context) => {
    liveRecord(context, element, { reader: 'studies', of: null }, ({ studies, nowMs }) => {
      if (studies.length === 0) {
        fill(
          element,
          emptyState('This store holds no study yet.', 'Start one with "rankfront search"; it then appears here.'),
        );
        return;
      }
      fill(
        element,
        h(
          'ul',
          { class: 'studies' },
          studies.map(line => card(line, nowMs, context)),
        ),
      );
    });
  },
};

function card(line: StudyLine, nowMs: number, { link }: ViewContext): HTMLElement {
  const best = line.bestSpeedup === null ? 'none yet' : formatSpeedup(line.bestSpeedup);
  const model = line.model.split(/[\\/]/).at(-1) ?? line.model;
  const limits = limitsText(line.limits);
  return h(
    'li',
    { class: 'card study' },
    h(
      'div',
      { class: 'study-head' },
      h('h2', {}, h('a', { href: link({ view: 'front', study: line.study }) }, line.study)),
      h('span', { class: `badge ${line.state}` }, stateWords(line)),
    ),
    h(
      'p',
      { class: 'faint' },
      `${model}, begun ${line.created.slice(0, 10)}${limits === '' ? '' : `; limits: ${limits}`}`,
    ),
    progress(line),
    h(
      'dl',
      { class: 'facts' },
      fact('Best within 1 pp', best),
      fact('On the front', `${line.frontSize}${openWords(line)}`),
      fact('Hypervolume', line.hypervolume?.toPrecision(4) ?? '-', spark(line)),
      fact('Rate', line.trialsPerHour === null ? '-' : `${rate(line.trialsPerHour)} trials/h`),
      fact(
        'Time left',
        line.leftMs === null
          ? line.state === 'searching'
            ? 'not known'
            : '-'
          : `about ${formatDuration(line.leftMs)}`,
      ),
      fact('Last trial', line.lastAtMs === null ? '-' : ago(line.lastAtMs, nowMs)),
    ),
    line.doubts === null ? null : h('p', { class: 'warning' }, line.doubts),
  );
}

const stateWords = ({ state, running }: StudyLine): string =>
  state === 'searching' ? (running > 0 ? `searching, ${running} running` : 'searching, nothing runs') : state;

const openWords = ({ disturbed, unconfirmed }: StudyLine): string => {
  const open = [
    ...(unconfirmed > 0 ? [`${unconfirmed} not confirmed`] : []),
    ...(disturbed > 0 ? [`${disturbed} disturbed`] : []),
  ];
  return open.length === 0 ? '' : ` (${open.join(', ')})`;
};

const rate = (perHour: number): string => (perHour < 10 ? perHour.toFixed(1) : String(Math.round(perHour)));

const fact = (name: string, value: string, beside: Node | null = null): HTMLElement =>
  h('div', {}, h('dt', {}, name), h('dd', {}, value, beside));

function progress({ done, planned, failed, pruned, waiting, running }: StudyLine): HTMLElement {
  const parts = [
    planned === null ? `${done} trials` : `${done} of ${planned} trials`,
    ...(pruned > 0 ? [`${pruned} stopped early`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(waiting > running ? [`${waiting - running} waiting`] : []),
  ];
  const words = parts.join(', ');
  return h(
    'div',
    { class: 'progress' },
    planned === null ? null : h('progress', { max: planned, value: Math.min(done, planned), 'aria-label': words }),
    h('span', {}, words),
  );
}

/** The hypervolume over trials, as a line of a few pixels. */
function spark({ spark: values, study }: StudyLine): Node | null {
  if (values.length < 2) return null;
  const [width, height] = [120, 26];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const points = values.map((value, i) => {
    const y = high > low ? height - 2 - ((value - low) / (high - low)) * (height - 4) : height / 2;
    return `${((i / (values.length - 1)) * width).toFixed(1)},${y.toFixed(1)}`;
  });
  const words = `Hypervolume of ${study} over trials, from ${low.toPrecision(3)} to ${high.toPrecision(3)}`;
  return svg(
    'svg',
    { class: 'spark', viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': words },
    svg('polyline', { points: points.join(' '), fill: 'none' }),
  );
}
