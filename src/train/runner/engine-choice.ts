/** What runs the steps, as plain data. */

export type EngineChoice = { readonly kind: 'onnxruntime' } & SessionSettings;

export interface SessionSettings {
  /** An execution provider by its name in ONNX Runtime. */
  readonly provider: string;
  /** Threads within one operator. */
  readonly threads: number;
  readonly graphOptimization: 'disabled' | 'basic' | 'extended' | 'all';
}
