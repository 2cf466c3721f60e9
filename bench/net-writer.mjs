import {
  BinaryOpOperation,
  createTable,
  DataType,
  MNN_DATA_FORMAT,
  OpType,
  PoolType,
} from '@mnnquant/mnn-format';

/**
 * Assembles a network op by op. Each method takes and returns tensors `{ id, channels, size }` (square planes, one image)
 * and counts what it adds.
 */
export class NetWriter {
  multiplyAdds = 0;
  /** Weights and biases. */
  parameters = 0;
  #ops = [];
  #names = [];

  input(channels, size) {
    const value = createTable('Input', {
      dims: Int32Array.of(1, channels, size, size),
      dformat: MNN_DATA_FORMAT.NC4HW4,
    });
    return { id: this.#op('Input', [], { type: 'Input', value }, 'input'), channels, size };
  }

  /** x [1,C,S,S] · weight [O,C/g,K,K] → [1,O,S/stride,S/stride], the borders padded by K >> 1; depthwise: g = C = O. */
  convolution(from, { outputs, kernel, stride = 1, depthwise = false, activation, weight, bias }) {
    const common = createTable('Convolution2DCommon', {
      kernelX: kernel,
      kernelY: kernel,
      strideX: stride,
      strideY: stride,
      padX: kernel >> 1,
      padY: kernel >> 1,
      outputCount: outputs,
      inputCount: from.channels,
      group: depthwise ? outputs : 1,
      relu: activation === 'relu',
      relu6: activation === 'relu6',
    });
    const value = createTable('Convolution2D', { common, weight, bias });
    const type = depthwise ? 'ConvolutionDepthwise' : 'Convolution';
    const size = strided(from.size, kernel, stride);
    this.multiplyAdds += weight.length * size * size;
    this.parameters += weight.length + bias.length;
    return { id: this.#op(type, [from.id], { type: 'Convolution2D', value }), channels: outputs, size };
  }

  maxPool(from, kernel, stride) {
    const value = createTable('Pool', {
      ...{ kernelX: kernel, kernelY: kernel, strideX: stride, strideY: stride },
      ...{ padX: kernel >> 1, padY: kernel >> 1, ceilModel: false, type: PoolType.MAXPOOL },
    });
    const size = strided(from.size, kernel, stride);
    return { ...from, id: this.#op('Pooling', [from.id], { type: 'Pool', value }), size };
  }

  /** The mean of each plane. */
  globalAverage(from) {
    const value = createTable('Pool', { isGlobal: true, type: PoolType.AVEPOOL });
    return { ...from, id: this.#op('Pooling', [from.id], { type: 'Pool', value }), size: 1 };
  }

  add(a, b) {
    const value = createTable('BinaryOp', { opType: BinaryOpOperation.ADD, T: DataType.DT_FLOAT });
    return { ...a, id: this.#op('BinaryOp', [a.id, b.id], { type: 'BinaryOp', value }) };
  }

  relu(from) {
    const value = createTable('Relu', {});
    return { ...from, id: this.#op('ReLU', [from.id], { type: 'Relu', value }) };
  }

  /** The model whose output is the tensor written last. */
  model() {
    const net = createTable('Net', {
      oplists: this.#ops,
      tensorName: this.#names,
      tensorNumber: this.#names.length,
      outputName: this.#names.slice(-1),
    });
    return { net, unknownFields: [] };
  }

  #op(type, inputs, main, name = `${type}${this.#ops.length}`) {
    const output = this.#names.push(name) - 1;
    const fields = { name, type: OpType[type], main, defaultDimentionFormat: MNN_DATA_FORMAT.NHWC };
    const indexes = {
      inputIndexes: inputs.length > 0 ? Int32Array.from(inputs) : undefined,
      outputIndexes: Int32Array.of(output),
    };
    this.#ops.push(createTable('Op', { ...fields, ...indexes }));
    return output;
  }
}

function strided(size, kernel, stride) {
  return Math.floor((size + 2 * (kernel >> 1) - kernel) / stride) + 1;
}
