/** When a trial is given up before all its images are scored. */
import { kindsOf, positionOf } from '../../objectives/objectives.ts';
import type { CompleteTrial } from '../../store/trial.ts';
import { chancesOf } from '../../tuner/early-stopping.ts';
import type { Constraint } from '../../tuner/strategy.ts';
import type { ObserveBudget } from '../measure/observe.ts';

/** A trial goes on while it enters the front with at least this probability. */
export const hopeBelow = 0.01;

/** By the front as it stands when a trial is begun. */
export const stoppingFor =
  (
    objectives: readonly string[],
    front: readonly CompleteTrial[],
    constraints: readonly Constraint[],
  ): ObserveBudget['stopping'] =>
  readings => {
    const known = kindsOf(objectives).flatMap((kind, objective) => {
      const reading = readings[kind];
      return reading ? [{ objective, ...reading }] : [];
    });
    const error = positionOf(objectives, 'accuracy');
    return { chances: chancesOf(front, known, error, constraints), below: hopeBelow };
  };
