/** Only workers of the version that searches may work: another one may build or measure otherwise. */
import { UserError } from '../../errors/user-error.ts';
import type { Fleet } from '../../fleet/open.ts';
import type { WorkerWords } from '../../store/fleet.ts';

/** @throws UserError where all that is shared out is of other versions */
export async function demandOwnVersion({ work }: Pick<Fleet, 'work'>, { version }: WorkerWords): Promise<void> {
  const open = (await work.list()).filter(({ state }) => state !== 'dead');
  const [other] = open;
  if (!other || open.some(each => each.version === version)) return;
  throw new UserError(
    `Cannot work on the study "${other.study}": it is searched by rankfront ${other.version}, and this is rankfront ${version}.`,
    `Install rankfront ${other.version} here, or search with ${version}.`,
  );
}
