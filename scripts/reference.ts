/**
 * `node scripts/reference.ts STORE STUDY [FOLDER]`: copies a study to `results/reference/FOLDER/` (STUDY by default) as one small
 * file, with its front as JSON, CSV and SVG and a page that says how it was made and on what.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { frontSvg } from '../src/report/chart/svg.ts';
import { frontCsv } from '../src/report/front/csv.ts';
import { headline } from '../src/report/front/headline.ts';
import { frontJson } from '../src/report/front/json.ts';
import { frontTable } from '../src/report/front/table.ts';
import { openStore } from '../src/store/open.ts';
import { exportStudy } from '../src/store/sqlite/export-study.ts';
import { readFront } from '../src/study/read/read-front.ts';

const [storePath = '', name = '', place = name] = process.argv.slice(2);
const folder = join(import.meta.dirname, '..', 'results', 'reference', place);
const file = join(folder, 'study.sqlite');
mkdirSync(folder, { recursive: true });
rmSync(file, { force: true });
await exportStudy(storePath, name, file);

const store = await openStore(file, { readOnly: true });
try {
  const study = await store.studies.get(name);
  const dense = study && (await store.trials.get(study.id, 0));
  if (!study || dense?.state !== 'complete') throw new Error(`no measured study "${name}" in ${storePath}`);
  const report = await readFront(store, study, 'confirmed');
  writeFileSync(join(folder, 'front.json'), `${frontJson(report)}\n`);
  writeFileSync(join(folder, 'front.csv'), frontCsv(report));
  writeFileSync(join(folder, 'front.svg'), `${frontSvg(report)}\n`);
  const complete = await store.trials.list(study.id, { states: ['complete'] });
  const failed = await store.trials.list(study.id, { states: ['failed'] });
  const { environment } = (await store.trials.samples(dense.id))[0] ?? {};
  const { cpuModel, cores, memoryBytes, platform, arch, node, onnxruntime, rankfront } = environment ?? {};
  const page = [
    `# Reference study: ${name}`,
    '',
    `${complete.length - 1} trials complete, ${failed.length} failed, and the dense model. Made by`,
    '```',
    `npx rankfront ${study.commandLine.join(' ')}`,
    '```',
    `on ${cpuModel}, ${cores} cores, ${Math.round((memoryBytes ?? 0) / 2 ** 30)} GiB, ${platform} ${arch}, Node ${node}, onnxruntime ${onnxruntime}, rankfront ${rankfront}; a shared machine.`,
    '',
    'The confirmed front, its accuracies on the images that the search never saw; `--search` shows what the search saw:',
    '',
    ...headline(report).map(line => `> ${line}`),
    '```',
    frontTable(report),
    '```',
    '![front](front.svg)',
    '',
    'Check it again, from the root of a checkout with the networks and images beside it:',
    '```',
    `npx rankfront verify --store results/reference/${place}/study.sqlite`,
    '```',
    '',
  ];
  writeFileSync(join(folder, 'README.md'), page.join('\n'));
} finally {
  await store.close();
}
