// SmolLM 3: Llama in which some layers do not know positions (NoPE, every fourth unless config.json says otherwise).
import { withBiases, LLAMA_NAMES, llamaLike, mixed, windowOf } from './llama-like.ts';
import type { Family } from './family.ts';

export const smollm3: Family = {
  title: 'SmolLM 3',
  names: LLAMA_NAMES,
  read: (f) => {
    f.any('pretraining_tp'); // published files have it; the family's class does not read it
    f.any('max_window_layers');
    const config = withBiases(
      f,
      llamaLike(f, { kvHeads: 4, tied: true, maxPositions: 32_768, rope: { thetaDefault: 2_000_000 } }),
    );
    const every = f.int('no_rope_layer_interval', 4);
    const turns = f.perLayer('no_rope_layers', config.layers, [0, 1]);
    const turned = (l: number) => (turns ? turns[l] === 1 : (l + 1) % every !== 0);
    const window = windowOf(f);
    const slides = f.flag('use_sliding_window', false) ? window : undefined;
    return {
      ...config,
      attention: mixed(f, config, slides, (l) => !turned(l)).map(({ rope, ...layer }, l) =>
        turned(l) && rope ? { ...layer, rope } : layer,
      ),
    };
  },
};
