/**
 * `npm run bench -- accuracy`: what is left of a network's accuracy without training, at given shares of its multiply-accumulates, by
 * how factors are made and whether candidates are corrected. Configurations are chosen by closed-form errors alone, on calibration
 * images; the images that judge took part in nothing.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { changeWords, halfWidthOf } from '../src/report/change.ts';
import { benchNetworks, hasAssets } from './accuracy/networks.ts';
import { openVariant, type VariantOptions } from './accuracy/variants.ts';

export interface AccuracyFigure extends VariantOptions {
  readonly network: string;
  /** `best`: made for these factors; `equal`: made for data-aware ones, the same for all. */
  readonly configuration: 'best' | 'equal';
  /** Shares, not percent. */
  readonly macReduction: number;
  readonly drop: number;
  readonly standardError: number;
  readonly images: number;
  /** Seconds per candidate. */
  readonly correctionSeconds?: number;
}

const out = join(import.meta.dirname, '..', 'results', 'reference', 'accuracy', 'summary.json');
const usage =
  'npm run bench -- accuracy [--networks NAME,...] [--reductions 0.2,0.3,0.4,0.5] [--images 10000] [--out FILE]';

/** Plain factors get their own best configurations, and those of data-aware factors besides. */
const variants: readonly (VariantOptions & { readonly configurations: readonly AccuracyFigure['configuration'][] })[] =
  [
    { factors: 'data-aware', corrections: 'none', configurations: ['best'] },
    { factors: 'data-aware', corrections: 'moments', configurations: ['best'] },
    { factors: 'data-aware', corrections: 'reconstruction', configurations: ['best'] },
    { factors: 'plain', corrections: 'none', configurations: ['best', 'equal'] },
    { factors: 'plain', corrections: 'moments', configurations: ['equal'] },
  ];

export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      networks: { type: 'string' },
      reductions: { type: 'string', default: '0.2,0.3,0.4,0.5' },
      images: { type: 'string', default: '10000' },
      out: { type: 'string', default: out },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(usage);
  if (!hasAssets()) return console.error('Nothing to measure: the networks and images are not beside the checkout.');
  const wanted = values.networks?.split(',');
  const reductions = values.reductions.split(',').map(Number);
  for (const network of benchNetworks()) {
    if (wanted && !wanted.includes(network.name)) continue;
    const figures: AccuracyFigure[] = [];
    const shared = new Map<number, Parameters<Awaited<ReturnType<typeof openVariant>>['score']>[0]>();
    for (const { configurations, ...options } of variants) {
      await using variant = await openVariant(network, options, Number(values.images));
      for (const reduction of reductions) {
        for (const configuration of configurations) {
          const chosen = (configuration === 'equal' ? shared.get(reduction) : undefined) ?? variant.best(reduction);
          if (options.factors === 'data-aware' && !shared.has(reduction)) shared.set(reduction, chosen);
          const { macReduction, drop, standardError, images, correctionMs } = await variant.score(chosen);
          const figure: AccuracyFigure = {
            network: network.name,
            ...options,
            configuration,
            macReduction,
            drop,
            standardError,
            images,
            ...(correctionMs === null ? {} : { correctionSeconds: correctionMs / 1000 }),
          };
          figures.push(figure);
          console.log(line(figure));
        }
      }
    }
    keep(network.name, figures, values.out);
  }
}

const line = (figure: AccuracyFigure): string => {
  const { network, factors, corrections, configuration, macReduction, drop, standardError, images } = figure;
  const points = (share: number): string => (100 * share).toFixed(2);
  return [
    network.padEnd(16),
    factors.padEnd(11),
    corrections.padEnd(14),
    configuration.padEnd(6),
    `-${points(macReduction)} % MACs`,
    changeWords({ drop, halfWidth: halfWidthOf(standardError, images) }),
    `${images} images`,
  ].join('  ');
};

/** The figures of a network take the place of its old ones. */
function keep(network: string, figures: readonly AccuracyFigure[], path: string): void {
  let old: AccuracyFigure[] = [];
  try {
    old = JSON.parse(readFileSync(path, 'utf8')) as AccuracyFigure[];
  } catch {
    // The first time.
  }
  mkdirSync(dirname(path), { recursive: true });
  const all = [...old.filter(each => each.network !== network), ...figures];
  writeFileSync(path, `${JSON.stringify(all, null, 2)}\n`);
}
