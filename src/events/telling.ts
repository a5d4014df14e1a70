/** What a run tells: what happens, with its time, and in words what its parts have to say while they open. */
import type { Emit, StudyEvent } from './event.ts';
import type { TellStage } from './stage.ts';
import { timed } from './timed.ts';

export interface Telling {
  readonly emit: Emit;
  readonly watch: { readonly warn: (message: string) => void; readonly stage: TellStage };
}

/** @param now milliseconds since 1970; the clock of this machine by default */
export function telling(listener: (event: StudyEvent) => void, now: () => number = Date.now): Telling {
  const emit = timed(listener, now);
  return {
    emit,
    watch: {
      warn: message => emit({ kind: 'warning', trial: null, message }),
      stage: (name, done, total) => emit({ kind: 'stage', stage: name, done, total }),
    },
  };
}
