/** The figures that a return is reckoned from, as fields: those of `rankfront roi`, in groups. */
import { type DeviceKey, deviceKeys, type OptionKey, optionShape } from '../../src/money/inputs.ts';
import { expectation, shown } from '../../src/units/issue-text.ts';
import { h } from '../dom.ts';

/** As it was typed, by key; by `STUDY/key` for the device of one study. */
export type Typed = Readonly<Record<string, string>>;

const groups: readonly { readonly title: string; readonly keys: readonly OptionKey[] }[] = [
  { title: 'Load', keys: ['callsPerDay', 'peakFactor', 'mostUtilisation', 'latencyLimitMs'] },
  { title: 'Accuracy', keys: ['maxDrop', 'trial', 'lostPointPerMonth'] },
  { title: 'Money', keys: ['currency', 'horizonMonths'] },
  {
    title: 'Machines: rented, bought or metered',
    keys: ['pricePerHour', 'purchasePrice', 'lifeYears', 'resalePrice', 'machinesOwned', 'pricePerBusyHour'],
  },
  { title: 'A call', keys: ['fixedMs', 'callsAtOnce', 'spareMachines'] },
  { title: 'Energy', keys: ['loadWatts', 'idleWatts', 'pricePerKwh', 'energyOverhead'] },
  {
    title: 'Effort',
    keys: ['searchHours', 'retrainHours', 'effortPricePerHour', 'personDays', 'pricePerPersonDay', 'moveCost'],
  },
];

const texts: readonly OptionKey[] = ['currency', 'maxDrop', 'hoursFile'];

/** `callsPerDay` is "Calls per day". */
export const labelOf = (key: string): string => {
  const words = key
    .replaceAll(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`)
    .replace(/ kwh$/, ' kWh')
    .replace(/ ms$/, ' (ms)');
  return `${words[0]?.toUpperCase()}${words.slice(1)}`;
};

/** The value that a text stands for, or what is wrong with it. */
export function figureOf(key: OptionKey, text: string): { readonly value: unknown } | { readonly wrong: string } {
  const given = texts.includes(key) ? text.trim() : Number(text.trim().replaceAll(',', ''));
  const read = optionShape[key].safeParse(given);
  if (read.success) return { value: read.data };
  const [issue] = read.error.issues;
  return {
    wrong: `Expected ${issue ? expectation(issue) : 'another value'}, found ${shown(texts.includes(key) ? given : text)}.`,
  };
}

interface Form {
  readonly typed: Typed;
  /** More than one: each may have figures of its own. */
  readonly studies: readonly string[];
  /** Called at every key that is pressed; an empty text takes a figure away. */
  readonly changed: (name: string, text: string) => void;
}

export function returnForm({ typed, studies, changed }: Form): HTMLElement {
  const field = (key: OptionKey, name: string): HTMLElement => {
    const id = `figure-${name.replaceAll(/[^\w-]/g, '-')}`;
    const error = h('span', { class: 'wrong', id: `${id}-error` });
    const input = h('input', {
      ...{ type: 'text', id, name, value: typed[name] ?? '', autocomplete: 'off' },
      ...(texts.includes(key) ? {} : { inputmode: 'decimal' }),
      'aria-describedby': `${id}-help ${id}-error`,
      oninput: () => {
        judge();
        changed(name, input.value.trim());
      },
    });
    const judge = (): void => {
      const judged = input.value.trim() === '' ? { value: null } : figureOf(key, input.value);
      error.textContent = 'wrong' in judged ? judged.wrong : '';
      input.setAttribute('aria-invalid', String('wrong' in judged));
    };
    judge();
    return h(
      'div',
      { class: 'figure-field' },
      h('label', { for: id }, labelOf(key)),
      input,
      h('span', { class: 'faint help', id: `${id}-help` }, optionShape[key].description ?? ''),
      error,
    );
  };
  const several = studies.length > 1;
  const isGiven = (keys: readonly string[], prefix = ''): boolean =>
    keys.some(key => (typed[prefix + key] ?? '') !== '');
  return h(
    'form',
    { class: 'card return-form', onsubmit: (event: Event) => event.preventDefault(), 'aria-label': 'Figures' },
    groups.map(({ title, keys }, i) => {
      const shownKeys = keys.filter(key => key !== 'moveCost' || several);
      return h(
        'details',
        { open: i < 5 || isGiven(keys) },
        h('summary', {}, title),
        h(
          'div',
          {},
          shownKeys.map(key => field(key, key)),
        ),
      );
    }),
    several
      ? studies.map(study =>
          h(
            'details',
            { open: isGiven(deviceKeys, `${study}/`) },
            h('summary', {}, `Only the device of ${study}`),
            h(
              'div',
              {},
              deviceKeys.map((key: DeviceKey) => field(key, `${study}/${key}`)),
            ),
          ),
        )
      : null,
  );
}
