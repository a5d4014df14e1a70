/** Names with wildcards. */

/** One sign of a name that a place of the pattern takes, or any run of them. */
type Token = 'run' | ((sign: string) => boolean);

/**
 * A test for names that match `pattern` as a whole. `*` is any run of characters, also `/`, since the names of an
 * exported model are paths of modules and nobody counts their levels. `?` is one character; `[abc]`, `[0-9]` and `[!x]`
 * are one of a set. Everything else, and a bracket that is never closed, is itself. A name that is spelt just like the
 * pattern matches.
 */
export function globTest(pattern: string): (name: string) => boolean {
  const tokens = tokensOf(pattern);
  return name => name === pattern || matches(tokens, name);
}

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const sign = pattern.charAt(i);
    const set = sign === '[' ? /^\[(!?)([^\]]+)\]/.exec(pattern.slice(i)) : null;
    if (set) {
      tokens.push(setTest(set[2] ?? '', set[1] === '!'));
      i += set[0].length - 1;
    } else if (sign === '*') tokens.push('run');
    else tokens.push(sign === '?' ? () => true : each => each === sign);
  }
  return tokens;
}

function setTest(members: string, inverted: boolean): (sign: string) => boolean {
  const ranges: (readonly [from: string, to: string])[] = [];
  for (let i = 0; i < members.length; i++) {
    const from = members.charAt(i);
    const ranged = members[i + 1] === '-' && i + 2 < members.length;
    ranges.push([from, ranged ? members.charAt(i + 2) : from]);
    if (ranged) i += 2;
  }
  return sign => ranges.some(([from, to]) => from <= sign && sign <= to) !== inverted;
}

/** Where a name fails, only the latest run has to grow, so that no pattern takes longer than its length times the name's. */
function matches(tokens: readonly Token[], name: string): boolean {
  let token = 0;
  let at = 0;
  let afterRun = -1;
  let runEnd = 0;
  while (at < name.length) {
    const here = tokens[token];
    if (here === 'run') {
      afterRun = ++token;
      runEnd = at;
    } else if (here?.(name.charAt(at))) {
      token++;
      at++;
    } else if (afterRun >= 0) {
      token = afterRun;
      at = ++runEnd;
    } else return false;
  }
  return tokens.slice(token).every(each => each === 'run');
}
