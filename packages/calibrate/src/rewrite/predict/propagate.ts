import type { Command, RuntimeTensor } from './runtime-tensor.ts';

type Edges = Map<RuntimeTensor, Set<RuntimeTensor>>;

const spreading: ReadonlySet<string> = new Set([
  'Raster',
  'ReLU',
  'ReLU6',
  'Pooling',
  'Interp',
  'CropAndResize',
  'ROIPooling',
]);

/**
 * Spreads scales to tensors without one, forward where a command has one float input, backward where
 * it has one float output, as Pipeline.cpp `encode` does (MNN 3.6.1), three rounds at most.
 *
 * The runtime visits tensors in the order of their addresses; here it is the order of the commands,
 * which makes a difference only where two scales compete for one tensor.
 */
export function propagateScales(commands: readonly Command[]): void {
  const forward: Edges = new Map();
  const backward: Edges = new Map();
  for (const command of commands) if (spreading.has(command.type)) connect(command, forward, backward);
  const forwardStart = startOf(forward, backward);
  const backwardStart = startOf(backward, forward);
  for (let round = 0; round < 3; round++)
    if (!spread(forward, forwardStart) && !spread(backward, backwardStart)) break;
}

function connect({ inputs, outputs }: Command, forward: Edges, backward: Edges): void {
  const sources = inputs.filter(({ isFloat }) => isFloat);
  const targets = outputs.filter(({ isFloat }) => isFloat);
  if (sources.length === 1)
    for (const target of targets) if (!target.quant) addEdge(forward, sources[0] as RuntimeTensor, target);
  if (targets.length === 1)
    for (const source of sources) if (!source.quant) addEdge(backward, targets[0] as RuntimeTensor, source);
}

function addEdge(edges: Edges, from: RuntimeTensor, to: RuntimeTensor): void {
  const targets = edges.get(from);
  if (targets === undefined) edges.set(from, new Set([to]));
  else targets.add(to);
}

/** Tensors to start from; those that several would fill the other way do not pass on. */
function startOf(edges: Edges, opposite: Edges): RuntimeTensor[] {
  for (const targets of opposite.values())
    if (targets.size > 1) for (const target of targets) edges.delete(target);
  const reached = new Set([...edges.values()].flatMap((targets) => [...targets]));
  return [...edges.keys()].filter((tensor) => !reached.has(tensor));
}

function spread(edges: Edges, start: readonly RuntimeTensor[]): boolean {
  let changed = false;
  const visit = (tensor: RuntimeTensor): void => {
    if (tensor.quant === undefined) return;
    for (const target of edges.get(tensor) ?? []) {
      if (target.quant !== tensor.quant) {
        target.quant = tensor.quant;
        changed = true;
      }
      visit(target);
    }
  };
  start.forEach(visit);
  return changed;
}
