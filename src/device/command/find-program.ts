/** Whether the programs of a profile are there, before anything is spent on a search that cannot measure. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { UserError } from '../../errors/user-error.ts';
import { filled, namesIn, type Values } from './placeholders.ts';
import type { CommandSettings } from './settings.ts';

/** @throws UserError for the first program of the profile that cannot be run from here */
export function demandPrograms(settings: CommandSettings, deviceName: string, values: Values): void {
  const { version, environment, prepare, push, remove, run, variables } = settings;
  const steps = [run, ...prepare, ...push, ...remove, ...(environment ? [environment] : [])];
  const commands = [...steps.map(({ command }) => command), ...(version ? [version] : [])];
  // What is only made later cannot be looked for now.
  for (const [program = ''] of commands)
    if (namesIn([program]).every(name => name in values))
      demandProgram(filled([program], values)[0] ?? '', deviceName, variables.PATH);
}

/** @throws UserError that names the program, unless it can be run from here */
export function demandProgram(
  program: string,
  deviceName: string,
  path = process.env.PATH ?? '',
  endings = process.platform === 'win32' ? ['', ...(process.env.PATHEXT ?? '.EXE').split(';')] : [''],
): void {
  const places = /[\\/]/.test(program)
    ? [resolve(program)]
    : path.split(delimiter).map(folder => join(folder, program));
  if (places.some(place => endings.some(ending => isProgram(`${place}${ending}`)))) return;
  throw new UserError(
    `Cannot open the device "${deviceName}": its profile runs "${program}", and there is no such program ${/[\\/]/.test(program) ? 'at that place' : 'on PATH'}.`,
    'Install it, put its folder on PATH, or write its whole path into the hardware profile.',
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
