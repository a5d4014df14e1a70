/** What `rankfront studies` does with a study: delete, rename, copy. */
import { UserError } from '../errors/user-error.ts';
import { copyStudy, deleteStudy, renameStudy } from '../store/keep-studies.ts';
import { openStore } from '../store/open.ts';
import { trialsIn } from '../study/read/counts.ts';
import { demandStudyName } from '../study/search/study-name.ts';
import type { Console, ExitStatus } from './command.ts';

export const studyActions = ['delete', 'rename', 'copy'] as const;
export type StudyAction = (typeof studyActions)[number];

export interface KeepArguments {
  readonly names: readonly string[];
  readonly store: string;
  readonly to: string | undefined;
  readonly yes: boolean;
  readonly force: boolean;
}

const wanted: Readonly<Record<StudyAction, readonly string[]>> = {
  delete: ['NAME'],
  rename: ['OLD', 'NEW'],
  copy: ['NAME', 'NEW'],
};

/** @throws UserError for the wrong number of names, and what the store says */
export async function keepStudies(action: StudyAction, args: KeepArguments, console: Console): Promise<ExitStatus> {
  const { names, store, to, force } = args;
  const [name = '', newName = ''] = names;
  if (names.length !== wanted[action].length)
    throw new UserError(
      `"rankfront studies ${action}" takes ${wanted[action].join(' and ')}, found ${names.length}.`,
      `Write: rankfront studies ${action} ${wanted[action].join(' ')}.`,
    );
  if (to !== undefined && action !== 'copy')
    throw new UserError(`"rankfront studies ${action}" has no --to: it works in one store.`, 'Leave it out.');
  if (action === 'delete') return deleteNamed(name, args, console);
  demandStudyName(newName);
  if (action === 'rename') {
    await renameStudy(store, name, newName, { force });
    console.note(`Renamed: study "${name}" is "${newName}" now.`);
  } else {
    await copyStudy(store, name, { place: to ?? store, name: newName });
    console.note(`Copied: study "${name}" is "${newName}" in "${to ?? store}" too.`);
  }
  return 0;
}

async function deleteNamed(name: string, { store, yes, force }: KeepArguments, console: Console): Promise<ExitStatus> {
  if (yes) {
    await deleteStudy(store, name, { force });
    console.note(`Deleted: study "${name}" with its trials, samples and trainings.`);
    return 0;
  }
  const open = await openStore(store, { readOnly: true });
  const found = (await open.studies.list().finally(() => open.close())).find(study => study.name === name);
  const what = found ? `${trialsIn(found.trials)} trials, on a front of ${found.frontSize}` : 'no such study';
  console.note(`Nothing is deleted yet. Study "${name}" in "${store}": ${what}.`);
  if (found) console.note('It cannot be brought back. Run the same command with --yes to delete it.');
  return 1;
}
