/**
 * Reads declaration files as tsc writes them, as far as it takes to know which types stand in the signatures of a package:
 * declarations begin at the start of a line, types have capital letters, and nothing is imported but by name.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Declaration {
  readonly file: string;
  readonly name: string;
  readonly kind: string;
  readonly text: string;
}

interface Source {
  readonly declarations: ReadonlyMap<string, Declaration>;
  /** By the name that is used here. */
  readonly imports: ReadonlyMap<string, { readonly from: string; readonly name: string }>;
  /** By the name that others import; from this file where `from` is null. */
  readonly exports: ReadonlyMap<string, { readonly from: string | null; readonly name: string }>;
}

export interface Unnamed {
  readonly type: string;
  /** What names it in its signature. */
  readonly usedBy: string;
}

const braces = /^(import|export)(?: type)? \{([^}]*)\}(?: from '([^']+)')?;/gm;
const heads = /^(?:export )?(?:declare )?(interface|type|function|const|class) ([A-Za-z_$][\w$]*)/gm;

function sourceOf(file: string): Source {
  const text = readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');
  const imports = new Map<string, { from: string; name: string }>();
  const exports = new Map<string, { from: string | null; name: string }>();
  for (const [, verb, list = '', from = null] of text.matchAll(braces))
    for (const part of list.split(',').filter(each => each.trim() !== '')) {
      const [name = '', alias = name] = part
        .trim()
        .replace(/^type /, '')
        .split(' as ');
      if (verb === 'export') exports.set(alias, { from, name });
      else if (from !== null) imports.set(alias, { from, name });
    }
  const starts = [...text.matchAll(heads)];
  const declarations = new Map<string, Declaration>();
  for (const [i, { 0: head, 1: kind = '', 2: name = '', index }] of starts.entries()) {
    const own = text.slice(index, starts[i + 1]?.index).replaceAll(/'[^'\n]*'|"[^"\n]*"/g, "''");
    const before = declarations.get(name)?.text ?? '';
    declarations.set(name, { file, name, kind, text: `${before}\n${own}` });
    if (head.startsWith('export ')) exports.set(name, { from: null, name });
  }
  return { declarations, imports, exports };
}

const keyOf = ({ file, name }: Pick<Declaration, 'file' | 'name'>): string => `${file}#${name}`;

/** The public names of the types of a package, and the types that its signatures use without one. */
export function typesOf(index: string): { readonly named: readonly string[]; readonly unnamed: readonly Unnamed[] } {
  const sources = new Map<string, Source>();
  const read = (file: string): Source => {
    const known = sources.get(file) ?? sourceOf(file);
    sources.set(file, known);
    return known;
  };
  const at = (file: string, specifier: string): string =>
    join(dirname(file), specifier).replace(/\.(?:ts|js)$/, '.d.ts');
  /** Null for a name of another package, or of the language. */
  const exported = (file: string, name: string): Declaration | null => {
    const { exports, declarations } = read(file);
    const found = exports.get(name);
    if (!found) return null;
    if (found.from === null) return declarations.get(found.name) ?? used(file, found.name);
    return found.from.startsWith('.') ? exported(at(file, found.from), found.name) : null;
  };
  const used = (file: string, name: string): Declaration | null => {
    const { imports, declarations } = read(file);
    const foreign = imports.get(name);
    if (!foreign) return declarations.get(name) ?? null;
    if (foreign.from.startsWith('.')) return exported(at(file, foreign.from), foreign.name);
    return { file: foreign.from, name: foreign.name, kind: 'foreign', text: '' };
  };

  const open = [...read(index).exports.keys()].map(name => ({ name, declaration: exported(index, name) }));
  const missing = open.find(({ declaration }) => declaration === null);
  if (missing) throw new Error(`${index} exports ${missing.name}, which is declared nowhere`);
  const names = new Map(open.flatMap(({ name, declaration }) => (declaration ? [[keyOf(declaration), name]] : [])));
  const named = open.flatMap(({ name, declaration }) => (declaration?.kind.match(/interface|type/) ? [name] : []));
  const unnamed = new Map<string, Unnamed>();
  const seen = new Set<string>();
  const visit = (declaration: Declaration, usedBy: string): void => {
    if (seen.has(keyOf(declaration))) return;
    seen.add(keyOf(declaration));
    // What an interface extends is a part of its shape, and nobody has to name it.
    const heritage = /^\s*(?:export )?(?:declare )?interface [^{]*?extends ([^{]*)\{/.exec(declaration.text)?.[1] ?? '';
    const words = new Set(declaration.text.match(/\b(?:[A-Z][\w$]*|(?<=typeof )[\w$]+)/g) ?? []);
    words.delete(declaration.name);
    for (const word of words) {
      const next = used(declaration.file, word);
      // An alias that its own file keeps to itself is a step of what the compiler works out.
      if (!next || (next.kind === 'type' && !read(next.file).exports.has(next.name))) continue;
      if (!names.has(keyOf(next)) && !new RegExp(`\\b${word}\\b`).test(heritage))
        unnamed.set(keyOf(next), { type: word, usedBy: names.get(keyOf(declaration)) ?? usedBy });
      if (next.kind !== 'foreign') visit(next, names.get(keyOf(next)) ?? usedBy);
    }
  };
  for (const { name, declaration } of open) if (declaration) visit(declaration, name);
  return { named, unnamed: [...unnamed.values()] };
}
