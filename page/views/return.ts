/** Whether it pays: `rankfront roi` with fields, reckoned on the page at every key that is pressed. */
import '../quiet-zod.ts';
import { UserError } from '../../src/errors/user-error.ts';
import { parseHours } from '../../src/money/hours.ts';
import { roiAnswer } from '../../src/report/roi-answer.ts';
import type { MoneyRecord } from '../../src/serve/api/money.ts';
import { chartFigure } from '../chart.ts';
import { fill, h } from '../dom.ts';
import { liveRecord } from '../live-record.ts';
import { renewing } from '../renewed.ts';
import { answerPart, costOption } from '../return/answer.ts';
import { labelOf, returnForm, type Typed } from '../return/form.ts';
import { commandPart, givenOf, type Hours, hindranceOf, typedIn } from '../return/given.ts';
import { emptyState } from '../states.ts';
import { studyChoice } from '../study-choice.ts';
import type { View, ViewContext } from '../view.ts';

export const view: View = {
  name: 'return',
  title: 'Return',
  mount: (element, context) => {
    const renewed = renewing(context);
    const query = () => ({ ...(context.state.get('studies') === '' ? {} : { studies: context.state.get('studies') }) });
    let last: MoneyRecord | null = null;
    let hours: Hours | null = null;
    const answer = h('div', {});
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

/** `callsPerDay (--calls-per-day) or hoursFile (--hours-file)` by the names of the fields. */
const missingWords = (text: string): string =>
  text
    .replaceAll(/ \(--[^)]*\)/g, '')
    .split(' or ')
    .map(key => labelOf(key))
    .join(' or ');

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
    fill(place, answerPart(page, chart.element), commandPart(given, record.store));
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
                missing.map(each => h('li', {}, missingWords(each))),
              ),
            ]
          : [h('h2', {}, 'Cannot reckon yet'), h('p', {}, error.problem), h('p', { class: 'faint' }, error.wayOut)],
      ),
    );
  }
}
