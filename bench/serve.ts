/**
 * What the page costs on a large study: 10,000 trials of 55 sites in a real Chromium. From opening an address until its rows or its chart are
 * there, how long a hover takes and a trial needs to arrive, the memory of the server, and what a page holds that is left open.
 * It needs `npm run build` and a Chromium.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openStore } from '../src/store/open.ts';
import { launch, whyNot } from '../test/page/browser.ts';
import { leftOpen } from './serve/left-open.ts';
import { memoryMb, start } from './serve/program.ts';
import { arriving, hovering, median, opening, scrolling } from './serve/timing.ts';
import { fillStudy, studyOf } from './store/fill.ts';

/** `[--trials 10000] [--sites 55] [--runs 5] [--left-open 60]` */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      trials: { type: 'string', default: '10000' },
      sites: { type: 'string', default: '55' },
      runs: { type: 'string', default: '5' },
      'left-open': { type: 'string', default: '60' },
    },
  });
  if (whyNot !== null) throw new Error(`cannot measure the page: ${whyNot}`);
  const [trials, sites, runs] = [values.trials, values.sites, values.runs].map(Number) as [number, number, number];
  const folder = mkdtempSync(join(tmpdir(), 'rankfront-bench-'));
  const file = join(folder, 'large.sqlite');
  const store = await openStore(file);
  fillStudy(file, trials, sites);
  const study = await store.studies.get(studyOf().name);
  if (!study) throw new Error('the study that was filled is not there');
  const { child, address } = await start(file);
  const browser = await launch();
  const say = (what: string, told: string): void => console.log(`${what.padEnd(20)} ${told}`);
  const of = (times: readonly number[]): string =>
    `median ${median(times).toFixed(1)}, longest ${Math.max(...times).toFixed(1)} of ${times.length}`;
  try {
    console.log(`${trials} trials of ${sites} sites, milliseconds; load ${loadNow()}`);
    say('server, at rest', `${memoryMb(child, 'VmRSS').toFixed(0)} MB`);
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    const from = performance.now();
    await page.goto(address);
    await page.waitForSelector('.study');
    say('studies', `first ${(performance.now() - from).toFixed(0)}, nothing was read before`);
    const at = (view: string): string => `${new URL(address).origin}/#/study/${study.name}/${view}`;
    for (const [view, selector] of Object.entries(drawn)) {
      const times: number[] = [];
      for (let run = 0; run < runs; run++) times.push(await opening(page, at(view), selector));
      const [first = 0, ...more] = times;
      say(view, `first ${first.toFixed(0)}, then ${median(more).toFixed(0)} (median of ${more.length})`);
    }
    await opening(page, at('front'), drawn.front);
    say('hover on a point', of(await hovering(page)));
    await opening(page, at('trials'), drawn.trials);
    say('scroll of a page', of(await scrolling(page)));
    const arrivals: number[] = [];
    for (let i = 0; i < runs; i++) arrivals.push(await arriving(page, store, study, trials + i));
    say('a trial arrives', `${of(arrivals)} until its row is there`);
    say('server, most', `${memoryMb(child, 'VmHWM').toFixed(0)} MB; now ${memoryMb(child, 'VmRSS').toFixed(0)} MB`);
    const left = { next: trials + runs, trials: Number(values['left-open']), every: 20 };
    if (left.trials > 0) {
      await opening(page, at('front'), drawn.front);
      const held = await leftOpen(page, store, study, left);
      for (const [i, { heapMb, nodes, listeners }] of held.entries())
        say(`front, ${i * left.every} more`, `${heapMb.toFixed(1)} MB, ${nodes} nodes, ${listeners} listeners`);
      say('server, most', `${memoryMb(child, 'VmHWM').toFixed(0)} MB; now ${memoryMb(child, 'VmRSS').toFixed(0)} MB`);
    }
    console.log(`load at the end ${loadNow()}`);
  } finally {
    await browser.close();
    await store.close();
    child.kill('SIGINT');
    rmSync(folder, { recursive: true });
  }
}

/** What is there once a view is drawn. */
const drawn = {
  front: '.chart canvas',
  trials: '.virtual tbody tr[data-index]',
  'trial?number=7': '.chart canvas',
} as const;

/** How many processes wanted to run in the last minute. */
function loadNow(): string {
  try {
    return readFileSync('/proc/loadavg', 'utf8').split(' ')[0] ?? '?';
  } catch {
    return 'not known';
  }
}
