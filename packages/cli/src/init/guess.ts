import { channelAxis, spatialAxis } from '@mnnquant/graph';
import { type Net, NetSource } from '@mnnquant/mnn-format';
import { inspectInputs } from '../inspect/inputs.ts';
import type { InspectedInput } from '../inspect/inspection.ts';
import type { Format } from './presets.ts';

/** What a model takes, as far as it says so. */
export type ModelGuess = ImageGuess | SequenceGuess;

export interface ImageGuess {
  readonly kind: 'image';
  readonly input: InspectedInput;
  /** Those that have as many channels as the input, the most likely first. */
  readonly formats: readonly [Format, ...Format[]];
  /** Pixels; absent where the model takes any size. */
  readonly width?: number;
  readonly height?: number;
}

export interface SequenceGuess {
  readonly kind: 'sequence';
  readonly inputs: readonly InspectedInput[];
}

/** Formats by channels; which order the colours have is not in the file. */
const FORMATS: Readonly<Record<number, readonly [Format, ...Format[]]>> = {
  1: ['GRAY'],
  3: ['RGB', 'BGR'],
  4: ['RGBA', 'BGRA'],
};
const ANY_FORMAT: readonly [Format, ...Format[]] = ['RGB', 'BGR', 'GRAY', 'RGBA', 'BGRA'];

/**
 * A model with a single input that can be an image takes images; others take numbers from files.
 *
 * @param shapes of inputs whose shape the model leaves open
 * @throws {UsageError} where a shape does not fit
 */
export function guessInputs(net: Net, shapes: ReadonlyMap<string, readonly number[]>): ModelGuess {
  const { inputs } = inspectInputs(net, shapes);
  const [only] = inputs;
  const image = inputs.length === 1 ? imageGuess(only, shapes.get(only.name), net.sourceType) : undefined;
  return image ?? { kind: 'sequence', inputs };
}

function imageGuess(
  input: InspectedInput,
  given: readonly number[] | undefined,
  source: number,
): ImageGuess | undefined {
  const { dtype, layout } = input;
  const shape = given ?? input.declared;
  if (shape.length !== 4 || dtype !== 'float32') return undefined;
  const channels = shape[channelAxis(layout, 4)];
  const formats = channels < 0 ? ANY_FORMAT : FORMATS[channels];
  if (formats === undefined) return undefined;
  const axis = spatialAxis(layout);
  const [height, width] = [shape[axis], shape[axis + 1]];
  return {
    kind: 'image',
    input,
    formats: likelyFirst(formats, source),
    ...(width >= 1 && { width }),
    ...(height >= 1 && { height }),
  };
}

/** Caffe reads images with OpenCV, whose colours begin with blue. */
function likelyFirst(
  [first, second, ...rest]: readonly [Format, ...Format[]],
  source: number,
): readonly [Format, ...Format[]] {
  return source === NetSource.CAFFE && second !== undefined
    ? [second, first, ...rest]
    : [first, ...(second ? [second] : []), ...rest];
}
