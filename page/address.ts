/** The address of a view: `#/study/NAME/front?x=size`, or `#/return` for one of the whole store. All state that is worth sharing is in it. */

export interface Place {
  readonly view: string;
  /** Null for a view of the whole store. */
  readonly study: string | null;
  readonly params: Readonly<Record<string, string>>;
}

export const home: Place = { view: 'studies', study: null, params: {} };

export function placeOf(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#/, '').split(/\?(.*)/s);
  const parts = path
    .split('/')
    .filter(part => part !== '')
    .map(decoded);
  const params = Object.fromEntries(new URLSearchParams(query));
  const [first, study, view] = parts;
  if (first === undefined) return { ...home, params };
  if (first === 'study' && study !== undefined) return { view: view ?? 'front', study, params };
  return { view: first, study: null, params };
}

export function hashOf({ view, study, params }: Place): string {
  const path =
    study === null
      ? view === home.view
        ? ''
        : encodeURIComponent(view)
      : `study/${encodeURIComponent(study)}/${view}`;
  const query = new URLSearchParams(params).toString();
  return `#/${path}${query === '' ? '' : `?${query}`}`;
}

/** What no encoder has written stays as it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
