/** Why a trial could not be observed: a state with a reason from a closed list, never an exception. */
export type FailureReason =
  | 'crashed' // the child process died on a signal or with a native error
  | 'out-of-memory' // killed by the kernel, or an allocation failed
  | 'timed-out' // a stage ran past its limit
  | 'runtime-rejected' // the runtime refused to load or run the candidate
  | 'not-finite' // the candidate gave NaN or infinity
  | 'disk-full' // a file of the trial could not be written
  | 'unreachable' // the device could not be reached for longer than the profile allows: never a fault of the trial
  | 'interrupted'; // stopped from outside before it was done

export interface Failure {
  readonly state: 'failed';
  readonly reason: FailureReason;
  /** One line for people: what was seen. */
  readonly detail: string;
}

/** The result of work that may fail without being anybody's mistake. */
export type Attempt<T> = { readonly state: 'complete'; readonly value: T } | Failure;

export const complete = <T>(value: T): Attempt<T> => ({ state: 'complete', value });
export const failed = (reason: FailureReason, detail: string): Failure => ({ state: 'failed', reason, detail });
