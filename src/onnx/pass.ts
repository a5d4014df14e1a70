/** Rewriting a model: every change is a pass that says what it needs, what it did, and what holds afterwards. */
import type { Model } from './graph.ts';

export interface PassResult {
  readonly model: Model;
  /** False when nothing matched: then `model` is the one that was given. */
  readonly modified: boolean;
}

/** The three-part pass of onnx/ir-py: a condition, a rewrite, and a condition. */
export interface Pass {
  readonly name: string;
  /** Why this model cannot be rewritten, or null when it can. */
  readonly requires?: (model: Model) => string | null;
  readonly apply: (model: Model) => PassResult;
  /** What is wrong with the result, or null when nothing is. */
  readonly ensures?: (before: Model, after: Model) => string | null;
}

/** Applies a pass. Throws Error when the model does not meet its condition or the result does not keep its promise. */
export function runPass(pass: Pass, model: Model): PassResult {
  const unmet = pass.requires?.(model) ?? null;
  if (unmet !== null) throw new Error(`pass "${pass.name}" does not apply: ${unmet}`);
  const result = pass.apply(model);
  const broken = pass.ensures?.(model, result.model) ?? null;
  if (broken !== null) throw new Error(`pass "${pass.name}" broke its promise: ${broken}`);
  return result;
}

/** Applies passes one after the other; modified when any of them was. */
export function runPasses(passes: readonly Pass[], model: Model): PassResult {
  return passes.reduce<PassResult>(
    (so, pass) => {
      const { model: next, modified } = runPass(pass, so.model);
      return { model: next, modified: so.modified || modified };
    },
    { model, modified: false },
  );
}
