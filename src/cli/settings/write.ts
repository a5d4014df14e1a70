/** The text of a settings file: every key with what it means, those that are not set as comments. */
import { stringify } from 'yaml';
import { type SettingKey, type Settings, settingKeys, settingsShape, settingsVersion } from './schema.ts';

/**
 * @param schema where an editor finds the schema, from the file
 * @param notes lines for people above a key
 */
export function settingsText(
  values: Partial<Settings>,
  schema: string,
  notes: Partial<Record<SettingKey, readonly string[]>> = {},
): string {
  return [
    `# yaml-language-server: $schema=${schema}`,
    '# The settings of `rankfront search` in this folder; an option on the command line goes before them.',
    `version: ${settingsVersion}`,
    ...settingKeys.flatMap(key => [
      '',
      ...[settingsShape[key].description ?? '', ...(notes[key] ?? [])].map(comment),
      values[key] === undefined ? `# ${key}:` : stringify({ [key]: values[key] }, { lineWidth: 0 }).trimEnd(),
    ]),
    '',
  ].join('\n');
}

const comment = (text: string): string => `# ${text}`.trimEnd();
