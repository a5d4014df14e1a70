/** Who says when a store may have been written to. Whoever hears of it asks for revisions (`StudyStore.revision`), which say what has changed. */

/**
 * Calls `changed` after writes of any process, and as often besides as it likes. It waits for the call to end before the next. The first call
 * comes at once. Returns how to stop.
 *
 * @param changed never rejects
 */
export type StoreWatch = (changed: () => Promise<void>) => () => void;

/** For stores that tell nothing by themselves, such as a file: as if something had changed every so often. */
export const polling =
  (everyMs: number): StoreWatch =>
  changed => {
    let timer: NodeJS.Timeout | null = null;
    let stopped = false;
    const look = (): void => {
      void changed().then(() => {
        if (!stopped) timer = setTimeout(look, everyMs);
      });
    };
    timer = setTimeout(look, 0);
    return () => {
      stopped = true;
      if (timer) clearTimeout(timer);
    };
  };
