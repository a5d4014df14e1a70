/** How long a page takes, in milliseconds, as whoever sits before it has it. */
import type { Page } from 'playwright-core';
import type { Store } from '../../src/store/store.ts';
import type { Study } from '../../src/store/study.ts';
import { frontOf, nextResult, nextTrial } from '../store/fill.ts';

/** From a page that was never there to what it is opened for. */
export async function opening(page: Page, address: string, selector: string): Promise<number> {
  await page.goto('about:blank');
  const from = performance.now();
  await page.goto(address);
  await page.waitForSelector(selector);
  await page.evaluate('new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))');
  return performance.now() - from;
}

/** A mouse over the chart, here and there: until the frame after it is drawn. */
export const hovering = (page: Page): Promise<number[]> =>
  page.evaluate<number[]>(`(async () => {
    const canvas = document.querySelector('.chart canvas');
    const box = canvas.getBoundingClientRect();
    const frame = () => new Promise(done => requestAnimationFrame(done));
    const times = [];
    for (let i = 0; i < 60; i++) {
      await frame();
      const from = performance.now();
      const at = { clientX: box.left + box.width * (0.1 + 0.8 * ((i * 0.618) % 1)), clientY: box.top + box.height * (0.15 + 0.7 * ((i * 0.382) % 1)), bubbles: true };
      canvas.dispatchEvent(new MouseEvent('mousemove', at));
      await frame();
      times.push(performance.now() - from);
    }
    return times;
  })()`);

/** A screen further each time, and back to what was never drawn. */
export const scrolling = (page: Page): Promise<number[]> =>
  page.evaluate<number[]>(`(async () => {
    const list = document.querySelector('.virtual');
    const frame = () => new Promise(done => requestAnimationFrame(done));
    const times = [];
    for (let i = 0; i < 60; i++) {
      await frame();
      const from = performance.now();
      list.scrollTop += list.clientHeight * (i % 10 === 9 ? 20 : 1);
      await frame();
      await frame();
      times.push(performance.now() - from);
    }
    return times;
  })()`);

/** One more trial, written by this process, which is not the server. */
export async function written(store: Store, study: Study, number: number): Promise<void> {
  const trial = await store.queue.begin(study.id, nextTrial(number));
  if (!trial) throw new Error('the configuration was taken');
  await store.queue.finish(trial.id, nextResult(number), frontOf);
}

/** From the end of its transaction until the table of trials has it. */
export async function arriving(page: Page, store: Store, study: Study, number: number): Promise<number> {
  await written(store, study, number);
  const from = performance.now();
  await page.getByText(`${number + 1} of ${number + 1} trials`).waitFor();
  return performance.now() - from;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
