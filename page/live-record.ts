/** A record that is read again whenever its study changes: one request at a time, and the last change is never missed. */
import type { ReaderName, Records } from '../src/serve/api/readers.ts';
import { ReadError, revisionOf } from './read.ts';
import { errorState, loadingState } from './states.ts';
import type { Params, ViewContext } from './view.ts';

export interface LiveRecord {
  /** Reads again, after the query has changed. */
  readonly again: () => void;
}

interface What<N extends ReaderName> {
  readonly reader: N;
  /** Asked each time. The study of the address is added. */
  readonly query?: () => Params;
  /** Whose changes matter: those of the study of the address, or with null those of all. */
  readonly of?: string | null;
}

/** Between two reads of a study that changes all the time. */
const restMs = 400;

/**
 * Shows "loading" in `element` until the first record is there, and what went wrong with a button to try again.
 *
 * @param show called with each record; `first` when `element` holds none of its content yet
 */
export function liveRecord<N extends ReaderName>(
  context: ViewContext,
  element: HTMLElement,
  { reader, query = () => ({}), of = context.study }: What<N>,
  show: (record: Records[N], first: boolean) => void,
): LiveRecord {
  let [busy, wanted, shown] = [false, false, false];
  // Of the study, as far as the record is known to hold it.
  let revision: number | null = null;
  async function read(): Promise<void> {
    if (context.signal.aborted) return;
    if (busy) {
      wanted = true;
      return;
    }
    busy = true;
    wanted = false;
    try {
      const record = await context.fetchJson(reader, {
        ...(context.study === '' ? {} : { study: context.study }),
        ...query(),
      });
      if (context.signal.aborted) return;
      revision = revisionOf(record);
      if (!shown) element.replaceChildren();
      const first = !shown;
      shown = true;
      show(record, first);
    } catch (error) {
      if (context.signal.aborted) return;
      if (!(error instanceof ReadError)) throw error;
      shown = false;
      revision = null;
      element.replaceChildren(errorState(error.message, error.wayOut, () => void read()));
    } finally {
      setTimeout(() => {
        busy = false;
        if (wanted) void read();
      }, restMs);
    }
  }
  element.replaceChildren(loadingState());
  context.onChange(of, change => {
    // Whoever opens the stream is told what is, also what was read a moment before.
    const isKnown = revision !== null && change.revision !== null && change.revision <= revision;
    if (!isKnown) void read();
  });
  void read();
  return { again: () => void read() };
}
