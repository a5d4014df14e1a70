/** Words of a command line, for people to copy. */

/** As a POSIX shell takes it for one word: a name may hold blanks and worse. */
export const shellWord = (text: string): string =>
  /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

export const shellWords = (words: readonly string[]): string => words.map(shellWord).join(' ');
