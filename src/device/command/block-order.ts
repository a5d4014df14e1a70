/** In which order the two models of a session are timed. */
import { seededRng } from '../../random/rng.ts';

/** True where the candidate goes first. Drawn, and the other way round in every second session, so that drift can be told from the ratio. */
export function blockOrder(seed: number): () => boolean {
  const rng = seededRng(seed);
  let next: boolean | null = null;
  return () => {
    const first = next ?? rng.integer(2) === 0;
    next = next === null ? !first : null;
    return first;
  };
}
