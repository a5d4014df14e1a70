/** The keys that a zod schema knows at a place, for the hint in an error. */
import type { z } from 'zod';

/**
 * The keys of the object schema at `path` in `schema`; of a union, those of all its options. Empty where the place is no
 * object or takes any key.
 */
export function knownKeys(schema: z.core.$ZodType, path: readonly (string | number)[]): string[] {
  let here = options(schema);
  for (const part of path) here = here.flatMap(each => child(each, part)).flatMap(options);
  return [...new Set(here.flatMap(each => (isObject(each) ? Object.keys(each._zod.def.shape) : [])))];
}

/** `schema` without what wraps it (optional, default, pipe, lazy); all options of a union. */
function options(schema: z.core.$ZodType): z.core.$ZodType[] {
  const def = (schema as z.core.$ZodTypes)._zod.def;
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'readonly':
    case 'nonoptional':
    case 'catch':
      return options(def.innerType);
    case 'pipe':
      return options(def.in);
    case 'lazy':
      return options(def.getter());
    case 'union':
      return def.options.flatMap(options);
    default:
      return [schema];
  }
}

function child(schema: z.core.$ZodType, part: string | number): z.core.$ZodType[] {
  const def = (schema as z.core.$ZodTypes)._zod.def;
  switch (def.type) {
    case 'object': {
      const inner = def.shape[String(part)] ?? def.catchall;
      return inner ? [inner] : [];
    }
    case 'array':
      return [def.element];
    case 'record':
      return [def.valueType];
    case 'tuple': {
      const inner = def.items[Number(part)] ?? def.rest;
      return inner ? [inner] : [];
    }
    default:
      return [];
  }
}

const isObject = (schema: z.core.$ZodType): schema is z.core.$ZodObject =>
  (schema as z.core.$ZodTypes)._zod.def.type === 'object';
