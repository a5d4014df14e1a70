/** The page in a real browser: every view on a real store, a live trial, the sliders, the keyboard, and nothing from elsewhere. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { pick } from '../../src/report/front/pick.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { readFront } from '../../src/study/read/read-front.ts';
import { finish, studyOf } from '../study/read/random-study.ts';
import { launch, type Opened, opened, whyNot } from './browser.ts';

const reference = join(import.meta.dirname, '..', '..', 'results', 'reference', 'resnet18', 'study.sqlite');

describe.skipIf(whyNot !== null)(`the page in a browser${whyNot === null ? '' : `: skipped, ${whyNot}`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'rankfront-page-'));
  const file = join(folder, 'study.sqlite');
  let browser: Browser;
  let store: Store;
  let shown: Opened | null = null;

  beforeAll(async () => {
    copyFileSync(reference, file);
    store = await openStore(file, { readOnly: true });
    browser = await launch();
  });
  afterEach(async () => {
    const { faults } = shown ?? { faults: [] };
    await shown?.close();
    shown = null;
    expect(faults).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await store?.close();
    rmSync(folder, { recursive: true });
  });
  const open = async (
    ...look: Parameters<typeof opened> extends [unknown, unknown, ...infer Rest] ? Rest : never
  ): Promise<Opened> => {
    shown = await opened(browser, store, ...look);
    return shown;
  };

  for (const [width, colorScheme] of [
    [1440, 'light'],
    [390, 'dark'],
  ] as const)
    test(`every view shows the study, ${width} pixels wide and ${colorScheme}, and no view is wider than the window`, async () => {
      const { page, go } = await open({ width, colorScheme });
      const views: [string, string][] = [
        ['#/', 'resnet18'],
        ['#/study/resnet18/front', 'Fastest|dense model'],
        ['#/study/resnet18/trials', '13 of 13 trials'],
        ['#/study/resnet18/trial?number=12', 'Complete, on the front'],
      ];
      for (const [hash, text] of views) {
        await go(hash);
        await page.getByText(new RegExp(text)).first().waitFor();
        expect([hash, await page.evaluate<number>('document.documentElement.scrollWidth')]).toEqual([hash, width]);
      }
    });

  test('the pick of the sliders is that of rankfront pick, it says what it gains and costs, and the address holds it', async () => {
    const { page, go } = await open();
    const study = (await store.studies.get('resnet18'))!;
    const report = await readFront(store, study, 'best');
    await go('#/study/resnet18/front');
    const why = page.locator('.pick .why');
    expect(await why.textContent()).toBe(pick(report, { kind: 'max-drop', drop: 0.01 }).why);
    const slider = page.getByLabel('Lose at most');
    for (const points of [6, 12.4, 0]) {
      await slider.fill(String(points));
      const expected = pick(report, { kind: 'max-drop', drop: points * 0.01 });
      expect(await why.textContent()).toBe(expected.why);
      expect(page.url()).toContain(`drop=${points}`);
    }
    await slider.fill('6');
    expect(await page.locator('.pick').textContent()).toMatch(
      /each call takes [\d.]+ ms less \(\d+ %\), and accuracy changes by -[\d.]+ pp/,
    );
    const latency = page.getByLabel('Take at most');
    await latency.fill('6');
    expect(await why.textContent()).toBe(pick(report, { kind: 'limits', drop: 0.06, latencyMs: 6 }).why);
    await page.reload();
    expect(await why.textContent()).toBe(pick(report, { kind: 'limits', drop: 0.06, latencyMs: 6 }).why);
    expect(await page.getByLabel('Take at most').inputValue()).toBe('6');
  });

  test('a member that is chosen in the table shows its ranks and its commands; going back takes them away', async () => {
    const { page, go } = await open();
    await go('#/study/resnet18/front');
    const chosen = page.getByRole('region', { name: 'Chosen trial' });
    expect(await chosen.isVisible()).toBe(false);
    await page.getByText('The front as a table').click();
    await page.getByRole('button', { name: 'Trial 12' }).first().click();
    expect(await chosen.textContent()).toContain(
      'rankfront export --study resnet18 --store store.sqlite --trial 12 --out resnet18-12.onnx',
    );
    expect(await chosen.textContent()).toContain('16 of 16 sites factorised');
    await page.goBack();
    await chosen.waitFor({ state: 'hidden' });
  });

  test('any objective stands on any axis, and the address says so', async () => {
    const { page, go } = await open();
    await go('#/study/resnet18/front');
    await page.getByLabel('Across').selectOption('macs');
    await page.getByLabel('Upwards').selectOption('speedup');
    expect(page.url()).toContain('x=macs');
    expect(await page.locator('.chart').getAttribute('aria-label')).toMatch(/Speed-up.*against Multiply-accumulates/);
    await page.reload();
    await page.locator('.chart canvas').waitFor();
    expect(await page.getByLabel('Across').inputValue()).toBe('macs');
  });

  test('the table of trials is sorted, filtered, jumped in and saved', async () => {
    const { page, go } = await open();
    await go('#/study/resnet18/trials');
    const numbers = async (): Promise<string[]> => page.locator('.virtual tbody th').allTextContents();
    await page.getByRole('button', { name: /^Latency/ }).click();
    const byLatency = await numbers();
    const listed = await store.trials.list((await store.studies.get('resnet18'))!.id);
    const expected = listed
      .flatMap(trial =>
        'values' in trial && trial.values.length > 0 ? [{ number: trial.number, ratio: trial.values[0]! }] : [],
      )
      .sort((a, b) => a.ratio - b.ratio)
      .map(({ number }) => String(number));
    expect(byLatency).toEqual(expected);
    expect(await page.locator('[data-column=latency]').getAttribute('aria-sort')).toBe('ascending');
    await page.getByRole('button', { name: 'stopped early 2' }).click();
    expect((await numbers()).sort()).toEqual(['11', '9']);
    expect(page.url()).toContain('states=pruned');
    await page.getByLabel('Jump to trial').fill('3');
    await page.keyboard.press('Enter');
    await page.getByText('Trial 3 is not among those that are shown.').waitFor();
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as CSV' }).click();
    const lines = readFileSync((await (await saving).path())!, 'utf8')
      .trim()
      .split('\r\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^number,state,latency,speedup,accuracy,change/);
  });

  test('the keyboard reaches everything: from the first Tab to a trial', async () => {
    const { page, go } = await open();
    await go('#/');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(/study\/resnet18\/front/);
    await go('#/study/resnet18/trials');
    await page.getByLabel('Jump to trial').fill('4');
    await page.keyboard.press('Enter');
    const focused = (): Promise<string> =>
      page.evaluate<string>("document.activeElement.querySelector('th')?.textContent");
    expect(await focused()).toBe('4');
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toBe('5');
    await page.keyboard.press('End');
    expect(await focused()).toBe('12');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Trial 12' }).waitFor();
    await page.getByRole('button', { name: 'Next' }).isDisabled();
    const unnamed = await page.evaluate<number>(
      "[...document.querySelectorAll('input, select, [role=img], [role=region]')].filter(each => !each.labels?.length && !each.getAttribute('aria-label')).length",
    );
    expect(unnamed).toBe(0);
  });

  test('a trial shows what show says, and its samples', async () => {
    const { page, go, faults } = await open();
    await go('#/study/resnet18/trial?number=9');
    await page.getByText(/Stopped early after/).waitFor();
    await go('#/study/resnet18/trial?number=12');
    await page.getByRole('heading', { name: 'Trial 12' }).waitFor();
    const charts = page.getByRole('img', { name: /Latency samples of the/ });
    expect(await charts.count()).toBe(2);
    expect(await charts.first().getAttribute('aria-label')).toMatch(
      /\d+ pairs of calls. Median of the candidate [\d.]+ ms/,
    );
    await page.getByRole('button', { name: 'Previous' }).click();
    await page.getByRole('heading', { name: 'Trial 11' }).waitFor();
    await go('#/study/resnet18/trial?number=99');
    await page.getByText('Study "resnet18" has no trial 99.').waitFor();
    // Chromium itself reports the answer that was asked for here.
    expect(faults.splice(0)).toEqual([expect.stringContaining('404')]);
  });

  test('a finished trial is on the page within a second, in every view, without a reload', async () => {
    const trial = {
      ratio: 0.5,
      correct: Array.from({ length: 40 }, (_, i) => i % 10 !== 0),
      disturbed: false,
      confirmed: null,
      change: null,
    };
    const made = await studyOf([trial]);
    const { page, go, close, faults } = await opened(browser, made.store);
    const name = encodeURIComponent(made.study.name);
    await go('#/');
    await page.getByText('1 trials').waitFor();
    const seen = async (number: number, text: string | RegExp): Promise<void> => {
      const from = performance.now();
      await finish(made.store, made.study, number, { ...trial, ratio: 0.5 - number / 100 });
      await page.getByText(text).first().waitFor();
      expect(performance.now() - from).toBeLessThan(1000);
    };
    await seen(2, '2 trials');
    await go(`#/study/${name}/trials`);
    await page.getByText('3 of 3 trials').waitFor();
    await seen(3, '4 of 4 trials');
    await go(`#/study/${name}/front`);
    await page.getByText('Dominated trials').waitFor();
    await seen(4, /2\.17x/);
    expect(faults).toEqual([]);
    await close();
  });

  test('names are text, never markup; errors and empty stores have words', async () => {
    const hostile = '<img src=x onerror="document.title=1">';
    const made = await studyOf([]);
    const renamed = { ...made.study, name: hostile };
    const studies = {
      ...made.store.studies,
      get: async (name: string) => (name === hostile ? renamed : null),
      list: async () => (await made.store.studies.list()).map(each => ({ ...each, name: hostile, modelPath: hostile })),
    };
    const { page, go, close, faults } = await opened(browser, { ...made.store, studies });
    await go('#/');
    await page.getByRole('heading', { name: hostile }).waitFor();
    expect(await page.locator('img').count()).toBe(0);
    await go(`#/study/${encodeURIComponent(hostile)}/front`);
    await page.locator('.trail strong').waitFor();
    expect(await page.locator('img').count()).toBe(0);
    await go('#/study/nowhere/front');
    await page.getByText('The store has no study "nowhere".').waitFor();
    await go('#/nonsense');
    await page.getByText('There is no such view.').waitFor();
    expect(faults.filter(line => !line.includes('404'))).toEqual([]);
    await close();
  });

  test('a browser without the cookie is told what to do', async () => {
    const { serving } = await open();
    const other = await browser.newContext();
    const page = await other.newPage();
    await page.goto(`http://127.0.0.1:${serving.port}/`);
    await page.getByText(/This browser has not opened the address/).waitFor();
    await other.close();
  });
});
