/** Reads the text of a search space. */
import { parseYaml } from '../units/parse-yaml.ts';
import { type SpaceSpec, searchSpaceSchema } from './schema.ts';

/** @throws UserError that names the file, the line and the YAML path of the first thing that is wrong */
export const parseSearchSpace = (text: string, fileName: string): SpaceSpec =>
  parseYaml(text, fileName, searchSpaceSchema);
