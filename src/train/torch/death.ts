/** What the Python side says of its end, as a failure with a reason or as what the user can change. */
import { type Failure, failed } from '../../errors/failure.ts';
import { UserError } from '../../errors/user-error.ts';

interface Told {
  readonly kind: string;
  readonly problem?: string;
  readonly wayOut?: string;
  readonly detail?: string;
  /** Whether it only came of another rank's end. */
  readonly followed?: boolean;
  readonly rank: number;
}

const mark = 'rankfront-torch: ';

/** @param stderr of all ranks and of what started them */
export function deathOf(code: number | null, signal: string | null, stderr: string): Failure | UserError {
  const told = stderr.split('\n').flatMap(line => {
    const at = line.indexOf(mark);
    return at < 0 ? [] : parsed(line.slice(at + mark.length));
  });
  const first = told.find(({ kind }) => kind === 'refused') ?? told.find(({ followed }) => !followed);
  if (first?.kind === 'refused') return new UserError(first.problem ?? 'It was refused.', first.wayOut ?? '');
  if (first) {
    const reason = first.kind === 'out-of-memory' || first.kind === 'timed-out' ? first.kind : 'crashed';
    return failed(reason, `${rankOf(first.rank, stderr)}PyTorch said: ${first.detail ?? 'nothing'}`);
  }
  if (/nccl|collective/i.test(stderr) && /time-?out|timed out/i.test(stderr))
    return failed('timed-out', 'the devices waited for each other in vain (NCCL time-out); one of them may hang');
  // What starts the processes tells of each that ended on a signal; 15 is how it ends the others.
  const fallen = [...stderr.matchAll(/rank\s*:\s*(\d+) \(local_rank: \d+\)\s*exitcode\s*:\s*-(\d+)/g)];
  const [, rank, number] = fallen.find(([, , each]) => each !== '15') ?? [];
  if (rank !== undefined && number !== '9')
    return failed('crashed', `the process of rank ${rank} ended on signal ${number}`);
  if (rank !== undefined || signal === 'SIGKILL')
    return failed(
      'out-of-memory',
      `${rank === undefined ? 'Python' : `the process of rank ${rank}`} was killed (SIGKILL), as the system does when memory runs out`,
    );
  const last = stderr.trim().split('\n').at(-1)?.trim() ?? '';
  const how = signal ? `Python ended on ${signal}` : `Python ended with status ${code}`;
  return failed('crashed', last === '' ? how : `${how}: ${last.slice(0, 300)}`);
}

const rankOf = (rank: number, stderr: string): string =>
  rank > 0 || stderr.includes('torch.distributed') ? `rank ${rank}: ` : '';

function parsed(text: string): Told[] {
  try {
    return [JSON.parse(text) as Told];
  } catch {
    return [];
  }
}
