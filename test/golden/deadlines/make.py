"""Writes cases.json: due dates of GDPR and CCPA tickets by python-dateutil's month arithmetic, an oracle apart from core/deadlines.ts.
Run: python3 make.py (python-dateutil 2.9). Berlin's public holidays of 2024 to 2029 are listed by hand below."""
import datetime as d, json, pathlib
from dateutil.easter import easter
from dateutil.relativedelta import relativedelta

def berlin(year):
    fixed = [(1, 1), (3, 8), (5, 1), (10, 3), (12, 25), (12, 26)]
    return [d.date(year, m, n) for m, n in fixed] + [easter(year) + d.timedelta(k) for k in (-2, 1, 39, 50)]

holidays = sorted(h for y in range(2024, 2030) for h in berlin(y))

def roll(day):
    while day.weekday() >= 5 or day in holidays:
        day += d.timedelta(1)
    return day

cases = []
start = d.date(2026, 1, 1)
for i in range(0, 420, 2):
    day = start + d.timedelta(i * 2 if i > 200 else i)
    one, three = day + relativedelta(months=1), day + relativedelta(months=3)
    stepwise = one + relativedelta(months=2)
    cases.append({
        'received': str(day), 'gdpr': str(roll(one)), 'gdprSafe': str(one),
        'gdprExtended': str(roll(max(three, stepwise))), 'gdprExtendedSafe': str(min(three, stepwise)),
        'ccpa': str(day + d.timedelta(45)), 'ccpaExtended': str(day + d.timedelta(90)),
    })
out = pathlib.Path(__file__).parent / 'cases.json'
out.write_text(json.dumps({'holidays': [str(h) for h in holidays], 'cases': cases}, indent=0) + '\n')
print(len(cases))
