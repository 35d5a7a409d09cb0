"""Writes values.json: what core/stats.ts must give. Two-sample Kolmogorov-Smirnov without ties by scipy.stats.ks_2samp(method="exact") and, for n = m, by the
closed form in integers; with ties by enumerating every arrangement in exact fractions. Clopper-Pearson by scipy.stats.binomtest and beta.ppf; AUC by
scipy.stats.mannwhitneyu; its interval by brentq on the score equation. Run: python3 make.py in an environment with scipy 1.17."""
import itertools, json, math, pathlib, random
from fractions import Fraction
from scipy import optimize, stats

HERE = pathlib.Path(__file__).parent
Z = stats.norm.ppf(0.975)
random.seed(20260301)


def samples(n, m, ties):
    draw = (lambda s: random.randrange(ties)) if ties else (lambda s: random.gauss(s, 1))
    return [draw(0) for _ in range(n)], [draw(0.6) for _ in range(m)]


def cells(a, b):
    grid = sorted(set(a) | set(b))
    return [a.count(x) for x in grid], [b.count(x) for x in grid]


def gap(a, b):
    """max |F_a - F_b| times n*m, in integers."""
    n, m, i, j, most = sum(a), sum(b), 0, 0, 0
    for x, y in zip(a, b):
        i, j = i + x, j + y
        most = max(most, abs(i * m - j * n))
    return most


def enumerated(a, b):
    """P(D >= observed) over all ways to give n of the pooled values to the first sample."""
    n, m, observed = sum(a), sum(b), gap(a, b)
    pooled = [cell for cell, (x, y) in enumerate(zip(a, b)) for _ in range(x + y)]
    hits = 0
    for chosen in itertools.combinations(range(n + m), n):
        first = [0] * len(a)
        for index in chosen:
            first[pooled[index]] += 1
        second = [x + y - f for x, y, f in zip(a, b, first)]
        hits += gap(first, second) >= observed
    return Fraction(hits, math.comb(n + m, n))


def without_ties():
    rows = []
    for n, m in [(1, 1), (3, 3), (5, 8), (7, 11), (20, 20), (20, 40), (13, 200), (40, 40), (60, 300), (400, 400)]:
        a, b = samples(n, m, None)
        r = stats.ks_2samp(a, b, method="exact")
        x, y = cells(a, b)
        rows.append({"a": x, "b": y, "d": float(r.statistic), "p": float(r.pvalue)})
    return rows


def with_ties():
    rows = []
    for n, m, ties in [(3, 4, 3), (5, 5, 3), (6, 6, 4), (4, 9, 5), (7, 6, 2), (8, 8, 6), (6, 9, 4), (2, 12, 5)]:
        a, b = cells(*samples(n, m, ties))
        rows.append({"a": a, "b": b, "d": gap(a, b) / (n * m), "p": float(enumerated(a, b))})
    return rows


def closed_form(n, k):
    terms = [(-1) ** (i - 1) * math.comb(2 * n, n - i * k) for i in range(1, n // k + 1)]
    return Fraction(2 * sum(terms), math.comb(2 * n, n))


def rejecting():
    rows = []
    for n in [20, 40, 100, 200, 400, 1000, 4000]:
        k = int(1.2 * math.sqrt(2 * n))  # below the answer
        while closed_form(n, k) > Fraction(1, 20):
            k += 1
        dkw = 2 * math.sqrt(math.log(4 / 0.05) / (2 * n))
        rows.append({"n": n, "k": k, "p": float(closed_form(n, k)), "dkw": dkw})
    return rows


def unequal_rejecting():
    """Smallest attainable D that SciPy's exact p rejects, by trying every one."""
    rows = []
    for n, m in [(3, 3), (3, 4), (3, 40), (5, 8), (20, 40), (20, 60)]:
        step = math.gcd(n, m)
        found = None
        for k in range(1, n * m // step + 1):
            from scipy.stats._stats_py import _attempt_exact_2kssamp
            ok, d, p = _attempt_exact_2kssamp(n, m, math.gcd(n, m), k * step / (n * m), "two-sided")
            if ok and p <= 0.05:
                found = k * step / (n * m)
                break
        rows.append({"n": n, "m": m, "d": found})
    return rows


def lattice():
    return [{"k": k, "p": float(closed_form(40, k))} for k in range(9, 18)]


def proportions():
    rows = []
    for k, n in [(0, 1), (1, 1), (0, 3), (0, 20), (1, 20), (10, 20), (19, 20), (3, 40), (40, 40), (7, 311), (0, 3000), (250, 1000), (999, 10000), (123456, 500000)]:
        r = stats.binomtest(k, n).proportion_ci(0.95, method="exact")
        upper = 1.0 if k == n else float(stats.beta.ppf(0.95, k + 1, n - k))
        rows.append({"k": k, "n": n, "interval": [float(r.low), float(r.high)], "upper": upper})
    return rows


def variance(t, n, m):
    q1, q2 = t / (2 - t), 2 * t * t / (1 + t)
    return (t * (1 - t) + (n - 1) * (q1 - t * t) + (m - 1) * (q2 - t * t)) / (n * m)


def bound(auc, n, m, end):
    if auc == end:
        return float(end)
    score = lambda t: abs(t - auc) - Z * math.sqrt(max(0, variance(t, n, m)))
    near = auc + (end - auc) * 1e-9
    return float(optimize.brentq(score, near, end, xtol=1e-14))


def areas():
    rows = []
    for n, m, ties in [(5, 7, 4), (20, 60, 8), (20, 40, None), (200, 30, 12), (3, 3, 2)]:
        a, b = samples(n, m, ties)
        auc = float(stats.mannwhitneyu(a, b).statistic) / (n * m)
        x, y = cells(a, b)
        rows.append({"a": x, "b": y, "auc": auc, "interval": [bound(auc, n, m, 0), bound(auc, n, m, 1)]})
    rows.append({"a": [0, 20], "b": [40, 0], "auc": 1.0, "interval": [bound(1.0, 20, 40, 0), 1.0]})
    rows.append({"a": [20, 0], "b": [0, 40], "auc": 0.0, "interval": [0.0, bound(0.0, 20, 40, 1)]})
    return rows


values = {"ksWithoutTies": without_ties(), "ksWithTies": with_ties(), "rejecting": rejecting(), "unequalRejecting": unequal_rejecting(),
          "lattice40": lattice(), "proportions": proportions(), "areas": areas()}
(HERE / "values.json").write_text(json.dumps(values) + "\n")
