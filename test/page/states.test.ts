/** What every view shows while it waits, where nothing is there yet, and where the store cannot be read. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors/user-error.ts';
import { sha256Of } from '../../src/host/model-file.ts';
import { memoryStore } from '../../src/store/memory-store.ts';
import type { Store } from '../../src/store/store.ts';
import { toyStudy } from '../study/twins.ts';
import { launch, opened, whyNot } from './browser.ts';
import { pageStore } from './stores.ts';

/** A view, what it says of a study without a trial, and what it shows of a real one. */
const ofStudy: readonly (readonly [view: string, empty: RegExp, content: string])[] = [
  ['front', /The dense model has not been measured yet/, '.chart canvas'],
  ['trials', /This study has no trial yet/, '.virtual tbody tr[data-index]'],
  ['trial?number=0', /has no trial 0/, '.chart canvas'],
  ['layers', /No trial was begun yet/, '.heat'],
  ['parallel', /too few complete trials/, '.chart canvas'],
  ['history', /No trial is finished yet/, '.chart canvas'],
  ['tuner', /does not say how the trials of this study were proposed/, 'text=It would try'],
  ['training', /No trial of this study was trained yet/, '.chart canvas'],
];
const ofStore: readonly (readonly [view: string, empty: RegExp, content: string])[] = [
  ['', /This store holds no study yet/, '.study'],
  ['compare', /This store holds no study yet/, '.chart canvas'],
  ['return', /This store holds no study yet/, '.return-form'],
];

/** The same store, each of whose answers waits for `before`. */
function gated(store: Store, before: () => Promise<void>): Store {
  const part = <T extends object>(of: T): T =>
    new Proxy(of, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]) => {
          await before();
          return Reflect.apply(value, target, args);
        };
      },
    });
  const { studies, trials, tuning, training } = store;
  return { ...store, studies: part(studies), trials: part(trials), tuning: part(tuning), training: part(training) };
}

describe.skipIf(whyNot !== null)(`states of the views${whyNot === null ? '' : `: skipped, ${whyNot}`}`, () => {
  let browser: Browser;
  let place: Awaited<ReturnType<typeof pageStore>>;
  beforeAll(async () => {
    browser = await launch();
    place = await pageStore();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await place?.remove();
  });

  test('an empty store and an empty study have words in every view', async () => {
    const store = memoryStore();
    const { page, go, close, faults } = await opened(browser, store);
    for (const [view, empty] of ofStore) {
      await go(`#/${view}`);
      await page.locator('.state').getByText(empty).waitFor();
    }
    const textOf = (text: string) => ({ text, sha256: sha256Of(new TextEncoder().encode(text)) });
    await store.studies.create({ ...toyStudy, space: textOf('space'), hardware: textOf('hardware') });
    for (const [view, empty] of ofStudy) {
      await go(`#/study/toy/${view}`);
      await page.locator('.state').getByText(empty).waitFor({ timeout: 20_000 });
    }
    await go('#/compare');
    await page.getByText('Choose studies whose dense model is measured.').waitFor();
    await go('#/return');
    await page.getByText(/The dense model of a chosen study has not been measured/).waitFor();
    // Chromium itself tells of the trial that is not there.
    expect(faults.filter(line => !line.includes('404'))).toEqual([]);
    await close();
  }, 60_000);

  test('every view waits with words, says what went wrong, and goes on when it is asked to', async () => {
    let before = (): Promise<void> => Promise.resolve();
    const { page, home, close, faults } = await opened(
      browser,
      gated(place.store, () => before()),
    );
    const all = [...ofStore, ...ofStudy.map(([view, ...rest]) => [`study/resnet18/${view}`, ...rest] as const)];
    for (const [view, , content] of all) {
      let release = (): void => {};
      const waiting = new Promise<void>(resolve => {
        release = resolve;
      });
      before = () => waiting;
      await page.goto('about:blank');
      await page.goto(`${home}#/${view}`);
      await page.locator('.state[role=status]').getByText('Reading the store').waitFor();
      before = () => Promise.reject(new UserError('Cannot read the store: it is locked.', 'End who holds it.'));
      release();
      await page.locator('.state[role=alert]').getByText('Cannot read the store: it is locked.').waitFor();
      await page.locator('.state[role=alert]').getByText('End who holds it.').waitFor();
      before = () => Promise.resolve();
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.locator(content).first().waitFor({ timeout: 30_000 });
      expect(await page.locator('.state').count(), view).toBe(0);
    }
    const unforeseen = faults.filter(line => !line.includes('409') && !line.includes('it is locked'));
    expect(unforeseen).toEqual([]);
    await close();
  }, 120_000);
});
