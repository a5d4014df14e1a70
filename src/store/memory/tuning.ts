/** What the tuner of a study works with, in memory. */
import type { TuningStore } from '../store.ts';
import type { MemoryContent, Records } from './content.ts';

export const memoryTuning = (content: MemoryContent, { studyOf, rejudge, wrote }: Records): TuningStore => ({
  keepSetup: async (studyId, setup) => {
    const text = JSON.stringify(setup);
    const same = content.setups.findIndex(each => each.studyId === studyId && JSON.stringify(each.content) === text);
    if (same >= 0) return same + 1;
    wrote(studyId);
    return content.setups.push({ studyId, content: JSON.parse(text) });
  },
  setup: async id => content.setups[id - 1]?.content ?? null,
  latestSetup: async studyId => {
    const index = content.setups.findLastIndex(each => each.studyId === studyId);
    const found = content.setups[index];
    return found ? { id: index + 1, setup: found.content } : null;
  },
  keepSiteTable: async (studyId, table) => {
    content.siteTables.set(studyOf(studyId).id, JSON.parse(JSON.stringify(table)));
    wrote(studyId);
  },
  siteTable: async studyId => content.siteTables.get(studyId) ?? null,
  judge: async (studyId, feasible, frontOf) => {
    rejudge(studyId, ({ values }) => feasible(values), frontOf);
    wrote(studyId);
  },
});
