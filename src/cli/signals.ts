/** The signals that end a command, each heard once, whether they come to this process or to the one that wraps it. */

export type EndSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

const endSignals: readonly EndSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Whether `bin/rankfront.js` runs on another Node, waits for this process, and passes signals on. */
const wrapped = process.env.RANKFRONT_WRAPPED !== undefined && process.connected !== undefined;
delete process.env.RANKFRONT_WRAPPED;

/**
 * Calls `heard` until the function that is returned is called. A terminal's Ctrl-C goes to both processes, `kill` to one: of a signal that
 * came d times here and w times to the wrapper, max(d, w) are heard. A wrapper that is gone is heard as a terminal that is: SIGHUP.
 */
export function listenToSignals(heard: (signal: EndSignal) => void): () => void {
  const here = endSignals.map(signal => {
    const listener = (): void => came(signal, 'here');
    return { signal, listener };
  });
  const seen = new Map(endSignals.map(signal => [signal, { here: 0, wrapper: 0 }]));
  const came = (signal: EndSignal, where: 'here' | 'wrapper'): void => {
    const count = seen.get(signal);
    if (!count) return;
    const before = Math.max(count.here, count.wrapper);
    count[where]++;
    if (Math.max(count.here, count.wrapper) > before) heard(signal);
  };
  const onMessage = (message: { readonly signal?: EndSignal }): void => {
    if (message.signal) came(message.signal, 'wrapper');
  };
  const onDisconnect = (): void => heard('SIGHUP');

  for (const { signal, listener } of here) process.on(signal, listener);
  if (wrapped) {
    process.on('message', onMessage).on('disconnect', onDisconnect);
    process.channel?.unref();
    if (!process.connected) onDisconnect();
  }
  return () => {
    for (const { signal, listener } of here) process.off(signal, listener);
    process.off('message', onMessage).off('disconnect', onDisconnect);
  };
}
