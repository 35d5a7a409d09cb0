"""Writes rouge.json and forget-quality.json: ROUGE-L recall by PyPI rouge-score 0.1.2 (NLTK 3.10 Porter stemmer) on sentences of our own, and
exact two-sample KS p-values by scipy 1.17. Run: python3 make.py in an environment with rouge-score and scipy."""
import itertools, json, pathlib
from rouge_score import rouge_scorer
from scipy.stats import ks_2samp

HERE = pathlib.Path(__file__).parent
PAIRS = [
    ("Alma was born in Porto.", "Alma was born in Porto."),
    ("Alma was born in Porto.", "Alma lives in Porto now."),
    ("Alma was born in Porto.", ""),
    ("", "Alma was born in Porto."),
    ("...", "Alma"),
    ("The skies were darkening over the lying ponies.", "A sky darkens over a pony that lies."),
    ("She enjoyed playing the flutes daily.", "Playing a flute each day is what she enjoys."),
    ("He was dying to hear the news.", "He dies when a new day breaks."),
    ("They tied, cried and died.", "Tie, cry, die."),
    ("The relational conditioning was happily rationalised.", "Relate the conditions: happiness is rational."),
    ("Proceeding with 12 innings, 4 outings and an exceeding success.", "Proceed with 12 inning, 4 outing, and exceed or succeed."),
    ("Caf\u00e9 Zo\u00eb serves cr\u00e8me br\u00fbl\u00e9e.", "Cafe Zoe serves creme brulee."),
    ("e-mail: a.b@c.d, phone 555-0142", "E mail a b c d and phone 5550142"),
    ("one two three four five six", "six five four three two one"),
    ("a a a b b b", "b b b a a a"),
    ("buses, passes, ties, gas, caresses", "bus pass tie ga caress"),
    ("The employer's employees employed employable people.", "An employer employs an employee in employment."),
    ("Flying geese fly in the spying spies' sky.", "A goose flies; spies spy."),
    ("\u0130stanbul \u212aelvin", "istanbul kelvin"),
    ("unhappily electrical hopefulness goodness formality sensibility", "unhappy electric hopeful good formal sensible"),
    ("decisively adjustable irritant replacement adoption communism activate homologous effective bowdlerize probate rate cease controll roll",
     "decisive adjust irritate replace adopt commune active homolog effect bowdler probat rat ceas control rol"),
    ("archaeology apology apologised theologians geological", "archaeologist apologise apologies theology geologist"),
    ("fully carefully hopelessly", "full careful hopeless"),
]


def rouge():
    scorer = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=True)
    return [{"reference": r, "candidate": c, "recall": scorer.score(r, c)["rougeL"].recall} for r, c in PAIRS]


def shifted(n, k):
    """Two samples of n without ties whose largest gap is k/n."""
    a = [i / n for i in range(n)]
    b = [(i + k) / n - 0.5 / n for i in range(n)]
    return a, b


def forget_quality():
    rows = []
    for k in list(range(8, 19)) + [20]:
        a, b = shifted(40, k)
        result = ks_2samp(a, b, method="exact")
        rows.append({"a": a, "b": b, "d": result.statistic, "p": result.pvalue})
    for a, b in itertools.product([[1.5, 0.2, 0.9], [0.3, 0.3, 2.0, 1.1]], [[0.1, 0.4, 3.0, 1.2, 0.7], [5.0, 6.0]]):
        if len(set(a) | set(b)) == len(a) + len(b):
            result = ks_2samp(a, b, method="exact")
            rows.append({"a": a, "b": b, "d": result.statistic, "p": result.pvalue})
    return rows


(HERE / "rouge.json").write_text(json.dumps(rouge(), indent=1) + "\n")
(HERE / "forget-quality.json").write_text(json.dumps(forget_quality()) + "\n")
