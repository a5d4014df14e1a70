/** Notes in a model that travel with it (ModelProto.metadata_props). */
import type { Model } from './graph.ts';

/** Sets each of `entries`; null takes a key away. Other entries stay, in their order. */
export function withMetadata(model: Model, entries: Readonly<Record<string, string | null>>): Model {
  const metadata = new Map(model.metadata);
  for (const [key, value] of Object.entries(entries)) {
    if (value === null) metadata.delete(key);
    else metadata.set(key, value);
  }
  return { ...model, metadata };
}
