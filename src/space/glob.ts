/** Names with wildcards. */

/**
 * A test for names that match `pattern` as a whole: `*` is any run of characters, also `/`, since the names of an exported
 * model are paths of modules and nobody counts their levels; `?` is one character; `[abc]`, `[0-9]` and `[!x]` are one of
 * a set; everything else, and a bracket that is never closed, is itself. A name that is spelt just like the pattern matches.
 */
export function globTest(pattern: string): (name: string) => boolean {
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const sign = pattern.charAt(i);
    if (sign === '*') {
      while (pattern[i + 1] === '*') i++;
      source += '.*';
    } else if (sign === '?') source += '.';
    else {
      const set = sign === '[' ? /^\[(!?)([^\]]+)\]/.exec(pattern.slice(i)) : null;
      if (set) {
        source += `[${set[1] ? '^' : ''}${set[2]?.replace(/[\\^[\]]/g, '\\$&')}]`;
        i += set[0].length - 1;
      } else source += sign.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
    }
  }
  const expression = compile(source);
  return name => name === pattern || (expression?.test(name) ?? false);
}

/** Null where a set is no set of characters, such as `[z-a]`. */
function compile(source: string): RegExp | null {
  try {
    return new RegExp(`^${source}$`, 's');
  } catch {
    return null;
  }
}
