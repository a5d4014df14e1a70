/**
 * Pictures of the page as it is built, with the Chromium of this machine. Without options those of `docs/page.md`, from the reference
 * studies; with `--all` every view of a store at three widths, light and dark, to be looked at.
 *
 * `node scripts/page-pictures.ts [--out docs/pictures] [--all] [--store FILE]`
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { openStore } from '../src/store/open.ts';
import { launch, opened, whyNot } from '../test/page/browser.ts';

const root = join(import.meta.dirname, '..');

interface Picture {
  readonly name: string;
  readonly hash: string;
  readonly width: number;
  readonly height: number;
  readonly colorScheme: 'light' | 'dark';
  /** What is there once the view is drawn. */
  readonly until?: string;
  /** All of the page, however long. */
  readonly whole?: boolean;
}

const study = 'resnet18';
const ofDocs: readonly Picture[] = [
  { name: 'page-front', hash: `#/study/${study}/front?drop=8`, width: 1280, height: 860, colorScheme: 'light' },
  { name: 'page-layers', hash: `#/study/${study}/layers`, width: 1280, height: 860, colorScheme: 'light' },
  { name: 'page-phone', hash: `#/study/${study}/front?drop=8`, width: 390, height: 860, colorScheme: 'dark' },
];

function allViews(name: string): readonly Picture[] {
  const of = (view: string): string => `#/study/${encodeURIComponent(name)}/${view}`;
  const views = ['front', 'trials', 'trial?number=3', 'layers', 'parallel', 'history', 'tuner', 'training'].map(of);
  const hashes = ['#/', ...views, '#/compare', '#/return'];
  return hashes.flatMap(hash =>
    [1440, 1024, 390].flatMap(width =>
      (['light', 'dark'] as const).map(colorScheme => {
        const view = hash.replace(/\?.*/, '').split('/').at(-1) || 'studies';
        return { name: `${view}-${width}-${colorScheme}`, hash, width, height: 900, colorScheme, whole: true };
      }),
    ),
  );
}

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(root, 'docs', 'pictures') },
    all: { type: 'boolean', default: false },
    store: { type: 'string', default: join(root, 'results', 'reference', study, 'study.sqlite') },
    only: { type: 'string', default: '' },
  },
});
if (whyNot !== null) throw new Error(`cannot take pictures of the page: ${whyNot}`);
const folder = mkdtempSync(join(tmpdir(), 'rankfront-pictures-'));
// What is only read may be brought up to date in a copy.
copyFileSync(values.store, join(folder, 'store.sqlite'));
const store = await openStore(join(folder, 'store.sqlite'));
const browser = await launch();
try {
  mkdirSync(values.out, { recursive: true });
  const [first] = await store.studies.list();
  const wanted = (values.all ? allViews(first?.name ?? '') : ofDocs).filter(({ name }) => name.includes(values.only));
  for (const look of ['light', 'dark'] as const)
    for (const width of new Set(wanted.map(each => each.width)))
      await take(
        browser,
        wanted.filter(each => each.width === width && each.colorScheme === look),
      );
} finally {
  await browser.close();
  await store.close();
  rmSync(folder, { recursive: true });
}

/** All of one width and one scheme. */
async function take(from: Browser, pictures: readonly Picture[]): Promise<void> {
  const [look] = pictures;
  if (!look) return;
  const { page, go, close, faults } = await opened(from, store, look);
  for (const { name, hash, whole = false } of pictures) {
    await go(hash);
    // The layers wait for what the tuner believes, and charts for their place.
    await page.waitForTimeout(name.startsWith('layers') || name.includes('-layers') ? 6000 : 700);
    const png = await page.screenshot({ fullPage: whole, scale: 'css' });
    const small = await sharp(png).png({ palette: true, colours: 128, effort: 10, compressionLevel: 9 }).toBuffer();
    writeFileSync(join(values.out, `${name}.png`), small);
    console.log(`${name}.png, ${(small.length / 1024).toFixed(0)} KB`);
  }
  if (faults.length > 0) console.error(faults.join('\n'));
  await close();
}
