/** Sliders for what a pick may lose and take. They set the limits of `rankfront pick`; the far end of each is "no limit". */
import type { FrontReport } from '../../src/report/front/front.ts';
import { headlineDrop } from '../../src/report/front/gain.ts';
import type { PickLimits } from '../../src/report/front/pick-rule.ts';
import { h } from '../dom.ts';
import { amountText } from '../numbers.ts';
import type { UrlState } from '../view.ts';

interface Slider {
  /** As it stands in the address. */
  readonly name: string;
  readonly title: string;
  readonly limit: keyof PickLimits;
  /** From the strictest to the end, in the unit of the slider. */
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly text: (value: number) => string;
  /** Of a unit of the slider. */
  readonly scale: number;
}

/** `none`, for a drop: without it the address says nothing, which is the drop of the headline. */
const none = 'none';

export function slidersFor(report: FrontReport, kinds: readonly string[]): readonly Slider[] {
  const points = report.best;
  const worst = Math.max(0.02, ...points.map(({ judged }) => judged.drop + judged.halfWidth));
  const ofLatency = range(points.map(({ latencyMs }) => latencyMs));
  return [
    {
      name: 'drop',
      title: 'Lose at most',
      limit: 'drop',
      min: 0,
      max: Math.ceil(Math.min(worst, 0.3) * 100),
      step: 0.05,
      scale: 0.01,
      text: value => `${value.toFixed(2)} pp`,
    },
    {
      name: 'latency',
      title: 'Take at most',
      limit: 'latencyMs',
      ...ofLatency,
      scale: 1,
      text: value => amountText('latency', value),
    },
    ...(['size', 'memory'] as const)
      .filter(kind => kinds.includes(kind))
      .map(kind => ({
        name: kind,
        title: kind === 'size' ? 'A file of at most' : 'Peak memory of at most',
        limit: `${kind}Bytes` as const,
        ...range(
          points.flatMap(({ further }) => (further.find(each => each.kind === kind)?.amount ?? Number.NaN) / 1e6),
        ),
        scale: 1e6,
        text: (value: number) => amountText(kind, value * 1e6),
      })),
  ];
}

function range(values: readonly number[]): Pick<Slider, 'min' | 'max' | 'step'> {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return { min: 0, max: 1, step: 0.01 };
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const step = 10 ** Math.floor(Math.log10(Math.max(high - low, high * 0.01) / 100));
  const [first, last] = [Math.floor(low / step), Math.ceil(high / step) + 1];
  // One step more, for no limit; written as people would, so that a sum of parts in binary leaves no step half.
  return { min: Number((first * step).toPrecision(12)), max: Number((last * step).toPrecision(12)), step };
}

/** What the address says. Undefined for no limit. */
export function givenIn(slider: Slider, state: UrlState): number | undefined {
  const text = state.get(slider.name);
  if (text === '' && slider.name === 'drop') return headlineDrop / slider.scale;
  const value = Number(text);
  return text === '' || text === none || !Number.isFinite(value) ? undefined : value;
}

export const limitsIn = (sliders: readonly Slider[], state: UrlState): PickLimits =>
  Object.fromEntries(
    sliders.flatMap(slider => {
      const given = givenIn(slider, state);
      return given === undefined ? [] : [[slider.limit, given * slider.scale]];
    }),
  );

/** @param changed called while a slider moves */
export function limitControls(sliders: readonly Slider[], state: UrlState, changed: () => void): HTMLElement {
  return h(
    'div',
    {},
    sliders.map(slider => control(slider, state, changed)),
  );
}

function control(slider: Slider, state: UrlState, changed: () => void): HTMLElement {
  const { name, title, min, max, step, text } = slider;
  const given = givenIn(slider, state);
  const id = `limit-${name}`;
  const output = h('output', { for: id });
  const input = h('input', { type: 'range', id, min, max, step, value: String(given ?? max), oninput: () => moved() });
  // A browser rounds what it is given to a step, and may end one below.
  const isOpen = (): boolean => Number(input.value) > max - step / 2;
  const words = (): string => (isOpen() ? 'no limit' : text(Number(input.value)));
  const say = (): void => {
    output.textContent = words();
    input.setAttribute('aria-valuetext', words());
  };
  const moved = (): void => {
    state.set({ [name]: isOpen() ? (name === 'drop' ? none : '') : String(Number(input.value)) });
    say();
    changed();
  };
  say();
  return h('div', { class: 'slider' }, h('label', { for: id }, title), output, input);
}
