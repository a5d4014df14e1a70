/** What is said of an answer: right, short, and no wider than a terminal. */
import { expect, test } from 'vitest';
import { completeFigures, type Given } from '../../src/money/figures.ts';
import type { RoiInputs } from '../../src/money/inputs.ts';
import { exactly, rational } from '../../src/money/rational.ts';
import { reckon } from '../../src/money/reckon.ts';
import { swings } from '../../src/money/sensitivity.ts';
import { frontReport } from '../../src/report/front/front-report.ts';
import { roiJson } from '../../src/report/roi-json.ts';
import { type RoiStudy, roiStudy } from '../../src/report/roi-study.ts';
import { roiText } from '../../src/report/roi-text.ts';
import { pays } from '../../src/report/roi-verdict.ts';
import { amount, paybackText, wrapped } from '../../src/report/roi-words.ts';
import { given } from '../money/fixture.ts';
import { mixed, study } from './fixture.ts';

/** Dense 12 ms; trial 1 is 1.82x as fast and loses 6 points, trial 4 1.14x and 0.4. */
const confirmed = frontReport(mixed(true));
const atTrial = (trial: number) => roiStudy(confirmed, { kind: 'trial', trial }, 1);

function page(studies: readonly RoiStudy[], more: Partial<RoiInputs> = {}) {
  const named = studies.map(({ measured }, index) => (index === 0 ? measured.study : `${measured.study}${index}`));
  const all: Given = given({ callsPerDay: 20_000_000, ...more }, named);
  const measured = studies.map((each, index) => ({ ...each.measured, study: named[index] ?? '' }));
  const answer = reckon(completeFigures(all), measured);
  const swung = answer.best || (answer.options.length > 1 ? 1 : null);
  return { answer, studies, given: all, swung, swings: swung === null ? [] : swings(all, measured, swung) };
}

test('the trial is the one that pick takes, with its confirmed figures', () => {
  const found = roiStudy(confirmed, { kind: 'max-drop', drop: 0.1 }, 4);
  expect(found.measured).toMatchObject({ study: 'small', denseMs: 12, batch: 4, candidate: { trial: 1 } });
  expect(found.measured.candidate?.speedup).toBeCloseTo(1 / 0.55, 12);
  expect(found.measured.candidate?.speedupCi[0]).toBeCloseTo(1 / (0.55 * 1.01), 12);
  expect(found.measured.candidate?.lostPoints).toBeCloseTo(6, 9);
  const none = roiStudy(confirmed, { kind: 'max-drop', drop: 0.0001 }, 1);
  expect(none.measured.candidate).toBeNull();
  expect(none.why).toContain('The dense model');
});

test('what is not confirmed is not reckoned with', () => {
  const searched = frontReport({ ...mixed(), dense: { ...mixed().dense, confirm: null } });
  expect(() => roiStudy(searched, { kind: 'max-drop', drop: 0.1 }, 1)).toThrow(
    /not confirmed.*rankfront confirm --study small/,
  );
  const partly = frontReport(
    study(
      [
        [1, [0.5, 0.05], null],
        [4, [0.9, 0.001], [0.88, 0.004]],
      ],
      true,
    ),
  );
  expect(() => roiStudy(partly, { kind: 'trial', trial: 1 }, 1)).toThrow(/trial 1 .*not confirmed/);
  expect(() => roiStudy(partly, { kind: 'trial', trial: 9 }, 1)).toThrow(/Confirmed there: 4\./);
});

test('it pays: the first line says so, the second how much', () => {
  const made = page([atTrial(1)], { personDays: 2, pricePerPersonDay: 500.5 });
  // 20 million calls of 12 ms keep 2.78 machines busy, 1.53 when factorised: 3 and 2, 73.00 a month each.
  expect(pays(made.answer)).toBe(false);
  expect(roiText(made)).toContain('Stay dense: nothing else costs less.');
  const gained = page([atTrial(1)], { personDays: 1, pricePerPersonDay: 365 });
  expect(pays(gained.answer)).toBe(true);
  const [first, second] = roiText(gained).split('\n');
  expect(first).toBe('It pays: factorise.');
  expect(second).toContain('Over 10 months it saves 365.00 EUR');
  expect(roiText(gained)).toContain('payback: 5 months');
  expect(roiText(gained)).toContain('Its accuracy changes by -6.00 pp (95 % ±');
  expect(roiText(gained)).toMatch(/Machines needed at the peak: 3\s+now, 2\s+then\./);
});

test('no machine freed: it says so, and what would free one', () => {
  const text = roiText(page([atTrial(4)], { personDays: 1, pricePerPersonDay: 100 })).replaceAll('\n', ' ');
  expect(text).toContain('Machines needed at the peak: 3 now, 3 then. None is freed.');
  // 12 ms in 2 machines: 2 x 86.4 s over 20 million calls are 8.64 ms; 12 / 8.64 = 1.389, upwards.
  expect(text).toContain('Factorising frees one where the network becomes 1.39x as fast.');
  expect(text).toContain('It takes 100.00 EUR to get there, and it saves nothing.');
});

test('nothing to factorise: what pick says, and the dense bill', () => {
  const made = page([roiStudy(confirmed, { kind: 'max-drop', drop: 0.0001 }, 1)]);
  const text = roiText(made);
  expect(text).toContain('Stay dense: no confirmed trial');
  expect(text).toContain('nothing');
  expect(text).not.toContain('\n\n\n');
  expect(JSON.parse(roiJson(made))).toMatchObject({ best: 0, pays: false, breakEven: null });
});

