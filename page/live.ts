/**
 * One stream of changes for the whole page: browsers open few connections to a host, so it is closed in a hidden tab and opened again when
 * the tab is looked at. The server then tells what is, and whoever has an older revision reads again.
 */
import type { Change } from '../src/serve/changes.ts';

type Heard = (change: Change) => void;

export interface Live {
  readonly listen: (heard: Heard, signal: AbortSignal) => void;
  /** Whether the stream is open, told whenever that changes. */
  readonly onState: (told: (open: boolean) => void) => void;
}

export function openLive(): Live {
  const listeners = new Set<Heard>();
  const states = new Set<(open: boolean) => void>();
  const seen = new Map<string, number | null>();
  let source: EventSource | null = null;

  const tell = (open: boolean): void => {
    for (const told of states) told(open);
  };
  const heard = (event: MessageEvent<string>): void => {
    const change = JSON.parse(event.data) as Change;
    if (seen.get(change.study) === change.revision) return;
    seen.set(change.study, change.revision);
    for (const listener of listeners) listener(change);
  };
  const open = (): void => {
    if (source || document.hidden) return;
    source = new EventSource('/api/events');
    source.addEventListener('change', heard);
    source.addEventListener('open', () => tell(true));
    source.addEventListener('error', () => {
      tell(false);
      // A server that was started again has refused us: the browser does not try again by itself.
      if (source?.readyState === EventSource.CLOSED) {
        source = null;
        setTimeout(open, 3000);
      }
    });
  };
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      source?.close();
      source = null;
    } else open();
  });
  addEventListener('pagehide', () => source?.close());
  open();
  return {
    listen: (listener, signal) => {
      if (signal.aborted) return;
      listeners.add(listener);
      signal.addEventListener('abort', () => listeners.delete(listener), { once: true });
    },
    onState: told => states.add(told),
  };
}
