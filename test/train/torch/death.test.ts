/** What is made of the end of Python: the texts are those of PyTorch 1.13 and 2. */
import { expect, test } from 'vitest';
import { deathOf } from '../../../src/train/torch/death.ts';

const told = (record: object): string => `rankfront-torch: ${JSON.stringify({ rank: 0, ...record })}\n`;

/** As torch.distributed.run reports the end of two ranks. */
const report = (first: number, second: number): string => `Failures:
[1]:
  time      : 2026-11-30_20:26:38
  host      : localhost
  rank      : 1 (local_rank: 1)
  exitcode  : ${second} (pid: 6343)
  error_file: <N/A>
Root Cause (first observed failure):
[0]:
  time      : 2026-11-30_20:26:38
  host      : localhost
  rank      : 0 (local_rank: 0)
  exitcode  : ${first} (pid: 6342)
`;

test('memory that runs out, on the device or as the system ends a process', () => {
  const text = 'OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB';
  const death = deathOf(1, null, `Traceback ...\n${told({ kind: 'out-of-memory', detail: text })}${report(1, -15)}`);
  expect(death).toMatchObject({ reason: 'out-of-memory', detail: expect.stringContaining(text) });
  const lost = told({ kind: 'crashed', detail: 'Connection closed by peer', followed: true });
  expect(deathOf(1, null, lost + report(1, -9))).toMatchObject({
    reason: 'out-of-memory',
    detail: expect.stringContaining('the process of rank 1 was killed'),
  });
  expect(deathOf(null, 'SIGKILL', '')).toMatchObject({ reason: 'out-of-memory' });
});

test('a rank that crashes is named, with its signal, and not those that end for its sake', () => {
  expect(deathOf(1, null, report(-15, -11))).toMatchObject({
    reason: 'crashed',
    detail: 'the process of rank 1 ended on signal 11',
  });
  const lost = told({ kind: 'crashed', detail: 'Broken pipe', followed: true });
  const cause = told({ rank: 3, kind: 'crashed', detail: 'RuntimeError: an illegal memory access' });
  expect(deathOf(1, null, lost + cause)).toMatchObject({
    reason: 'crashed',
    detail: 'rank 3: PyTorch said: RuntimeError: an illegal memory access',
  });
});

test('devices that wait for each other in vain', () => {
  const watchdog =
    '[Rank 1] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=12, OpType=ALLREDUCE, Timeout(ms)=600000)\n';
  expect(deathOf(1, null, watchdog)).toMatchObject({ reason: 'timed-out', detail: expect.stringContaining('NCCL') });
});

test('what the user can change comes before what followed from it', () => {
  const refused = told({ rank: 1, kind: 'refused', problem: 'Cannot do it.', wayOut: 'Do another.' });
  const lost = told({ kind: 'crashed', detail: 'Connection reset' });
  expect(deathOf(1, null, lost + refused)).toMatchObject({ name: 'UserError', problem: 'Cannot do it.' });
});

test('anything else is the last line that was said, or how it ended', () => {
  expect(deathOf(1, null, 'one\nModuleNotFoundError: no module\n')).toMatchObject({
    reason: 'crashed',
    detail: 'Python ended with status 1: ModuleNotFoundError: no module',
  });
  expect(deathOf(3, null, '')).toMatchObject({ detail: 'Python ended with status 3' });
});
