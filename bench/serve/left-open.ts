/** What a page holds that is left open while trials arrive: memory in use after a collection, elements and listeners. */
import type { Page } from 'playwright-core';
import type { Store } from '../../src/store/store.ts';
import type { Study } from '../../src/store/study.ts';
import { written } from './timing.ts';

export interface Held {
  readonly heapMb: number;
  readonly nodes: number;
  readonly listeners: number;
}

/**
 * Before the first trial, and after every `every` of them. The page reads each by itself: it is waited for its answers.
 *
 * @param next the number of the first trial
 */
export async function leftOpen(
  page: Page,
  store: Store,
  study: Study,
  { next, trials, every }: { readonly next: number; readonly trials: number; readonly every: number },
): Promise<readonly Held[]> {
  const held = [await holding(page)];
  for (let i = 1; i <= trials; i++) {
    const answered = page.waitForResponse(response => response.url().includes('/api/front'));
    await written(store, study, next + i - 1);
    await (await answered).finished();
    await page.evaluate('new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))');
    if (i % every === 0) held.push(await holding(page));
  }
  return held;
}

async function holding(page: Page): Promise<Held> {
  const session = await page.context().newCDPSession(page);
  try {
    await session.send('HeapProfiler.collectGarbage');
    await session.send('Performance.enable');
    const { metrics } = await session.send('Performance.getMetrics');
    const of = (name: string): number => metrics.find(each => each.name === name)?.value ?? Number.NaN;
    return { heapMb: of('JSHeapUsedSize') / 2 ** 20, nodes: of('Nodes'), listeners: of('JSEventListeners') };
  } finally {
    await session.detach();
  }
}
