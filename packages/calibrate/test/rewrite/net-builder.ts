import {
  createTable,
  MNN_DATA_FORMAT,
  type MnnModel,
  type Op,
  type OpParameter,
  OpType,
} from '@mnnquant/mnn-format';

export interface ConvolutionSpec {
  readonly outputs: number;
  readonly inputs: number;
  readonly kernel?: number;
  readonly stride?: number;
  readonly group?: number;
  readonly depthwise?: boolean;
  readonly relu?: boolean;
  readonly bias?: boolean;
}

/** Assembles a small model op by op. Every op writes one new tensor and returns its id. */
export class NetBuilder {
  readonly #ops: Op[] = [];
  readonly #names: string[] = [];
  #seed = 1;

  input(dims: readonly number[], format: MNN_DATA_FORMAT = MNN_DATA_FORMAT.NC4HW4, name = 'input'): number {
    const value = createTable('Input', { dims: Int32Array.from(dims), dformat: format });
    return this.op('Input', [], { type: 'Input', value }, name);
  }

  convolution(from: number, spec: ConvolutionSpec, name?: string): number {
    const {
      outputs,
      inputs,
      kernel = 1,
      stride = 1,
      group = 1,
      depthwise = false,
      relu = false,
      bias = true,
    } = spec;
    const common = createTable('Convolution2DCommon', {
      kernelX: kernel,
      kernelY: kernel,
      strideX: stride,
      strideY: stride,
      padX: kernel >> 1,
      padY: kernel >> 1,
      outputCount: outputs,
      inputCount: inputs,
      group: depthwise ? outputs : group,
      relu,
    });
    const columns = (depthwise ? 1 : inputs / group) * kernel * kernel;
    const value = createTable('Convolution2D', {
      common,
      weight: this.noise(outputs * columns, 1 / Math.sqrt(columns)),
      bias: bias ? this.noise(outputs, 0.1) : undefined,
    });
    const type = depthwise ? 'ConvolutionDepthwise' : 'Convolution';
    return this.op(type, [from], { type: 'Convolution2D', value }, name);
  }

  /** An empty list of tensors in NCHW, as the converter writes it for ONNX: handle and list. */
  emptyList(length: number): readonly [handle: number, list: number] {
    const value = createTable('TensorArray', { dynamic_size: true });
    const handle = this.op('TensorArray', [length], { type: 'TensorArray', value });
    const list = this.#names.push(`list_${handle}`) - 1;
    const outputIndexes = Int32Array.of(handle, list);
    this.#ops.push({ ...this.#ops.pop()!, outputIndexes, defaultDimentionFormat: MNN_DATA_FORMAT.NCHW });
    return [handle, list];
  }

  op(type: keyof typeof OpType, inputs: readonly number[], main?: OpParameter, name?: string): number {
    const tensor = this.#names.length;
    const label = name ?? `${type}_${this.#ops.length}`;
    this.#names.push(label);
    this.#ops.push(
      createTable('Op', {
        name: label,
        type: OpType[type],
        inputIndexes: inputs.length > 0 ? Int32Array.from(inputs) : undefined,
        outputIndexes: Int32Array.of(tensor),
        main,
        defaultDimentionFormat: MNN_DATA_FORMAT.NHWC,
      }),
    );
    return tensor;
  }

  /** As `op`, with several new tensors. */
  opWithOutputs(
    type: keyof typeof OpType,
    inputs: readonly number[],
    count: number,
    main?: OpParameter,
    name?: string,
  ): number[] {
    const first = this.op(type, inputs, main, name);
    const more = Array.from(
      { length: count - 1 },
      (_, i) => this.#names.push(`${this.#names[first]}_${i + 1}`) - 1,
    );
    const outputIndexes = Int32Array.of(first, ...more);
    this.#ops.push({ ...this.#ops.pop()!, outputIndexes });
    return [first, ...more];
  }

  /** A float constant. */
  constant(dims: readonly number[], values: readonly number[]): number {
    const value = createTable('Blob', {
      dims: Int32Array.from(dims),
      dataFormat: MNN_DATA_FORMAT.NCHW,
      float32s: Float32Array.from(values),
    });
    return this.op('Const', [], { type: 'Blob', value });
  }

  build(outputs: readonly number[]): MnnModel {
    const net = createTable('Net', {
      oplists: this.#ops,
      tensorName: this.#names,
      tensorNumber: this.#names.length,
      outputName: outputs.map((tensor) => this.#names[tensor] as string),
    });
    return { net, unknownFields: [] };
  }

  /** Seeded numbers between -size and size. */
  noise(count: number, size: number): Float32Array {
    return Float32Array.from({ length: count }, () => {
      this.#seed = (this.#seed * 16807) % 2147483647;
      return (2 * (this.#seed / 2147483647) - 1) * size;
    });
  }
}
