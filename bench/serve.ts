/**
 * What the page costs on a large study: 10,000 trials of 55 sites in a real Chromium. From opening an address until its rows or its chart are
 * there, how long a hover takes, and the memory of the server. It needs `npm run build` and a Chromium.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { openStore } from '../src/store/open.ts';
import { launch, whyNot } from '../test/page/browser.ts';
import { fillStudy, frontOf, nextResult, nextTrial, studyOf } from './store/fill.ts';

const root = join(import.meta.dirname, '..');

/** `[--trials 10000] [--sites 55] [--runs 5]` */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      trials: { type: 'string', default: '10000' },
      sites: { type: 'string', default: '55' },
      runs: { type: 'string', default: '5' },
    },
  });
  if (whyNot !== null) throw new Error(`cannot measure the page: ${whyNot}`);
  const [trials, sites, runs] = [values.trials, values.sites, values.runs].map(Number) as [number, number, number];
  const folder = mkdtempSync(join(tmpdir(), 'rankfront-bench-'));
  const file = join(folder, 'large.sqlite');
  await (await openStore(file)).close();
  fillStudy(file, trials, sites);
  const { child, address } = await start(file);
  const browser = await launch();
  try {
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    await page.goto(address);
    await page.waitForSelector('main h1');
    const at = (view: string): string => `${new URL(address).origin}/#/study/${studyOf().name}/${view}`;
    const drawn = {
      front: '.chart canvas',
      trials: '.virtual tbody tr[data-index]',
      'trial?number=7': '.chart canvas',
    };
    console.log(`${trials} trials of ${sites} sites, milliseconds`);
    for (const [view, selector] of Object.entries(drawn)) {
      const times: number[] = [];
      for (let run = 0; run < runs; run++) times.push(await opening(page, at(view), selector));
      const [first = 0, ...more] = times;
      console.log(
        `${view.padEnd(16)} first ${first.toFixed(0)}, then ${median(more).toFixed(0)} (median of ${more.length})`,
      );
    }
    await opening(page, at('front'), '.chart canvas');
    const hovers = await hovering(page);
    console.log(
      `hover on a point  median ${median(hovers).toFixed(1)}, longest ${Math.max(...hovers).toFixed(1)} of ${hovers.length}`,
    );
    await opening(page, at('trials'), drawn.trials);
    const rows = await scrolling(page);
    console.log(
      `scroll of a page  median ${median(rows).toFixed(1)}, longest ${Math.max(...rows).toFixed(1)} of ${rows.length}`,
    );
    console.log(`a trial arrives   ${(await arriving(page, file, trials)).toFixed(0)} until its row is there`);
    console.log(
      `server, most      ${memoryMb(child, 'VmHWM').toFixed(0)} MB; now ${memoryMb(child, 'VmRSS').toFixed(0)} MB`,
    );
  } finally {
    await browser.close();
    child.kill('SIGINT');
    rmSync(folder, { recursive: true });
  }
}

/** The program itself, so that its memory is its own. */
async function start(file: string): Promise<{ readonly child: ChildProcess; readonly address: string }> {
  const main = `import { main } from ${JSON.stringify(join(root, 'dist', 'cli', 'main.js'))}; process.exitCode = await main(process.argv.slice(1));`;
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--input-type=module',
      '-e',
      main,
      '--',
      'serve',
      '--store',
      file,
      '--port',
      '0',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const address = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (text: Buffer) => {
      const found = /http:\S+/.exec(String(text))?.[0];
      if (found) resolve(found);
    });
    child.on('exit', () => reject(new Error('the server ended')));
  });
  return { child, address };
}

/** From a page that was never there to what it is opened for. */
async function opening(page: Page, address: string, selector: string): Promise<number> {
  await page.goto('about:blank');
  const from = performance.now();
  await page.goto(address);
  await page.waitForSelector(selector);
  await page.evaluate('new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))');
  return performance.now() - from;
}

/** A mouse over the chart, here and there: until the frame after it is drawn. */
const hovering = (page: Page): Promise<number[]> =>
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

const scrolling = (page: Page): Promise<number[]> =>
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

/** Written by this process, which is not the server. */
async function arriving(page: Page, file: string, trials: number): Promise<number> {
  const store = await openStore(file);
  try {
    const study = await store.studies.get(studyOf().name);
    if (!study) throw new Error('the study that was filled is not there');
    const trial = await store.queue.begin(study.id, nextTrial(trials));
    if (!trial) throw new Error('the configuration was taken');
    await store.queue.finish(trial.id, nextResult(trials), frontOf);
    const from = performance.now();
    await page.getByText(`${trials + 1} of ${trials + 1} trials`).waitFor();
    return performance.now() - from;
  } finally {
    await store.close();
  }
}

const memoryMb = ({ pid }: ChildProcess, field: string): number => {
  const text = process.platform === 'linux' ? readFileSync(`/proc/${pid}/status`, 'utf8') : '';
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(text)?.[1] ?? Number.NaN) / 1024;
};

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
