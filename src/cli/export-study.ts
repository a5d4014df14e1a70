/** `rankfront export-study`: one study as a file of its own, sealed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../errors/user-error.ts';
import { copyStudy } from '../store/keep-studies.ts';
import { fileOfStore } from '../store/place.ts';
import { exportStudy } from '../store/sqlite/export-study.ts';
import { defineCommand, type ExitStatus } from './command.ts';
import { withStudy } from './open-study.ts';
import { jsonOption, storeOption, studyOption } from './options.ts';

export const exportStudyCommand = defineCommand({
  options: {
    study: studyOption,
    store: storeOption,
    out: { type: 'string', demandOption: true, describe: 'The file to write; there may be none of that name yet' },
    json: jsonOption,
  },
  examples: [['rankfront export-study --study resnet18 --out resnet18.study', 'a file to hand on']],
  run: async (args, console) =>
    withStudy<ExitStatus>(args, console, async (study, _store, { disagreements }) => {
      if (disagreements.length > 0)
        throw new UserError(
          `Cannot export the study "${study.name}": its stored numbers do not add up.`,
          'Go back to an unchanged copy of the store; "rankfront verify" lists what was changed.',
        );
      const sha256 = await written(args.store, study.name, args.out);
      if (args.json) console.out(JSON.stringify({ study: study.name, out: args.out, sha256 }));
      else {
        console.note(`Wrote ${args.out}: study "${study.name}", with the SHA-256 of its content ${sha256}.`);
        console.note('Whoever imports it sees the same SHA-256, or else the file was changed.');
      }
      return 0;
    }),
});

/** The file is SQLite, wherever the study comes from. */
async function written(place: string, name: string, out: string): Promise<string> {
  const file = fileOfStore(place);
  if (file !== undefined) return exportStudy(file, name, out);
  const folder = mkdtempSync(join(tmpdir(), 'rankfront-export-'));
  try {
    const copied = join(folder, 'study.sqlite');
    await copyStudy(place, name, { place: copied, name, action: 'export' });
    return await exportStudy(copied, name, out);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
