import { openShell } from './shell.ts';

openShell(document.body);

/** For whoever points at a chart from outside, such as a test: `(await import('/main.js')).charts()`. */
export const charts = () => import('./chart.ts');
