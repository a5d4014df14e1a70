/** What runs the steps, as plain data. */

export type EngineChoice =
  | ({ readonly kind: 'onnxruntime' } & SessionSettings)
  /** TensorFlow.js; `package` is null for whichever of the packages with native code is installed. */
  | { readonly kind: 'tfjs'; readonly package: string | null };

export interface SessionSettings {
  /** An execution provider by its name in ONNX Runtime. */
  readonly provider: string;
  /** Threads within one operator. */
  readonly threads: number;
  readonly graphOptimization: 'disabled' | 'basic' | 'extended' | 'all';
}
