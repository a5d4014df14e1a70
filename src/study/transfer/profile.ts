/** The hardware profile of another device, so that the candidates of a study stay the same bytes and its answers the same answers. */
import { isDeepStrictEqual } from 'node:util';
import { parseDocument } from 'yaml';
import { type HardwareProfile, parseHardwareProfile } from '../../device/profile.ts';

export interface TransferredProfile {
  readonly text: string;
  readonly profile: HardwareProfile;
  /** Keys that were set to those of the study. */
  readonly kept: readonly string[];
}

/** Ladders, candidates and scores follow from these; all else is of the device, and so is whether it scores. */
const keys = ['rankGranularity', 'inputShape', 'host'] as const;

/** @throws UserError for a profile that cannot be read */
export function transferredProfile(text: string, fileName: string, from: HardwareProfile): TransferredProfile {
  const given = parseHardwareProfile(text, fileName);
  const kept = keys.filter(key => !isDeepStrictEqual(given[key], from[key]));
  if (kept.length === 0) return { text, profile: given, kept };
  const document = parseDocument(text);
  const set = (key: (typeof keys)[number]): unknown =>
    key === 'host' && given.scorer === 'device' ? { ...from.host, scorer: given.scorer } : from[key];
  for (const key of kept) document.set(key, document.createNode(set(key)));
  const written = String(document);
  return { text: written, profile: parseHardwareProfile(written, fileName), kept };
}
