// Several decoders that speak as one: a target, whose logits are changed by small assistants, each the target's own
// first layers under a LoRA. Form `difference`: l_target − alpha · Σ l_assistant (ULD, Ji et al. 2024,
// https://arxiv.org/abs/2406.08607, eq. 2). Form `offset`: l_target + weight · Σ (l_assistant − l_assistant at its
// start), where the start is the target's own hidden state after so many layers, read by its head: it costs no layer.
// Traps: the target still holds what the assistants withhold; and the published filter scores what it excludes with the
// target's logit but never says it, which are two distributions. Here there is one: what is excluded is never said.
import { QuittanceError } from '#core/errors.ts';
import type { Combination } from '#core/model.ts';
import { decodingAtDepths } from './decoding.ts';
import type { DecoderConfig } from './formats/config.ts';
import type { Decoding, LanguageModel } from './language-model.ts';
import type { LoraModel } from './lora.ts';
import { modelOf, type Model } from './model.ts';
import { parameterSpecs } from './parameters.ts';
import { logitsAtDepths } from './sweep.ts';
import { tf } from './tf.ts';

/** The shape of a decoder that ends after so many layers. MODEL_INVALID where it has fewer. */
export const firstLayersConfig = (config: DecoderConfig, layers: number): DecoderConfig => {
  if (layers <= config.layers) return { ...config, layers, attention: config.attention.slice(0, layers) };
  throw new QuittanceError('MODEL_INVALID', {
    message: 'an assistant has more layers than its target',
    expected: `at most ${config.layers}`,
    got: `${layers}`,
  });
};

/** The target's first layers, embedding, norm and head. It shares the target's weights, which it does not dispose. */
export const firstLayers = (target: Model, layers: number): Model => {
  const config = firstLayersConfig(target.config, layers);
  const specs = parameterSpecs(config);
  const names = new Set(specs.map(({ name }) => name));
  const parameters = new Map([...target.parameters].filter(([name]) => names.has(name)));
  return modelOf({ ...target, config, specs, parameters, dispose: () => undefined });
};

/** Takes target and assistants over: they are disposed with it. */
export const composedFrom = (
  target: Model,
  assistants: readonly LoraModel[],
  combination: Combination,
): LanguageModel => {
  const depths = [
    target.config.layers,
    ...(combination.form === 'offset' ? assistants.map(({ config }) => config.layers) : []),
  ];
  return {
    tokenizer: target.tokenizer,
    config: target.config,
    keptPerToken: [target, ...assistants].reduce((sum, one) => sum + one.keptPerToken, 0),
    logits: (batch) =>
      combined(
        logitsAtDepths(target, batch, depths),
        assistants.map((assistant) => assistant.logits(batch)),
        combination,
      ),
    decoding: () => composedDecoding(target, assistants, depths, combination),
    dispose: () => [...assistants, target].forEach((one) => one.dispose()),
  };
};

const composedDecoding = (
  target: Model,
  assistants: readonly LoraModel[],
  depths: readonly number[],
  combination: Combination,
): Decoding => {
  const own = decodingAtDepths(target, depths);
  const others = assistants.map((assistant) => assistant.decoding());
  return {
    advance: (columns) =>
      combined(
        own.advance(columns),
        others.map((other) => other.advance(columns)),
        combination,
      ),
    keep: (rows) => [own, ...others].forEach((one) => one.keep(rows)),
    dispose: () => [own, ...others].forEach((one) => one.dispose()),
  };
};

/** Logits (N, V) of target, its starts, and assistants → those that are said; takes them over. */
const combined = (
  [told, ...starts]: readonly tf.Tensor2D[],
  heard: readonly tf.Tensor2D[],
  combination: Combination,
): tf.Tensor2D => {
  const target = told!;
  const sum = (some: readonly tf.Tensor2D[]): tf.Tensor2D => some.reduce((a, b) => tf.add(a, b));
  const said = tf.tidy((): tf.Tensor2D => {
    if (combination.form === 'offset')
      return tf.add(target, tf.mul(tf.sub(sum(heard), sum(starts)), combination.weight));
    const less: tf.Tensor2D = tf.sub(target, tf.mul(sum(heard), combination.alpha));
    return combination.filter > 0 ? likelyOnly(less, target, combination.filter) : less;
  });
  tf.dispose([target, ...starts, ...heard]);
  return said;
};

/** Added to the logit of what is never said, as published. */
const EXCLUDED = -1000;

/**
 * Keeps a token whose probability under the target is at least `rate` of the likeliest one's, and at least ⌊rate · V⌋
 * of them.
 */
const likelyOnly = (logits: tf.Tensor2D, target: tf.Tensor2D, rate: number): tf.Tensor2D => {
  const [rows, vocabulary] = target.shape;
  const told = target.dataSync<'float32'>();
  const atLeast = Math.max(1, Math.floor(rate * vocabulary));
  const penalties = new Float32Array(told.length);
  for (let row = 0; row < rows; row++) {
    const [from, to] = [row * vocabulary, (row + 1) * vocabulary];
    const sorted = told.slice(from, to).sort();
    const threshold = Math.min(sorted[vocabulary - 1]! + Math.log(rate), sorted[vocabulary - atLeast]!);
    for (let i = from; i < to; i++) if (told[i]! < threshold) penalties[i] = EXCLUDED;
  }
  return tf.add(logits, tf.tensor2d(penalties, [rows, vocabulary]));
};
