/** What of a profile decides how a session of ONNX Runtime runs; plain data, so that types which name it load no runtime. */
export interface SessionSettings {
  /** An execution provider by its name in ONNX Runtime: cpu, webgpu, cuda, dml, coreml. */
  readonly provider: string;
  /** Threads within one operator. */
  readonly threads: number;
  readonly graphOptimization: 'disabled' | 'basic' | 'extended' | 'all';
}
