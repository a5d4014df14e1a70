/** The ladders of a study with what their rungs cost, from its model. */
import { statSync } from 'node:fs';
import { findSites } from '../decompose/find-sites.ts';
import { rungLabel, rungMacs } from '../decompose/ranks.ts';
import { parseHardwareProfile } from '../device/profile.ts';
import { loadModel } from '../host/model-file.ts';
import { inferShapes } from '../onnx/shapes.ts';
import { parseSearchSpace } from '../space/parse.ts';
import { resolveSpace } from '../space/resolve.ts';
import type { Study } from '../store/study.ts';

export interface Ladder {
  readonly site: string;
  /** Ascending in MACs; the last is dense. MACs are those of one input. */
  readonly rungs: readonly { readonly label: string; readonly macs: number }[];
}

export type Ladders = readonly Ladder[];

/** A page is no reason to hold a larger file in memory. */
const largestModelBytes = 600e6;

/** Null where the model is not where it was, is another one, or is too large. */
export function laddersOf({ model, space, hardware }: Pick<Study, 'model' | 'space' | 'hardware'>): Ladders | null {
  try {
    if (statSync(model.path).size > largestModelBytes) return null;
    const { model: onnx, sha256 } = loadModel(model.path);
    if (sha256 !== model.sha256) return null;
    const profile = parseHardwareProfile(hardware.text, 'the hardware profile');
    const { sites, rejected } = findSites(onnx, inferShapes(onnx.graph, onnx.opsets, profile.inputShape));
    const spec = parseSearchSpace(space.text, 'the search space');
    return resolveSpace(spec, sites, profile.rankGranularity, rejected).sites.map(({ site, ladder }) => ({
      site: site.name,
      rungs: ladder.map(rung => ({ label: rungLabel(rung), macs: rungMacs(site, rung) })),
    }));
  } catch {
    return null;
  }
}
