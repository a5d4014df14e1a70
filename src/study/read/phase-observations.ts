/** What was observed of a trial in one phase, by kind. */
import type { Kind } from '../../objectives/objective.ts';
import { furtherOf } from '../../objectives/objectives.ts';
import type { ObservationSummary, Phase, StoredObservation } from '../../store/observation.ts';

type ByKind<T extends ObservationSummary> = { readonly [kind in Kind]: Extract<T, { kind: kind }> };

/** Of all objectives of its study: with raw samples, or as listings give them. */
export type PhaseObservations<T extends ObservationSummary = StoredObservation> = Pick<
  ByKind<T>,
  'latency' | 'accuracy'
> &
  Partial<Omit<ByKind<T>, 'latency' | 'accuracy'>>;

/** @template T what the observations are, with or without their samples */
export type SeenIn = <T extends ObservationSummary>(
  observations: readonly T[],
  phase: Phase,
) => PhaseObservations<T> | null;

/**
 * Null unless everything was seen that a phase sees. What is exact, such as a size, is not confirmed: that of the search holds.
 *
 * @param objectives as the study names them
 */
export function seenBy(objectives: readonly string[]): SeenIn {
  const further = furtherOf(objectives);
  return <T extends ObservationSummary>(observations: readonly T[], phase: Phase) => {
    const found: { [kind in Kind]?: T | undefined } = {};
    for (const each of observations) if (each.phase === phase) found[each.kind] = each;
    for (const { kind, confirms } of further) {
      if (confirms === null) found[kind] ??= observations.find(each => each.kind === kind);
      if (!found[kind]) return null;
    }
    return found.latency && found.accuracy ? (found as PhaseObservations<T>) : null;
  };
}

/**
 * Of a trial that was refined: the accuracy of the refined candidate, with everything else as it was measured before. Refining changes numbers
 * and no layer, so that latency, size and memory are those of the candidate: of the confirm phase, unless only the search knows them.
 */
export function refinedBy(
  objectives: readonly string[],
): <T extends ObservationSummary>(observations: readonly T[]) => PhaseObservations<T> | null {
  const seen = seenBy(objectives);
  return <T extends ObservationSummary>(observations: readonly T[]) => {
    const accuracy = observations.find(
      (each): each is Extract<T, { kind: 'accuracy' }> => each.phase === 'refined' && each.kind === 'accuracy',
    );
    const [confirm, search] = [seen(observations, 'confirm'), seen(observations, 'search')];
    const known =
      confirm && (confirm.latency.quality === 'good' || search?.latency.quality !== 'good') ? confirm : search;
    return accuracy && known ? { ...known, accuracy } : null;
  };
}

/** The same once. */
export const observationsIn = <T extends ObservationSummary>(
  observations: readonly T[],
  phase: Phase,
  objectives: readonly string[] = [],
): PhaseObservations<T> | null => seenBy(objectives)(observations, phase);
