/** The commands in the order of the help: their words, and where the rest of each is loaded from when it is called. */
import type { Command, CommandBody, CommandWords } from './command.ts';

interface Entry extends CommandWords {
  readonly load: () => Promise<CommandBody>;
}

export const commandTable: readonly Entry[] = [
  {
    usage: 'init <model>',
    summary: 'Look at a network, its images and this machine; write the settings that "search" reads',
    load: async () => (await import('./init.ts')).init,
  },
  {
    usage: 'space',
    summary: 'Propose a search space: which layers, which methods, which ranks',
    load: async () => (await import('./space.ts')).space,
  },
  {
    usage: 'search',
    summary: 'Search for the ranks that give the best measured latency and accuracy; run it again to continue',
    load: async () => (await import('./search.ts')).search,
  },
  {
    usage: 'studies [action] [names..]',
    summary: 'List the studies in a store; delete, rename or copy one',
    load: async () => (await import('./studies.ts')).studies,
  },
  {
    usage: 'export-study',
    summary: 'Write one study with all that belongs to it into one file that proves itself',
    load: async () => (await import('./export-study.ts')).exportStudyCommand,
  },
  {
    usage: 'import-study <file>',
    summary: 'Take a study that "export-study" wrote into a store, after proving that nothing was changed',
    load: async () => (await import('./import-study.ts')).importStudy,
  },
  {
    usage: 'copy-store <from> <to>',
    summary: 'Copy studies to another store, from a file to PostgreSQL or back; they are checked by their hashes',
    load: async () => (await import('./copy-store.ts')).copy,
  },
  {
    usage: 'trials',
    summary: 'List all trials of a study, one row each, also those that failed or were stopped early',
    load: async () => (await import('./trials.ts')).trials,
  },
  {
    usage: 'show <trial>',
    summary: 'Show one trial: its ranks, its measurements, and what a reviewer needs to check them',
    load: async () => (await import('./show.ts')).show,
  },
  {
    usage: 'front',
    summary: 'Show the Pareto front of a study: measured latency against accuracy',
    load: async () => (await import('./front.ts')).front,
  },
  {
    usage: 'serve',
    summary: 'Show the studies of a store as a page in the browser, live while a search runs',
    load: async () => (await import('./serve.ts')).serve,
  },
  {
    usage: 'confirm',
    summary: 'Measure the front again on images that the search never used; exits 1 while some are left',
    load: async () => (await import('./confirm.ts')).confirm,
  },
  {
    usage: 'refine',
    summary: 'Train the front further towards the dense network, without labels; exits 1 while some are left',
    load: async () => (await import('./refine.ts')).refine,
  },
  {
    usage: 'pick',
    summary: 'Pick one point of the front, by your limits or as recommended; exits 1 if no point fits',
    load: async () => (await import('./pick.ts')).pick,
  },
  {
    usage: 'report',
    summary: 'Write a report on a study: one file that opens anywhere, without a server or a network',
    load: async () => (await import('./report.ts')).report,
  },
  {
    usage: 'check',
    summary: 'Check one exported model against the dense one, without any study; exits 1 unless it holds',
    load: async () => (await import('./check.ts')).check,
  },
  {
    usage: 'roi [studies..]',
    summary: 'Reckon whether it pays to factorise, or to change the device; exits 1 when staying dense is best',
    load: async () => (await import('./roi.ts')).roi,
  },
  {
    usage: 'compare <studies..>',
    summary: 'Compare one network on several devices: what each gains, at which ranks, at what price',
    load: async () => (await import('./compare.ts')).compare,
  },
  {
    usage: 'transfer',
    summary: 'Measure the front of a study on another device; exits 1 if no trial of it holds there',
    load: async () => (await import('./transfer.ts')).transfer,
  },
  {
    usage: 'export',
    summary: 'Write the model of a trial as an ONNX file, or as a folder that PyTorch loads',
    load: async () => (await import('./export.ts')).exportModel,
  },
  {
    usage: 'retrain',
    summary: 'Retrain a trial to recover its accuracy; run it again to continue after a stop',
    load: async () => (await import('./retrain.ts')).retrain,
  },
  {
    usage: 'import-weights',
    summary: 'Take what your own training code made of a trial into its study, scored and proved',
    load: async () => (await import('./import-weights.ts')).importWeights,
  },
  {
    usage: 'train',
    summary: 'Train a network on labelled images; run it again to continue after a stop',
    load: async () => (await import('./train.ts')).train,
  },
  {
    usage: 'profile',
    summary: 'Show where the time goes: milliseconds and MACs of every layer, and what lower ranks could save',
    load: async () => (await import('./profile.ts')).profile,
  },
  {
    usage: 'evaluate',
    summary: 'Measure configurations that another program proposes: JSON lines in, JSON lines out',
    load: async () => (await import('./evaluate.ts')).evaluate,
  },
  {
    usage: 'verify',
    summary: 'Check all stored numbers and measure the front again; exits 1 unless all of them hold',
    load: async () => (await import('./verify.ts')).verify,
  },
  {
    usage: 'audit',
    summary: 'Check that the cheap accuracy ranks candidates as the full accuracy does; run it again to continue',
    load: async () => (await import('./audit.ts')).audit,
  },
  {
    usage: 'optuna <study>',
    summary: 'Write a study into a database of Optuna, which optuna-dashboard opens',
    load: async () => (await import('./optuna.ts')).optuna,
  },
  {
    usage: 'replay',
    summary: 'Propose every trial again from the store; exits 1 at the first one that differs',
    load: async () => (await import('./replay.ts')).replay,
  },
  {
    usage: 'explain',
    summary: 'Explain how well the tuner predicts, which layers matter, and what it would try next',
    load: async () => (await import('./explain.ts')).explain,
  },
  {
    usage: 'gc',
    summary: 'Free space: remove cached factors, images and engines that were not used for a while',
    load: async () => (await import('./gc.ts')).gc,
  },
  {
    usage: 'agent',
    summary: 'Measure on this machine for searches that run elsewhere',
    load: async () => (await import('./agent.ts')).agent,
  },
  {
    usage: 'worker',
    summary: 'Work on the trials of searches that share a PostgreSQL store; exits 3 if its device is broken',
    load: async () => (await import('./worker.ts')).worker,
  },
  {
    usage: 'workers',
    summary: 'List the workers of a shared store, their devices, what they do and how they are',
    load: async () => (await import('./workers.ts')).workers,
  },
  {
    usage: 'jobs [action] [trials..]',
    summary: 'List the trials that a shared store hands out; let dead ones be tried again',
    load: async () => (await import('./jobs.ts')).jobs,
  },
  {
    usage: 'hardware [name]',
    summary: 'List the built-in hardware profiles, or print one',
    load: async () => (await import('./hardware.ts')).hardware,
  },
  {
    usage: 'doctor',
    summary: 'Check this machine: versions, execution providers, load; exits 1 when nothing can be measured',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  {
    usage: 'completion <shell>',
    summary: 'Print what a shell needs to complete commands, options and names',
    load: async () => (await import('./completion.ts')).completion,
  },
];

export const commandName = ({ usage }: CommandWords): string => usage.split(' ')[0] ?? usage;

/** The command of that name, with all that it needs; undefined where there is none. */
export async function loadCommand(name: string): Promise<Command | undefined> {
  const entry = commandTable.find(each => commandName(each) === name);
  if (!entry) return undefined;
  const { usage, summary, load } = entry;
  return { usage, summary, ...(await load()) };
}
