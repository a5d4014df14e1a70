/** What a view is, and what it is given. */
import type { ReaderName, Records } from '../src/serve/api/readers.ts';
import type { Change } from '../src/serve/changes.ts';
import type { Place } from './address.ts';
import type { Theme } from './theme.ts';

export interface View {
  /** As it stands in the address. */
  readonly name: string;
  readonly title: string;
  /**
   * Draws the view into `element`, which is empty. What is to be let go of goes with `context.signal`: listeners that are added with it, charts
   * of `chartFigure`, and data of `liveRecord` end by themselves.
   */
  readonly mount: (element: HTMLElement, context: ViewContext) => void | Promise<void>;
}

export type Params = Readonly<Record<string, string>>;

/** The part of the address behind the question mark. */
export interface UrlState {
  readonly get: (name: string, otherwise?: string) => string;
  /**
   * Changes some; an empty text takes one away. The view stays mounted. With `push`, going back undoes it; else the address is replaced.
   */
  readonly set: (changes: Params, how?: 'push' | 'replace') => void;
  /** Called after going back or forward within the view, and after a hand has changed the address. */
  readonly onChange: (changed: () => void) => void;
}

export interface ViewContext {
  /** The study of the address; null in a view of the whole store. */
  readonly study: string;
  readonly state: UrlState;
  /** Aborted when the view is left. */
  readonly signal: AbortSignal;
  /** The record of a reader of `src/serve/api`. Throws a `ReadError`. */
  readonly fetchJson: <N extends ReaderName>(reader: N, query?: Params) => Promise<Records[N]>;
  /** Calls `changed` after each write to the study, or with null to any study, until the view is left. */
  readonly onChange: (study: string | null, changed: (change: Change) => void) => void;
  /** The colours now; `onTheme` is called when the user changes to dark or light. */
  readonly theme: () => Theme;
  readonly onTheme: (changed: () => void) => void;
  readonly link: (place: Partial<Place> & Pick<Place, 'view'>) => string;
  /** Tells a screen reader, politely. */
  readonly announce: (sentence: string) => void;
}
