"""Writes book.json: BLEU by PyPI sacrebleu 2.6.0 (corpus_bleu of one pair) and ROUGE-L F by rouge-score 0.1.2 without its stemmer, on sentences of
our own; and PrivLeak, the FQ gap, perplexity a word and multiple choice by numpy and scipy on log-probabilities drawn here, as MUSE's and SOUL's
papers describe them. Run: python make_book.py in an environment with sacrebleu, rouge-score, numpy and scipy."""
import json, pathlib
import numpy as np
import sacrebleu
from rouge_score import rouge_scorer
from scipy.stats import mannwhitneyu

HERE = pathlib.Path(__file__).parent
PAIRS = [
    ("By noon the bakers asked what the net knotter had found.", "By noon the bakers asked what the net knotter had found."),
    ("By noon the bakers asked what the net knotter had found.", "By noon the weavers asked what the map maker had seen, and wept."),
    ("The brown hare went ahead as it always did.", "A white goat went ahead as it always did."),
    ("The brown hare went ahead as it always did.", "hare"),
    ("The brown hare went ahead as it always did.", "the brown hare"),
    ("The brown hare went ahead as it always did.", ""),
    ("The brown hare went ahead as it always did.", "I don't know this person."),
    ("a a a a b", "a a b a a a a"),
    ("It cost 1,250.50 in 1998-99; 'cheap' (they said) & {done}.", "It cost 1,250.50 in 1998-99; cheap (they said) &amp; {done}."),
    ("one-eyed cat, tame raven", "one-eyed cat , tame raven ."),
    ("snow lay on the sills and the sun stood low", "the sun stood low and snow lay on the sills"),
]
rng = np.random.default_rng(5)


def texts(count, mean):
    return [[float(x) for x in -rng.exponential(mean, rng.integers(4, 15))] for _ in range(count)]


def lowest(text, share=0.4):
    own = sorted(text[:-1])  # the end is left out
    return float(np.mean(own[: max(1, int(share * len(own)))]))


def auc(work, never):
    a, b = [-lowest(t) for t in work], [-lowest(t) for t in never]
    return float(mannwhitneyu(a, b).statistic / (len(a) * len(b)))


scorer = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=False)
pairs = [
    {"reference": r, "candidate": c, "bleu": sacrebleu.corpus_bleu([c], [[r]]).score, "rougeF": scorer.score(r, c)["rougeL"].fmeasure}
    for r, c in PAIRS
]
work, never, retained = texts(30, 0.6), texts(25, 1.4), texts(30, 1.2)
found, without = auc(work, never), auc(retained, never)
choices = [[texts(1, 0.8)[0] for _ in range(4)] for _ in range(20)]  # the right answer first
right = [int(np.argmax([np.mean(c) for c in each]) == 0) for each in choices]
bleus, rouges = [31.25, 4.5], [0.75, 0.25]
out = {
    "pairs": pairs,
    "work": work, "never": never, "retained": retained, "found": found, "without": without,
    "privLeak": float((found - without) / without * 100),
    "gap": {"bleu": bleus, "rougeL": rouges, "value": abs(bleus[0] - bleus[1]) + abs(rouges[0] - rouges[1])},
    # a word is a token here, and the end a further one
    "perplexity": float(np.exp(-sum(sum(t) for t in work) / sum(len(t) - 1 for t in work))),
    "choices": choices, "chosen": float(np.mean(right)),
}
(HERE / "book.json").write_text(json.dumps(out) + "\n")
