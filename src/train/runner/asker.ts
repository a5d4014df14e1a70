/** Asks a child process in which something is under way. */
import { type Attempt, complete, type Failure } from '../../errors/failure.ts';
import { UserError } from '../../errors/user-error.ts';
import type { Child } from '../../runtime/child.ts';
import type { RunnerAnswer } from './messages.ts';

export type Ask<Command> = <T>(command: Command) => Promise<Attempt<T>>;

/** After a first failure what was under way is gone, though the child would be started anew. */
export function asker<Command>(child: Child, patienceMs: number): Ask<Command> {
  let gone: Failure | null = null;
  return async <T>(command: Command): Promise<Attempt<T>> => {
    if (gone) return gone;
    const answer = await child.request<RunnerAnswer>(command, patienceMs);
    if (answer.state === 'failed') {
      gone ??= answer;
      return gone;
    }
    if (answer.value.kind === 'refused') throw new UserError(answer.value.problem, answer.value.wayOut);
    return complete(answer.value.value as T);
  };
}
