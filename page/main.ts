import { openShell } from './shell.ts';

openShell(document.body);
