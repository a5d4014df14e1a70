/** The one place that loads node:sqlite. */
import type { DatabaseSync } from 'node:sqlite';

/** node:sqlite is loaded here and not at the top, so that node's word on its being experimental is not said to the user. */
export function openDatabase(file: string, readOnly: boolean): DatabaseSync {
  const emit = process.emitWarning;
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (!/SQLite is an experimental feature/.test(String(warning))) Reflect.apply(emit, process, [warning, ...rest]);
  };
  try {
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    return new DatabaseSync(file, { readOnly });
  } finally {
    process.emitWarning = emit;
  }
}
