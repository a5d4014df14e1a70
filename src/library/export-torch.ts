/** A network as a folder that PyTorch loads, for training code of one's own: the module, its weights, and a loader of a few lines. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { demandWritable, writeAtomically } from '../files/write.ts';
import type { Model } from '../onnx/graph.ts';
import { encodeSafetensors } from '../onnx/safetensors.ts';
import { prepareNetwork } from '../train/network/prepare.ts';
import { packageFolder } from '../train/torch/package.ts';
import { describeNetwork, planVersion } from '../train/torch/plan.ts';

/** What of the Python package a network needs. */
const modules = ['__init__', 'errors', 'safetensors', 'operators', 'window', 'network'] as const;

const loader = `"""The network as a torch.nn.Module. In training code of your own: from load import load, save"""
import json, os
from rankfront_torch import safetensors
from rankfront_torch.network import Network

here = os.path.dirname(os.path.abspath(__file__))

def load(weights="weights.safetensors"):
    with open(os.path.join(here, "network.json"), encoding="utf8") as file:
        return Network(json.load(file), safetensors.read(os.path.join(here, weights)))

def save(network, path=os.path.join(here, "trained.safetensors")):
    safetensors.write(path, network.named_tensors())
`;

/**
 * @param folder made where it is not there; files of these names in it are not written over
 * @param where it is from, for the head of the file
 * @throws UserError for a network that is no classifier of images, or a folder that cannot be written to
 */
export function writeTorchFolder(model: Model, folder: string, from: Readonly<Record<string, string>>): string[] {
  const { described, constants } = describeNetwork(prepareNetwork(model));
  const files = new Map<string, Uint8Array | string>([
    ['network.json', JSON.stringify({ format: 'rankfront-torch-network', version: planVersion, from, ...described })],
    ['weights.safetensors', encodeSafetensors(constants, { format: 'pt', ...from })],
    ['load.py', loader],
    ...modules.map((name): [string, string] => [
      join('rankfront_torch', `${name}.py`),
      readFileSync(join(packageFolder(), 'rankfront_torch', `${name}.py`), 'utf8'),
    ]),
  ]);
  mkdirSync(join(folder, 'rankfront_torch'), { recursive: true });
  for (const name of files.keys()) demandWritable(join(folder, name), 'the network');
  for (const [name, content] of files) writeAtomically(join(folder, name), content, 'the network');
  return [...files.keys()];
}
