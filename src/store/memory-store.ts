/** A store in memory that behaves as the one on disk does, for tests: the same calls give the same records each time. */
import { currentOwner, type Owner } from '../host/process-identity.ts';
import { leaseDurationMs } from './lease.ts';
import { memoryArchive } from './memory/archive.ts';
import { type MemoryContent, memoryContent, recordsOf } from './memory/content.ts';
import { memoryQueue } from './memory/queue.ts';
import { memoryStudies } from './memory/studies.ts';
import { memoryTraining } from './memory/training.ts';
import { memoryTuning } from './memory/tuning.ts';
import type { Store } from './store.ts';

export { type MemoryContent, memoryContent };

export interface MemoryStoreOptions {
  /** Milliseconds since 1970; by default a clock that goes on by one at each look. */
  readonly clock?: () => number;
  /** Who runs the trials of this store; this process by default. */
  readonly owner?: Owner;
  /** As `StoreOptions` has it. */
  readonly leaseMs?: number;
  /** What to keep the records in; the same one makes a second store of the same content. */
  readonly content?: MemoryContent;
}

export function memoryStore(options: MemoryStoreOptions = {}): Store {
  const content = options.content ?? memoryContent();
  const now = options.clock ?? (() => content.time++);
  const records = recordsOf(content);
  const { release, ...queue } = memoryQueue(content, records, {
    owner: options.owner ?? currentOwner(),
    now,
    leaseMs: options.leaseMs ?? leaseDurationMs,
  });
  return {
    studies: memoryStudies(content, records, now),
    queue,
    trials: memoryArchive(content, records),
    tuning: memoryTuning(content, records),
    training: memoryTraining(content.trainings, now, records.find, trialId =>
      records.wrote(records.find(trialId).studyId),
    ),
    close: release,
  };
}
