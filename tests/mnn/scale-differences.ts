import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { opTypeName } from '@mnnquant/mnn-format';
import { isAverage } from '../../packages/calibrate/src/observers/averages.ts';
import { hostStatistics } from '../../packages/calibrate/src/observers/host-statistics.ts';
import { klScale, klSolver } from '../../packages/calibrate/src/solvers/kl.ts';
import { KlSearch } from '../../packages/calibrate/src/solvers/kl-threshold.ts';
import { groupTies, type TieGroup } from '../../packages/calibrate/src/ties/tie-groups.ts';
import { planTies } from '../../packages/calibrate/src/ties/tie-plan.ts';
import { readNpz, writeNpz } from './npz.ts';
import { pythonScript, runPython } from './oracle.ts';
import type { ScaleComparison } from './scale-comparison.ts';

export interface ScaleDifference {
  readonly tensor: number;
  readonly name: string;
  readonly type: string;
  readonly ours: number;
  readonly theirs: number;
  readonly why: string;
}

export interface Agreement {
  /** Tensors that no op of the network ties to another and that are no input: the definitions coincide. */
  readonly untied: number;
  /** Of these, how many agree. */
  readonly agreeing: number;
  /** Tensors where the definitions differ on purpose, and how many of them agree. */
  readonly tied: number;
  readonly tiedAgreeing: number;
  readonly differences: readonly ScaleDifference[];
}

const TOLERANCE = 0.02;
const agree = (a: number, b: number) => Math.abs(a / b - 1) <= TOLERANCE;

/** Compares scale by scale; every difference of more than 2 % has its reason. */
export function agreement(comparison: ScaleComparison, python: string): Agreement {
  const { plan, ours, theirs } = comparison;
  const structure = structuralGroups(comparison);
  const inputs = new Set(plan.graph.inputs.map((input) => input.tensor));
  const shared = [...ours.scales.tensors.keys()].filter((id) => (theirs.get(id) ?? 0) > 0);
  const free = shared.filter((id) => structure.get(id)!.members.length === 1 && !inputs.has(id));
  const differing = shared.filter((id) => !agree(ours.scales.tensors.get(id)!.scale, theirs.get(id)!));
  const astray = differing.filter((id) => ours.scales.tensors.get(id)!.note?.startsWith('KL would'));
  const close = differing.filter((id) => free.includes(id) && !astray.includes(id));
  const rounding = fromTheirActivations(comparison, python, close);
  const differences = differing.map((id) => {
    if (astray.includes(id)) return describeDifference(comparison, id, ours.scales.tensors.get(id)!.note!);
    const why = close.includes(id)
      ? roundingReason(rounding.get(id)!, theirs.get(id)!)
      : tieReason(comparison, structure.get(id)!, id);
    return describeDifference(comparison, id, why);
  });
  const freeDiffering = differing.filter((id) => free.includes(id)).length;
  return {
    untied: free.length,
    agreeing: free.length - freeDiffering,
    tied: shared.length - free.length,
    tiedAgreeing: shared.length - free.length - (differing.length - freeDiffering),
    differences,
  };
}

export const UNEXPLAINED = 'UNEXPLAINED';

function describeDifference(
  { plan, ours, theirs }: ScaleComparison,
  id: number,
  why: string,
): ScaleDifference {
  const producer = plan.graph.producer.get(id);
  return {
    tensor: id,
    name: plan.graph.tensorNames[id],
    type: producer === undefined ? 'Input' : opTypeName(producer.source.type),
    ours: ours.scales.tensors.get(id)!.scale,
    theirs: theirs.get(id)!,
    why,
  };
}

/** What the network's ops tie together, whatever runs in int8: MNN copies scales along all of these. */
function structuralGroups({ plan }: ScaleComparison): ReadonlyMap<number, TieGroup> {
  const tensors = new Set(plan.descs.keys());
  const nodes = new Map(plan.graph.nodes.map((node) => [node.index, 'int8' as const]));
  const ties = planTies(plan.graph, { nodes, tensors });
  const { groups } = groupTies(tensors, ties, () => 1, { maxRangeRatio: Number.POSITIVE_INFINITY });
  const structure = new Map(groups.flatMap((group) => group.members.map((id) => [id, group] as const)));
  // MNN runs a Pooling3D as a Pooling, and copies its input's scale.
  for (const { node } of plan.steps) {
    if (opTypeName(node.source.type) !== 'Pooling3D') continue;
    const members = [node.inputs[0], node.outputs[0]];
    for (const id of members) structure.set(id, { id: members[0], members, sources: [members[0]] });
  }
  return structure;
}

function tieReason({ plan, ours }: ScaleComparison, { members }: TieGroup, id: number): string {
  const inputs = new Set(plan.graph.inputs.map((input) => input.tensor));
  const group = ours.scales.groups.find((candidate) => candidate.members.includes(id));
  const sources = group?.sources ?? [id];
  if (sources.some((source) => inputs.has(source))) return 'input: ours takes the maximum, MNN searches';
  const averages = sources.every((source) => {
    const producer = plan.graph.producer.get(source);
    return producer !== undefined && isAverage(producer);
  });
  if (averages) return 'average: float in ours, with a scale of its own; MNN copies that of the pool’s input';
  if (group === undefined) {
    return `MNN copies the scale of another of ${members.length} tensors; ours leaves the ops between them in float`;
  }
  if (!group.sources.includes(id) && group.sources.length === 1) {
    return `shared by ${group.members.length} tensors, decided by what comes out of ${plan.graph.tensorNames[group.sources[0]]}`;
  }
  return `shared by ${group.members.length} tensors from ${group.sources.length} sources together; MNN copies one of theirs`;
}

/** Whether MNN's search, as we write it, gives MNN's scale once it sees MNN's own activations. */
function roundingReason(fromTheirs: number, theirs: number): string {
  if (fromTheirs === theirs) {
    return 'two thresholds are nearly as good: ours takes the larger; on MNN’s activations the bare search gives MNN’s scale to the bit';
  }
  if (agree(fromTheirs, theirs)) {
    return 'two thresholds are nearly as good: ours takes the larger; on MNN’s activations the bare search gives MNN’s scale';
  }
  return UNEXPLAINED;
}

function fromTheirActivations(
  comparison: ScaleComparison,
  python: string,
  ids: readonly number[],
): Map<number, number> {
  if (ids.length === 0) return new Map();
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-activations-'));
  try {
    const [source, target] = [join(folder, 'in.npz'), join(folder, 'out.npz')];
    writeNpz(source, new Map([['samples', comparison.samples]]));
    const names = ids.map((id) => comparison.opNames.get(id)!);
    runPython(python, [pythonScript('activations.py'), comparison.modelPath, source, target, ...names]);
    const found = readNpz(target);
    return new Map(ids.map((id, i) => [id, klScaleOf(found.get(names[i])!.data as Float32Array)]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function klScaleOf(data: Float32Array): number {
  const tensor = { shape: [data.length], dtype: 'float32', layout: 'NCHW', data } as const;
  const statistics = hostStatistics(tensor, klSolver.observation);
  return klScale(new KlSearch(statistics.counts).threshold(), statistics.absMax, 127);
}
