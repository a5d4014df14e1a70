/** What runs the graph of a step. Everything else about training is the same on every engine. */
import type { Model } from '../onnx/graph.ts';

/** A float32 tensor where the engine keeps it. */
export interface EngineValue {
  readonly dims: readonly number[];
  /** Row-major; a view or a copy, good until the value is disposed of. */
  read(): Promise<Float32Array>;
  /** Frees it where that is not left to the garbage collector. */
  dispose(): void;
}

export interface Program {
  /**
   * Runs the graph on `feeds`, all of its inputs by name, and gives `outputs`, all float32, which the caller disposes of.
   * What is fed is neither changed nor kept.
   */
  run(feeds: ReadonlyMap<string, EngineValue>, outputs: readonly string[]): Promise<ReadonlyMap<string, EngineValue>>;
  release(): Promise<void>;
}

export interface Engine {
  readonly name: string;
  /** Throws a UserError when the engine cannot run the graph. */
  compile(model: Model): Promise<Program>;
  /** Takes `data` over: the caller does not change it while the value is in use. */
  value(dims: readonly number[], data: Float32Array): EngineValue;
  close(): Promise<void>;
}
