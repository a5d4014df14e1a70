/** A training under way in a child process: what is native blocks its thread there, and may crash there. */
import { type Attempt, complete } from '../../errors/failure.ts';
import { entryUrl } from '../../host/entry.ts';
import { type Child, startChild } from '../../runtime/child.ts';
import { type Ask, asker } from './asker.ts';
import type { RunnerCommand } from './messages.ts';
import type { RunnerInfo, RunnerSetup, TrainingRunner } from './runner.ts';

/** No command of a training in good health takes as long. */
const patienceMs = 24 * 3_600_000;

/** @throws UserError when the network, its engine or the data cannot be used */
export async function startRunner(setup: RunnerSetup): Promise<Attempt<TrainingRunner>> {
  if (setup.engine.kind === 'torch') return (await import('../torch/start.ts')).startTorchRunner(setup, setup.engine);
  const child = startChild({ entry: entryUrl('child', import.meta.url) });
  const ask = asker<RunnerCommand>(child, patienceMs);
  try {
    const opened = await ask<RunnerInfo>({ do: 'open', setup });
    if (opened.state === 'complete') return complete(remote(child, ask, opened.value));
    await child.close();
    return opened;
  } catch (error) {
    await child.close();
    throw error;
  }
}

const remote = (child: Child, ask: Ask<RunnerCommand>, info: RunnerInfo): TrainingRunner => ({
  info,
  begin: (place, epochs) => ask({ do: 'begin', place, epochs }),
  steps: hypers => ask({ do: 'steps', hypers }),
  setTrainable: set => ask({ do: 'setTrainable', set }),
  evaluate: choice => ask({ do: 'evaluate', choice }),
  state: () => ask({ do: 'state' }),
  load: state => ask({ do: 'load', state }),
  time: (set, repeats) => ask({ do: 'time', set, repeats }),
  unreadable: () => ask({ do: 'unreadable' }),
  close: () => child.close(),
});
