import { elementCount, type HostTensor } from '@mnnquant/graph';
import { type Op, OpType } from '@mnnquant/mnn-format';

/** From this number of places on, the runtime takes a loop, which runs in float. */
const LOOPS_FROM = 3;

function isGather({ type }: Op): boolean {
  return type === OpType.GatherV2 || type === OpType.Gather;
}

/**
 * Whether MNN's runtime runs a gather as a copy of one or two slices: the places must be known before
 * the network runs (GeometryGather.cpp, GeometryComputerUtils.cpp `buildConstantTensors`, MNN 3.6.1).
 *
 * @param constants what is known then, by tensor: `ExecutionPlan.values`
 */
export function copiesSlices(op: Op, constants: ReadonlyMap<number, HostTensor>): boolean {
  const places = constants.get(op.inputIndexes?.[1] ?? -1);
  return isGather(op) && places !== undefined && elementCount(places.shape) < LOOPS_FROM;
}
