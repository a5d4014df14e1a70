/** The names of the studies in a file, and nothing else of it: for whoever cannot wait for a store to be opened. */
import { openDatabase } from './open-database.ts';

/** In the order in which they were made; none where the file cannot be read. */
export function studyNames(path: string): readonly string[] {
  try {
    const database = openDatabase(path, true);
    try {
      const rows = database.prepare('select name from studies order by id').all();
      return rows.flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
    } finally {
      database.close();
    }
  } catch {
    return [];
  }
}
