/** The views of layers, lines, history, tuner, training, comparison and return in a real Chromium, on a real study. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rankfront } from '../cli/rankfront.ts';
import { launch, type Opened, opened, whyNot } from './browser.ts';
import { pageStore } from './stores.ts';

const figures = {
  ...{
    callsPerDay: '2000000',
    peakFactor: '3',
    mostUtilisation: '0.6',
    maxDrop: '2pp',
    currency: 'EUR',
    horizonMonths: '24',
  },
  ...{
    pricePerHour: '0.4',
    fixedMs: '2',
    searchHours: '8',
    retrainHours: '0',
    effortPricePerHour: '0.4',
    personDays: '0',
  },
};

describe.skipIf(whyNot !== null)(`views of a study${whyNot === null ? '' : `: skipped, ${whyNot}`}`, () => {
  let place: Awaited<ReturnType<typeof pageStore>>;
  let browser: Browser;
  let shown: Opened;
  let page: Page;
  beforeAll(async () => {
    place = await pageStore();
    browser = await launch();
    shown = await opened(browser, place.store, { width: 1024, height: 800 });
    page = shown.page;
  }, 60_000);
  afterAll(async () => {
    await shown?.close();
    await browser?.close();
    await place?.remove();
  });
  const open = async (hash: string): Promise<void> => {
    await shown.go(`#/${hash}`);
    await page.waitForSelector('main .content .figure, main .content .card');
  };

  test('layers: every layer with the ranks of each member of the front', async () => {
    await open('study/resnet18/layers');
    const sites = Object.keys((await place.store.trials.get(place.study.id, 0))!.assignment);
    expect(await page.locator('.heat tbody th').allTextContents()).toEqual(sites);
    expect(await page.locator('.heat .member').count()).toBe(4);
    await page.locator('.heat thead', { hasText: 'Matters' }).waitFor({ timeout: 60_000 });
    const words = await page.locator('.chart').first().getAttribute('aria-label');
    expect(words).toMatch(/^MACs against milliseconds\. 11 complete trials\. Of 11 that are drawn, \d+ take/);
  }, 90_000);

  test('parallel coordinates: a range is kept in the address, and a reload shows the same trials', async () => {
    await open('study/resnet18/parallel?top=100');
    const rows = () => page.locator('section', { hasText: 'Chosen trials' }).locator('tbody tr').count();
    expect(await rows()).toBe(11);
    await page.getByLabel('Axis').selectOption({ label: 'latency (ms)' });
    await page.getByLabel('To', { exact: true }).fill('6');
    await page.getByLabel('To', { exact: true }).press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(/range=/);
    const trials = await place.store.trials.figures(place.study.id);
    const dense = (await place.store.trials.get(place.study.id, 0))!;
    const denseMs =
      'observations' in dense
        ? dense.observations.find(each => each.kind === 'latency' && each.phase === 'search')
        : null;
    const ms = denseMs?.kind === 'latency' ? denseMs.referenceMs : Number.NaN;
    const within = trials.filter(({ values }) => values[0]! * ms <= 6).length;
    expect(within).toBeGreaterThan(0);
    expect(await rows()).toBe(within);
    await page.reload();
    await page.waitForSelector('.chips li');
    expect(await rows()).toBe(within);
    await page.getByRole('button', { name: /^Remove latency/ }).click();
    expect(await rows()).toBe(11);
    expect(await page.evaluate('location.hash')).not.toContain('range=');
  }, 60_000);

  test('parallel coordinates: what is dragged along an axis is chosen', async () => {
    await open('study/resnet18/parallel?top=100');
    await page.evaluate('scrollTo(0, 0)');
    await page.waitForTimeout(300);
    const box = (await page.locator('.chart.tall').boundingBox())!;
    // The first axis stands at the left margin of the chart.
    await page.mouse.move(box.x + 46, box.y + 80);
    await page.mouse.down();
    await page.mouse.move(box.x + 46, box.y + 220, { steps: 8 });
    await page.mouse.up();
    await page.waitForSelector('.chips li');
    expect(await page.evaluate('location.hash')).toContain('o0');
  }, 60_000);

  test('history: hypervolume and stages, with a table behind', async () => {
    await open('study/resnet18/history');
    const latest = (await place.store.trials.figures(place.study.id)).at(-1)!.hypervolume.toFixed(4);
    expect(await page.locator('.chart').first().getAttribute('aria-label')).toContain(`it is ${latest}`);
    expect(await page.locator('section', { hasText: 'Time by stage' }).locator('tbody tr').count()).toBe(4);
  }, 60_000);

  test('tuner: what comes next and why; a study that does not say has words for it', async () => {
    await shown.go(`#/study/resnet18/tuner`);
    await page.waitForSelector('text=It would try trial', { timeout: 60_000 });
    expect(await page.locator('.chart').count()).toBe(4);
    await shown.go(`#/study/${encodeURIComponent('other <i>board</i>')}/tuner`);
    await page.waitForSelector('text=does not say how the trials of this study were proposed');
  }, 90_000);

  test('training: another can be chosen, and an epoch that is trained meanwhile arrives', async () => {
    await open('study/resnet18/training');
    await page.locator('main select').first().selectOption({ index: 1 });
    await page.waitForURL(/run=/);
    await page.locator('.chart[aria-label*="after epoch 3"]').first().waitFor();
    const [run] = (await place.store.training.ofStudy(place.study.id)).map(each => each.run);
    const { epochs } = await place.store.training.metrics(run!.id);
    await place.store.training.epoch(run!.id, { ...epochs[2]!, epoch: 4, trainLoss: 0.1234 });
    await page.locator('.chart[aria-label*="0.123 after epoch 4"]').waitFor({ timeout: 5000 });
    // Settings are text, whatever they hold.
    await page.getByText('What it was asked to be').click();
    expect(await page.getByText('<b>name</b>').count()).toBe(1);
  }, 60_000);

  test('compare: studies are chosen by the address, and each point has its interval', async () => {
    await open(`compare?studies=${encodeURIComponent(JSON.stringify(['other <i>board</i>']))}`);
    expect(await page.getByRole('checkbox', { name: 'resnet18' }).isChecked()).toBe(false);
    await page.getByRole('checkbox', { name: 'resnet18' }).check();
    await expect.poll(() => page.locator('main tbody tr').count()).toBe(12);
    expect(await page.locator('main i').count()).toBe(0);
    expect(await page.locator('tbody').last().textContent()).toMatch(/2\.\d\dx \[2\.\d\d, 2\.\d\d\]/);
  }, 60_000);

  test('return: what is missing is said; with all of it the answer is that of "roi --json"', async () => {
    await open('return');
    await page.waitForSelector('text=Still to be filled in');
    await page.getByText('Effort', { exact: true }).click();
    for (const [key, text] of Object.entries(figures)) await page.locator(`input[name="${key}"]`).fill(text);
    const json = JSON.parse((await page.locator('#return-json').textContent())!);
    const flags = Object.entries(figures).map(
      ([key, text]) => `--${key.replaceAll(/[A-Z]/g, each => `-${each.toLowerCase()}`)}=${text}`,
    );
    const ran = await rankfront(['roi', 'resnet18', '--store', place.path, '--json', ...flags]);
    expect([0, 1]).toContain(ran.status);
    expect(json).toEqual(JSON.parse(ran.stdout));
    await page.reload();
    await page.waitForSelector('#return-json', { state: 'attached' });
    expect(JSON.parse((await page.locator('#return-json').textContent())!)).toEqual(json);
    await page.locator('input[name="peakFactor"]').fill('0.5');
    expect(await page.locator('input[name="peakFactor"]').getAttribute('aria-invalid')).toBe('true');
    await page.waitForSelector('text=Still to be filled in');
  }, 90_000);

  test('on a phone nothing is wider than the screen', async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    for (const hash of ['layers', 'parallel', 'history', 'tuner', 'training']
      .map(each => `study/resnet18/${each}`)
      .concat('compare', 'return')) {
      await open(hash);
      expect([hash, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([hash, 390]);
    }
  }, 90_000);

  test('nothing went wrong meanwhile, and nothing was asked of anybody else', () => {
    expect(shown.faults).toEqual([]);
  });
});
