/** Which configurations an audit compares: some of the front, and others spread over latency and accuracy. */
import { entryOf } from '../../objectives/objectives.ts';
import type { CompleteTrial } from '../../store/trial.ts';

/** Fewer configurations say too little about an order. */
export const fewestAudited = 15;

/**
 * The same for the same trials. At most half are members of the front, spread evenly along it with both ends. The
 * others are added one by one, each the farthest from all that are chosen. Distances are taken in the plane of ranks by
 * latency and by error: ranks, so that a few ruined networks do not take the space of many good ones. The order is that
 * of choice, fronts and others in turn, so that every beginning of it is spread too.
 *
 * @param objectives as the study names them
 * @param complete without the dense model
 * @param front numbers of the members
 */
export function chooseAudited(
  objectives: readonly string[],
  complete: readonly CompleteTrial[],
  front: ReadonlySet<number>,
  wanted: number,
): CompleteTrial[] {
  const latencyOf = ({ values }: CompleteTrial): number => entryOf(objectives, 'latency', values);
  const errorOf = ({ values }: CompleteTrial): number => entryOf(objectives, 'accuracy', values);
  const members = complete
    .filter(({ number }) => front.has(number))
    .sort((a, b) => latencyOf(a) - latencyOf(b) || a.number - b.number);
  const others = complete.filter(({ number }) => !front.has(number)).sort((a, b) => a.number - b.number);
  const fromFront = Math.min(members.length, Math.max(Math.floor(wanted / 2), wanted - others.length));
  const onFront = spread(members, fromFront);
  const places = ranked(complete, latencyOf, errorOf);
  const off = farthestFirst(others, onFront, Math.min(wanted - fromFront, others.length), places);
  return inTurn(farthestFirst(onFront, [], onFront.length, places), off);
}

type Place = readonly [latency: number, error: number];

/** `wanted` of the items, evenly, the first and the last among them. */
function spread<T>(items: readonly T[], wanted: number): T[] {
  const step = (items.length - 1) / Math.max(1, wanted - 1);
  return Array.from({ length: wanted }, (_, i) => items[Math.round(i * step)]).filter(item => item !== undefined);
}

type Figure = (trial: CompleteTrial) => number;

/** Ranks from 0 to 1; equal values have equal ranks. */
function ranked(trials: readonly CompleteTrial[], latencyOf: Figure, errorOf: Figure): Map<number, Place> {
  const rankBy = (value: Figure): Figure => {
    const sorted = trials.map(value).sort((a, b) => a - b);
    return trial => sorted.indexOf(value(trial)) / Math.max(1, sorted.length - 1);
  };
  const [latencyRank, errorRank] = [rankBy(latencyOf), rankBy(errorOf)];
  return new Map(trials.map(trial => [trial.number, [latencyRank(trial), errorRank(trial)]]));
}

/** `wanted` of `from`, each the farthest from `given` and from those before it; the first of equals. */
function farthestFirst(
  from: readonly CompleteTrial[],
  given: readonly CompleteTrial[],
  wanted: number,
  places: ReadonlyMap<number, Place>,
): CompleteTrial[] {
  const placeOf = ({ number }: CompleteTrial): Place => places.get(number) ?? [0, 0];
  const chosen: CompleteTrial[] = [];
  const left = [...from];
  while (chosen.length < wanted) {
    const taken = [...given, ...chosen].map(placeOf);
    const distances = left.map(trial => nearestTo(placeOf(trial), taken));
    const farthest = distances.indexOf(Math.max(...distances));
    chosen.push(...left.splice(Math.max(0, farthest), 1));
  }
  return chosen;
}

const nearestTo = ([x, y]: Place, taken: readonly Place[]): number =>
  taken.reduce((least, [a, b]) => Math.min(least, Math.hypot(a - x, b - y)), 2);

const inTurn = <T>(first: readonly T[], second: readonly T[]): T[] =>
  Array.from({ length: Math.max(first.length, second.length) }, (_, i) => [
    ...first.slice(i, i + 1),
    ...second.slice(i, i + 1),
  ]).flat();
