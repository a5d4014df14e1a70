/** For views that are built anew from each record: what one build has made is let go of before the next, and with the view. */
import { onThemeChange } from './theme.ts';
import type { ViewContext } from './view.ts';

/** Returns a context for each build; the one of the build before ends then. */
export function renewing(context: ViewContext): () => ViewContext {
  let end: AbortController | null = null;
  context.signal.addEventListener('abort', () => end?.abort(), { once: true });
  return () => {
    end?.abort();
    const own = new AbortController();
    end = own;
    if (context.signal.aborted) own.abort();
    return { ...context, signal: own.signal, onTheme: changed => onThemeChange(changed, own.signal) };
  };
}
