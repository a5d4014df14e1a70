/** The thread of `work.ts`. */
import { UserError } from '../errors/user-error.ts';
import { explained } from '../study/read/explained.ts';
import { laddersOf } from './ladders.ts';
import type { Done, Job } from './work.ts';

export default (job: Job): Done => {
  try {
    return { value: job.kind === 'explain' ? explained(job.inputs) : laddersOf(job.study) };
  } catch (error) {
    if (error instanceof UserError) return { problem: error.problem, wayOut: error.wayOut };
    throw error;
  }
};
