/**
 * Ascend's msame (tools/msame of Huawei's samples): a line `Inference time: 105.383ms` per loop, then averages. The first loop is slower than all
 * that follow, and the tool has an average without it: it is left out here too.
 */
import { lastMatch, numberOf, numberPattern, samples, summary, unread } from '../timings.ts';
import type { Preset } from './preset.ts';

export const msame: Preset = {
  parse: text => {
    const each = [...text.matchAll(new RegExp(`^\\s*Inference time: (${numberPattern}) ?ms`, 'gm'))];
    if (each.length > 1) return samples(each.slice(1).map(([, ms]) => numberOf(ms)));
    const mean =
      lastMatch(text, new RegExp(`Inference average time without first time ?: (${numberPattern}) ms`)) ??
      lastMatch(text, new RegExp(`Inference average time ?: (${numberPattern}) ms`));
    return mean ? summary('mean', numberOf(mean[1])) : unread('expected a line "Inference time: ...ms"');
  },
  resolutionMs: 1e-2,
};
