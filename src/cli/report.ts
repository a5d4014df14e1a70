/** `rankfront report`: a study as one file to hand on. */
import { demandWritable, writeAtomically } from '../files/write.ts';
import { demandChromium, printedPdf } from '../host/chromium.ts';
import { keptFiles } from '../host/kept-files.ts';
import { documentHtml } from '../report/document/html.ts';
import { documentMarkdown } from '../report/document/markdown.ts';
import { fileOfStore } from '../store/place.ts';
import { studyReportView } from '../study/read/study-report.ts';
import { parseDrop } from '../units/drop.ts';
import { defineCommand, type ExitStatus } from './command.ts';
import { count } from './count.ts';
import { withStudy } from './open-study.ts';
import { movedModelOption, storeOption, studyOption } from './options.ts';
import { formatOf } from './output-format.ts';

const formats = {
  endings: { '.html': 'html', '.htm': 'html', '.md': 'md', '.pdf': 'pdf' },
  usual: 'html',
} as const;

export const report = defineCommand({
  options: {
    study: studyOption,
    store: storeOption,
    out: { type: 'string', demandOption: true, describe: 'The file to write, such as report.html' },
    format: {
      choices: ['html', 'md', 'pdf'] as const,
      describe: 'The format; pdf takes Chromium or Chrome [default: by the ending of --out, else html]',
    },
    trial: { type: 'number', describe: 'The trial that it is about [default: the recommended one]' },
    'max-drop': { type: 'string', describe: 'The most accuracy that the recommended one may lose [default: 1pp]' },
    model: movedModelOption,
  },
  examples: [
    ['rankfront report --study resnet18 --out report.html', 'one page with chart, pick, ranks and commands'],
    ['rankfront report --study resnet18 --trial 12 --out report.pdf', 'the same about trial 12, on paper'],
  ],
  run: async (args, console) => {
    const trial = count('--trial', args.trial, 0, 1);
    const maxDrop = args['max-drop'] === undefined ? undefined : parseDrop(args['max-drop'], '--max-drop');
    const place = { kept: keptFiles({ store: fileOfStore(args.store) }) };
    demandWritable(args.out, 'the report', place);
    const format = formatOf(args.format, args.out, formats);
    const browser = format === 'pdf' ? demandChromium() : null;
    return withStudy<ExitStatus>({ ...args, trial }, console, async (study, store, reading) => {
      const options = { place: args.store, trial, maxDrop, model: args.model };
      const view = await studyReportView(store, study, reading, options);
      if (view.pick.sites.length === 0 && view.pick.trial !== 0)
        console.note(
          `The dense model is not at "${args.model ?? study.model.path}": layers are shown without their work. Give it with --model.`,
        );
      // Charts are slow to load, and only this command and `front` draw one.
      const { studyDocument } = await import('../report/study-report/document.ts');
      const document = studyDocument(view);
      const content =
        format === 'md'
          ? documentMarkdown(document)
          : browser === null
            ? documentHtml(document)
            : await printedPdf(documentHtml(document), browser);
      writeAtomically(args.out, content, 'the report', place);
      console.note(`Wrote ${args.out}.`);
      return 0;
    });
  },
});
