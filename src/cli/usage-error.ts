/** What is wrong with a command line, in our words: those of yargs name neither the command nor the way out. */
import { UserError } from '../errors/user-error.ts';
import { nearest } from '../units/nearest.ts';
import type { Command, CommandWords } from './command.ts';
import { commandName } from './commands.ts';
import { shippedProfiles } from './shipped-profiles.ts';

/** For a first word that is no command. */
export function unknownCommand(word: string, commands: readonly CommandWords[]): UserError {
  const names = commands.map(commandName);
  const meant = nearest(word, names);
  return new UserError(
    `There is no command "${word}".`,
    meant ? `Did you mean "rankfront ${meant}"?` : `The commands are ${names.join(', ')}.`,
  );
}

/**
 * @param message as yargs words it in English
 * @param args the whole command line
 */
export function usageError(message: string, command: Command | undefined, args: readonly string[]): UserError {
  if (!command) return new UserError(sentence(message), 'Run "rankfront --help" for the list of them.');
  const help = `Run "rankfront ${commandName(command)} --help" for the options and an example.`;
  const name = commandName(command);
  const [, unknown] = /^Unknown arguments?: (.*)$/s.exec(message) ?? [];
  if (unknown !== undefined) return unknownArgument(unknown.split(', '), command, args, help);
  const [, missing] = /^Missing required arguments?: (.*)$/s.exec(message) ?? [];
  if (missing !== undefined) return missingOptions(missing.split(', '), command, help);
  const [, argument = '', given = '', choices = ''] =
    /^Invalid values:\s+Argument: (.*?), Given: (.*), Choices: (.*)$/s.exec(message) ?? [];
  if (argument) return wrongChoice(argument in command.positionals ? `<${argument}>` : `--${argument}`, given, choices);
  if (/^(Not enough|Too many) non-option arguments/.test(message)) {
    const wanted = Object.entries(command.positionals).map(([each, { describe }]) => `<${each}>: ${describe}`);
    const verb = message.startsWith('Not') ? 'needs' : 'takes no more than';
    return new UserError(`"rankfront ${name}" ${verb} ${wanted.join(', ')}.`, help);
  }
  return new UserError(sentence(message), help);
}

/** yargs tells no option from a word, and names `max-drip` again as `maxDrip`. */
function unknownArgument(names: readonly string[], command: Command, args: readonly string[], help: string): UserError {
  const option = args.find(arg => names.some(name => arg === `--${name}` || arg.startsWith(`--${name}=`)));
  const what = `"rankfront ${commandName(command)}"`;
  if (option !== undefined) {
    const word = option.slice(2).split('=')[0] ?? '';
    const meant = nearest(word, Object.keys(command.options));
    return new UserError(`${what} has no option --${word}.`, meant ? `Did you mean --${meant}?` : help);
  }
  const letters = args.find(arg => /^-[^-]/.test(arg));
  if (letters !== undefined)
    return new UserError(`${what} has no option ${letters}: options start with two dashes.`, help);
  return new UserError(`${what} does not take "${names[0]}".`, help);
}

function missingOptions(names: readonly string[], command: Command, help: string): UserError {
  const flags = names.map(name => `--${name}`);
  const list = flags.length > 1 ? `${flags.slice(0, -1).join(', ')} and ${flags.at(-1)}` : (flags[0] ?? '');
  const told = names.map(name =>
    name === 'hardware' ? `--hardware: ${shippedProfiles()}.` : `--${name}: ${command.options[name]?.describe ?? ''}.`,
  );
  // Who has no settings file yet may have one made.
  const made = names.length > 1 && commandName(command) === 'search' ? ['Or begin with: rankfront init MODEL.'] : [];
  return new UserError(`"rankfront ${commandName(command)}" needs ${list}.`, [...told, ...made, help].join(' '));
}

/** The values come with quotes. */
function wrongChoice(argument: string, given: string, choices: string): UserError {
  const known = choices.split(', ').map(choice => choice.replaceAll('"', ''));
  const meant = nearest(given.replaceAll('"', ''), known);
  return new UserError(
    `${argument}: expected ${known.join(', ')}; found ${given}.`,
    meant
      ? `Did you mean ${meant}?`
      : `Give, for example, ${argument.startsWith('--') ? `${argument} ` : ''}${known[0]}.`,
  );
}

export const sentence = (message: string): string =>
  /[.?!]$/.test(message) ? message : `${message.replaceAll(/\s*\n\s*/g, ' ')}.`;
