/** Which images judge candidates in a search, and which are kept for confirm. */

import type { Dataset } from '../data/dataset.ts';
import { defaultProxyImages, type Split, splitProxy } from '../data/subset.ts';
import type { OpenInputs } from '../images/open-inputs.ts';
import type { UnreadableImage } from '../images/prepare.ts';
import type { OpenScorer, ScorerOptions } from './open-scorer.ts';

export interface Opened {
  readonly inputs: OpenInputs;
  readonly batch: number;
}

export interface Judging {
  readonly split: Split;
  /** How many proxy images were asked for. */
  readonly wanted: number;
}

export function judgingOf(
  { setAside, proxyImages, seed }: ScorerOptions,
  { kept }: OpenInputs,
  labels: Int32Array | null,
): Judging {
  const aside = new Set(setAside);
  const judging = Int32Array.from([...kept.keys()].filter(at => !aside.has(kept[at] ?? 0)));
  const wanted = proxyImages ?? defaultProxyImages(judging.length);
  return { split: splitAmong(judging, labels, wanted, seed), wanted };
}

/** What is told of the images. */
export function told(
  { dataset }: ScorerOptions,
  { split, wanted }: Judging,
  { inputs, batch }: Opened,
  classes: number,
): Pick<OpenScorer, 'proxyIndices' | 'confirmIndices' | 'info'> {
  const { count, unreadable, kept, transform } = inputs;
  const indices = (positions: Int32Array): Int32Array => positions.map(at => kept[at] ?? 0);
  return {
    proxyIndices: indices(split.proxy),
    confirmIndices: indices(split.rest),
    info: {
      datasetHash: dataset.hash,
      images: count,
      unreadable,
      classes,
      transform,
      normalize: dataset.spec.normalize,
      batch,
      notes: notesOf(dataset, unreadable, wanted, split),
    },
  };
}

/** As `splitProxy`, among the positions `judging`. */
function splitAmong(judging: Int32Array, labels: Int32Array | null, wanted: number, seed: number): Split {
  const { proxy, rest } = splitProxy(labels && judging.map(at => labels[at] ?? 0), judging.length, wanted, seed);
  const positions = (chosen: Int32Array): Int32Array => chosen.map(i => judging[i] ?? 0);
  return { proxy: positions(proxy), rest: positions(rest) };
}

function notesOf(
  dataset: Dataset,
  unreadable: readonly UnreadableImage[],
  wanted: number,
  { proxy, rest }: Split,
): string[] {
  const notes = [...dataset.notes];
  if (unreadable.length > 0) {
    const shown = unreadable.slice(0, 5).map(({ id, reason }) => `${id} (${reason})`);
    notes.push(
      `${unreadable.length} of ${dataset.count} images are unreadable and skipped: ${shown.join('; ')}${unreadable.length > 5 ? '; ...' : ''}.`,
    );
  }
  if (wanted > proxy.length)
    notes.push(`${proxy.length} proxy images in place of ${wanted}: the other ${rest.length} are kept for confirm.`);
  return notes;
}
