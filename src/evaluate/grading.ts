/** Scores of models by the grades of their images, on the proxy images, on those kept for confirm, or on all. */
import type { Split } from '../data/subset.ts';
import { type Attempt, complete } from '../errors/failure.ts';
import { whereabouts } from '../host/environment.ts';
import { estimateOf } from '../stats/marks.ts';
import type { GradeAnswer } from './grade-messages.ts';
import type { Score, ScoreBudget } from './scorer.ts';
import type { Scoring } from './scoring.ts';

export interface GradingOptions {
  /** The path of the dense model. */
  readonly modelPath: string;
  /** Positions among the prepared images. */
  readonly split: Split;
  readonly run: (model: string, positions: Int32Array, timeoutMs: number) => Promise<Attempt<GradeAnswer>>;
}

/** Every image is graded: no trial is given up on a part of them. */
export function grading({ modelPath, split, run }: GradingOptions): Scoring {
  const all = Int32Array.from([...split.proxy, ...split.rest]).sort();
  const positionsOf = { proxy: split.proxy, confirm: split.rest, all };
  const denseScores = new Map<ScoreBudget['images'], Score>();

  const accuracy = async (path: string, { images, timeoutMs }: ScoreBudget): Promise<Attempt<Score>> => {
    const answer = await run(path, positionsOf[images], timeoutMs);
    if (answer.state === 'failed') return answer;
    const { grades: correct, wallMs, where = whereabouts() } = answer.value;
    const { value, standardError } = estimateOf(correct);
    return complete({ accuracy: value, standardError, correct, wallMs, ...where });
  };

  const dense = async (budget: ScoreBudget): Promise<Attempt<Score>> => {
    const known = denseScores.get(budget.images);
    if (known) return complete(known);
    const score = await accuracy(modelPath, budget);
    if (score.state === 'complete') denseScores.set(budget.images, score.value);
    return score;
  };

  const checkDense = async (timeoutMs: number): Promise<string | null> => {
    const score = await dense({ images: 'proxy', timeoutMs });
    return score.state === 'failed' ? `The dense model cannot be scored: ${score.detail}.` : null;
  };

  return { accuracy, dense, checkDense };
}
