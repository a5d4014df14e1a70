/** A real Chromium with the built page on a store; tests of the page are skipped where there is none, or where the page is not built. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { readAssets } from '../../src/serve/assets.ts';
import { type Serving, startServing } from '../../src/serve/server.ts';
import type { Store } from '../../src/store/store.ts';

const root = join(import.meta.dirname, '..', '..');
const places = [
  process.env.RANKFRONT_TEST_CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const executable = places.find(place => place !== '' && existsSync(place));
const isBuilt = existsSync(join(root, 'dist', 'page', 'index.html'));

/** Why tests of the page are skipped; null where they run. */
export const whyNot: string | null =
  executable === undefined
    ? 'no Chromium here (Debian: apt-get install chromium; or name it in RANKFRONT_TEST_CHROMIUM)'
    : isBuilt
      ? null
      : 'the page is not built (npm run build)';

export interface Opened {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly serving: Serving;
  /** What the page said on its console as a warning or an error, what failed, and what it asked of others. */
  readonly faults: string[];
  /** The address of the page, without a token. */
  readonly home: string;
  /** The address of a view: `go('#/study/NAME/front')`. */
  readonly go: (hash: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
}

export const launch = (): Promise<Browser> =>
  // In a container there is often no user namespace to lock the browser into.
  chromium.launch({ executablePath: executable ?? '', args: ['--no-sandbox', '--disable-dev-shm-usage'] });

/** Opens the address with the token, as a user does. */
export async function opened(
  browser: Browser,
  store: Store,
  { width = 1280, height = 900, colorScheme = 'light' }: Look = {},
): Promise<Opened> {
  const faults: string[] = [];
  const note = (line: string): void => {
    if (!line.startsWith('That address')) faults.push(`server: ${line}`);
  };
  const assets = readAssets(join(root, 'dist', 'page'));
  const serving = await startServing({ store, place: 'store.sqlite', assets, host: '127.0.0.1', port: 0, note });
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, acceptDownloads: true });
  const page = await context.newPage();
  const own = `http://127.0.0.1:${serving.port}/`;
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', error => faults.push(`page: ${error.message}`));
  page.on('request', request => {
    const address = request.url();
    if (!address.startsWith(own) && !address.startsWith('blob:') && !address.startsWith('data:'))
      faults.push(`elsewhere: ${address}`);
  });
  await page.goto(serving.address());
  await page.waitForSelector('main h1');
  return {
    ...{ page, context, serving, faults },
    home: own,
    go: async hash => {
      await page.goto(own + hash);
      // The page hears of a new address in a task of its own. Its security policy forbids to ask it anything by a function.
      await page.evaluate('new Promise(done => setTimeout(done, 30))');
      await page.locator('.spinner').first().waitFor({ state: 'detached' });
    },
    close: async () => {
      await context.close();
      await serving.close();
    },
  };
}
