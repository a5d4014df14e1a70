/** The chart of the front under a mouse and a keyboard, and how often the page reads it. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FrontPoint } from '../../src/report/front/front.ts';
import { readFront } from '../../src/study/read/read-front.ts';
import { launch, type Opened, opened, whyNot } from './browser.ts';
import { pageStore } from './stores.ts';

describe.skipIf(whyNot !== null)(`points of the front${whyNot === null ? '' : `: skipped, ${whyNot}`}`, () => {
  let browser: Browser;
  let place: Awaited<ReturnType<typeof pageStore>>;
  let members: readonly FrontPoint[];
  let dominated: readonly FrontPoint[];
  beforeAll(async () => {
    browser = await launch();
    place = await pageStore();
    const best = await readFront(place.store, place.study, 'best');
    members = best.points;
    dominated = (await readFront(place.store, place.study, 'search')).dominated;
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await place?.remove();
  });

  /** Where the chart draws a point, asked of the page itself. */
  const pixelOf = async ({ page }: Opened, x: number, y: number): Promise<{ x: number; y: number }> => {
    await page.locator('.chart canvas').waitFor();
    await page.locator('.chart').scrollIntoViewIfNeeded();
    const found = await page.evaluate<[number, number] | null>(
      `import('/main.js').then(page => page.charts()).then(({ pixelIn }) => pixelIn(document.querySelector('.chart'), [${x}, ${y}]))`,
    );
    if (!found) throw new Error('the chart draws no such point');
    return { x: found[0], y: found[1] };
  };
  const chosen = ({ page }: Opened) => page.getByRole('region', { name: 'Chosen trial' });

  test('a click on the point of any member chooses it, and one beside it, as with a finger', async () => {
    const shown = await opened(browser, place.store);
    await shown.go('#/study/resnet18/front');
    expect(members.length).toBeGreaterThan(3);
    for (const [i, { trial, latencyMs, accuracy }] of members.entries()) {
      const at = await pixelOf(shown, latencyMs, 100 * accuracy);
      // Every other one is missed by some pixels.
      const [beside, below] = i % 2 === 0 ? [0, 0] : [6, 6];
      await shown.page.mouse.click(at.x + beside, at.y + below);
      const name = trial === 0 ? 'The dense model' : `Trial ${trial}`;
      await chosen(shown).getByRole('heading', { name, exact: true }).waitFor();
      expect(shown.page.url()).toContain(`trial=${trial}`);
    }
    await shown.page.goBack();
    expect(shown.page.url()).toContain(`trial=${members.at(-2)?.trial}`);
    expect(shown.faults).toEqual([]);
    await shown.close();
  }, 60_000);

  test('a click on what others beat chooses it too; one into the empty plane chooses nothing', async () => {
    const shown = await opened(browser, place.store);
    await shown.go('#/study/resnet18/front?figures=search');
    const [point] = dominated;
    if (!point) throw new Error('the study has no dominated trial');
    const near = await pixelOf(shown, point.latencyMs, 100 * point.accuracy);
    await shown.page.getByRole('button', { name: 'All trials' }).click();
    const at = await pixelOf(shown, point.latencyMs, 100 * point.accuracy);
    expect(at).not.toEqual(near);
    const box = (await shown.page.locator('.chart').boundingBox())!;
    const empty = await pixelOf(shown, members.at(-1)!.latencyMs, 100 * members[0]!.accuracy);
    await shown.page.mouse.click(empty.x, Math.min(empty.y, box.y + box.height - 60));
    expect(await chosen(shown).isVisible()).toBe(false);
    await shown.page.mouse.click(at.x, at.y);
    await chosen(shown)
      .getByRole('heading', { name: `Trial ${point.trial}`, exact: true })
      .waitFor();
    await chosen(shown).getByText('Everything about this trial').waitFor();
    await shown.close();
  }, 60_000);

  test('the keyboard does the same: it opens the table, chooses, and goes along the front', async () => {
    const shown = await opened(browser, place.store);
    const { page } = shown;
    await shown.go('#/study/resnet18/front');
    const focused = (): Promise<string> => page.evaluate<string>('document.activeElement.textContent');
    const tabTo = async (text: string): Promise<void> => {
      for (let i = 0; i < 60 && (await focused()) !== text; i++) await page.keyboard.press('Tab');
      expect(await focused()).toBe(text);
    };
    await tabTo('The front as a table');
    await page.keyboard.press('Enter');
    const order = [...members].sort((a, b) => a.latencyMs - b.latencyMs).map(({ trial }) => trial);
    await tabTo(`Trial ${order[0]}`);
    await page.keyboard.press('Enter');
    // The keyboard goes where the answer is.
    expect(await focused()).toBe(`Trial ${order[0]}`);
    await tabTo('Slower');
    await page.keyboard.press('Enter');
    await chosen(shown)
      .getByRole('heading', { name: `Trial ${order[1]}`, exact: true })
      .waitFor();
    await tabTo('Faster');
    await page.keyboard.press('Enter');
    await chosen(shown)
      .getByRole('heading', { name: `Trial ${order[0]}`, exact: true })
      .waitFor();
    // A choice that is made anew by what was chosen keeps the keyboard.
    await page.getByLabel('Across').focus();
    await page.getByLabel('Across').selectOption('macs');
    const label = (): Promise<string> => page.evaluate<string>('document.activeElement.labels[0].textContent');
    expect(await label()).toMatch(/^Across/);
    await page.getByLabel('Beyond the limits').focus();
    await page.keyboard.press('Space');
    expect(await label()).toMatch(/^Beyond the limits/);
    expect(shown.page.url()).toContain('beyond=yes');
    await shown.close();
  }, 60_000);

  test('the front is read once, and once more for each change', async () => {
    const shown = await opened(browser, place.store);
    const reads: string[] = [];
    shown.page.on('request', request => {
      if (request.url().includes('/api/front')) reads.push(request.url());
    });
    await shown.go('#/study/resnet18/front');
    await shown.page.getByText('live', { exact: true }).waitFor();
    await shown.page.waitForTimeout(1500);
    expect(reads).toHaveLength(1);
    await place.store.studies.setState(place.study.id, 'searching');
    await expect.poll(() => reads.length, { timeout: 3000 }).toBe(2);
    await shown.page.waitForTimeout(800);
    expect(reads).toHaveLength(2);
    await shown.close();
  }, 60_000);
});
