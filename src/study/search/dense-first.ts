/** Trial 0, the dense model, is measured before all others, by one of the processes that search a study; the others wait for it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Emit, EndedBy } from '../../events/event.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';

export interface DenseFirstParts {
  readonly store: Pick<Store, 'queue' | 'trials'>;
  readonly study: Study;
  readonly emit: Emit;
  /** Runs the loop until there is no trial to begin or claim; it measures trial 0 where nobody does. */
  readonly measure: () => Promise<EndedBy>;
  readonly timeLeft: () => boolean;
  /** Either ends the waiting. */
  readonly finish: AbortSignal;
  readonly stop: AbortSignal;
  /** 250 by default. */
  readonly pollMs?: number;
}

/** What ended it: null once the dense model is measured. A process that dies at it is noticed, and this one takes over. */
export async function denseFirst(parts: DenseFirstParts): Promise<EndedBy | null> {
  const { store, study, emit } = parts;
  const over = AbortSignal.any([parts.finish, parts.stop]);
  let told = -1;
  for (;;) {
    const endedBy = await parts.measure();
    if (endedBy === 'interrupted') return endedBy;
    const dense = await store.trials.get(study.id, 0);
    if (dense?.state === 'complete') return null;
    if (!parts.timeLeft()) return 'time';
    if (dense?.state === 'running' && dense.owner.pid !== told) {
      told = dense.owner.pid;
      const message = `Waiting for process ${told}, which is measuring the dense model of this study.`;
      emit({ kind: 'warning', trial: null, message });
    }
    await delay(parts.pollMs ?? 250, undefined, { signal: over }).catch(() => {});
    await store.queue.requeueLost(study.id);
  }
}
