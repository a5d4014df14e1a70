/** Whether it pays: `rankfront roi` with fields, reckoned on the page at every key that is pressed. */
import '../quiet-zod.ts';
import { UserError } from '../../src/errors/user-error.ts';
import type { Given } from '../../src/money/figures.ts';
import { parseHours } from '../../src/money/hours.ts';
import { deviceKeys, flagOf, type OptionKey, optionShape, type RoiInputs } from '../../src/money/inputs.ts';
import { roiAnswer } from '../../src/report/roi-answer.ts';
import type { MoneyRecord } from '../../src/serve/api/money.ts';
import { chartFigure } from '../chart.ts';
import { fill, h } from '../dom.ts';
import { liveRecord } from '../live-record.ts';
import { renewing } from '../renewed.ts';
import { answerPart, costOption } from '../return-answer.ts';
import { figureOf, returnForm, type Typed } from '../return-form.ts';
import { emptyState } from '../states.ts';
import { studyChoice } from '../study-choice.ts';
import type { View, ViewContext } from '../view.ts';

const optionKeys = Object.keys(optionShape).filter(key => key !== 'hoursFile') as OptionKey[];

interface Hours {
  readonly name: string;
  readonly calls: readonly number[];
}

export const view: View = {
  name: 'return',
  title: 'Return',
  mount: (element, context) => {
    const renewed = renewing(context);
    const query = () => ({ ...(context.state.get('studies') === '' ? {} : { studies: context.state.get('studies') }) });
    let last: MoneyRecord | null = null;
    let hours: Hours | null = null;
    const answer = h('div', { class: 'answer-place' });
    const typed = (): Typed => typedIn(context, last?.studies.map(({ study }) => study) ?? []);
    const reckon = (): void => {
      if (last) showAnswer(answer, renewed(), last, typed(), hours);
    };
    const live = liveRecord(context, element, { reader: 'money', query, of: null }, (record, first) => {
      const same =
        !first &&
        JSON.stringify(last?.names) === JSON.stringify(record.names) &&
        last?.studies.map(({ study }) => study).join('\n') === record.studies.map(({ study }) => study).join('\n');
      last = record;
      if (record.names.length === 0) {
        fill(element, emptyState('This store holds no study yet.', 'Start one with "rankfront search".'));
        return;
      }
      // Fields that somebody types into stay.
      if (!same)
        build(element, context, record, typed(), answer, live.again, reckon, found => {
          hours = found;
          reckon();
        });
      reckon();
    });
    context.state.onChange(() => {
      last = null;
      live.again();
    });
  },
};

/** From the address: `callsPerDay=1e6`, and `NAME/pricePerHour=2` for the device of one study. */
const typedIn = ({ state }: ViewContext, studies: readonly string[]): Typed =>
  Object.fromEntries(
    [...optionKeys, ...studies.flatMap(study => deviceKeys.map(key => `${study}/${key}`))].flatMap(name => {
      const text = state.get(name);
      return text === '' ? [] : [[name, text]];
    }),
  );

function build(
  element: HTMLElement,
  context: ViewContext,
  record: MoneyRecord,
  typed: Typed,
  answer: HTMLElement,
  again: () => void,
  reckon: () => void,
  hoursRead: (hours: Hours | null) => void,
): void {
  const names = record.studies.map(({ study }) => study);
  const told = h('span', { class: 'wrong', role: 'status' });
  const file = h('input', {
    type: 'file',
    accept: '.csv,.txt,.tsv',
    onchange: async () => {
      const [chosen] = file.files ?? [];
      told.textContent = '';
      try {
        hoursRead(chosen ? { name: chosen.name, calls: parseHours(await chosen.text(), chosen.name) } : null);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        told.textContent = `${error.problem} ${error.wayOut}`;
        hoursRead(null);
      }
    },
  });
  fill(
    element,
    h(
      'div',
      { class: 'card' },
      h(
        'p',
        { class: 'faint' },
        'No figure is built in: all are yours. The address holds them, but for a file of hours. The device of today is the first study.',
      ),
      studyChoice(record.names, names, chosen => {
        context.state.set({ studies: JSON.stringify(chosen) }, 'push');
        again();
      }),
    ),
    h(
      'div',
      { class: 'return' },
      h(
        'div',
        {},
        returnForm({
          typed,
          studies: names,
          changed: (name, text) => {
            context.state.set({ [name]: text });
            reckon();
          },
        }),
        h(
          'div',
          { class: 'card' },
          h('label', { class: 'field' }, 'Instead of calls per day: a file with the calls of each hour', file),
          told,
        ),
      ),
      answer,
    ),
  );
}

function showAnswer(
  place: HTMLElement,
  context: ViewContext,
  record: MoneyRecord,
  typed: Typed,
  hours: Hours | null,
): void {
  const given = givenOf(record, typed, hours);
  try {
    const studies = record.studies.flatMap(({ report, batch }) =>
      report && batch !== null ? [{ report, batch }] : [],
    );
    const hindrance = hindranceOf(record, studies.length);
    if (hindrance) throw hindrance;
    const page = roiAnswer(given, studies);
    const chart = chartFigure(context, {
      title: 'Running cost by load',
      words: 'The cost per month of each way, at parts of the load. The table below holds the same.',
      option: theme => costOption(theme, page),
    });
    fill(place, answerPart(page, chart.element), commandPart(given));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const missing = /missing: (.*)\.$/s.exec(error.problem)?.[1]?.split('; ');
    fill(
      place,
      h(
        'section',
        { class: 'card', role: 'status' },
        missing
          ? [
              h('h2', {}, 'Still to be filled in'),
              h(
                'ul',
                {},
                missing.map(each => h('li', {}, each.replaceAll(/ \((--[^)]*)\)/g, ''))),
              ),
            ]
          : [h('h2', {}, 'Cannot reckon yet'), h('p', {}, error.problem), h('p', { class: 'faint' }, error.wayOut)],
      ),
    );
  }
}

/** What the calculation itself cannot say. */
function hindranceOf({ studies, unknown }: MoneyRecord, usable: number): UserError | null {
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
function givenOf({ studies }: MoneyRecord, typed: Typed, hours: Hours | null): Given {
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
function commandPart({ inputs, studies }: Given): HTMLElement {
  const { devices, ...shared } = inputs;
  const options = Object.entries(shared).map(([key, value]) => `${flagOf(key)} ${quoted(String(value))}`);
  const command = ['rankfront roi', ...studies.map(quoted), ...options].join(' ');
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

const quoted = (text: string): string => (/^[\w./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
