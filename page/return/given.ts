/** What was typed, as the calculation and as the command line want it. */
import '../quiet-zod.ts';
import { UserError } from '../../src/errors/user-error.ts';
import type { Given } from '../../src/money/figures.ts';
import { deviceKeys, flagOf, type OptionKey, optionShape, type RoiInputs } from '../../src/money/inputs.ts';
import type { MoneyRecord } from '../../src/serve/api/money.ts';
import { shellWord } from '../../src/units/shell-word.ts';
import { h } from '../dom.ts';
import type { ViewContext } from '../view.ts';
import { figureOf, type Typed } from './form.ts';

const optionKeys = Object.keys(optionShape).filter(key => key !== 'hoursFile') as OptionKey[];

export interface Hours {
  readonly name: string;
  readonly calls: readonly number[];
}

/** From the address: `callsPerDay=1e6`, and `NAME/pricePerHour=2` for the device of one study. */
export const typedIn = ({ state }: ViewContext, studies: readonly string[]): Typed =>
  Object.fromEntries(
    [...optionKeys, ...studies.flatMap(study => deviceKeys.map(key => `${study}/${key}`))].flatMap(name => {
      const text = state.get(name);
      return text === '' ? [] : [[name, text]];
    }),
  );

/** What the calculation itself cannot say. */
export function hindranceOf({ studies, unknown }: MoneyRecord, usable: number): UserError | null {
  const [first, ...others] = studies;
  if (unknown.length > 0) return new UserError(`The store has no study called "${unknown[0]}".`, 'Choose others.');
  if (!first) return new UserError('No study is chosen.', 'Choose the one of the device of today first.');
  const other = others.find(({ model }) => model.sha256 !== first.model.sha256);
  if (other)
    return new UserError(
      `"${first.study}" and "${other.study}" are not of one network.`,
      'Choose studies of the same model file.',
    );
  if (usable < studies.length)
    return new UserError(
      'The dense model of a chosen study has not been measured, or its hardware profile cannot be read.',
      'Choose another study.',
    );
  return null;
}

/** What is wrong stands beside its field, and is not reckoned with. */
export function givenOf({ studies }: MoneyRecord, typed: Typed, hours: Hours | null): Given {
  const read = (name: string, key: OptionKey): readonly [string, unknown][] => {
    const text = typed[name];
    const found = text === undefined ? null : figureOf(key, text);
    return found && 'value' in found ? [[key, found.value]] : [];
  };
  const shared = Object.fromEntries(optionKeys.flatMap(key => read(key, key)));
  const devices = Object.fromEntries(
    studies.flatMap(({ study }) => {
      const own = deviceKeys.flatMap(key => read(`${study}/${key}`, key));
      return own.length === 0 || studies.length < 2 ? [] : [[study, Object.fromEntries(own)]];
    }),
  );
  const inputs = { ...shared, ...(hours ? { hoursFile: hours.name } : {}), devices } as RoiInputs;
  return { inputs, hours: hours?.calls ?? null, studies: studies.map(({ study }) => study) };
}

/** Figures of single devices have no options: they go into a file. */
export function commandPart({ inputs, studies }: Given, store: string): HTMLElement {
  const { devices, ...shared } = inputs;
  const options = Object.entries(shared).map(([key, value]) => `${flagOf(key)} ${shellWord(String(value))}`);
  const command = ['rankfront roi', ...studies.map(shellWord), `--store ${shellWord(store)}`, ...options].join(' ');
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, 'The same on a command line'),
    h('pre', { class: 'scroll', tabindex: '0' }, command),
    Object.keys(devices).length > 0
      ? h('p', { class: 'faint' }, 'Figures of single devices go under "devices" in a file for --inputs.')
      : null,
    h('button', { type: 'button', onclick: () => void navigator.clipboard?.writeText(command) }, 'Copy'),
  );
}
