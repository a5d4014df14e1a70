/** Between a tuner's ordinals and the rungs they stand for. */
import type { Assignment } from '../decompose/method.ts';
import { rungLabel } from '../decompose/ranks.ts';
import type { Configuration } from '../tuner/strategy.ts';
import type { Space } from './space.ts';

/** How many rungs each site of the space has, as a tuner's problem wants it. */
export const ladderLengths = (space: Space): number[] => space.sites.map(({ ladder }) => ladder.length);

/** The number of configurations; Infinity where a double cannot hold it. */
export const spaceSize = (space: Space): number =>
  ladderLengths(space).reduce((product, length) => product * length, 1);

/** Every site at its last rung. */
export const denseConfiguration = (space: Space): Configuration => space.sites.map(({ ladder }) => ladder.length - 1);

/**
 * The rung of every site of the space, by name; dense ones too, so that a stored assignment says all.
 *
 * @throws RangeError when the configuration does not fit the space
 */
export function assignmentOf(space: Space, configuration: Configuration): Assignment {
  if (configuration.length !== space.sites.length) {
    throw new RangeError(`expected ${space.sites.length} rungs, one per site, found ${configuration.length}`);
  }
  return Object.fromEntries(
    space.sites.map(({ site, ladder }, index) => {
      const rung = ladder[configuration[index] ?? -1];
      if (!rung) {
        throw new RangeError(
          `expected a rung of 0 to ${ladder.length - 1} at "${site.name}", found ${configuration[index]}`,
        );
      }
      return [site.name, rung];
    }),
  );
}

/**
 * The rung numbers of an assignment; a site of the space that it does not name is dense.
 *
 * @throws RangeError when it names a site that is not in the space, or a rung that is not on the site's ladder
 */
export function configurationOf(space: Space, assignment: Assignment): Configuration {
  const names = new Set(space.sites.map(({ site }) => site.name));
  for (const [name, rung] of Object.entries(assignment)) {
    if (!names.has(name) && rung.method !== 'dense') throw new RangeError(`"${name}" is no site of this space`);
  }
  return space.sites.map(({ site, ladder }) => {
    const rung = Object.hasOwn(assignment, site.name) ? assignment[site.name] : undefined;
    if (!rung) return ladder.length - 1;
    const index = ladder.findIndex(each => rungLabel(each) === rungLabel(rung));
    if (index < 0) throw new RangeError(`${rungLabel(rung)} is not on the ladder of "${site.name}"`);
    return index;
  });
}
