/** `rankfront import-study`: a study that was exported, proved before it is taken in. */
import { UserError } from '../errors/user-error.ts';
import { copyStudy } from '../store/keep-studies.ts';
import { openStore } from '../store/open.ts';
import { provedExport } from '../store/sqlite/import-study.ts';
import { disagreementText } from '../study/recount/disagreement.ts';
import { recountStudy } from '../study/recount/recount-study.ts';
import { demandStudyName } from '../study/search/study-name.ts';
import { defineCommand } from './command.ts';
import { jsonOption, storeOption } from './options.ts';

const shownAtMost = 3;

export const importStudy = defineCommand({
  positionals: { file: { type: 'string', demandOption: true, describe: 'The file that "export-study" wrote' } },
  options: {
    store: storeOption,
    as: { type: 'string', describe: 'The name of the study in this store [default: the name that it has]' },
    json: jsonOption,
  },
  examples: [['rankfront import-study resnet18.study --as resnet18-board', 'the study under another name']],
  run: async (args, console) => {
    const { name, sha256 } = await provedExport(args.file);
    await demandCounted(args.file, name);
    const newName = args.as ?? name;
    demandStudyName(newName);
    await demandFree(args.store, newName);
    await copyStudy(args.file, name, { place: args.store, name: newName, action: 'import' });
    if (args.json) console.out(JSON.stringify({ study: newName, sha256 }));
    else
      console.note(`Imported study "${newName}": nothing was changed in it. The SHA-256 of its content is ${sha256}.`);
    return 0;
  },
});

/** A seal can be made again by whoever changed a number; what the number was made from says otherwise. */
async function demandCounted(file: string, name: string): Promise<void> {
  const store = await openStore(file, { readOnly: true });
  try {
    const study = await store.studies.get(name);
    const { disagreements } = study ? await recountStudy(store, study, { bounds: false }) : { disagreements: [] };
    if (disagreements.length === 0) return;
    const shown = disagreements.slice(0, shownAtMost).map(disagreementText).join('; ');
    const left = disagreements.length - shownAtMost;
    throw new UserError(
      `Cannot import "${file}": its numbers do not add up: ${shown}${left > 0 ? `; and ${left} more` : ''}.`,
      'Ask for an unchanged file; nothing was imported.',
    );
  } finally {
    await store.close();
  }
}

async function demandFree(place: string, name: string): Promise<void> {
  const store = await openStore(place);
  const taken = await store.studies.get(name).finally(() => store.close());
  if (taken)
    throw new UserError(
      `Cannot import the study "${name}": the store "${place}" has a study of that name.`,
      `Import it under another name: --as ${name}-2.`,
    );
}
