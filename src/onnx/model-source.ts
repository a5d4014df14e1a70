/** What a model was read from, with what was read, so that a change can be told. */
export interface ModelSource {
  readonly kind: 'model-source';
  readonly message: Uint8Array;
  readonly metadata: ReadonlyMap<string, string>;
  readonly opsets: ReadonlyMap<string, number>;
  /** The messages of the model's own functions. */
  readonly functions: readonly Uint8Array[];
}

/** Numbers of the fields of ModelProto that are read and written apart from the others. */
export const modelField = { graph: 7, opsetImport: 8, metadata: 14, trainingInfo: 20, functions: 25 } as const;

export const isModelSource = (source: object | undefined): source is ModelSource =>
  source !== undefined && 'kind' in source && source.kind === 'model-source';
