/** The report on a study: first what whoever decides needs, then what a reviewer needs. */
import type { Document } from '../document/document.ts';
import { frontBlocks } from './front-section.ts';
import { layersBlocks } from './layers-section.ts';
import { measuredBlocks } from './measured-section.ts';
import { commandsBlocks, environmentBlocks, hashesBlocks, retrainingBlocks } from './rest-sections.ts';
import { summaryBlocks } from './summary.ts';
import type { StudyReportView } from './view.ts';

/** Pure: the same view gives the same document. */
export const studyDocument = (view: StudyReportView): Document => ({
  title: `${view.front.study}: ${view.point.trial === 0 ? 'the search for ' : ''}a faster ${view.modelName}`,
  subtitle: [
    view.front.device ? `${view.front.device.name}${view.front.device.computed ? ', latencies computed' : ''}` : '',
    `first trial ${view.began.slice(0, 10)}`,
  ]
    .filter(part => part !== '')
    .join(' · '),
  blocks: [
    ...summaryBlocks(view),
    ...frontBlocks(view),
    ...layersBlocks(view),
    ...measuredBlocks(view),
    ...retrainingBlocks(view),
    ...environmentBlocks(view),
    ...commandsBlocks(view),
    ...hashesBlocks(view),
  ],
});