test('a latency limit that dense misses, and one that nothing keeps', () => {
  const missed = roiText(page([atTrial(1)], { latencyLimitMs: 8, personDays: 1, pricePerPersonDay: 5000 })).replaceAll(
    '\n',
    ' ',
  );
  expect(missed).toContain('It has to be "factorise": nothing that costs less keeps the latency limit.');
  expect(missed).toContain('the dense model misses the latency limit: 12 ms a call, and 8 ms are allowed.');
  const none = page([atTrial(1)], { latencyLimitMs: 5 });
  expect(roiText(none)).toContain('No option is known to keep the latency limit of 5 ms.');
  expect(pays(none.answer)).toBe(false);
});

test('where the interval holds both answers, it says that it is not known', () => {
  const wide = { ...atTrial(1) };
  const { candidate } = wide.measured;
  if (!candidate) throw new Error('a trial is chosen');
  const torn = { ...wide, measured: { ...wide.measured, candidate: { ...candidate, speedupCi: [1.1, 3] as const } } };
  const made = page([torn], { personDays: 1, pricePerPersonDay: 100 });
  expect(roiText(made).split('\n')[0]).toBe('It is not known which is best.');
  expect(pays(made.answer)).toBe(false);
});

const devices = (...names: readonly string[]): RoiStudy[] =>
  names.map((device, index) => ({
    ...atTrial(1),
    device,
    measured: { ...atTrial(1).measured, denseMs: 12 / (index + 1) },
  }));
const moved = { moveCost: 123_456, devices: { small1: { pricePerHour: 0.15 }, small2: { pricePerHour: 0.3 } } };

test('several devices: what to do is called by its name', () => {
  const text = roiText(page(devices('CPU of today', 'Accelerator'), { ...moved, callsPerDay: 3e9 }));
  expect(text).toContain('rent Accelerator and factorise');
  expect(text).toMatch(/Cheapest up to [\d,]+ calls a day: "stay dense"\./);
});

test('no line is wider than 100 columns, and no sentence longer than 25 words', () => {
  const long = 'A device with a name that is longer than any that was ever seen in a hardware profile';
  const pages = [
    page([atTrial(1)], { personDays: 30, pricePerPersonDay: 987.65, callsPerDay: 1e9 }),
    page([atTrial(4)], { latencyLimitMs: 11, lostPointPerMonth: 1e6 }),
    page(devices(long, `${long}, again`), { ...moved, callsPerDay: 3e9, latencyLimitMs: 9 }),
    page(devices('a', 'b', 'c'), { ...moved, callsPerDay: 3e8, loadWatts: 90, idleWatts: 20, pricePerKwh: 0.3 }),
    page(devices('a', 'b'), {
      ...moved,
      callsPerDay: 3e9,
      pricePerHour: undefined,
      purchasePrice: 4321,
      lifeYears: 3,
      machinesOwned: 7,
    }),
  ];
  for (const each of pages) {
    const text = roiText(each);
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
    // Tables have two blanks in a row; what is left are sentences, but for those of pick, which are tested where they are made.
    const prose = text
      .split('\n')
      .map(line => (/\S {2}/.test(line) ? '.' : line.replace(/^- /, '. ')))
      .join(' ');
    for (const sentence of prose.split(/[.:;] /))
      expect(sentence.split(/\s+/).length, sentence).toBeLessThanOrEqual(25);
  }
});

test('JSON: money as exact decimal texts, and the same answer', () => {
  const made = page([atTrial(1)], { personDays: 1, pricePerPersonDay: 365.25, pricePerHour: 0.1 });
  const record = JSON.parse(roiJson(made));
  expect(record).toMatchObject({ currency: 'EUR', pays: true, best: 1, rivals: [], horizonMonths: 10 });
  expect(record.options[0]).toMatchObject({ name: 'stay dense', perMonth: { value: '219', low: '219', high: '219' } });
  expect(record.options[1]).toMatchObject({
    machines: { value: 2 },
    upFront: { value: '365.25' },
    saving: { value: '364.75' },
  });
  // 146 a month over 20 million calls a day in 365 / 12 days.
  expect(record.options[1].perMillionCalls.value).toBe((146 / ((20 * 365) / 12)).toFixed(6).replace(/0+$/, ''));
  expect(record.loads.map(({ share }: { share: number }) => share)).toEqual([0.05, 0.25, 0.5, 1]);
  expect(record.sensitivity.figures.length).toBeGreaterThan(0);
});

test('amounts', () => {
  const texts = [0, 0.004567, 0.12, -12.345, 999.5, 1000, 1_234_567.8, -4321, 12_345_678, 1.5e10].map(each =>
    amount(exactly(each)),
  );
  expect(texts).toEqual([
    '0.00',
    '0.00457',
    '0.12',
    '-12.35',
    '999.50',
    '1,000',
    '1,234,568',
    '-4,321',
    '12.3 M',
    '15,000.0 M',
  ]);
});

test('paybacks', () => {
  expect(paybackText({ kind: 'months', months: rational(51n, 10n) })).toBe('5.1 months');
  expect(paybackText({ kind: 'months', months: rational(4n) })).toBe('4 months');
  expect([paybackText({ kind: 'never' }), paybackText({ kind: 'at-once' })]).toEqual(['never', 'at once']);
});

test('lines are broken between words', () => {
  expect(wrapped('one two three', '  ', 7)).toEqual(['one two', '  three']);
  expect(wrapped('')).toEqual([]);
});
