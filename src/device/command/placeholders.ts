/** What stands in braces in a command of a profile, and what is put in its place. */

/** By name, with what each means, for the schema and for errors. */
export const placeholderWords = {
  model: 'the ONNX file that is timed',
  reference: 'the ONNX file of the dense model',
  prepared: 'what `prepare` made of it: a path without an ending, in a folder that is kept',
  sha256: 'the hash of the file that is timed, to name it elsewhere',
  out: 'an empty folder for what the tool writes',
  engines: 'the folder of the scripts that come with Rankfront',
  batch: 'batchSize',
  threads: 'threads',
  runs: 'runs',
  warmup: 'latencyBudget.warmup',
  seed: 'a number that differs from call to call',
  shape: 'the sizes of the first input: 1,3,224,224',
  'shapes.openvino': 'all inputs: input[1,3,224,224],mask[1,8]',
  'shapes.trtexec': 'all inputs: input:1x3x224x224,mask:1x8',
  'shapes.atc': 'all inputs: input:1,3,224,224;mask:1,8',
} as const;

export type Placeholder = keyof typeof placeholderWords;
export type Values = Readonly<Partial<Record<Placeholder, string>>>;

/** Braces around anything else, such as JSON, are left as they are. */
const pattern = /\{([a-z][\w.]*)\}/g;

export const namesIn = (argv: readonly string[]): string[] => [
  ...new Set(argv.flatMap(each => [...each.matchAll(pattern)].map(([, name = '']) => name))),
];

export const isPlaceholder = (name: string): name is Placeholder => Object.hasOwn(placeholderWords, name);

/** Every argument stays one argument, whatever is put into it. Throws a RangeError for a name without a value. */
export const filled = (argv: readonly string[], values: Values): string[] =>
  argv.map(each =>
    each.replaceAll(pattern, (_all, name: string) => {
      const value = isPlaceholder(name) ? values[name] : undefined;
      if (value === undefined) throw new RangeError(`{${name}} has no value here`);
      return value;
    }),
  );

/** @param shapes of the inputs in their order, every size a number */
export function shapeValues(shapes: ReadonlyMap<string, readonly number[]>): Values {
  const inputs = [...shapes];
  const each = (word: (name: string, shape: readonly number[]) => string): string[] =>
    inputs.map(([name, shape]) => word(name, shape));
  return {
    shape: (inputs[0]?.[1] ?? []).join(','),
    'shapes.openvino': each((name, shape) => `${name}[${shape.join(',')}]`).join(','),
    'shapes.trtexec': each((name, shape) => `${name}:${shape.join('x')}`).join(','),
    'shapes.atc': each((name, shape) => `${name}:${shape.join(',')}`).join(';'),
  };
}
